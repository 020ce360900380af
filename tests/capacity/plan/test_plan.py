"""The plan of whole companies, without any growth: what is there tonight stays, so that all of it can be counted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.capacity.plan.footnotes import footnotes
from cssync.capacity.plan.plan import Plan, plan
from cssync.capacity.plan.scenario import supposed
from cssync.capacity.plan.segment import SegmentPlan
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.words import answer, story
from cssync.model.owner import Owner
from cssync.report.plan_json import plan_as_json
from cssync.settings.what_if import Supposition, WhatIf
from tests.capacity.plan.companies import company
from tests.nights import TEAM, TODAY, Nights, Row, account, many, pull_of, settings

LEADER = {"members": {"vera@acme.test": {"role": "leader", "cost_per_year": 150_000}}}


def planned(rows: list[Row], measures: tuple[str, ...] = ("accounts",), **sections: Any) -> Plan:
    hiring = {"measures": measures, **sections.pop("hiring", {})}
    return plan(company(rows, hiring=hiring, **sections))


def smb(rows: list[Row], measures: tuple[str, ...] = ("accounts",), **sections: Any) -> SegmentPlan:
    found = planned(rows, measures, **sections).of("SMB")
    assert found is not None
    return found


def test_a_team_that_has_room_hires_nobody() -> None:
    of = smb(many(40, segment="SMB"))
    assert of.hires == ()
    assert of.room == pytest.approx(0.2)


def test_a_team_that_is_short_tonight_should_have_hired_a_whole_lead_ago() -> None:
    """80 customers are 1.6 CSMs: 0.6 are lacking."""
    (hire,) = smb(many(80, segment="SMB")).hires
    assert (hire.short_on, hire.overdue_days) == (TODAY, 156)


def test_less_than_a_quarter_of_a_csm_is_bridged() -> None:
    of = smb(many(62, segment="SMB"))
    assert of.hires == ()
    assert of.lacking_tonight == pytest.approx(0.24)
    assert len(smb(many(63, segment="SMB")).hires) == 1


def test_customers_without_a_working_csm_need_one_as_well() -> None:
    of = smb([*many(40, segment="SMB"), *many(40, "U4", segment="SMB")])
    assert len(of.hires) == 1
    assert of.lacking_tonight == pytest.approx(0.6)


def test_the_measure_that_lacks_most_decides() -> None:
    """25 Enterprise customers are half a CSM by number, 1.5 by hours up to 130% of 128, and $2.5M of $2M by ARR."""
    rows = many(25, segment="SMB", amount=100_000)
    hours = {"capacity": {"hours_per_account": {"smb": 10}}}
    binding = [
        smb(rows, measures, **hours).quarters[0].binding
        for measures in (("accounts", "arr"), ("hours", "accounts", "arr"))
    ]
    assert binding == [Measure.ARR, Measure.HOURS]


def test_a_quarter_says_what_there_is_and_what_it_costs() -> None:
    """From 22 Nov to 31 Dec are 40 days: $100k for one CSM are $10,958.90."""
    first, second, *_ = smb(many(80, segment="SMB")).quarters
    assert (first.quarter.label, first.quarter.last) == ("Q4 2026", date(2026, 12, 31))
    assert (first.needed, first.in_place, first.lacking) == pytest.approx((1.6, 1.0, 0.6))
    assert (first.cost, first.cost_of_hires) == (Decimal("10958.90"), Decimal(0))
    # Opened today, the hire starts on 27 Jan 2027: 64 days of that quarter.
    assert second.cost_of_hires == Decimal("17534.25")
    assert second.after_hires == pytest.approx(0.6 - 63 / 90)


def test_another_quarter_more_is_planned_for_if_that_is_asked() -> None:
    of = company(many(3, segment="SMB"))
    assert [quarter.label for quarter in plan(of, quarters_ahead=1).quarters] == ["Q4 2026", "Q1 2027"]


class TestSeed21TheFirstCsmOfASegment:
    """Enterprise customers in the books of SMB."""

    def of(self, *amounts: int) -> SegmentPlan:
        enterprise = [account(f"e{n}", amount=amount, segment="Enterprise") for n, amount in enumerate(amounts)]
        found = planned([*many(20, segment="SMB"), *enterprise]).of("Enterprise")
        assert found is not None
        return found

    def test_seed_21_at_two_customers_of_50_thousand(self) -> None:
        assert len(self.of(50_000, 50_000).hires) == 1
        assert self.of(50_000, 49_999).hires == ()

    def test_seed_21_when_the_segment_pays_for_one(self) -> None:
        assert len(self.of(*[30_000] * 10).hires) == 1
        assert self.of(*[30_000] * 9).hires == ()

    def test_it_says_so(self) -> None:
        of = planned([*many(9, segment="SMB"), account("e", amount=60_000, segment="Enterprise")])
        enterprise = of.of("Enterprise")
        assert enterprise is not None
        assert " ".join(story(of, enterprise)) == (
            "Enterprise has no CSM of its own. Its first is not due yet: 1 customer of $50k or more (from 2 on), $60k "
            "of ARR (from $300k on) (seed 21)."
        )


class TestTheWholeTeam:
    def test_seed_37_a_renewals_team_is_due_from_500_customers_on(self) -> None:
        def due(customers: int) -> date | None:
            return planned(many(customers, segment="SMB")).structure.renewals_team_on

        assert (due(499), due(500)) == (None, TODAY)
        notes = list(footnotes(planned(many(500, segment="SMB"))))
        assert any(
            "renewals should have a team of their own (from 500 customers on, seed 37)" in note for note in notes
        )

    def test_seed_33_leaders_are_outside_books_and_in_cost(self) -> None:
        of = planned(many(10, segment="SMB"), team=LEADER)
        (vera,) = of.structure.outside
        assert (vera.name, vera.role, vera.cost_per_year) == ("Vera Holt", "leader", Decimal(150_000))
        assert "Outside books, but in cost (seed 33): Vera Holt (leader), $150k a year." in footnotes(of)

    def test_seed_27_how_many_carry_books_for_each_million(self) -> None:
        """Two for half a million."""
        of = planned([account("a", amount=250_000), account("b", "U2", amount=250_000)])
        assert of.structure.per_million == 4
        assert next(footnotes(of)).startswith("2 people carry books: 4.0 for each million of ARR (seed 27")

    def test_seed_20_it_says_how_sure_it_is_and_how_long_a_hire_takes(self) -> None:
        notes = " ".join(footnotes(planned(many(10, segment="SMB"), ("hours", "accounts", "arr"))))
        assert "not exceeded with 80% certainty (hiring.quantile, seed 20)" in notes
        assert "CSMs are lacking by hours, accounts and ARR, whichever lacks most" in notes
        assert "90 days of ramp (seed 31), 21 of notice and 45 to fill the position, 156 in all" in notes

    def test_seed_23_what_a_csm_costs_is_named_among_the_assumptions(self) -> None:
        notes = " ".join(footnotes(planned(many(10, segment="SMB"))))
        assert "a CSM costs $100k a year (capacity.cost_per_year, seed 23) and is full at 130% of 128 hours" in notes

    def test_seed_32_who_has_a_csm_of_their_own_and_whom_a_pool_may_take(self) -> None:
        amounts = (2_000_001, 2_000_000, 100_000, 99_999, 5)
        of = planned([account(str(amount), amount=amount) for amount in amounts]).structure
        assert (of.dedicated, of.between, of.pooled) == (1, 2, 2)


class TestSeed24TheDirectionOfChurn:
    def test_seed_24_what_left_in_the_last_half_year_beside_the_one_before(self) -> None:
        """Five customers 400 days ago; one left 300 days ago, two 100 days ago."""
        nights = Nights(settings(hiring={"measures": ["accounts"]}))
        rows = many(75, amount=2000, segment="SMB")
        for ago, left in ((400, 0), (300, 1), (100, 3), (0, 3)):
            last = nights.walk(pull_of(rows[left:]), TODAY - timedelta(days=ago))
        found = plan(last.company())
        assert found.churn is not None
        smb_churn = found.churn["SMB"]
        assert (smb_churn.before.accounts, smb_churn.now.accounts, smb_churn.now.arr) == (1, 2, Decimal(4000))
        of = found.of("SMB")
        assert of is not None
        assert (
            "Churn is rising: 2 customers ($4k) in the last half-year, 1 customer ($2k) in the one before (seed 24)."
            in story(found, of)
        )

    def test_without_a_year_of_history_nothing_is_said(self) -> None:
        assert planned(many(3, segment="SMB")).churn is None


def test_the_answer_says_how_many_for_whom_and_since_when() -> None:
    """SMB lacks 0.6 of a CSM and Enterprise 1.3."""
    rows = [*many(80, segment="SMB"), *many(115, "U2", segment="Enterprise")]
    assert answer(planned(rows)) == (
        "3 more CSMs are needed by 31 Dec 2027: 2 for Enterprise and 1 for SMB. 3 requisitions should be open already, "
        "the first since 19 Jun 2026, 156 days ago."
    )


def test_where_nobody_is_needed_the_answer_says_so() -> None:
    assert answer(planned(many(10, segment="SMB"))) == "Nobody has to be hired until 31 Dec 2027."


def test_the_story_of_a_segment_is_whole() -> None:
    """1.6 CSMs: the hire would be 60% busy, and has 3/8 of $80k to look after."""
    of = planned(many(80, segment="SMB"))
    segment = of.of("SMB")
    assert segment is not None
    assert " ".join(story(of, segment)) == (
        "SMB has 80 customers tonight, and by 31 Dec 2027 at most 80 customers (80% sure). At 50 customers each that "
        "takes 1.6 CSMs; 1.0 are in place. "
        "Open a requisition now, due since 19 Jun 2026 (156 days ago): who starts on 27 Jan 2027 is ramped on 27 Apr "
        "2027. Bridge it until 21 Mar 2027: give the fullest books no new customers. "
        "That costs $100k a year, to look after $30k of ARR. "
        "It pays if 55.6% of that is kept a year, over a customer's lifetime (6x, seed 23); at 2.0% kept (seed 35) it "
        "brings $3.6k."
    )


def test_a_company_of_nobody_is_planned_too() -> None:
    assert answer(plan(company([], ()))) == "Nobody has to be hired until 31 Dec 2027."


def test_who_is_in_no_segment_is_planned_for_together() -> None:
    of = planned(many(80))
    assert [segment.segment for segment in of.segments] == [None]
    assert answer(of).startswith("1 more CSM is needed by 31 Dec 2027: 1 for customers without a segment.")


def test_a_segment_that_is_spelled_in_two_ways_is_one() -> None:
    """The settings say smb of Sam, the CRM SMB of all customers: 90 customers of two CSMs."""
    rows = [*many(45, segment="SMB"), *many(45, "U2", segment="SMB")]
    of = planned(rows, team={"members": {"sam@acme.test": {"segment": "smb"}}})
    (segment,) = of.segments
    (line,) = segment.shortage.lines
    assert (segment.segment, line.load[0], line.in_place[0]) == ("SMB", 90.0, 100.0)


def test_supposing_nothing_changes_nothing() -> None:
    rows = [*many(80, segment="SMB"), *many(30, "U2", segment="Enterprise", amount=90_000)]
    of = company(rows, owners=(*TEAM, Owner("U5", "Bo", "bo@acme.test")))
    as_it_is = plan(of)
    segments = tuple(segment.segment for segment in as_it_is.segments)
    as_supposed = plan(of, supposed(of, Supposition(WhatIf()), segments))
    assert plan_as_json(as_supposed, as_supposed.segments) == plan_as_json(as_it_is, as_it_is.segments)
