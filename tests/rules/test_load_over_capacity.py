"""Books that take more hours than there are: fires, does not fire, at the boundary, without history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cssync.model.finding import Severity, Unit
from cssync.model.owner import Owner, OwnerKind
from rules import (
    accounts_over_limit,
    load_over_capacity,
)
from tests.nights import TEAM, TODAY, account, many
from tests.rules.asking import found


class TestLoadOverCapacity:
    """Mid-market customers take four hours each: 35 are 140 of 128."""

    rule = load_over_capacity.RULE

    def test_seed_05_at_110_percent_it_is_watched_and_a_minute_less_is_not(self) -> None:
        exact: Any = {"productive_hours": 40}
        (finding,) = found(self.rule, many(11, segment="Mid-Market"), capacity=exact)
        assert (finding.severity, finding.value, finding.limit.value) == (Severity.WATCH, Decimal(44), Decimal(44))
        less: Any = {"productive_hours": "40.01"}
        assert found(self.rule, many(11, segment="Mid-Market"), capacity=less) == []

    def test_130_percent_is_a_warning_and_less_is_not(self) -> None:
        exact: Any = {"productive_hours": 40}
        assert [f.severity for f in found(self.rule, many(13, segment="Mid-Market"), capacity=exact)] == [
            Severity.WARNING
        ]
        less: Any = {"productive_hours": "40.01"}
        assert [f.severity for f in found(self.rule, many(13, segment="Mid-Market"), capacity=less)] == [Severity.WATCH]

    def test_it_says_how_much_of_how_much_and_where_the_limit_comes_from(self) -> None:
        (finding,) = found(self.rule, many(36, segment="Mid-Market"))
        assert finding.headline == "144 h a month (112% of 128 h)"
        assert finding.reason == "Dana Roy's 36 customers take 144 h a month, 112% of 128 h."
        assert (finding.unit, finding.limit.setting, finding.limit.origin) == (
            Unit.HOURS,
            "capacity.amber_at",
            "default",
        )
        assert finding.limit.why == "110% of 128 hours a month"

    def test_over_a_limit_as_well_it_is_critical(self) -> None:
        assert [f.severity for f in found(self.rule, many(51, segment="Mid-Market"))] == [Severity.CRITICAL]
        rows = many(42, amount=50_000, segment="Mid-Market")
        assert [f.severity for f in found(self.rule, rows)] == [Severity.CRITICAL]

    def test_seed_09_half_time_is_half_the_hours(self) -> None:
        half = {"members": {"dana@acme.test": {"fte": "0.5"}}}
        (finding,) = found(self.rule, many(18, segment="Mid-Market"), team=half)
        assert finding.headline == "72 h a month (112% of 64 h)"
        assert finding.limit.why == "110% of 128 hours a month, part time 50% (seed 9)"
        assert found(self.rule, many(17, segment="Mid-Market"), team=half) == []

    def test_seed_35_who_answers_tickets_too_has_fewer_hours(self) -> None:
        rows = many(27, segment="Mid-Market")
        assert found(self.rule, rows) == []
        (finding,) = found(self.rule, rows, team={"scope": ["support"]})
        assert finding.headline == "108 h a month (112% of 96 h)"

    def test_something_to_watch_is_to_be_given_no_more(self) -> None:
        (finding,) = found(self.rule, many(36, segment="Mid-Market"))
        assert finding.action == ("Give Dana Roy no new customers until the book is down to less than 140.8 h a month.")
        assert finding.hire is False

    def test_what_is_too_much_goes_to_colleagues_of_the_segment_with_time(self) -> None:
        rows = [*many(42, segment="Mid-Market"), *many(20, "U2", segment="Mid-Market"), *many(1, "U3", segment="SMB")]
        (finding,) = found(self.rule, rows, rebalance={"moves_share": 1})
        assert finding.action == "Move 7 customers ($7k of ARR): 7 to Sam Ito."

    def test_for_whom_nobody_has_the_hours_a_part_timer_is_found_where_a_whole_one_is_not_needed(self) -> None:
        rows = [*many(42, segment="Mid-Market"), *many(30, "U2", segment="Mid-Market")]
        (finding,) = found(self.rule, rows)
        assert finding.action == (
            "Move 5 to Sam Ito, and bridge the rest by a part-timer or a pool: 7 customers ($7k of ARR) should move, "
            "and colleagues in Mid-Market have room for 5 of them, but by the plan nobody has to be hired for "
            "Mid-Market."
        )

    def test_seed_31_what_a_ramp_will_make_good_is_watched(self) -> None:
        ramping = {"members": {"dana@acme.test": {"starts_on": TODAY - timedelta(days=45)}}}
        (finding,) = found(self.rule, many(32, segment="Mid-Market"), team=ramping)
        assert finding.severity is Severity.WATCH
        assert finding.headline == "128 h a month (200% of 64 h)"
        assert finding.action == "Give Dana Roy no new customers before the ramp ends, on 6 Jan 2027."

    def test_what_no_ramp_will_make_good_is_a_warning_and_no_reason_to_move_anybody_yet(self) -> None:
        ramping = {"members": {"dana@acme.test": {"starts_on": TODAY - timedelta(days=45)}}}
        rows = [*many(36, segment="Mid-Market"), *many(1, "U2", segment="Mid-Market")]
        (finding,) = found(self.rule, rows, team=ramping)
        assert (finding.severity, finding.hire) == (Severity.WARNING, False)
        assert finding.action == "Give Dana Roy no new customers until the book is down to less than 140.8 h a month."

    def test_who_is_on_leave_needs_cover(self) -> None:
        away = {"members": {"dana@acme.test": {"leave": [{"from": str(TODAY), "to": "2027-03-31"}]}}}
        (finding,) = found(self.rule, many(2, segment="SMB"), team=away)
        assert (finding.severity, finding.limit.value) == (Severity.WARNING, Decimal(0))
        assert finding.headline == "4 h a month (with nobody to work them)"
        assert finding.action == "Name somebody to cover the 2 customers of Dana Roy, on leave until 31 Mar 2027."

    def test_a_colleague_whose_hours_are_full_has_no_room(self) -> None:
        rows = [*many(51, segment="SMB"), *many(32, "U2", segment="Mid-Market"), *many(33, "U3", segment="SMB")]
        smb = {"members": {"sam@acme.test": {"segment": "SMB"}}}
        (finding,) = found(accounts_over_limit.RULE, rows, team=smb)
        assert finding.action == "Move 1 customer ($1k of ARR): 1 to Ana Diaz."

    def test_hours_that_are_guessed_raise_no_alert_until_someone_says_them(self) -> None:
        assert found(self.rule, many(49)) == []
        said = {"hours_per_account": {"otherwise": 4}}
        assert [f.severity for f in found(self.rule, many(49), capacity=said)] == [Severity.WARNING]

    def test_pools_and_leaders_are_held_to_no_hours(self) -> None:
        pool = Owner("P", "Pool", kind=OwnerKind.POOL)
        rows = [*many(99, "P", segment="Mid-Market"), *many(49, "U9", segment="Mid-Market")]
        team = {"members": {"vera@acme.test": {"role": "leader"}}, "pools": {"P": {"members": 1}}}
        assert found(self.rule, rows, (*TEAM, pool), team=team) == []

    def test_an_open_alert_lingers_down_to_95_percent_of_where_it_fires(self) -> None:
        open_ = [("load_over_capacity", "U1")]
        (finding,) = found(self.rule, many(34, segment="Mid-Market"), firing=open_)
        assert (finding.severity, finding.lingers) == (Severity.WATCH, True)
        assert finding.headline == "136 h a month (106% of 128 h; the alert ends below 133.8 h)"
        assert found(self.rule, many(33, segment="Mid-Market"), firing=open_) == []

    def test_without_history_it_is_found_all_the_same(self) -> None:
        (finding,) = found(self.rule, many(36, segment="Mid-Market"))
        assert (finding.since, finding.before) == (None, None)

    def test_those_that_take_most_are_named_with_why(self) -> None:
        rows = [*many(36, segment="Mid-Market"), account("red", segment="Mid-Market", health="red")]
        (finding,) = found(self.rule, rows)
        assert [(driver.account_id, driver.why) for driver in finding.drivers[:2]] == [
            ("red", "6 h a month: at risk"),
            ("U1-000", "4 h a month"),
        ]
