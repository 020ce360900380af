"""One messy company, written down and added up by hand, gives the same books from every source."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from cssync.model.owner import Owner, OwnerKind
from tests.e2e.companies import (
    LEADERSHIP,
    Row,
    hubspot_company,
    salesforce_company,
    slack_server,
    tell_slack,
    write_files,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk, Ran, texts
from tests.emulators.slack.mentions import links, pings

RATES = {"EUR": Decimal("1.25"), "GBP": Decimal("1.6")}

OWNERS = (
    Owner("U1", "Dana Roy", "dana@acme.test", team="East"),
    Owner("U2", "Ana 🚀 Díaz", "ana@acme.test", team="West"),
    Owner("U3", "Tom <!here> Becker", "tom@acme.test", active=False),
    Owner("U4", "House Accounts", "house@acme.test"),
    Owner("U5", "Renewals Queue", None, kind=OwnerKind.QUEUE),
)


def _row(account_id: str, name: str, csm: str | None, amount: str | None, currency: str | None, **more: Any) -> Row:
    return {
        "account_id": account_id,
        "name": name,
        "csm_ref": csm,
        "amount": amount,
        "currency": currency,
        "lifecycle": "customer",
        **more,
    }


ACCOUNTS = [
    _row("A1", "Globex", "U1", "100000.10", "USD"),
    _row("A2", "Initech", "U1", "50000", "EUR"),  # 62,500.00
    _row("A3", "Paid in pounds", "U1", "10000", "GBP"),  # 16,000.00
    _row("A4", "Left in January", "U1", "99999", "USD", churned_on="2026-01-31"),
    _row("A5", "Leaves in January", "U1", "1000.01", "USD", churned_on="2027-01-31"),
    _row("A6", "Not available", "U1", "n/a", "USD"),
    _row("A7", "No amount", "U1", None, "USD"),
    _row("A8", "Negative", "U1", "-500", "USD"),
    _row("A9", "Astronomic", "U1", "1e300", "USD"),
    _row("A10", "No number", "U1", "NaN", "USD"),
    _row("A11", "German", "U1", "1.234,56", "USD"),
    _row("A12", "Worth nothing", "U1", "0", "USD"),
    _row("B1", "A third of a dollar", "U2", "0.33", "USD"),
    _row("B2", "Parent", "U2", "12000", "USD"),
    _row("B3", "Child", "U2", "8000", "GBP", parent_id="B2"),  # 12,800.00
    _row("C1", "Its own grandmother", "U1", "10", "USD", parent_id="C2"),
    _row("C2", "Its own granddaughter", "U1", "20", "USD", parent_id="C1"),
    _row("D1", "Of one who left", "U3", "7000", "USD"),
    _row("D2", "Of a pool", "U4", "800.50", "USD"),
    _row("D3", "In a queue", "U5", "900", "USD"),
    _row("D4", "Of a ghost", "66600000", "1234.56", "USD"),
    _row("D5", "<!channel> Söhne & Co 🎉", None, "4321.09", "USD"),
    _row("E1", "Paid in shells", "U1", "5000", "XAU"),
]

# Name, kind, customers, ARR. Dana: 100000.10 + 62500.00 + 16000.00 + 1000.01 + 10 + 20; Ana: 0.33 + 12000 + 12800.
BOOKS = [
    ("Dana Roy", "csm", 6, "179530.11"),
    ("Ana 🚀 Díaz", "csm", 3, "24800.33"),
    ("Tom <!here> Becker", "inactive", 1, "7000.00"),
    ("No CSM", "unassigned", 1, "4321.09"),
    ("Unknown owner", "unknown_owner", 1, "1234.56"),
    ("Renewals Queue", "queue", 1, "900.00"),
    ("House Accounts", "pool", 1, "800.50"),
]
TOTALS = (14, "218586.59")
# Groups count as one: Ana's parent and child, and Dana's two that are parents of each other.
GROUPS = {"Dana Roy": 5, "Ana 🚀 Díaz": 2}

Served: TypeAlias = Callable[[Desk], AbstractContextManager[object]]


def in_files(desk: Desk) -> AbstractContextManager[object]:
    """Only files can hold one id twice; the first of them counts."""
    again = _row("A1", "Globex once more", "U2", "5", "USD")
    return nullcontext(write_files(desk, [*ACCOUNTS, again], OWNERS, rates=RATES))


def in_salesforce(desk: Desk) -> AbstractContextManager[object]:
    return salesforce_company(desk, ACCOUNTS, OWNERS, rates=RATES)


def in_hubspot(desk: Desk) -> AbstractContextManager[object]:
    return hubspot_company(desk, ACCOUNTS, OWNERS, rates=RATES)


SOURCES = pytest.mark.parametrize("served", [in_files, in_salesforce, in_hubspot])


@pytest.fixture
def messy(desk: Desk) -> Desk:
    """Six of 23 accounts cannot be read: more than a night may have by default."""
    desk.set("gate", max_problem_share=0.5)
    desk.set("team", pools={"house@acme.test": {}})
    return desk


def books(ran: Ran) -> list[tuple[str, str, int, str]]:
    return [(_name(b["csm"]), b["csm"]["kind"], b["accounts"], b["arr"]) for b in ran.json["books"]]


def _name(csm: dict[str, Any]) -> str:
    """Each source has an id of its own for the owner that it does not list."""
    return "Unknown owner" if csm["kind"] == "unknown_owner" else csm["name"]


@SOURCES
def test_the_books_are_equal_to_the_sums_by_hand(messy: Desk, served: Served) -> None:
    with served(messy):
        rehearsed = messy.run("books", "--json")  # from the source: there is no night yet
        assert messy.night(NIGHT).code == 0
    remembered = messy.run("books", "--json")  # from the store: the source is gone

    for ran in (rehearsed, remembered):
        assert sorted(books(ran)) == sorted(BOOKS)
        assert (ran.json["totals"]["accounts"], ran.json["totals"]["arr"]) == TOTALS
        assert ran.json["currency"] == "USD"
    assert remembered.json["as_of"] == NIGHT


@SOURCES
def test_by_ultimate_parent_a_group_counts_once_for_each_csm(messy: Desk, served: Served) -> None:
    messy.set("customers", count_by="ultimate_parent")
    with served(messy):
        ran = messy.run("books", "--json")

    counted = {name: (accounts, arr) for name, _, accounts, arr in books(ran)}
    assert counted == {name: (GROUPS.get(name, accounts), arr) for name, _, accounts, arr in BOOKS}
    assert ran.json["totals"]["accounts"] == TOTALS[0] - 2


@SOURCES
def test_every_record_to_mend_is_named_and_none_is_guessed(messy: Desk, served: Served) -> None:
    with served(messy):
        told = messy.night(NIGHT, "--dry", "--json").json

    found = {(p["value"], p["reason"].partition(";")[0]) for p in told["problems"] if p["object"] == "account"}
    duplicate = {("A1", "duplicate id")} if served is in_files else set()
    assert found == duplicate | {
        ("n/a", "not a number"),
        ("-500", "negative"),
        ("1e300", "beyond 1,000,000,000,000"),
        ("NaN", "not a finite number"),
        ("1.234,56", 'not a number with "." as its decimal mark'),
        ("XAU", "no exchange rate for this currency"),
    }


@SOURCES
def test_nobody_is_pinged_by_a_customers_name(messy: Desk, served: Served) -> None:
    messy.set("limits", accounts=3)
    with slack_server() as slack, served(messy):
        tell_slack(messy, slack)
        ran = messy.night(NIGHT)
        assert ran.code == 0, ran.err
        (message,) = slack.messages(LEADERSHIP)

    assert "&lt;!channel&gt; Söhne &amp; Co 🎉" in texts(message)
    assert "*Tom &lt;!here&gt; Becker*" in texts(message)
    assert "*Ana 🚀 Díaz*" not in texts(message)  # three customers are not over a limit of three
    assert pings(message) == set()
    assert links(message) == set()


def test_so_many_records_to_mend_are_refused_by_default(messy: Desk) -> None:
    messy.set("gate", max_problem_share=0.05)
    with in_files(messy):
        refused = messy.night(NIGHT)
        accepted = messy.night(NIGHT, "--accept")

    assert refused.code == 4
    assert "7 of 23 accounts could not be read in full (30.4%; gate.max_problem_share allows 5%)" in refused.said
    assert "cssync run --dry" in refused.said
    assert accepted.code == 0
    assert sorted(books(messy.run("books", "--json"))) == sorted(BOOKS)


@pytest.mark.parametrize("count_by", ["account", "ultimate_parent"])
def test_the_store_gives_the_very_books_of_the_night(messy: Desk, count_by: str) -> None:
    """To the last change of the last window, after a night in which customers came, went, moved and grew."""
    messy.set("customers", count_by=count_by)
    write_files(messy, ACCOUNTS, OWNERS, rates=RATES)
    first = messy.night(NIGHT, "--json").json["books"]
    assert messy.run("books", "--json").json == first

    new = _row("F1", "Won today", "U2", "77.70", "EUR")
    grown = {**ACCOUNTS[0], "amount": "100000.11"}
    moved = {**ACCOUNTS[1], "csm_ref": "U2"}
    gone = {**ACCOUNTS[2], "churned_on": NEXT_NIGHT}
    write_files(messy, [grown, moved, gone, *ACCOUNTS[3:], new], OWNERS, rates=RATES)
    second = messy.night(NEXT_NIGHT, "--json").json["books"]
    assert messy.run("books", "--json").json == second

    won = (1, Decimal("97.12"))  # 77.70 EUR are 97.125 USD: half to the even cent
    churned = (-1, Decimal("-16000.00"))
    nobody = (0, Decimal(0))
    assert since_last_night(second["totals"]) == (won, churned, nobody, nobody, (0, Decimal("0.01")))
    told = {book["csm"]["name"]: since_last_night(book) for book in second["books"]}
    out, in_ = (-1, Decimal("-62500.00")), (1, Decimal("62500.00"))
    assert told["Dana Roy"] == (nobody, churned, nobody, out, (0, Decimal("0.01")))
    assert told["Ana 🚀 Díaz"] == (won, nobody, in_, nobody, nobody)


def since_last_night(tally: dict[str, Any]) -> tuple[tuple[int, Decimal], ...]:
    """Accounts and ARR won, churned, reassigned in and out, and changed in ARR."""
    change = next(change for change in tally["changes"] if change["days"] == 1)
    causes = ("won", "churned", "reassigned_in", "reassigned_out", "arr_changed")
    return tuple((change[cause]["accounts"], Decimal(change[cause]["arr"])) for cause in causes)
