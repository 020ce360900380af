"""Asks one rule about one night of a company written down by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from cssync.model.finding import Finding
from cssync.model.owner import Owner
from rules.base import Rule
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings


def found(
    rule: Rule,
    rows: Iterable[Row],
    owners: Iterable[Owner] = TEAM,
    firing: Iterable[tuple[str, str]] = (),
    excepted: Iterable[tuple[str, str]] = (),
    **with_: Any,
) -> list[Finding]:
    night = Nights(settings(**with_)).walk(pull_of(rows, owners))
    return list(rule.evaluate(night.context(firing, excepted=excepted)))


def growing(current: int, won_last_year: int) -> list[Row]:
    """A book of *current* customers, *won_last_year* of which came evenly over the last year."""
    days = [TODAY - timedelta(days=360 * (n + 1) // (won_last_year + 1)) for n in range(won_last_year)]
    won = [account(f"won-{n:03}", customer_since=day) for n, day in enumerate(days)]
    return [*many(current - won_last_year, customer_since=date(2020, 1, 1)), *won]
