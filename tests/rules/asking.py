"""Asks one rule about one night of a company written down by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cssync.model.finding import Finding
from cssync.model.owner import Owner
from rules.base import Rule
from tests.nights import TEAM, Nights, Row, pull_of, settings


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
