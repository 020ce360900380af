"""What is said of one account: what was read, what was made of it, and where it appears."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cssync.explain.account import explain_account, explain_gone
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Explanation
from tests.explain.evidences import RECORD, evidence, lines, said
from tests.nights import TODAY, Nights, account, many, pull_of, settings


def explained(of: Evidence, account_id: str = "a") -> Explanation:
    row = of.row(account_id)
    assert row is not None
    return explain_account(of, row)


def test_every_mapped_field_with_what_it_held_and_what_it_was_taken_for() -> None:
    of = evidence([account("a", health="red")], source={"folder": "x", "accounts": {"arr": "MRR x 12"}})
    read = {title: words for title, _, _, words in lines(explained(of).trace("read"))}
    assert read["accounts.MRR x 12"] == "1,000.00; taken as amount"
    assert read["accounts.health"] == "red; taken as health"
    assert read["accounts.renewal_on"] == "empty; taken as renewal_on"


def test_a_churn_that_is_announced_is_told_as_the_crm_has_it_and_counts_from_its_day_on() -> None:
    found = explained(evidence([account("a", churned_on=date(2027, 1, 31))]))
    read = {title: words for title, _, _, words in lines(found.trace("read"))}
    assert read["accounts.churned_on"] == (
        "31 Jan 2027, which is yet to come: until then it is no churn; taken as churned_on"
    )
    assert found.headline.startswith("Name a: a customer with")


def test_why_it_counts_and_why_not() -> None:
    of = evidence([account("a"), account("b", churned_on=date(2026, 1, 31))])
    assert said(explained(of), "is_customer") == (
        "churned_on empty, arr 1,000.00: churned_on is null and arr > 0 (customers.where, default) holds."
    )
    assert said(explained(of, "b"), "is_customer").endswith("(customers.where, default) does not hold.")
    assert explained(of, "b").headline == "Name b: no customer, and in no sum"


def test_a_condition_that_has_been_changed_since_is_told() -> None:
    night = Nights(settings()).walk(pull_of([account("a")]))
    company = night.context().company
    changed = Evidence(replace(company, settings=settings(customers={"where": "lifecycle = 'live'"})))
    assert "The condition has been changed since that night" in said(explained(changed), "is_customer")


def test_it_is_in_the_sums_of_its_book_team_manager_segment_and_company() -> None:
    of = evidence([account("a", segment="SMB", amount=300), account("b", "U2", 100), account("c", "U3", 600)])
    assert lines(explained(of).trace("sums")) == [
        ("the book of Dana Roy", "300.00", 1, "100.0% of its ARR"),
        ("team East", "400.00", 2, "75.0% of its ARR"),
        ("manager Vera Holt", "900.00", 2, "33.3% of its ARR"),
        ("segment SMB", "300.00", 1, "100.0% of its ARR"),
        ("all books", "1000.00", 3, "30.0% of its ARR"),
    ]


def test_the_way_up_to_its_ultimate_parent_and_the_group_that_counts_with_it() -> None:
    rows = [
        account("a", parent_id="b", amount=1),
        account("b", parent_id="top", amount=2),
        account("x", "U2", 5, parent_id="top"),
    ]
    of = evidence(rows, customers={"count_by": "ultimate_parent"})
    unit = explained(of).trace("unit")
    assert unit.says == (
        "Name a under Name b (b) under an account that is not among those read (top)",
        "The group top has 3 customer accounts; those of one book count as one.",
    )
    assert lines(unit) == [
        ("Name x", "5.00", None, "in the book of Sam Ito"),
        ("Name b", "2.00", None, "in the book of Dana Roy"),
        ("Name a", "1.00", None, "in the book of Dana Roy"),
    ]
    assert (unit.value, unit.missing) == (Decimal(8), None)


def test_parents_in_a_circle_end() -> None:
    of = evidence([account("a", parent_id="b"), account("b", parent_id="a")])
    assert (
        explained(of).trace("unit").says[0] == "Name a under Name b (b) under Name a again: the parents run in a circle"
    )


def test_in_whose_book_and_why() -> None:
    of = evidence([account("a", "dana@acme.test"), account("b", None), account("c", "nobody"), account("d", "U4")])
    assert said(explained(of), "book") == "accounts.csm is dana@acme.test: the e-mail address of Dana Roy."
    assert said(explained(of, "b"), "book") == "accounts.csm is empty: no CSM is named."
    assert said(explained(of, "c"), "book") == "accounts.csm is nobody: the CRM lists no such owner."
    assert said(explained(of, "d"), "book") == (
        "accounts.csm is U4: the id of Tom Becker. Tom Becker is deactivated in the CRM, and nobody has taken over yet."
    )


def test_open_deals_add_up_and_say_what_the_crm_says_of_them() -> None:
    deal = {"account_id": "a", "is_closed": False, "is_won": False}
    deals = [
        {**deal, "opportunity_id": "o1", "name": "More", "amount": Decimal(70), "stage": "Proposal", "probability": 0.6,
         "close_on": date(2026, 12, 24), "kind": "expansion"},
        {**deal, "opportunity_id": "o2", "name": None, "amount": None},
        {**deal, "opportunity_id": "o3", "name": "Other", "amount": Decimal(10), "account_id": "b"},
    ]  # fmt: skip
    found = explained(evidence([account("a"), account("b")], opportunities=deals)).trace("deals")
    assert lines(found) == [
        ("More", "70.00", None, "expansion, Proposal, 60% by the CRM, closes 24 Dec 2026"),
        ("o2", None, None, ""),
    ]
    assert (found.value, found.missing) == (Decimal(70), None)


def test_its_spells_through_time() -> None:
    nights = Nights(settings())
    nights.walk(pull_of([account("a", "U2", 10, lifecycle="onboarding")]), TODAY - timedelta(days=20))
    of = Evidence(nights.walk(pull_of([account("a", amount=15, lifecycle="live")])).context().company)
    assert lines(explained(of).trace("spells")) == [
        ("from 22 Nov 2026, still so", "15.00", None, "in the book of Dana Roy, a customer, live"),
        ("from 2 Nov 2026 until 22 Nov 2026", "10.00", None, "in the book of Sam Ito, a customer, onboarding"),
    ]


def test_one_that_is_gone_from_the_crm_is_still_remembered() -> None:
    nights = Nights(settings())
    nights.walk(pull_of(many(2)), TODAY - timedelta(days=20))
    of = Evidence(nights.walk(pull_of(many(1))).context(record_url=RECORD).company)
    found = explain_gone(of, "U1-001")
    assert found.headline == "U1-001: no longer in the CRM, and in no sum"
    assert lines(found.trace("spells"))[0][0] == "from 2 Nov 2026 until 22 Nov 2026"
