"""Each rule: fires, does not fire, at the boundary, without history; with hand-made books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from cssync.model.book import BookKind
from cssync.model.finding import Finding, Severity, Unit
from cssync.model.owner import Owner, OwnerKind
from cssync.model.story import flattened
from cssync.model.wording import day
from rules import (
    accounts_over_limit,
    arr_over_limit,
    hire_by,
    load_over_capacity,
    new_customer_unassigned,
    trending_to_ceiling,
    without_working_csm,
)
from rules.base import Rule
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings


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


class TestAccountsOverLimit:
    rule = accounts_over_limit.RULE

    def test_a_csm_exactly_at_the_limit_is_not_flagged(self) -> None:
        assert found(self.rule, many(50)) == []

    def test_seed_02_one_customer_more_is_a_warning_that_names_value_limit_and_source(self) -> None:
        (finding,) = found(self.rule, many(51))
        assert (finding.subject.id, finding.severity, finding.value) == ("U1", Severity.WARNING, Decimal(51))
        assert (int(finding.limit.value), finding.limit.setting, finding.limit.seed) == (
            50,
            "limits.accounts",
            "seed 2",
        )
        assert finding.reason == "Dana Roy looks after 51 customers; the limit is 50."
        assert finding.headline == "51 accounts (limit 50)"

    def test_the_ceiling_of_75_is_critical_and_74_is_not(self) -> None:
        assert [f.severity for f in found(self.rule, many(74))] == [Severity.WARNING]
        assert [f.severity for f in found(self.rule, many(75))] == [Severity.CRITICAL]

    def test_over_both_limits_is_critical(self) -> None:
        assert [f.severity for f in found(self.rule, many(51, amount=40_000))] == [Severity.CRITICAL]

    def test_pools_queues_and_leaders_are_held_to_no_limit(self) -> None:
        pool, queue = Owner("P", "Pool", kind=OwnerKind.POOL), Owner("Q", "Queue", kind=OwnerKind.QUEUE)
        rows = [*many(60, "P"), *many(60, "Q"), *many(60, "U9")]
        leader = {"members": {"vera@acme.test": {"role": "leader"}}}
        assert found(self.rule, rows, (*TEAM, pool, queue), team=leader) == []

    def test_the_action_moves_the_smallest_customers_to_a_colleague_with_room(self) -> None:
        rows = [*many(51, amount=9000), account("small", "U1", 10), *many(10, "U2")]
        (finding,) = found(self.rule, rows)
        assert finding.action == "Move 2 customers ($9.01k of ARR): 2 to Sam Ito."

    def test_where_nobody_has_room_the_action_is_to_hire(self) -> None:
        (finding,) = found(self.rule, [*many(53), *many(50, "U2")])
        assert finding.action == (
            "Open a requisition now: 3 customers ($3k of ARR) should move, and colleagues have no room."
        )

    def test_no_customer_is_moved_shortly_before_its_renewal(self) -> None:
        soon = many(50, amount=1, prefix="soon", renewal_on=TODAY + timedelta(days=60))
        rows = [*soon, account("later", "U1", 700, renewal_on=TODAY + timedelta(days=61)), *many(1, "U2")]
        (finding,) = found(self.rule, rows)
        assert finding.action == "Move 1 customer ($700 of ARR): 1 to Sam Ito."

    def test_without_history_it_is_not_said_since_when(self) -> None:
        (finding,) = found(self.rule, many(51))
        assert finding.since is None

    def test_with_history_it_says_since_when(self) -> None:
        nights = Nights()
        nights.walk(pull_of(many(50)), TODAY - timedelta(days=9))
        nights.walk(pull_of(many(51)), TODAY - timedelta(days=4))
        (finding,) = self.rule.evaluate(nights.walk(pull_of(many(52))).context())
        assert finding.since == TODAY - timedelta(days=4)

    def test_an_open_alert_lingers_down_to_47_as_something_to_watch(self) -> None:
        open_ = [("accounts_over_limit", "U1")]
        (finding,) = found(self.rule, many(48), firing=open_)
        assert (finding.severity, finding.lingers, finding.since) == (Severity.WATCH, True, None)
        assert finding.headline == "48 accounts (limit 50; the alert ends at 47)"
        assert finding.reason == "Dana Roy looks after 48 customers; the limit is 50; the alert ends at 47."
        assert finding.action == "Give Dana Roy no new customers until the book is down to 47 or fewer."
        assert found(self.rule, many(47), firing=open_) == []
        assert found(self.rule, many(48)) == []

    def test_over_its_limit_an_open_alert_is_what_it_would_be_anyway(self) -> None:
        assert found(self.rule, many(51), firing=[("accounts_over_limit", "U1")]) == found(self.rule, many(51))

    @pytest.mark.parametrize(("limit", "ends_at"), [(1, 1), (5, 5), (9, 9), (10, 9), (20, 19), (40, 38), (100, 95)])
    def test_where_it_ends_is_told_in_whole_accounts(self, limit: int, ends_at: int) -> None:
        open_, limits = [("accounts_over_limit", "U1")], {"accounts": limit}
        assert found(self.rule, many(ends_at), firing=open_, limits=limits) == []
        assert found(self.rule, many(ends_at + 1), firing=open_, limits=limits) != []

    def test_it_knows_what_the_book_held_last_night(self) -> None:
        nights = Nights()
        nights.walk(pull_of(many(49)), TODAY - timedelta(days=3))
        (finding,) = self.rule.evaluate(nights.walk(pull_of(many(51))).context())
        assert finding.before == 49

    def test_the_limit_of_a_csm_beats_that_of_the_segment(self) -> None:
        limits = {"segments": {"smb": {"accounts": 100}}, "csms": {"DANA@acme.test": {"accounts": 10}}}
        rows = [*many(11, segment="SMB"), *many(60, "U2", segment="SMB")]
        (finding,) = found(self.rule, rows, limits=limits)
        assert (finding.subject.id, finding.limit.setting) == ("U1", "limits.csms.DANA@acme.test.accounts")


class TestArrOverLimit:
    rule = arr_over_limit.RULE

    def test_exactly_two_million_is_not_flagged(self) -> None:
        assert found(self.rule, [account("a", amount=2_000_000)]) == []

    def test_one_cent_more_is(self) -> None:
        (finding,) = found(self.rule, [account("a", amount="2000000.01")])
        assert (finding.value, finding.unit) == (Decimal("2000000.01"), Unit.MONEY)
        assert (finding.limit.setting, finding.limit.seed, finding.severity) == (
            "limits.arr",
            "seed 1",
            Severity.WARNING,
        )

    def test_half_as_much_again_is_critical(self) -> None:
        assert [f.severity for f in found(self.rule, [account("a", amount="2999999.99")])] == [Severity.WARNING]
        assert [f.severity for f in found(self.rule, [account("a", amount=3_000_000)])] == [Severity.CRITICAL]

    def test_an_open_alert_lingers_down_to_1_9_million_as_something_to_watch(self) -> None:
        open_ = [("arr_over_limit", "U1")]
        (finding,) = found(self.rule, [account("a", amount="1900000.01")], firing=open_)
        assert (finding.severity, finding.lingers) == (Severity.WATCH, True)
        assert finding.headline == "$1.9M ARR (limit $2M; the alert ends at $1.9M)"
        assert finding.action == "Give Dana Roy no new customers until the book is down to $1.9M or less."
        assert found(self.rule, [account("a", amount=1_900_000)], firing=open_) == []

    def test_the_action_hands_over_the_smallest_customer_that_is_enough(self) -> None:
        rows = [
            account("huge", amount=1_800_000),
            account("right", amount=260_000),
            account("small", amount=140_000),
            *many(3, "U2"),
        ]
        (finding,) = found(self.rule, rows)
        assert finding.action == "Move 1 customer ($260k of ARR): 1 to Sam Ito."

    def test_seed_11_the_mix_of_the_book_stands_beside_the_sum(self) -> None:
        (finding,) = found(self.rule, many(30, amount=70_000, segment="Mid-Market"))
        assert "By segment: Mid-Market 30 ($2.1M)." in flattened(finding.story)
        assert "By deal size: $20k to $100k 30 ($2.1M)." in flattened(finding.story)

    def test_customers_whose_arr_is_unknown_are_named_and_not_guessed(self) -> None:
        rows = [account("a", amount=2_500_000, lifecycle="live"), account("b", amount=None, lifecycle="live")]
        (finding,) = found(self.rule, rows, customers={"where": "lifecycle = 'live'"})
        assert "The ARR of 1 customer could not be read and is not in the sum." in flattened(finding.story)


def growing(current: int, won_last_year: int) -> list[Row]:
    """A book of *current* customers, *won_last_year* of which came evenly over the last year."""
    days = [TODAY - timedelta(days=360 * (n + 1) // (won_last_year + 1)) for n in range(won_last_year)]
    won = [account(f"won-{n:03}", customer_since=day) for n, day in enumerate(days)]
    return [*many(current - won_last_year, customer_since=date(2020, 1, 1)), *won]


class TestTrendingToCeiling:
    rule = trending_to_ceiling.RULE
    alone: ClassVar = {"hire_by": {"enabled": False}}
    quick: ClassVar = {"days_to_fill": 10, "notice_days": 0, "ramp_days": 10}

    def test_a_book_that_gains_sixty_a_year_from_sixty_is_heading_for_75(self) -> None:
        # 129 days to 31 March at 60 a year are 21 more; of 20 old customers whose year ends by then two may be lost.
        (finding,) = found(self.rule, growing(60, 60))
        assert finding.subject.id == "U1"
        assert finding.limit.value == 75
        assert "heading for 75 by 31 Mar 2027" in finding.reason
        heading = "60 accounts today, +20 likely wins, -2 likely losses: 78"
        assert any(sentence.startswith(heading) for sentence in flattened(finding.story))

    def test_a_book_that_stands_still_is_not(self) -> None:
        assert found(self.rule, growing(60, 0)) == []

    def test_a_book_at_the_ceiling_is_left_to_the_rule_on_accounts(self) -> None:
        assert found(self.rule, growing(75, 60)) == []

    def test_an_overdue_requisition_says_by_how_many_days(self) -> None:
        (finding,) = found(self.rule, growing(70, 70), rules=self.alone)
        assert finding.act_by is not None
        late = (TODAY - finding.act_by).days
        assert (
            finding.action
            == f"Open a requisition now, {late} days late, and give Dana Roy no new customers until then."
        )

    def test_a_short_lead_time_leaves_a_date_to_open_it_by(self) -> None:
        (finding,) = found(self.rule, growing(60, 60), hiring=self.quick, rules=self.alone)
        assert finding.act_by is not None
        assert finding.act_by > TODAY
        assert finding.action.startswith("Open a requisition by ")

    def test_where_its_segment_is_told_to_hire_the_one_date_is_told_there(self) -> None:
        """70 customers are 0.4 of a CSM too many tonight."""
        (finding,) = found(self.rule, growing(70, 70))
        assert finding.action == (
            "Give Dana Roy no new customers until a hire for customers without a segment is there, as its own alert "
            "says."
        )
        assert (finding.act_by, finding.hire) == (None, False)

    def test_where_the_segment_hires_later_it_says_by_when(self) -> None:
        """Sam has room for the customers who come until the year is out."""
        rows = [*growing(70, 70), *many(1, "U2", customer_since=date(2020, 1, 1))]
        (finding,) = found(self.rule, rows, hiring={**self.quick, "measures": ["accounts"]})
        assert finding.act_by is not None
        assert finding.action == (
            "Give Dana Roy no new customers, and start interviewing: the next requisition for customers without a "
            f"segment is due by {day(finding.act_by)}."
        )

    def test_where_colleagues_have_room_nobody_is_hired(self) -> None:
        colleagues = [row for csm in ("U2", "U3") for row in many(1, csm, customer_since=date(2020, 1, 1))]
        more = Owner("U5", "Bo Lind", "bo@acme.test"), Owner("U6", "Cy Moss", "cy@acme.test")
        rows = [*growing(70, 70), *colleagues, account("b", "U5"), account("c", "U6")]
        (finding,) = found(self.rule, rows, (*TEAM, *more), hiring={"measures": ["accounts"], "quarters": 1})
        assert finding.action == (
            "Give Dana Roy no new customers; colleagues have room for them, and nobody has to be hired for customers "
            "without a segment."
        )

    def test_it_is_something_to_watch_until_the_limit_on_accounts_is_passed_too(self) -> None:
        assert [f.severity for f in found(self.rule, growing(60, 60))] == [Severity.WARNING]
        (finding,) = found(self.rule, growing(60, 60), limits={"accounts": 60})
        assert finding.severity is Severity.WATCH

    def test_seed_04_it_fires_at_even_odds_and_clears_well_below(self) -> None:
        """With 48 won in a year the chance lies between 35% and 50%: too little to fire, too much to clear."""
        rows = growing(60, 48)
        assert found(self.rule, rows) == []
        (finding,) = found(self.rule, rows, firing=[("trending_to_ceiling", "U1")])
        assert "likely" in finding.headline
        assert finding.lingers

    def test_at_the_ceiling_there_is_nothing_more_to_warn_of(self) -> None:
        context = Nights().walk(pull_of([*many(75), *many(74, "U2")])).context()
        assert [book.id for book in self.rule.reached(context)] == ["U1"]

    def test_the_horizon_follows_the_fiscal_year(self) -> None:
        (finding,) = found(self.rule, growing(60, 60), fiscal_year_starts_in=2)
        assert "by 30 Apr 2027" in finding.reason  # quarters from February: the next one ends with April


class TestArrOverLimitWhereTheEffortFits:
    """Seed 13: a mature book of low maintenance may far exceed the limit."""

    rule = arr_over_limit.RULE
    # Ten accounts of ten hours in 128.
    calm = many(10, amount=210_000, segment="Enterprise")

    def test_seed_13_what_is_too_much_is_something_to_watch(self) -> None:
        (finding,) = found(self.rule, self.calm)
        assert finding.severity is Severity.WATCH
        assert finding.reason == (
            "Dana Roy answers for $2.1M of ARR; the limit is $2M. The effort fits, 100 h a month, 78% of 128 h, so it "
            "is one step less severe (seed 13)."
        )
        assert finding.action == "Give Dana Roy no new customers until the book is down to $1.9M or less."
        assert finding.hire is False

    def test_far_too_much_is_a_warning_that_still_asks_for_moves(self) -> None:
        rows = [*many(10, amount=300_000, segment="Enterprise"), *many(1, "U2", segment="Enterprise")]
        (finding,) = found(self.rule, rows, rebalance={"moves_share": 1})
        assert finding.severity is Severity.WARNING
        assert finding.action == "Move 4 customers ($1.2M of ARR): 4 to Sam Ito."

    def test_at_the_last_hour_it_fits_and_one_more_is_too_many(self) -> None:
        full = many(32, amount=70_000, segment="Mid-Market")
        assert [f.severity for f in found(self.rule, full)] == [Severity.WATCH]
        (finding,) = found(self.rule, [*full, account("one", amount=1, segment="SMB")])
        assert finding.severity is Severity.WARNING
        assert "seed 13" not in finding.reason

    def test_hours_that_are_guessed_soften_nothing(self) -> None:
        assert [f.severity for f in found(self.rule, many(10, amount=210_000))] == [Severity.WARNING]

    def test_a_book_with_too_many_accounts_is_softened_by_nothing(self) -> None:
        rows = many(51, amount=50_000, segment="SMB")
        assert [f.severity for f in found(self.rule, rows)] == [Severity.CRITICAL]

    def test_it_can_be_switched_off(self) -> None:
        off = {"arr_over_limit": {"soften": False}}
        assert [f.severity for f in found(self.rule, self.calm, rules=off)] == [Severity.WARNING]


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

    def test_where_nobody_has_the_hours_the_action_is_to_hire(self) -> None:
        rows = [*many(42, segment="Mid-Market"), *many(30, "U2", segment="Mid-Market")]
        (finding,) = found(self.rule, rows)
        assert finding.hire
        assert finding.action == (
            "Open a requisition now: 7 customers ($7k of ARR) should move, and colleagues in Mid-Market have room for "
            "5 of them."
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


class TestWithoutWorkingCsm:
    rule = without_working_csm.RULE

    def test_every_kind_of_book_that_nobody_works_is_named(self) -> None:
        queue = Owner("Q", "Queue", kind=OwnerKind.QUEUE)
        rows = [account("a", None), account("b", "U4"), account("c", "Q"), account("d", "U404"), account("e", "U1")]
        findings = found(self.rule, rows, (*TEAM, queue))
        assert {(f.subject.id, f.reason) for f in findings} == {
            ("unassigned", "1 customer with $1k of ARR: no CSM is named."),
            ("U4", "1 customer with $1k of ARR: their owner Tom Becker is no longer active in the CRM."),
            ("Q", "1 customer with $1k of ARR: they wait in the queue Queue."),
            ("unknown:U404", "1 customer with $1k of ARR: the CRM does not list their owner."),
        }
        assert all(f.limit.seed == "seed 31" for f in findings)

    def test_a_pool_works_its_customers(self) -> None:
        assert found(self.rule, many(3, "U2"), team={"pools": {"sam@acme.test": {}}}) == []

    def test_prospects_need_no_csm(self) -> None:
        assert found(self.rule, [account("a", None, 0)]) == []

    def test_a_million_of_arr_is_critical(self) -> None:
        assert [f.severity for f in found(self.rule, [account("a", None, "999999.99")])] == [Severity.WARNING]
        assert [f.severity for f in found(self.rule, [account("a", None, 1_000_000)])] == [Severity.CRITICAL]

    def test_the_action_names_colleagues_of_the_segment_with_room(self) -> None:
        rows = [*many(3, "U4", segment="SMB"), *many(1, "U1", segment="SMB"), *many(1, "U2", segment="Enterprise")]
        (finding,) = found(self.rule, rows)
        assert finding.action == "Reassign 3 customers in the CRM: 3 to Dana Roy."


class TestNewCustomerUnassigned:
    rule = new_customer_unassigned.RULE

    def test_a_new_customer_without_a_csm_is_named(self) -> None:
        rows = [
            account("new", None, name="Acme <!channel>", customer_since=TODAY - timedelta(days=89)),
            account("old", None, customer_since=TODAY - timedelta(days=90)),
            account("served", "U1", customer_since=TODAY),
        ]
        (finding,) = found(self.rule, rows)
        assert finding.value == 1
        assert finding.action == "Name a CSM for Acme <!channel> today."
        assert finding.since == TODAY - timedelta(days=89)

    def test_a_contract_that_begins_later_is_not_new_yet(self) -> None:
        assert found(self.rule, [account("a", None, customer_since=TODAY + timedelta(days=1))]) == []

    def test_without_dates_nothing_is_said(self) -> None:
        assert found(self.rule, [account("a", None)]) == []


def test_room_is_promised_only_once_a_night() -> None:
    """Sam has room for 3: two unassigned customers come first, so only one is left for Dana's two."""
    rows = [*many(52), *many(47, "U2"), *many(2, None, prefix="free")]
    night = Nights().walk(pull_of(rows))
    relief = night.context().relief
    assert [(book.name, len(customers)) for book, customers in relief["unassigned"].placed] == [("Sam Ito", 2)]
    assert [(book.name, len(customers)) for book, customers in relief["U1"].placed] == [("Sam Ito", 1)]
    assert len(relief["U1"].unplaced) == 1
    assert night.book("unassigned").kind is BookKind.UNASSIGNED


def test_a_customer_larger_than_anyones_room_finds_no_place() -> None:
    rows = [account("big", "U1", 1_500_000), account("bigger", "U1", 1_600_000), account("x", "U2", 600_000)]
    relief = Nights().walk(pull_of(rows)).context().relief["U1"]
    assert (relief.placed, [customer.account_id for customer in relief.unplaced]) == ((), ["big"])


def test_what_moved_is_told_with_its_causes_and_nothing_that_did_not() -> None:
    nights = Nights(settings(limits={"accounts": 2}))
    nights.walk(pull_of([*many(3), account("x", "U2")]), TODAY - timedelta(days=7))
    (finding,) = accounts_over_limit.RULE.evaluate(nights.walk(pull_of([*many(3), account("x", "U1")])).context())
    assert "Since 15 Nov 2026: +1 customer, +$1k of ARR (1 taken over)." in flattened(finding.story)
    (finding,) = accounts_over_limit.RULE.evaluate(
        nights.walk(pull_of([*many(3, amount=1500), account("x", "U2")]), TODAY + timedelta(days=1)).context()
    )
    told = [sentence for sentence in flattened(finding.story) if sentence.startswith("Since")]
    assert told[0] == "Since 16 Nov 2026: +$1.5k of ARR (ARR of existing customers +$1.5k)."


class TestHireBy:
    """By customers alone, of whom none come and none go: what is lacking tonight is lacking for good."""

    rule = hire_by.RULE

    def found(self, rows: Iterable[Row], firing: Iterable[tuple[str, str]] = (), **with_: Any) -> list[Finding]:
        hiring = {"measures": ["accounts"], **with_.pop("hiring", {})}
        return found(self.rule, rows, firing=firing, hiring=hiring, **with_)

    def test_seed_20_a_segment_that_lacks_a_part_of_a_csm_has_a_requisition_overdue(self) -> None:
        (finding,) = self.found(many(80, segment="SMB"))
        assert (finding.subject.id, finding.subject.name, finding.subject.segment) == ("segment:smb", "SMB", "SMB")
        assert (finding.severity, finding.unit, finding.value) == (Severity.WARNING, Unit.CSMS, Decimal(1))
        assert finding.headline == "1 hire due 156 days ago"
        assert finding.action == (
            "Open a requisition now, due since 19 Jun 2026 (156 days ago): who starts on 27 Jan 2027 is ramped on "
            "27 Apr 2027."
        )
        assert (finding.act_by, finding.hire) == (date(2026, 6, 19), True)

    def test_a_whole_csm_lacking_tonight_is_critical(self) -> None:
        severities = [self.found(many(number, segment="SMB"))[0].severity for number in (99, 100)]
        assert severities == [Severity.WARNING, Severity.CRITICAL]

    def test_a_segment_with_room_is_not_flagged(self) -> None:
        assert self.found(many(50, segment="SMB")) == []

    def test_the_boundary_is_a_quarter_of_a_csm(self) -> None:
        assert self.found(many(62, segment="SMB")) == []
        assert len(self.found(many(63, segment="SMB"))) == 1

    def test_seed_31_someone_who_leaves_is_replaced_by_a_hire_who_is_ramped_that_day(self) -> None:
        """Sam leaves on 15 May 2027, 174 days ahead, 18 more than the lead: to be open by 10 Dec 2026."""
        rows = [*many(45, segment="SMB"), *many(45, "U2", segment="SMB")]
        (finding,) = self.found(rows, team={"members": {"sam@acme.test": {"leaves_on": "2027-05-15"}}})
        assert (finding.severity, finding.act_by) == (Severity.WATCH, date(2026, 12, 10))
        assert finding.headline == "1 hire due by 10 Dec 2026"
        assert finding.action == "Open a requisition by 10 Dec 2026, needed from 15 May 2027 on."

    @pytest.mark.parametrize(
        ("leaves_on", "told", "lingers"), [("2027-05-27", 1, 1), ("2027-05-28", 0, 1), ("2027-06-12", 0, 0)]
    )
    def test_it_is_told_30_days_ahead_and_ends_where_none_is_due_within_45(
        self, leaves_on: str, told: int, lingers: int
    ) -> None:
        rows = [*many(45, segment="SMB"), *many(45, "U2", segment="SMB")]
        team = {"members": {"sam@acme.test": {"leaves_on": leaves_on}}}
        assert len(self.found(rows, team=team)) == told
        assert len(self.found(rows, team=team, firing=[("hire_by", "segment:smb")])) == lingers

    def test_an_open_requisition_is_no_longer_due(self) -> None:
        """It fills the gap in 66 + 90 days; until then it is bridged."""
        assert self.found(many(80, segment="SMB"), hiring={"requisitions": [{"segment": "SMB"}]}) == []

    def test_it_names_the_customers_and_the_deals_that_drive_it(self) -> None:
        rows = [*many(80, segment="SMB"), account("new", amount=5000, segment="SMB", customer_since=TODAY)]
        prospect = account("P", None, None, segment="SMB")
        deal = {"opportunity_id": "O1", "account_id": "P", "is_closed": False, "is_won": False, "amount": Decimal(900),
                "stage": "demo", "close_on": TODAY + timedelta(days=9), "kind": "new"}  # fmt: skip
        night = Nights(settings(hiring={"measures": ["accounts"]})).walk(
            pull_of([*rows, prospect], opportunities=[deal])
        )
        (finding,) = self.rule.evaluate(night.context())
        assert [(driver.name, driver.why) for driver in finding.drivers] == [
            ("Name new", "customer since 22 Nov 2026, 2.0 hours a month"),
            ("Name P", "open deal, demo, closes 1 Dec 2026"),
        ]
        assert flattened(finding.story)[:2] == (
            "Newest customers: Name new ($5k).",
            "Largest open deals: Name P ($900).",
        )

    def test_it_goes_to_the_manager_whom_all_csms_of_the_segment_share(self) -> None:
        """Dana and Ana have Vera, Sam nobody."""
        (finding,) = self.found([*many(80, segment="SMB"), *many(60, "U3", segment="SMB")])
        assert (finding.subject.manager, finding.subject.manager_email) == ("Vera Holt", "vera@acme.test")
        (finding,) = self.found([*many(80, segment="SMB"), *many(60, "U2", segment="SMB")])
        assert finding.subject.manager is None

    def test_customers_without_a_segment_are_told_of_together(self) -> None:
        (finding,) = self.found(many(80))
        assert (finding.subject.id, finding.subject.name) == ("segment:", "Customers without a segment")

    def test_without_history_it_says_what_is_lacking_tonight(self) -> None:
        (finding,) = self.found(many(80, segment="SMB"))
        assert (finding.since, finding.before) == (None, None)
        assert finding.reason.startswith("SMB has 80 customers tonight, and by 31 Dec 2027 at most 80 customers")
