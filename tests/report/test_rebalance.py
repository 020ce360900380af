"""A proposal as a table, as a file for the CRM's import, and for programs; whatever is in a name stays text."""

from __future__ import annotations

import csv
import io

from rich.console import Console

from cssync.capacity.rebalance.propose import propose
from cssync.capacity.rebalance.search import QUICK
from cssync.report.rebalance import rebalance_as_json, rebalance_csv, rebalance_report
from tests.nights import TODAY, Night, Nights, account, many, pull_of, settings

ROWS = [
    *many(4, amount=9000),
    account("evil", amount=10, name="=cmd()\n", renewal_on=TODAY.replace(year=2027)),
    *many(1, "U2"),
    account("free", None, 20),
]


def night() -> Night:
    return Nights(settings(limits={"accounts": 4}, rebalance={"moves_share": 1, "incoming_share": 1})).walk(
        pull_of(ROWS)
    )


def test_the_file_for_the_import_names_account_and_new_owner_first() -> None:
    company = night().company()
    rows = list(csv.reader(io.StringIO(rebalance_csv(propose(company, QUICK), company.books))))
    assert rows[0][:2] == ["account_id", "new_owner_id"]
    assert rows[1][:7] == ["free", "U2", "Name free", "20.00", "USD", "unassigned", "No CSM"]
    assert rows[2][:7] == ["evil", "U2", "'=cmd()", "10.00", "USD", "U1", "Dana Roy"]
    assert rows[2][9] == "renews on 22 Nov 2027"
    assert len(rows) == 3


def test_the_table_shows_both_books_before_and_after_and_how_good_it_is() -> None:
    company = night().company()
    out = io.StringIO()
    Console(file=out, width=120).print(rebalance_report(propose(company, QUICK), company.books))
    told = out.getvalue()
    assert "5 → 4 of 4" in told
    assert "1 → 3 of 4" in told
    assert "- 1 customer ($10 of ARR) from 1 book to 1 colleague." in told
    assert "- No other proposal that keeps to the same limits is better." in told


def test_a_program_is_told_what_it_costs_and_what_it_leaves() -> None:
    company = night().company()
    told = rebalance_as_json(propose(company, QUICK), company.books)
    assert told["moves"][0]["id"] == "evil"
    assert told["quality"]["best"] is True
    assert told["quality"]["before"] == 250.0  # a quarter over a limit of 4, at 1000 for twice the limit
    assert told["books"][0]["after"]["accounts"] == 4
