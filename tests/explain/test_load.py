"""The hours of a book, customer by customer and part by part: the figures of the capacity model's worked example."""

from __future__ import annotations

from decimal import Decimal

from cssync.explain.account import explain_account
from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Explanation, Trace
from tests.capacity.test_worked_example import ACCOUNTS, SETTINGS
from tests.explain.evidences import evidence, lines
from tests.nights import Nights, account, pull_of


def worked(book: str) -> Explanation:
    of = Evidence(Nights(SETTINGS).walk(pull_of(ACCOUNTS)).company())
    return explain_book(of, of.books[book])


def cited(trace: Trace) -> list[str]:
    return [source.name for source in trace.sources]


def test_every_customer_with_what_makes_its_hours_the_most_first() -> None:
    load = worked("U1").trace("load")
    assert lines(load) == [
        ("Name d2", "15.0000", 1, "10 for Enterprise, +5 at risk"),
        ("Name d1", "12.5000", 1, "10 for Enterprise, +2.5 complexity"),
        ("Name d4", "5.2000", 1, "4 for Mid-Market, +1.2 onboarding"),
        ("Name d3", "4.0000", 1, "4 for Mid-Market"),
        ("Name d5", "2.5000", 1, "2 for SMB, +0.5 renewal"),
        ("Name d6", "0.5000", 1, "2 for Digital, -1.5 low touch"),
    ]
    # 39.7 of 128 hours less the fifth for onboarding.
    assert (load.value, load.missing, load.says) == (Decimal("39.7"), None, ("39% of the hours that there are",))


def test_what_a_csm_has_for_customers_and_why_it_is_not_more() -> None:
    capacity = worked("U2").trace("capacity")
    # 128 hours, half of them, 70% of those for customers, half of those on day 45 of a ramp of 90.
    assert capacity.value == Decimal("22.4")
    assert lines(capacity) == [
        ("a full-time CSM", "128", None, ""),
        ("part time 50%", "0.5", None, "of it"),
        ("onboarding 20% and training 10% for other duties", "0.7", None, "of it"),
        ("ramping, day 45 of 90 (first day 8 Oct 2026)", "0.5", None, "of it"),
    ]
    assert [cited(part) for part in capacity.parts] == [
        ["capacity.productive_hours"],
        ["team.members.sam@acme.test.fte", "seed 9"],
        ["team.members.sam@acme.test.duties", "seed 9", "seed 35"],
        ["team.members.sam@acme.test.starts_on", "seed 31"],
    ]


def test_the_hours_of_one_account_name_the_setting_of_every_part() -> None:
    of = Evidence(Nights(SETTINGS).walk(pull_of(ACCOUNTS)).company())
    row = of.row("s1")
    assert row is not None
    hours = explain_account(of, row).trace("hours")
    assert [(part.title, f"{part.value:f}", cited(part)) for part in hours.parts] == [
        ("its segment", "10.0000", ["capacity.hours_per_account.enterprise"]),
        ("onboarding", "3.0000", ["capacity.modifiers.onboarding.times", "capacity.modifiers.onboarding.when"]),
        ("renewal", "3.2500", ["capacity.modifiers.renewal.times", "capacity.modifiers.renewal.when"]),
    ]
    assert (hours.value, hours.missing) == (Decimal("16.25"), None)


def test_a_segment_without_hours_of_its_own_is_said_to_be_guessed() -> None:
    assert (
        "1 customer of a segment that no setting gives hours for: reckoned as others" in worked("U2").trace("load").says
    )


def test_a_segment_of_ones_own_and_a_product_name_their_settings() -> None:
    of = evidence(
        [account("a", segment="Key-Accounts", product="PLATFORM")],
        capacity={"hours_per_account": {"segments": {"key accounts": 20}}},
        limits={"complexity": {"Platform": "1.5"}},
    )
    row = of.row("a")
    assert row is not None
    base, complexity = explain_account(of, row).trace("hours").parts
    assert cited(base) == ["capacity.hours_per_account.segments.key accounts"]
    assert (cited(complexity), complexity.value) == (["limits.complexity.Platform", "seed 5"], Decimal(10))


def test_a_group_takes_the_hours_of_its_heaviest_account_once() -> None:
    rows = [account("top", segment="SMB"), account("child", segment="Enterprise", parent_id="top")]
    of = evidence(rows, customers={"count_by": "ultimate_parent"})
    load = explain_book(of, of.books["U1"]).trace("load")
    assert (lines(load), load.count) == ([("Name child", "10.0000", 1, "10 for Enterprise")], 1)
    top = of.row("top")
    assert top is not None
    assert explain_account(of, top).trace("hours").says == (
        "Counted with another account of its group, which takes more.",
    )


def test_a_pool_of_unknown_size_has_no_known_capacity() -> None:
    of = evidence([account("a")], team={"pools": {"U1": {}}})
    capacity = explain_book(of, of.books["U1"]).trace("capacity")
    assert (capacity.value, capacity.says) == (None, ("not known: nobody says how many people work this pool",))
