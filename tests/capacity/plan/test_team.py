"""Who is there for a segment on every day to come, and what each of them carries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cssync.capacity.plan.lead import Lead
from cssync.capacity.plan.seats import Seat
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.team import Teams
from tests.capacity.plan.companies import company, day, teams
from tests.nights import account, many

ACCOUNTS, ARR, HOURS = Measure.ACCOUNTS, Measure.ARR, Measure.HOURS


def seat(**dana: Any) -> Seat:
    """Dana's; the team is two CSMs of SMB."""
    rows = [*many(10, segment="SMB"), *many(5, "U2", segment="SMB")]
    of = company(rows, team={"members": {"dana@acme.test": dana}})
    return next(seat for seat in teams(of).seats("SMB").seats if seat.name == "Dana Roy")


def test_a_full_time_csm_carries_the_limits_and_the_productive_hours() -> None:
    dana = seat()
    assert dana.carries == {HOURS: 128.0, ACCOUNTS: 50.0, ARR: 2_000_000.0}
    assert dana.there.tolist() == [1.0] * 200
    assert (dana.cost_per_year, dana.people) == (Decimal(100_000), Decimal(1))


def test_half_time_is_half_of_everything_also_of_the_cost() -> None:
    dana = seat(fte="0.5")
    assert dana.carries == {HOURS: 64.0, ACCOUNTS: 25.0, ARR: 1_000_000.0}
    assert dana.cost_per_year == Decimal(50_000)


def test_seed_31_someone_who_starts_ramps_day_by_day() -> None:
    """Nothing up to day 30 and on it, a third 30 days later, in full from the 120th on."""
    dana = seat(starts_on=day(30))
    assert [dana.there[n] for n in (0, 29, 30, 60, 120, 199)] == pytest.approx([0, 0, 0, 1 / 3, 1, 1])
    assert [dana.paid[n] for n in (29, 30)] == [0.0, 1.0]


def test_a_ramp_that_outlasts_the_plan_goes_on_to_its_end() -> None:
    """Of 300 days of ramp 10 are over tonight, and 209 on the last of 200 days."""
    ramping = {"members": {"dana@acme.test": {"starts_on": day(-10)}}}
    of = company(many(10, segment="SMB"), team=ramping, hiring={"ramp_days": 300})
    (dana,) = Teams(of, Lead(45, 21, 300), 200).seats("SMB").seats
    assert (dana.there[0], dana.there[199]) == pytest.approx((10 / 300, 209 / 300))


def test_on_leave_someone_is_paid_and_not_there() -> None:
    dana = seat(leave=[{"from": day(10), "to": day(40)}])
    assert [dana.there[n] for n in (9, 10, 40, 41)] == [1.0, 0.0, 0.0, 1.0]
    assert dana.paid.tolist() == [1.0] * 200


def test_a_leave_while_ramping_goes_on_where_the_ramp_has_got_to() -> None:
    """45 of 90 days tonight; on the day after ten days of leave 60 of 90."""
    dana = seat(starts_on=day(-45), leave=[{"from": day(5), "to": day(14)}])
    assert [dana.there[n] for n in (0, 4, 5, 14, 15)] == pytest.approx([45 / 90, 49 / 90, 0, 0, 60 / 90])


def test_who_leaves_is_gone_from_that_day_on_and_costs_nothing_more() -> None:
    dana = seat(leaves_on=day(20))
    assert [dana.there[n] for n in (19, 20)] == [1.0, 0.0]
    assert [dana.paid[n] for n in (19, 20)] == [1.0, 0.0]


def test_seed_33_who_carries_no_book_has_no_seat() -> None:
    of = company(
        [*many(10, segment="SMB"), *many(5, "U2", segment="SMB")],
        team={"members": {"sam@acme.test": {"role": "leader"}}},
    )
    assert [seat.name for seat in teams(of).seats("SMB").seats] == ["Dana Roy"]


def test_someone_who_is_only_in_the_settings_has_a_seat_from_the_first_day() -> None:
    new = {"members": {"new@acme.test": {"segment": "SMB", "starts_on": day(10)}}}
    new_seat = teams(company(many(10, segment="SMB"), team=new)).seats("smb").seats[-1]
    assert (new_seat.name, new_seat.there[10], new_seat.there[100]) == ("new@acme.test", 0.0, 1.0)


class TestPools:
    rows = (*many(10, segment="SMB"), *many(30, "P1", amount=500, segment="SMB"))

    def pool(self, **team: Any) -> Seat:
        found = teams(company(self.rows, team=team)).seats("SMB").seats
        return next(seat for seat in found if seat.name == "CS Pool")

    def test_of_unknown_size_they_carry_what_they_do(self) -> None:
        """30 customers at 2 hours and $500."""
        assert self.pool().carries == {HOURS: 60.0, ACCOUNTS: 30, ARR: 15_000.0}

    def test_of_known_size_they_are_so_many_csms(self) -> None:
        pool = self.pool(pools={"pool@acme.test": {"members": 3}})
        assert pool.carries == {HOURS: 384.0, ACCOUNTS: 150.0, ARR: 6_000_000.0}
        assert (pool.people, pool.cost_per_year) == (Decimal(3), Decimal(300_000))


class TestRequisitions:
    def seat(self, starts_on: date | None) -> Seat:
        open_ = {"segment": "smb", "count": 2, "starts_on": starts_on}
        return teams(company(many(10, segment="SMB"), hiring={"requisitions": [open_]})).seats("SMB").seats[-1]

    def test_they_ramp_from_their_expected_start(self) -> None:
        two = self.seat(day(30))
        assert two.carries[ACCOUNTS] == 100.0
        assert [two.there[n] for n in (30, 75, 120)] == pytest.approx([0.0, 0.5, 1.0])

    def test_without_a_date_they_start_as_if_opened_today(self) -> None:
        """45 to fill and 21 of notice: on day 66."""
        assert [self.seat(None).paid[n] for n in (65, 66)] == [0.0, 1.0]

    def test_one_that_should_have_started_counts_from_today(self) -> None:
        assert [self.seat(day(-20)).there[n] for n in (0, 45)] == pytest.approx([0.0, 0.5])


def test_seed_22_a_growing_company_plans_with_a_million_a_csm() -> None:
    of = company(many(10, segment="SMB"), limits={"stage": "growth"})
    assert teams(of).each("SMB")[ARR] == 1_000_000.0


def test_seed_30_the_ratio_slides_with_the_arr_of_the_company() -> None:
    of = company([account("a", amount=21_000_000, segment="SMB")], limits={"stage": "sliding"})
    assert teams(of).each("SMB")[ARR] == 2_500_000.0


def test_seed_38_a_new_csm_has_the_duties_that_all_have() -> None:
    of = company(many(10, segment="SMB"), team={"scope": ["onboarding"]})
    assert teams(of).each("SMB") == {HOURS: 102.4, ACCOUNTS: 40.0, ARR: 1_600_000.0}


def test_seed_05_complex_products_of_the_segment_lower_what_a_new_csm_carries() -> None:
    of = company(many(10, segment="SMB", product="Platform"), limits={"complexity": {"Platform": "1.25"}})
    assert teams(of).each("SMB")[ACCOUNTS] == 40.0


def test_seed_32_a_customer_over_2_million_takes_a_csm_of_its_own() -> None:
    """One CSM for $3M, where its size alone would be a CSM and a half; of 50 accounts it takes all, of hours 128."""
    of = company([account("big", amount=3_000_000, segment="SMB"), *many(4, segment="SMB")])
    team = teams(of)
    assert team.dedicated("SMB", team.each("SMB")) == {HOURS: 126.0, ACCOUNTS: 49.0, ARR: -1_000_000.0}
    assert team.dedicated("Enterprise", team.each("Enterprise")) == {}


def test_the_segments_are_those_of_customers_people_and_requisitions_the_largest_first() -> None:
    rows = [*many(3, amount=100, segment="SMB"), *many(3, "U2", segment="Enterprise")]
    of = company(
        rows,
        team={"members": {"ana@acme.test": {"segment": "smb"}, "new@acme.test": {"segment": "Strategic"}}},
        hiring={"requisitions": [{"segment": "Emea"}]},
    )
    assert teams(of).segments == ("Enterprise", "SMB", "Emea", "Strategic")
