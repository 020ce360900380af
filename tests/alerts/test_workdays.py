"""Days that are worked, counted from one date to another."""

from __future__ import annotations

from datetime import date

import pytest

from cssync.alerts.workdays import Workdays

FRIDAY = date(2026, 11, 6)


@pytest.mark.parametrize(
    ("until", "days"),
    [(6, 0), (7, 0), (8, 0), (9, 1), (10, 2), (13, 5), (15, 5), (16, 6)],
)
def test_the_days_after_a_friday_are_counted_without_weekends(until: int, days: int) -> None:
    assert Workdays().between(FRIDAY, date(2026, 11, until)) == days


def test_holidays_are_not_worked_and_one_on_a_weekend_costs_nothing() -> None:
    holidays = frozenset({date(2026, 11, 8), date(2026, 11, 9)})
    assert Workdays(holidays).between(FRIDAY, date(2026, 11, 11)) == 2


def test_where_people_rest_on_friday_and_saturday_the_sunday_is_worked() -> None:
    assert Workdays(weekend={4, 5}).between(FRIDAY, date(2026, 11, 8)) == 1


def test_nothing_lies_before_the_beginning() -> None:
    assert Workdays().between(FRIDAY, date(2026, 11, 1)) == 0
