"""Past nights written down by hand, to be replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.base import no_progress
from cssync.backtest import Record, backtest, changed, present
from cssync.model.backtest import Backtest, Replayed, RuleFigures, Span
from cssync.settings.load import load
from cssync.settings.loaded import Loaded
from tests.nights import TODAY, Nights, Row, account, pull_of

ACCOUNTS, ARR, TREND = "accounts_over_limit", "arr_over_limit", "trending_to_ceiling"


def loaded(*said: str) -> Loaded:
    """Books of a few customers at $1,000 each cover nobody's cost, so that rule is off unless a test says otherwise."""
    return load(None, {}, Path("/nowhere"), ("rules.book_cost_not_covered.enabled=false", *said))


def holding(sizes: Mapping[str, int], amount: int = 1000) -> list[Row]:
    """So many customers of each CSM; the first ones of a CSM are the same whatever the number."""
    return [account(f"{csm}-{number:03}", csm, amount) for csm, number_ in sizes.items() for number in range(number_)]


def recorded(nights: Sequence[tuple[date, Sequence[Row]]], with_: Loaded | None = None, **more: Any) -> Record:
    """What is known after *nights*, each with its accounts, none of them told of by the CRM's own history."""
    walked = Nights((with_ or loaded()).settings)
    for day, rows in nights:
        last = walked.walk(pull_of(rows), day)
    return Record(last.company(), first_night=nights[0][0], **more)


def sizes_by_day(sizes: Sequence[int], csm: str = "U1") -> list[tuple[date, list[Row]]]:
    """One CSM, a size a day, up to and with TODAY; a colleague with one customer."""
    first = TODAY - timedelta(days=len(sizes) - 1)
    return [(first + timedelta(days=n), holding({csm: size, "U3": 1})) for n, size in enumerate(sizes)]


def arriving(weeks: int, then: Sequence[int]) -> list[tuple[date, list[Row]]]:
    """Dana holds 50 customers for so many *weeks*, three more in each of the next eight, and at last *then*."""
    sizes = [*[50] * weeks, *range(53, 75, 3), *then]
    first = TODAY - timedelta(weeks=len(sizes) - 1)
    return [(first + timedelta(weeks=n), holding({"U1": size, "U3": 1})) for n, size in enumerate(sizes)]


def replayed(
    record: Record,
    *said: str,
    every: int = 1,
    at_most: int = 4,
    base: Sequence[str] = (),
    since: date | None = None,
) -> Backtest:
    """All of *record*, or from *since* on. *said*: compared beside what is in force, the defaults and *base*."""
    span = Span(since or record.known_since, record.latest.as_of, every)
    other = changed(loaded(*base, *said), said) if said else None
    return backtest(record, span, present(loaded(*base)), other=other, at_most=Decimal(at_most), progress=no_progress)


def of_rule(replay: Replayed | None, rule: str) -> RuleFigures:
    assert replay is not None
    return next(figures for figures in replay.rules if figures.rule == rule)
