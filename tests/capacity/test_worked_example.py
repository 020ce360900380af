"""Ten accounts and two CSMs, everything worked out by hand: what the capacity model says of them is this, to the cent.

Dana works full time, brings customers on board (a fifth of everybody's time) and has been there for years. Sam works
half time, trains colleagues for a tenth of it, and is 45 of 90 days into the ramp.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from cssync.capacity.company import Company
from cssync.capacity.outlook import Outlook, Quantity
from cssync.capacity.plan.ahead import Ahead
from cssync.capacity.plan.lead import Lead
from cssync.capacity.plan.quarters import quarters
from cssync.capacity.plan.seats import Sufficiency
from cssync.capacity.plan.segment import Ask, SegmentPlan, plan_segment
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.team import Teams
from cssync.capacity.workload import BookLoad, Extra, SegmentLoad
from tests.nights import TODAY, Nights, account, pull_of, settings

SOON = {"renewal_on": TODAY + timedelta(days=30)}
SETTINGS = settings(
    team={
        "scope": ["onboarding"],
        "members": {
            "sam@acme.test": {"fte": "0.5", "starts_on": TODAY - timedelta(days=45), "duties": {"training": "0.1"}}
        },
    },
    limits={"complexity": {"Platform": "1.25"}},
)
ACCOUNTS = (
    # segment, product, and what else makes it more work          hours a month by hand
    account("d1", "U1", 120_000, segment="Enterprise", product="Platform"),  # 10 x 1.25                   = 12.5
    account("d2", "U1", 90_000, segment="Enterprise", health="red"),  # 10 x 1.5                           = 15
    account("d3", "U1", 30_000, segment="Mid-Market"),  #                                                     4
    account("d4", "U1", 24_000, segment="Mid-Market", lifecycle="onboarding"),  # 4 x 1.3                  = 5.2
    account("d5", "U1", 6_000, segment="SMB", **SOON),  # 2 x 1.25                                         = 2.5
    account("d6", "U1", 5_000, segment="Digital"),  # 2 x 0.25                                             = 0.5
    account("s1", "U2", 80_000, segment="Enterprise", lifecycle="onboarding", **SOON),  # 10 x 1.3 x 1.25  = 16.25
    account("s2", "U2", 20_000, segment="Mid-Market", product="Platform"),  # 4 x 1.25                     = 5
    account("s3", "U2", 4_000, segment="SMB"),  #                                                             2
    account("s4", "U2", 1_000),  # no segment                                                                 4
)
HOURS = {
    "d1": "12.5", "d2": "15", "d3": "4", "d4": "5.2", "d5": "2.5", "d6": "0.5",
    "s1": "16.25", "s2": "5", "s3": "2", "s4": "4",
}  # fmt: skip


def company() -> Company:
    return Nights(SETTINGS).walk(pull_of(ACCOUNTS)).company()


def load(book: str) -> BookLoad:
    of = company()
    return of.workload.of(next(each for each in of.books.books if each.id == book))


def test_the_hours_of_every_account() -> None:
    table = company().workload.hours
    assert dict(table.select("account_id", "hours").iter_rows()) == {name: Decimal(h) for name, h in HOURS.items()}


def test_danas_load_and_what_makes_it() -> None:
    dana = load("U1")
    assert dana.hours == Decimal("39.7")
    # 20 + 8 + 2 + 2 = 32 by segment, and 2.5 - 1.5 + 1.2 + 5 + 0.5 = 7.7 more.
    assert dana.segments == (
        SegmentLoad("Enterprise", 2, Decimal(20), guessed=False),
        SegmentLoad("Mid-Market", 2, Decimal(8), guessed=False),
        SegmentLoad("Digital", 1, Decimal(2), guessed=False),
        SegmentLoad("SMB", 1, Decimal(2), guessed=False),
    )
    assert dana.extras == (
        Extra("complexity", 1, Decimal("2.5")),
        Extra("low_touch", 1, Decimal("-1.5")),
        Extra("onboarding", 1, Decimal("1.2")),
        Extra("at_risk", 1, Decimal(5)),
        Extra("renewal", 1, Decimal("0.5")),
    )


def test_danas_capacity_and_utilisation() -> None:
    dana = load("U1")
    assert dana.capacity.hours == Decimal("102.4")  # 128 x 0.8
    assert dana.utilisation == Decimal("0.3877")  # 39.7 / 102.4 = 0.38769...
    assert dana.fits


def test_sams_load_and_what_makes_it() -> None:
    sam = load("U2")
    assert sam.hours == Decimal("27.25")
    assert sam.segments == (
        SegmentLoad("Enterprise", 1, Decimal(10), guessed=False),
        SegmentLoad(None, 1, Decimal(4), guessed=True),
        SegmentLoad("Mid-Market", 1, Decimal(4), guessed=False),
        SegmentLoad("SMB", 1, Decimal(2), guessed=False),
    )
    # 16.25 = 10 + 3 + 3.25: a renewal is a quarter more of what onboarding has made of it.
    assert sam.extras == (
        Extra("complexity", 1, Decimal(1)),
        Extra("onboarding", 1, Decimal(3)),
        Extra("renewal", 1, Decimal("3.25")),
    )


def test_sams_capacity_and_utilisation() -> None:
    sam = load("U2")
    assert sam.capacity.factor == Fraction(7, 40)  # 0.5 x (1 - 0.2 - 0.1) x 45/90
    assert sam.capacity.hours == Decimal("22.4")
    assert sam.utilisation == Decimal("1.2165")  # 27.25 / 22.4 = 1.21651...
    assert sam.capacity.lasting_hours == Decimal("44.8")  # from the 90th day on


def test_the_limits_of_both() -> None:
    """What lasts scales them, the ramp does not: 0.8 of everything for Dana, 0.5 x 0.7 = 0.35 for Sam."""
    of = company()
    dana, sam = of.books.books
    assert (dana.id, sam.id) == ("U1", "U2")
    assert [of.limits.limit(book, "arr").value for book in (dana, sam)] == [1_600_000, 700_000]
    # Products of Dana: (1.25 + 5) / 6 = 25/24, so 50 x 24/25 = 48, and 0.8 of it 38.4; of Sam: 4.25 / 4 = 17/16, so
    # 50 x 16/17 = 47.06, that is 47, and 0.35 of it 16.45. A part of an account is none.
    assert [of.limits.limit(book, "accounts").value for book in (dana, sam)] == [38, 16]


# The plan: half an hour a month more every day, known for certain, and as many customers and as much ARR as tonight.
LEAD = Lead(to_fill=45, notice=21, ramp=90)
DAYS = 405  # to 31 Dec 2027


def planned() -> SegmentPlan:
    """Both books are Enterprise: of their segments that is the first with the most customers."""
    of, nothing = company(), Quantity(0.0, 0.0)
    hours = [Quantity(66.95 + 0.5 * ahead, 0.0) for ahead in range(DAYS)]
    outlook = tuple(
        Outlook(TODAY + timedelta(days=ahead), accounts=nothing, arr=nothing, hours=each)
        for ahead, each in enumerate(hours)
    )
    seats = Teams(of, LEAD, DAYS).seats("Enterprise")
    enough = Sufficiency((Measure.HOURS,), hours_up_to=Decimal("1.3"), effort_decides=True)
    spans = quarters(TODAY, 4, of.calendar)
    ask = Ask(TODAY, spans, LEAD, of.settings.hiring, of.books.totals.arr, of.settings.capacity.cost_per_year)
    return plan_segment(Ahead("Enterprise", outlook, seats, {}, enough), ask)


def test_the_load_tonight_is_what_both_carry() -> None:
    assert load("U1").hours + load("U2").hours == Decimal("66.95")


def test_the_capacity_in_place_grows_while_sam_ramps() -> None:
    """(102.4 + 22.4) x 1.3 = 162.24 tonight, and (102.4 + 44.8) x 1.3 = 191.36 from the 45th day on."""
    (line,) = planned().shortage.lines
    assert [line.in_place[ahead] for ahead in (0, 45, 404)] == pytest.approx([162.24, 191.36, 191.36])
    assert line.each == pytest.approx(133.12)  # 102.4 x 1.3


def test_the_hire_by_date() -> None:
    """66.95 + 0.5 x 248 = 190.95 are there, and 191.45 on day 249 are not: 29 Jul 2027. Less 90 days of ramp that is
    30 Apr, less 21 of notice 9 Apr, less 45 to fill the position 23 Feb 2027.
    """
    (hire,) = planned().hires
    assert (hire.short_on, hire.hire_by) == (date(2027, 7, 29), date(2027, 2, 23))
    assert (hire.starts_on, hire.ramped_on, hire.overdue_days) == (date(2027, 4, 30), date(2027, 7, 29), 0)


def test_the_cost_of_the_quarter_in_which_the_hire_starts() -> None:
    """91 days of $150k a year for both are $37,397.26, 62 of $100k for the hire $16,986.30."""
    second = planned().quarters[2]
    assert second.quarter.label == "Q2 2027"
    assert (second.cost, second.cost_of_hires) == (Decimal("37397.26"), Decimal("16986.30"))


def test_the_cost_of_both() -> None:
    assert company().staff.cost_per_year(TODAY) == Decimal(150_000)
