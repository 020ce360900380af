"""The rules about what a book brings, how it grows and who owns it: fires, does not, at the boundary, no history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.model.finding import Finding, Severity, Unit
from cssync.model.owner import Owner, OwnerKind
from cssync.model.story import Named, flattened
from rules import book_cost_not_covered, dual_ownership, growth_book_closed, new_customer_unassigned
from rules.base import Rule
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings

POOL = Owner("P1", "CS Pool", "cs.pool@acme.test", kind=OwnerKind.POOL)


def after(rule: Rule, *mornings: tuple[int, list[Row]], owners: Iterable[Owner] = TEAM, **with_: Any) -> list[Finding]:
    """What *rule* finds on the last of *mornings*: so many days ago, these accounts."""
    nights = Nights(settings(**with_))
    for ago, rows in mornings:
        night = nights.walk(pull_of(rows, owners), TODAY - timedelta(days=ago))
    return list(rule.evaluate(night.context()))


class TestBookCostNotCovered:
    """seed_12, seed_23."""

    rule = book_cost_not_covered.RULE

    def test_seed_12_a_book_that_brings_in_just_what_it_costs_is_flagged(self) -> None:
        (finding,) = after(self.rule, (0, [account("a", amount=100_000)]))
        assert (finding.severity, finding.unit, finding.value) == (Severity.WARNING, Unit.MONEY, Decimal(0))

    def test_a_cent_more_is_not(self) -> None:
        assert after(self.rule, (0, [account("a", amount="100000.01")])) == []

    def test_seed_23_the_finding_names_cost_revenue_and_what_is_lacking(self) -> None:
        (finding,) = after(self.rule, (0, [account("a", amount=85_000)]))
        assert (finding.value, finding.headline) == (Decimal("15000.00"), "costs $100k a year")
        assert finding.reason == "Dana Roy answers for $85k of ARR and costs $100k a year."
        assert finding.action == "Add customers worth $15k of ARR to the book of Dana Roy."
        assert flattened(finding.story)[0] == (
            "$100k a year by capacity.cost_per_year (default, seed 23): the cost must stay below the revenue that it "
            "looks after (seed 12)."
        )

    @pytest.mark.parametrize(("member", "arr"), [({"fte": 0.5}, 50_000), ({"cost_per_year": 40_000}, 40_000)])
    def test_it_is_the_cost_of_this_csm(self, member: dict[str, Any], arr: int) -> None:
        team = {"members": {"dana@acme.test": member}}
        assert len(after(self.rule, (0, [account("a", amount=arr)]), team=team)) == 1
        assert after(self.rule, (0, [account("a", amount=arr + 1)]), team=team) == []

    def test_of_a_csm_who_ramps_as_much_counts_as_can_be_given(self) -> None:
        team = {"members": {"dana@acme.test": {"starts_on": str(TODAY - timedelta(days=45))}}}
        assert after(self.rule, (0, [account("a", amount=50_001)]), team=team) == []
        (finding,) = after(self.rule, (0, [account("a", amount=40_000)]), team=team)
        assert (finding.value, finding.headline) == (Decimal("10000.00"), "costs $50k a year")
        assert "of which $50k count now: ramping, day 45 of 90" in flattened(finding.story)[0]

    def test_someone_on_leave_costs_the_book_nothing_for_now(self) -> None:
        away = {"leave": [{"from": str(TODAY), "to": str(TODAY)}]}
        team = {"members": {"dana@acme.test": away}}
        assert after(self.rule, (0, [account("a", amount=1)]), team=team) == []

    def test_a_pool_is_judged_by_its_members_and_one_of_unknown_size_is_not(self) -> None:
        rows = [account("a", "P1", 150_000)]
        assert after(self.rule, (0, rows), owners=(*TEAM, POOL)) == []
        pools = {"pools": {"cs.pool@acme.test": {"members": 2}}}
        (finding,) = after(self.rule, (0, rows), owners=(*TEAM, POOL), team=pools)
        assert (finding.subject.name, finding.headline) == ("CS Pool", "costs $200k a year")

    def test_leaders_and_books_that_nobody_works_are_not_judged(self) -> None:
        team = {"members": {"vera@acme.test": {"role": "leader"}}}
        rows = [account("a", "U9", 1), account("b", None, 1), account("c", "U4", 1)]
        assert after(self.rule, (0, rows), team=team) == []

    def test_with_a_customer_of_unknown_arr_the_sum_is_not_the_books(self) -> None:
        rows = [account("a", amount=1), account("b", amount=None)]
        assert after(self.rule, (0, rows), customers={"where": "churned_on is null"}) == []


class TestGrowthBookClosed:
    """seed_14."""

    rule = growth_book_closed.RULE

    def growing(self, number: int = 25, before: int = 10_000, now: int = 15_001, new: int = 1) -> list[Finding]:
        """Dana's *number* customers grew within a year from *before* to *now* each; *new* of others came this week."""
        then = [*many(number, amount=before), *many(new, "U2", 1, prefix="n")]
        late = [*many(number, amount=now), *many(new, amount=1, prefix="n")]
        return after(self.rule, (200, then), (3, then), (0, late))

    def test_seed_14_a_growth_book_that_took_on_a_customer_is_watched(self) -> None:
        (finding,) = self.growing()
        assert (finding.severity, finding.value, finding.limit.value) == (Severity.WATCH, Decimal(1), Decimal(0))
        assert finding.reason == (
            "Dana Roy has taken on 1 customer since 23 Oct 2026, while the customers of the book grow by 50% a year."
        )
        assert finding.action == "Give Dana Roy no new customers while those of the book grow."

    def test_it_says_why_the_book_is_closed_and_by_which_settings(self) -> None:
        (finding,) = self.growing()
        grown, used, playbook, *_ = flattened(finding.story)
        assert grown == (
            "Its customers paid $250k on 6 May 2026 or at first, pay $375k now, and $0 is on offer to them: 50% more, "
            "and 50% make a growth book (portfolio.growth_book_from)."
        )
        assert "a growth book is closed from 50% on (portfolio.growth_book_closed_at)" in used
        assert playbook.startswith("Playbook: Outcomes plan, ")

    def test_where_nobody_was_added_there_is_nothing_to_say(self) -> None:
        assert self.growing(new=0) == []

    def test_a_book_that_grows_by_less_is_no_growth_book(self) -> None:
        assert self.growing(now=14_000) == []

    def test_below_its_closing_point_it_may_take_more(self) -> None:
        assert self.growing(number=3) == []

    def test_over_its_limits_the_limits_speak(self) -> None:
        assert self.growing(number=51) == []

    def test_without_history_nobody_has_grown_yet(self) -> None:
        assert after(self.rule, (0, many(30))) == []

    def test_what_is_on_offer_makes_a_growth_book_too(self) -> None:
        nights = Nights()
        rows = many(25, amount=10_000)
        nights.walk(pull_of(rows), TODAY - timedelta(days=200))
        nights.walk(pull_of(rows), TODAY - timedelta(days=3))
        deals = [
            {
                "opportunity_id": f"O{number}",
                "account_id": row["account_id"],
                "kind": "expansion",
                "is_closed": False,
                "amount": Decimal(6_000),
            }
            for number, row in enumerate(rows)
        ]
        night = nights.walk(pull_of([*rows, account("new", amount=1)], opportunities=deals))
        (finding,) = self.rule.evaluate(night.context())
        assert "is on offer to them: 60% more" in flattened(finding.story)[0]

    def test_nobody_is_moved_into_a_closed_growth_book(self) -> None:
        """Sam's 25 customers grow, so that Dana's surplus goes to Ana although Sam has more room."""
        then = [*many(52), *many(25, "U2", 10_000), *many(40, "U3")]
        now = [*many(52), *many(25, "U2", 15_000), *many(40, "U3")]
        nights = Nights()
        nights.walk(pull_of(then), TODAY - timedelta(days=200))
        relief = nights.walk(pull_of(now)).context().relief["U1"]
        assert [(colleague.name, len(customers)) for colleague, customers in relief.placed] == [("Ana Diaz", 2)]


class TestDualOwnership:
    """seed_36."""

    rule = dual_ownership.RULE

    def test_seed_36_two_fields_that_name_two_people_are_watched(self) -> None:
        rows = [
            account("a", amount=500, second_csm_ref="U2"),
            account("b", amount=900, second_csm_ref="sam@acme.test"),
            account("c", amount=700, second_csm_ref="U3"),
            account("d", amount=100),
        ]
        (finding,) = after(self.rule, (0, rows))
        assert (finding.severity, finding.value, finding.limit.value) == (Severity.WATCH, Decimal(3), Decimal(0))
        assert finding.reason == "For 3 customers of Dana Roy another field names Sam Ito (2) and Ana Diaz (1)."
        assert finding.action == "Name one owner in the CRM for Name b, Name c and Name a."
        assert flattened(finding.story) == (
            "Also Sam Ito: Name b ($900), Name a ($500).",
            "Also Ana Diaz: Name c ($700).",
        )

    @pytest.mark.parametrize("second", ["U1", "u1", "DANA@acme.test", None], ids=str)
    def test_the_same_person_by_any_name_is_no_second_owner(self, second: str | None) -> None:
        assert after(self.rule, (0, [account("a", second_csm_ref=second)])) == []

    def test_someone_who_has_left_or_is_not_listed_is_a_second_owner_too(self) -> None:
        rows = [account("a", amount=2, second_csm_ref="U4"), account("b", amount=1, second_csm_ref="gone@acme.test")]
        (finding,) = after(self.rule, (0, rows))
        assert [driver.why for driver in finding.drivers] == ["also Tom Becker", "also gone@acme.test"]

    def test_customers_whom_nobody_works_are_told_by_another_rule(self) -> None:
        rows = [account("a", None, second_csm_ref="U1"), account("b", "U4", second_csm_ref="U1")]
        assert after(self.rule, (0, rows)) == []

    def test_who_is_no_customer_is_no_matter(self) -> None:
        assert after(self.rule, (0, [account("a", second_csm_ref="U2", churned_on=TODAY)])) == []


def test_seed_44_an_alert_leads_to_the_playbook_that_answers_it() -> None:
    pages: dict[str, Any] = {"playbooks": {"prescriptive_onboarding": "https://wiki.acme.test/onboarding"}}
    rows = [account("new", None, customer_since=TODAY)]
    (finding,) = after(new_customer_unassigned.RULE, (0, rows), **pages)
    sentences = [sentence for chapter in finding.story for sentence in chapter.sentences]
    assert Named("Prescriptive onboarding", "https://wiki.acme.test/onboarding") in [
        part for s in sentences for part in s
    ]


@pytest.mark.parametrize("page", ["javascript:alert(1)", "wiki/onboarding", "https://a|b", "https://a> b"])
def test_a_playbook_is_the_address_of_a_page(page: str) -> None:
    with pytest.raises(ValueError, match="not the address of a page"):
        settings(playbooks={"outcomes_plan": page})
