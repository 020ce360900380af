"""What an export says of owners, of exchange rates and of the time before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.file import FileConnector
from cssync.model.owner import Owner, OwnerKind
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, empty
from cssync.settings.source import FileSource, OpportunityFields
from tests.connectors.file.exports import AS_OF, FOUR, HEADER, NOW, SETTINGS, folder, pull, refusal, rows


def test_owners_may_say_nothing_but_id_and_name(tmp_path: Path) -> None:
    assert pull(folder(tmp_path)).owners == (Owner("u1", "Dana"),)


def test_owners_are_read_in_full_and_their_slips_reported(tmp_path: Path) -> None:
    owners = (
        "manager_id,team,kind,active,email,name,id\n"
        "u2,East,,yes,dana@x.example,Dana,u1\n"
        ",,Person,FALSE,ed@x.example,Ed,u2\n"
        ",,queue,,,Unrouted,u3\n"
        ",,POOL,true,,Pool,u4\n"
        ",,robot,perhaps,bob@x.example,,u5\n"
        ",,,,,Again,u1\n"
        ",,,,,Nobody,\n"
    )
    found = pull(folder(tmp_path, owners=owners))
    assert found.owners == (
        Owner("u1", "Dana", "dana@x.example", team="East", manager_id="u2"),
        Owner("u2", "Ed", "ed@x.example", active=False),
        Owner("u3", "Unrouted", kind=OwnerKind.QUEUE),
        Owner("u4", "Pool", kind=OwnerKind.POOL),
        Owner("u5", "bob@x.example", "bob@x.example"),
    )
    assert found.problems.rows() == [
        ("owner", "u5", "name", None, "no name"),
        ("owner", "u5", "active", "perhaps", "neither yes nor no"),
        ("owner", "u5", "kind", "robot", "none of person, queue, pool"),
        ("owner", "u1", "id", "u1", "duplicate id"),
        ("owner", None, "id", "Nobody", "no id"),
    ]


def test_a_csm_may_be_named_by_e_mail(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,Acme,Dana@X.example,1234.50\n")
    assert rows(path) == [("a1", "Acme", "Dana@X.example", Decimal("1234.50"))]


def test_rates_are_exact_and_name_their_file(tmp_path: Path) -> None:
    rates = pull(folder(tmp_path, rates="currency,rate\neur,1.0812345\nUSD,1\n")).rates
    assert rates.corporate == "USD"
    assert rates.rates == {"EUR": Decimal("1.0812345")}
    assert rates.sources == {"EUR": "rates.csv"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("EUR,about one\n", '"about one" is no rate for "EUR"'),
        ("EUR,0\n", '"0" is no rate for "EUR"'),
        ("EUR,-1\n", '"-1" is no rate for "EUR"'),
        ("EUR,NaN\n", '"NaN" is no rate for "EUR"'),
        ("EUR,\n", '"" is no rate for "EUR"'),
        (",1.1\n", '"1.1" is no rate for ""'),
        ("EUR,1.1\neur,1.2\n", 'two rates for "EUR"'),
        ("USD,1.2\n", "the rate of USD is not 1"),
    ],
)
def test_a_rate_that_cannot_be_read_stops_the_pull(tmp_path: Path, content: str, says: str) -> None:
    assert says in refusal(folder(tmp_path, rates="currency,rate\n" + content)).message


def test_the_history_of_opportunities_is_read_where_it_is_there(tmp_path: Path) -> None:
    deals = "opportunity_id,account_id,stage,is_closed,is_won,amount,close_on\n"
    deals += "d1,a1,Won,yes,yes,90,2025-09-01\nd2,a1,Demo,no,no,70,2026-05-01\n"
    history = "opportunity_id,valid_from,stage,close_on\n"
    history += "d1,2025-02-01,Demo,2025-06-30\nd1,2025-09-01,Won,2025-09-01\nd2,2025-08-01,Demo,2026-05-01\n"
    fields = OpportunityFields(
        owner=None, name=None, kind=None, currency=None, probability=None, created=None, starts=None, ends=None
    )
    source = FileSource(accounts=FOUR, opportunities=fields)
    exports = folder(tmp_path, opportunities=deals, opportunity_history=history)
    connector = FileConnector(source, exports, now=lambda: NOW)
    found = connector.history(empty(ACCOUNTS), pull(exports, source).opportunities, AS_OF, date(2024, 1, 1))
    # What else was decided before the first decision in it, the export does not say.
    assert found.since == {"pipeline": date(2025, 9, 1)}
    columns = ("opportunity_id", "stage", "is_won", "amount", "close_on", "valid_from", "valid_to")
    assert found.pipeline.select(columns).rows() == [
        ("d1", "Won", True, Decimal(90), date(2025, 9, 1), date(2025, 9, 1), None),
        ("d2", "Demo", False, Decimal(70), date(2026, 5, 1), date(2025, 9, 1), None),
    ]


def test_ownership_is_read_where_it_is_there(tmp_path: Path) -> None:
    ownership = "account_id,csm,valid_from,valid_to,is_customer\na1,u1,2025-01-01,2025-06-01,yes\na1,u2,2025-06-01,,\n"
    connector = FileConnector(SETTINGS, folder(tmp_path, ownership=ownership), now=lambda: NOW)
    found = connector.history(empty(ACCOUNTS), empty(OPPORTUNITIES), date(2026, 1, 1), date(2024, 1, 1)).ownership
    assert found.select("account_id", "csm_ref", "is_customer", "valid_from", "valid_to").rows() == [
        ("a1", "u1", True, date(2025, 1, 1), date(2025, 6, 1)),
        ("a1", "u2", None, date(2025, 6, 1), None),
    ]
