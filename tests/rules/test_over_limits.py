"""Books over their limits of accounts and ARR: fires, does not fire, at the boundary, without history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cssync.model.book import BookKind
from cssync.model.finding import Severity, Unit
from cssync.model.owner import Owner, OwnerKind
from cssync.model.story import flattened
from rules import (
    accounts_over_limit,
    arr_over_limit,
)
from tests.nights import TEAM, TODAY, Nights, account, many, pull_of, settings
from tests.rules.asking import found


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
