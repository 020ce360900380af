"""The whole team of each week, side by side, from books written down by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from cssync.report.trend import Ceilings, Most, Reading, moved, reading, readings
from tests.nights import TODAY

BOOK = pl.Schema(
    [
        ("as_of", pl.Date()),
        ("book_id", pl.String()),
        ("kind", pl.String()),
        ("accounts", pl.Int64()),
        ("arr", pl.Decimal(38, 2)),
    ]
)
LIMITS = Ceilings(of={"U2": Most(Decimal(10), Decimal(500))}, general=Most(Decimal(50), Decimal(1000)))


def nights(*rows: tuple[int, str, str, int, int]) -> pl.DataFrame:
    """(days ago, book, kind, customers, ARR)"""
    days = [(TODAY - timedelta(days=ago), id_, kind, accounts, Decimal(arr)) for ago, id_, kind, accounts, arr in rows]
    return pl.DataFrame(days, schema=BOOK, orient="row")


def test_a_reading_tells_csms_from_pools_and_from_those_whom_nobody_works() -> None:
    of_night = nights(
        (0, "U1", "csm", 50, 1000), (0, "U2", "csm", 9, 501), (0, "P", "pool", 30, 5), (0, "U4", "inactive", 3, 7),
        (0, "Q", "queue", 2, 1), (0, "unassigned", "unassigned", 1, 1), (0, "unknown:x", "unknown_owner", 1, 1),
    )  # fmt: skip
    assert reading(of_night, LIMITS) == Reading(
        TODAY, customers=96, unworked=7, arr=Decimal(1516), csms=2, in_books=59, over=1
    )


def test_exactly_at_a_limit_is_not_over_it_and_either_limit_is_enough() -> None:
    def over(accounts: int, arr: int) -> int:
        return reading(nights((0, "U1", "csm", accounts, arr)), LIMITS).over

    assert [over(50, 1000), over(51, 1), over(1, 1001)] == [0, 1, 1]


def test_leaders_who_are_held_to_no_limit_are_no_csms_here() -> None:
    excused = Ceilings(of={}, general=LIMITS.general, excused=frozenset({"U1"}))
    told = reading(nights((0, "U1", "csm", 99, 1)), excused)
    assert (told.customers, told.csms, told.in_books, told.over) == (99, 0, 0, 0)


def test_of_each_week_the_last_night_counts_and_a_week_without_nights_is_left_out() -> None:
    known = nights(*((ago, "U1", "csm", 100 - ago, 1) for ago in (0, 1, 6, 7, 13, 29, 70)))
    told = [(TODAY - one.as_of, one.customers) for one in readings(known, TODAY, 8, LIMITS)]
    assert told == [(timedelta(days=ago), 100 - ago) for ago in (0, 7, 29)]


def test_what_moved_is_said_with_signs_and_what_stayed_as_before() -> None:
    then = Reading(date(2026, 10, 1), 350, 9, Decimal(11_330_000), 8, 300, 2)
    now = Reading(TODAY, 373, 3, Decimal(12_100_000), 9, 340, 2)
    assert moved(then, now, "USD") == (
        "+23 customers, +$770k of ARR, CSMs from 8 to 9, of them over a limit 2 as before"
    )
