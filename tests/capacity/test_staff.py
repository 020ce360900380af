"""Who has how many hours on which day, and why: every part by itself, and all of them multiplied."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cssync.capacity.staff import Staff, strangers
from cssync.model.owner import Owner, OwnerKind
from tests.nights import DANA, SAM, TEAM, TODAY, Nights, account, many, pull_of, remembered, settings

POOL = Owner("P1", "CS Pool", "cs.pool@acme.test", kind=OwnerKind.POOL)


def staff(dana: dict[str, Any] | None = None, **with_: Any) -> Staff:
    team = {"members": {"Dana@acme.test": dana or {}}, **with_.pop("team", {})}
    rows = [*many(2), *many(1, "U2"), *many(1, "P1")]
    return Nights(settings(team=team, **with_)).walk(pull_of(rows, (*TEAM, POOL))).company().staff


def hours(of: Staff, on: date = TODAY, book: str = "U1") -> Decimal | None:
    return of.capacity(book, on).hours


def test_a_full_time_csm_has_128_hours_a_month() -> None:
    assert hours(staff()) == Decimal(128)
    assert staff().capacity("U1", TODAY).words == "128 hours a month"


@pytest.mark.parametrize(
    ("member", "expected", "words"),
    [
        ({"fte": "0.6"}, "76.8", "part time 60% (seed 9)"),
        ({"experience": "1.25"}, "160", "experience 1.25 times (seed 9)"),
        ({"duties": {"travel": "0.1", "training": "0.15"}}, "96", "travel 10% and training 15% for other duties"),
        ({"role": "leader"}, "0", "leader, carries no book (seed 33)"),
        ({"role": "centre_of_excellence"}, "0", "centre of excellence, carries no book (seed 33)"),
        ({"fte": "0.5", "duties": {"travel": "0.5"}, "experience": "1.5"}, "48", "part time 50%"),
    ],
)
def test_seed_09_what_changes_the_hours_of_one_csm(member: dict[str, Any], expected: str, words: str) -> None:
    capacity = staff(member).capacity("U1", TODAY)
    assert capacity.hours == Decimal(expected)
    assert words in capacity.words


def test_seed_38_each_duty_of_the_scope_takes_its_share_of_everyone() -> None:
    scoped = staff(team={"scope": ["onboarding", "support"]})
    assert hours(scoped) == Decimal("70.4")
    assert scoped.capacity("U1", TODAY).words == (
        "128 hours a month, onboarding 20% and support 25% for other duties (seeds 35 and 38)"
    )


def test_seed_35_the_share_of_a_duty_can_be_set_for_all_and_for_one() -> None:
    scope, shares = {"scope": ["onboarding", "support"]}, {"duties": {"support": "0.05"}}
    assert hours(staff(team=scope, capacity=shares)) == Decimal(96)
    assert hours(staff({"duties": {"support": "0.5"}}, team=scope)) == Decimal("38.4")
    assert hours(staff({"duties": {"onboarding": "0"}}, team=scope)) == Decimal(96)


def test_duties_that_come_to_more_than_everything_leave_nothing() -> None:
    assert hours(staff({"duties": {"travel": "0.9"}}, team={"scope": ["support"]})) == 0


@pytest.mark.parametrize(
    ("day", "expected"), [(-1, "0"), (0, "0"), (9, "12.8"), (45, "64"), (89, "126.5778"), (90, "128")]
)
def test_seed_31_a_ramp_is_linear_from_the_first_day(day: int, expected: str) -> None:
    ramping = staff({"starts_on": TODAY})
    assert hours(ramping, TODAY + timedelta(days=day)) == Decimal(expected)


def test_a_ramp_says_on_which_day_it_is_and_what_is_there_when_it_ends() -> None:
    capacity = staff({"starts_on": TODAY - timedelta(days=30), "fte": "0.5"}).capacity("U1", TODAY)
    assert capacity.words == (
        "128 hours a month, part time 50% (seed 9), ramping, day 30 of 90 (first day 23 Oct 2026) (seed 31)"
    )
    assert (capacity.factor, capacity.lasting) == (Fraction(1, 6), Fraction(1, 2))
    assert (capacity.hours, capacity.lasting_hours) == (Decimal("21.3333"), Decimal(64))


def test_without_a_ramp_the_first_day_is_a_full_one() -> None:
    new = staff({"starts_on": TODAY}, hiring={"ramp_days": 0})
    assert [hours(new, TODAY + timedelta(days=day)) for day in (-1, 0)] == [0, 128]


def test_on_leave_there_are_no_hours_from_the_first_to_the_last_day_of_it() -> None:
    away = staff({"leave": [{"from": "2027-01-11", "to": "2027-04-30"}]})
    days = (date(2027, 1, 10), date(2027, 1, 11), date(2027, 4, 30), date(2027, 5, 1))
    assert [hours(away, day) for day in days] == [128, 0, 0, 128]
    assert "on leave until 30 Apr 2027" in away.capacity("U1", date(2027, 2, 1)).words
    assert away.capacity("U1", date(2027, 2, 1)).lasting_hours == 128


def test_a_leaver_has_hours_up_to_the_day_before() -> None:
    leaver = staff({"leaves_on": "2027-01-01"})
    assert [hours(leaver, day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [128, 0]
    assert leaver.capacity("U1", date(2027, 1, 1)).lasting_hours == 0


def test_a_pool_has_the_hours_of_its_members() -> None:
    assert hours(staff(team={"pools": {"cs.pool@acme.test": {"members": "2.5"}}}), book="P1") == 320


def test_the_hours_of_a_pool_of_unknown_size_are_not_guessed() -> None:
    assert hours(staff(), book="P1") is None
    assert "a pool of unknown size" in staff().capacity("P1", TODAY).words


def test_nobody_works_the_book_of_no_one() -> None:
    assert hours(staff(), book="unassigned") == 0


class TestFirstCustomers:
    """A ramp that nobody wrote down, from the CRM's own history."""

    began = TODAY - timedelta(days=30)

    def staff(self, known_days: int, **with_: Any) -> Staff:
        since = TODAY - timedelta(days=known_days)
        held = [account("a-1", "U2"), *many(2)]
        past = remembered(
            [
                {"account_id": "a-1", "csm_ref": "U1", "valid_from": since, "valid_to": self.began},
                {"account_id": "a-1", "csm_ref": "U2", "valid_from": self.began, "valid_to": None},
                *({"account_id": f"U1-{n:03}", "csm_ref": "U1", "valid_from": since, "valid_to": None} for n in (0, 1)),
            ]
        )
        return Nights(settings(**with_)).walk(pull_of(held), history=past).company().staff

    def test_seed_31_a_csm_whose_first_customers_came_lately_ramps_from_then(self) -> None:
        ramping = self.staff(400)
        assert hours(ramping, book="U2") == Decimal("42.6667")
        assert ramping.capacity("U2", TODAY).words == (
            "128 hours a month, ramping, day 30 of 90 (first customers 23 Oct 2026) (seed 31)"
        )
        assert hours(ramping, book="U1") == 128

    def test_where_history_is_too_short_to_tell_a_new_csm_from_an_old_one_nobody_ramps(self) -> None:
        assert hours(self.staff(119), book="U2") == 128

    def test_a_first_day_in_the_settings_wins(self) -> None:
        said = {"members": {"sam@acme.test": {"starts_on": "2020-01-01"}}}
        assert hours(self.staff(400, team=said), book="U2") == 128

    def test_it_can_be_switched_off(self) -> None:
        assert hours(self.staff(400, capacity={"ramp_from_first_customer": False}), book="U2") == 128


class TestCost:
    def test_seed_23_a_csm_costs_100_000_a_year_and_part_time_its_share(self) -> None:
        # Dana half time, Sam full time; the pool of unknown size as one.
        assert staff({"fte": "0.5"}).cost_per_year(TODAY) == Decimal(250_000)

    def test_seed_33_who_carries_no_book_is_in_the_cost(self) -> None:
        people = {"dana@acme.test": {}, "vera@acme.test": {"role": "leader", "cost_per_year": 150_000}}
        told = staff(team={"members": people})
        assert told.cost_per_year(TODAY) == Decimal(450_000)
        assert [told.carries_book(book) for book in ("U1", "U9")] == [True, False]

    def test_seed_27_a_renewals_manager_without_a_user_is_in_the_cost_too(self) -> None:
        people = {"rita@acme.test": {"role": "renewals", "cost_per_year": 80_000}}
        told = staff(team={"members": people})
        assert told.cost_per_year(TODAY) == Decimal(380_000)
        assert told.people["rita@acme.test"].listed is False

    def test_nobody_is_paid_before_the_first_day_or_after_the_last(self) -> None:
        comes = {"new@acme.test": {"starts_on": "2027-02-01", "leaves_on": "2027-06-01", "segment": "SMB"}}
        told = staff(team={"members": comes})
        days = (date(2027, 1, 31), date(2027, 2, 1), date(2027, 6, 1))
        assert [told.cost_per_year(day) for day in days] == [300_000, 400_000, 300_000]
        assert told.people["new@acme.test"].segment == "SMB"

    def test_pools_cost_what_their_members_do(self) -> None:
        assert staff(team={"pools": {"P1": {"members": 3}}}).cost_per_year(TODAY) == Decimal(500_000)


def test_people_whom_the_crm_does_not_list_are_named_unless_they_need_no_user_yet() -> None:
    team = settings(
        team={
            "pools": {"typo.pool@acme.test": {}},
            "members": {
                "DANA@acme.test": {},
                "typo@acme.test": {"fte": "0.5"},
                "next@acme.test": {"starts_on": "2027-02-01"},
                "gone@acme.test": {"leaves_on": "2026-01-01"},
                "rita@acme.test": {"role": "renewals"},
            },
        }
    ).team
    assert strangers(team, (DANA, SAM), TODAY) == ("typo.pool@acme.test", "typo@acme.test")
