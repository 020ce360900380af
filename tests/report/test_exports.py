"""Books for programs and spreadsheets: exact, complete, harmless."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cssync.capacity.company import Company
from cssync.model.owner import Owner
from cssync.report.csv import books_csv
from cssync.report.json import books_as_json
from cssync.report.tables import books_table
from tests.hostile import NAMES
from tests.nights import TEAM, TODAY, Nights, account, many, pull_of, settings


def books(*owners: Owner) -> Company:
    rows = [*many(2, "U1", "1234567.89", segment="SMB"), account("x", None, "0.01"), account("y", "E1", 5)]
    return Nights().walk(pull_of(rows, (*TEAM, *owners))).company()


def test_money_is_text_so_that_no_cent_is_lost_and_totals_are_of_the_whole_company() -> None:
    told = json.loads(json.dumps(books_as_json(books(), shown=[])))
    assert (told["as_of"], told["currency"], told["books"]) == ("2026-11-22", "USD", [])
    assert (told["totals"]["accounts"], told["totals"]["arr"]) == (4, "2469140.79")


def test_a_book_names_its_csm_with_the_kind_of_book() -> None:
    told = {book["csm"]["id"]: book for book in books_as_json(books())["books"]}
    assert told["U1"]["csm"] == {
        "id": "U1", "name": "Dana Roy", "email": "dana@acme.test", "active": True, "kind": "csm",
    }  # fmt: skip
    assert (told["U1"]["accounts"], told["U1"]["arr"], told["U1"]["manager"]) == (2, "2469135.78", "Vera Holt")
    assert told["unassigned"]["csm"]["kind"] == "unassigned"
    assert sum(Decimal(book["arr"]) for book in told.values()) == Decimal("2469140.79")


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ('=HYPERLINK("http://x";"y")', '\'=HYPERLINK("http://x";"y")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("Ann; =1", "Ann; '=1"),
        ("Ann\n=1", "Ann =1"),
        ("\x1b]0;owned\x07", "]0;owned"),
        ("Smith-Jones & Co", "Smith-Jones & Co"),
    ],
)
def test_a_name_from_the_crm_is_no_formula_in_a_spreadsheet(typed: str, cell: str) -> None:
    rows = list(csv.DictReader(io.StringIO(books_csv(books(Owner("E1", typed, team=typed))))))
    (evil,) = [row for row in rows if row["id"] == "E1"]
    assert (evil["name"], evil["team"]) == (cell, cell)
    assert evil["arr"] == "5.00"


def test_no_typed_name_is_a_formula_in_a_spreadsheet() -> None:
    for typed in NAMES.values():
        rows = list(csv.reader(io.StringIO(books_csv(books(Owner("E1", typed))))))
        cells = [part.strip() for row in rows for cell in row for part in cell.split(";")]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))] == []


def test_a_number_stays_one_in_a_spreadsheet_below_nought_too() -> None:
    found = books()
    first = found.books.books[0]
    owed = replace(first, tally=replace(first.tally, arr=Decimal("-12.50")))
    (row,) = csv.DictReader(io.StringIO(books_csv(found, [owed])))
    assert row["arr"] == "-12.50"


def test_the_table_shows_the_largest_and_counts_the_rest() -> None:
    table = books_table(books(), most=1)
    assert list(table.columns[0].cells) == ["Dana Roy", "and 2 more books: cssync books --json", "All books"]


def test_a_book_tells_its_load_and_what_there_is_for_it() -> None:
    told = {book["csm"]["id"]: book["load"] for book in books_as_json(books())["books"]}
    assert told["U1"] == {
        "hours": "4.0000", "known": "4.0000", "capacity": "128.0000", "utilisation": "0.0312",
        "why": "128 hours a month",
    }  # fmt: skip
    assert told["unassigned"] == {
        "hours": "4.0000", "known": "0.0000", "capacity": "0", "utilisation": None,
        "why": "128 hours a month, nobody works it",
    }  # fmt: skip
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(books_csv(books())))}
    assert (rows["U1"]["hours"], rows["U1"]["capacity_hours"], rows["U1"]["utilisation"]) == (
        "4.0000",
        "128.0000",
        "0.0312",
    )
    assert rows["unassigned"]["utilisation"] == ""


def test_the_table_shows_how_much_of_the_hours_is_used_and_who_is_ramping_or_away() -> None:
    people = {
        "dana@acme.test": {"starts_on": TODAY - timedelta(days=45)},
        "sam@acme.test": {"leave": [{"from": str(TODAY), "to": "2027-03-31"}]},
    }
    rows = [*many(16, segment="Mid-Market"), *many(3, "U2", segment="SMB"), *many(2, "U3")]
    shown = books_table(Nights(settings(team={"members": people})).walk(pull_of(rows)).company())
    names, load = (list(shown.columns[place].cells) for place in (0, 5))
    assert names == ["Dana Roy (ramping)", "Sam Ito (away)", "Ana Diaz", "All books"]
    assert load == ["100%", "6 h", "8 h", ""]
