"""The quarters of a plan are the company's own."""

from __future__ import annotations

from datetime import date

from cssync.capacity.plan.lead import Lead
from cssync.capacity.plan.quarters import Quarter, looks_to, quarters
from cssync.model.calendar import FiscalCalendar

TODAY = date(2026, 11, 22)
LEAD = Lead(to_fill=45, notice=21, ramp=90)


def test_what_is_left_of_this_one_and_those_after_it() -> None:
    assert quarters(TODAY, 2, FiscalCalendar()) == (
        Quarter("Q4 2026", TODAY, date(2026, 12, 31)),
        Quarter("Q1 2027", date(2027, 1, 1), date(2027, 3, 31)),
        Quarter("Q2 2027", date(2027, 4, 1), date(2027, 6, 30)),
    )


def test_a_fiscal_year_from_february_on_is_called_after_the_year_it_ends_in() -> None:
    this, next_ = quarters(TODAY, 1, FiscalCalendar(2))
    assert (this.label, this.last) == ("Q4 FY2027", date(2027, 1, 31))
    assert (next_.label, next_.first, next_.last) == ("Q1 FY2028", date(2027, 2, 1), date(2027, 4, 30))


def test_it_looks_a_whole_lead_ahead_where_next_quarter_ends_before() -> None:
    """From 22 Nov to 31 Mar are 129 days, and 156 are needed: to 27 Apr 2027."""
    assert looks_to(TODAY, LEAD, FiscalCalendar()) == date(2027, 4, 27)


def test_it_looks_to_the_end_of_next_quarter_where_that_is_later() -> None:
    assert looks_to(TODAY, Lead(to_fill=20, notice=0, ramp=30), FiscalCalendar()) == date(2027, 3, 31)
