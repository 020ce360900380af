"""Which limit holds for whom, and where it says it comes from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.capacity.limits import LimitBook, Measure
from cssync.model.finding import Limit
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings


def limit(rows: list[Row], measure: Measure = "accounts", **limits: Any) -> Limit:
    with_ = settings(limits=limits)
    night = Nights(with_).walk(pull_of(rows))
    said = {"limits.segments.SMB.accounts": "cssync.yaml:7"}
    return LimitBook(with_.limits, lambda name: said.get(name, "default")).limit(night.book("U1"), measure)


SMB = many(4, segment="SMB", product="Simple")


def test_without_anything_set_the_seeds_hold() -> None:
    assert [limit(SMB, measure).value for measure in ("arr", "accounts", "trend_accounts")] == [2_000_000, 50, 75]
    assert limit(SMB).seed == "seed 2"


def test_csm_beats_segment_beats_complexity_beats_global() -> None:
    csms: Any = {"csms": {"U1": {"accounts": 30}}}
    segments: Any = {"segments": {"SMB": {"accounts": 150}}}
    complexity: Any = {"complexity": {"simple": "0.5"}}
    assert limit(SMB, **complexity).value == 100
    assert limit(SMB, **complexity, **segments).value == 150
    assert limit(SMB, **complexity, **segments, **csms).value == 30


def test_a_limit_of_the_operators_own_names_its_line_and_no_seed() -> None:
    told = limit(SMB, segments={"SMB": {"accounts": 150}})
    assert (told.setting, told.origin, told.seed) == ("limits.segments.SMB.accounts", "cssync.yaml:7", None)


def test_a_narrower_set_without_this_measure_leaves_it_to_the_wider_one() -> None:
    assert limit(SMB, measure="arr", csms={"U1": {"accounts": 30}}).value == 2_000_000


def test_complexity_is_the_mean_over_the_customers_of_a_book_and_rounds_the_limit_down() -> None:
    rows = [*many(2, prefix="hard", product="Platform"), account("easy", product="Widget"), account("none")]
    told = limit(rows, complexity={"Platform": 2})  # (2 + 2 + 1 + 1) / 4 = 1.5
    assert (told.value, told.seed) == (Decimal(33), "seed 5")


def test_complexity_does_not_change_how_much_arr_one_can_answer_for() -> None:
    assert limit(many(2, product="Platform"), measure="arr", complexity={"Platform": 2}).value == 2_000_000


def test_complexity_divides_exactly() -> None:
    rows = [account("hard", product="Platform"), *many(5, product="Widget")]
    assert limit(rows, complexity={"Platform": "1.25"}).value == 48  # 50 x 24/25, where decimals make 47.99...


class TestStage:
    """Seed 9: the stage of the company chooses how much ARR a CSM carries; the rows of it hold 1M each."""

    def limit(self, millions: int, **limits: Any) -> Limit:
        rows = [account(f"a{n}", "U2", 1_000_000) for n in range(millions)]
        company = Nights(settings(limits=limits)).walk(pull_of([*rows, account("mine", "U1", 1)])).company()
        book = next(each for each in company.books.books if each.id == "U1")
        return company.limits.limit(book, "arr")

    def test_a_steady_company_goes_by_the_limit_as_it_is(self) -> None:
        assert self.limit(3).value == 2_000_000

    def test_seed_22_growth_is_one_million_a_csm_until_ten(self) -> None:
        told = self.limit(3, stage="growth")
        assert (told.value, told.setting, told.origin, told.seed) == (
            Decimal(1_000_000),
            "limits.stage",
            "default",
            "seed 22",
        )
        assert told.why == "for every CSM of a company in its growth stage"
        assert self.limit(10, stage="growth").why.endswith("beyond $10M of ARR")
        assert self.limit(10, stage="growth").value == 2_000_000

    @pytest.mark.parametrize(
        ("millions", "expected"), [(9, "2000000"), (20, "2500000"), (49, "2500000"), (50, "3000000"), (100, "4000000")]
    )
    def test_seed_30_the_ratio_slides_with_the_arr_of_the_company(self, millions: int, expected: str) -> None:
        """One dollar is in the book itself, so that 20 is just past 20M."""
        assert self.limit(millions, stage="sliding").value == Decimal(expected)

    def test_seed_30_is_off_by_default(self) -> None:
        assert self.limit(100).value == 2_000_000

    def test_seed_27_an_early_company_has_two_csms_for_its_first_million(self) -> None:
        assert [self.limit(millions, stage="early").value for millions in (0, 1, 10)] == [500_000, 1_000_000, 2_000_000]
        assert self.limit(0, stage="early").seed == "seed 27"

    def test_below_the_first_step_the_limit_is_the_general_one(self) -> None:
        told = self.limit(3, stage="growth", stages={"growth": {"5000000": 1}})
        assert (told.value, told.setting) == (Decimal(2_000_000), "limits.arr")

    def test_the_limit_of_a_segment_beats_the_stage(self) -> None:
        csms: Any = {"csms": {"U1": {"arr": 5}}}
        assert self.limit(3, stage="growth", **csms).value == 5


class TestScaling:
    """All limits but a CSM's own are for someone who works full time on nothing but accounts."""

    def limits(self, dana: Any = None, **with_: Any) -> tuple[Limit, ...]:
        team = {"members": {"dana@acme.test": dana or {}}, **with_.pop("team", {})}
        company = Nights(settings(team=team, **with_)).walk(pull_of(SMB)).company()
        return tuple(
            company.limits.limit(company.books.books[0], measure) for measure in ("arr", "accounts", "trend_accounts")
        )

    def test_seed_09_who_works_half_time_carries_half(self) -> None:
        told = self.limits({"fte": "0.5"})
        assert [limit.value for limit in told] == [1_000_000, 25, 37]
        assert told[1].why == "for every CSM: 50% of 50, for part time 50% (seed 9)"
        assert told[0].why == "for every CSM: 50% of $2M, for part time 50% (seed 9)"

    def test_seed_38_the_scope_of_the_team_lowers_everyones_limits_and_the_general_ones(self) -> None:
        team = {"scope": ["onboarding", "support"]}
        assert [limit.value for limit in self.limits(team=team)] == [1_100_000, 27, 41]
        company = Nights(settings(team=team)).walk(pull_of(SMB)).company()
        assert company.limits.general("accounts").value == 27

    def test_an_experienced_csm_carries_more(self) -> None:
        assert self.limits({"experience": "1.2"})[1].value == 60

    def test_a_csms_own_limit_is_as_it_was_said(self) -> None:
        own = {"csms": {"U1": {"accounts": 40}}}
        assert [limit.value for limit in self.limits({"fte": "0.5"}, limits=own)] == [1_000_000, 40, 37]

    def test_a_limit_of_the_segment_is_scaled(self) -> None:
        assert self.limits({"fte": "0.5"}, limits={"segments": {"SMB": {"accounts": 150}}})[1].value == 75

    def test_a_ramp_lowers_no_limit_unless_that_is_asked_for(self) -> None:
        ramping = {"starts_on": TODAY - timedelta(days=45)}
        assert self.limits(ramping)[1].value == 50
        told = self.limits(ramping, limits={"scale_with_capacity": "ramp"})[1]
        assert (told.value, told.moves) == (Decimal(25), True)

    def test_on_the_first_day_of_a_ramp_a_limit_is_not_nothing(self) -> None:
        first = self.limits({"starts_on": TODAY - timedelta(0)}, limits={"scale_with_capacity": "ramp"})
        assert [limit.value for limit in first] == [20_000, 1, 1]
        later = self.limits({"starts_on": TODAY - timedelta(days=2)}, limits={"scale_with_capacity": "ramp"})
        assert [limit.value for limit in later] == [Decimal("44444.4444"), 1, 1]

    def test_a_leave_lowers_no_limit(self) -> None:
        away = {"leave": [{"from": str(TODAY), "to": str(TODAY)}]}
        assert self.limits(away, limits={"scale_with_capacity": "ramp"})[1].value == 50

    def test_it_can_be_switched_off(self) -> None:
        assert self.limits({"fte": "0.5"}, limits={"scale_with_capacity": "never"})[1].value == 50
