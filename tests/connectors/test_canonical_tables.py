"""Whole records: mapped, read, made unique, and what is wrong with them named in the source's own words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from connectors import canonical
from cssync.errors import MappingError
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, OWNERSHIP, PROBLEMS
from cssync.settings.source import AccountFields, OpportunityFields

ONLY_NEEDED = {
    "segment": None,
    "lifecycle": None,
    "product": None,
    "region": None,
    "language": None,
    "health": None,
    "parent": None,
    "customer_since": None,
    "churned_on": None,
    "renewal": None,
}
FIELDS = AccountFields(
    id="Id", name="Name", csm="CSM__c", arr="ARR__c", currency="Iso", created="Created", **ONLY_NEEDED
)
DEALS = OpportunityFields(
    **dict.fromkeys(("owner", "kind", "stage", "is_closed", "created", "close", "starts", "ends")), is_won="won"
)


def record(account_id: str | None, **values: Any) -> dict[str, Any]:
    return {"Id": account_id, "Name": "Acme", "CSM__c": "u1", "ARR__c": "100", "Iso": "usd", "Created": None} | values


def read(*records: dict[str, Any]) -> canonical.Parsed:
    return canonical.accounts(pl.DataFrame(records, schema=dict.fromkeys(record(None), pl.String)), FIELDS)


def test_an_account_is_put_into_the_canonical_schema() -> None:
    parsed = read(
        record(" a1 ", ARR__c="1,200.50", Created="2026-01-31T23:00:00.000+0000", Name=" \U0001f680 <!channel> ")
    )
    assert parsed.table.schema == ACCOUNTS
    assert parsed.problems.schema == PROBLEMS
    assert parsed.table.row(0, named=True) == dict.fromkeys(ACCOUNTS) | {
        "account_id": "a1",
        "name": "\U0001f680 <!channel>",
        "csm_ref": "u1",
        "amount": Decimal("1200.50"),
        "currency": "USD",
        "created_on": date(2026, 1, 31),
    }
    assert parsed.problems.is_empty()


def test_what_cannot_be_read_is_named_by_the_sources_own_field() -> None:
    parsed = read(record("a1", ARR__c="n/a", Created="soon"), record("a2"))
    assert parsed.problems.rows() == [
        ("account", "a1", "Created", "soon", "not a date (write it as 2026-01-31)"),
        ("account", "a1", "ARR__c", "n/a", "not a number"),
    ]
    assert parsed.table["amount"].to_list() == [None, Decimal(100)]


def test_a_long_value_is_cut_to_forty_characters() -> None:
    parsed = read(record("a1", ARR__c="\U0001f680" * 500))
    assert parsed.problems["value"].to_list() == ["\U0001f680" * 40]


def test_of_two_records_with_one_id_the_first_wins() -> None:
    parsed = read(record("a1", ARR__c="1"), record("a2"), record(" a1", ARR__c="garbage"))
    assert parsed.table["account_id"].to_list() == ["a1", "a2"]
    assert parsed.table["amount"].to_list() == [Decimal(1), Decimal(100)]
    assert parsed.problems.rows() == [("account", "a1", "Id", " a1", "duplicate id")]


def test_a_record_without_an_id_is_left_out_and_shown_by_its_name() -> None:
    parsed = read(record(None, Name="Nameless Ltd"), record("  ", ARR__c="garbage"), record("a1"))
    assert parsed.table["account_id"].to_list() == ["a1"]
    assert parsed.problems.rows() == [
        ("account", None, "Id", "Nameless Ltd", "no id"),
        ("account", None, "Id", "Acme", "no id"),
    ]


@pytest.mark.parametrize(
    "raw", [pl.DataFrame(schema=list(record(None))), pl.DataFrame(schema=dict.fromkeys(record(None), pl.String))]
)
def test_an_empty_table_stays_an_empty_table(raw: pl.DataFrame) -> None:
    parsed = canonical.accounts(raw, FIELDS)
    assert (parsed.table.schema, parsed.table.height) == (ACCOUNTS, 0)
    assert (parsed.problems.schema, parsed.problems.height) == (PROBLEMS, 0)


def test_a_mapped_field_that_is_missing_is_named_with_its_setting_and_a_guess() -> None:
    raw = pl.DataFrame([record("a1")]).rename({"ARR__c": "arr__C", "Iso": "unrelated"})
    with pytest.raises(MappingError) as caught:
        canonical.accounts(raw, FIELDS)
    assert caught.value.message == (
        'accounts has no field "ARR__c" (source.accounts.arr); did you mean "arr__C"?\n'
        'accounts has no field "Iso" (source.accounts.currency)'
    )


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([[1, 2]]),
        pl.Series([{"street": "1 Main St"}]),
        pl.Series([timedelta(1)]),
        pl.Series([b"\xff"]),
        pl.Series([object()], dtype=pl.Object),
    ],
)
def test_a_field_that_holds_no_single_values_is_refused(cells: pl.Series) -> None:
    raw = pl.DataFrame([record("a1")]).with_columns(cells.alias("ARR__c"))
    with pytest.raises(MappingError, match='field "ARR__c" holds'):
        canonical.accounts(raw, FIELDS)


def test_bytes_that_are_text_are_read() -> None:
    raw = pl.DataFrame([record("a1")]).with_columns(pl.Series([b" 12.50 "]).alias("ARR__c"))
    assert canonical.accounts(raw, FIELDS).table["amount"].to_list() == [Decimal("12.50")]


def test_columns_that_are_not_mapped_are_ignored() -> None:
    parsed = canonical.accounts(pl.DataFrame([record("a1") | {"Secret": [1]}]), FIELDS)
    assert parsed.table.columns == list(ACCOUNTS)


def test_the_decimal_mark_is_the_callers() -> None:
    raw = pl.DataFrame([record("a1", ARR__c="1.234,56")])
    assert canonical.accounts(raw, FIELDS, decimal_mark=",").table["amount"].to_list() == [Decimal("1234.56")]


def test_two_settings_may_name_one_field() -> None:
    fields = FIELDS.model_copy(update={"customer_since": "Created"})
    parsed = canonical.accounts(pl.DataFrame([record("a1", Created="bad")]), fields)
    assert parsed.problems.height == 2
    assert parsed.problems["field"].to_list() == ["Created", "Created"]


def test_an_opportunity_keeps_a_negative_amount() -> None:
    raw = pl.DataFrame(
        {
            "opportunity_id": ["o1", "o2"],
            "account_id": ["a1", "a1"],
            "name": ["Downsell", "Huge"],
            "won": ["true", "?"],
            "amount": ["-500", "-1e13"],
            "currency": [None, "eur"],
            "probability": ["100", "1"],
        }
    )
    parsed = canonical.opportunities(raw, DEALS)
    assert parsed.table.schema == OPPORTUNITIES
    assert parsed.table.select("amount", "is_won", "probability").rows() == [
        (Decimal(-500), True, 1.0),
        (None, None, 0.01),
    ]
    assert parsed.problems.rows() == [
        ("opportunity", "o2", "won", "?", "neither yes nor no"),
        ("opportunity", "o2", "amount", "-1e13", "beyond 1,000,000,000,000"),
    ]


def spells(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("account_id", "csm", "valid_from", "valid_to"), pl.String), orient="row"
    )


def test_ownership_needs_an_account_and_a_first_day_and_an_end_after_it() -> None:
    raw = spells(
        ("a1", "u1", "2025-01-01", "2025-06-01"),
        ("a1", "u2", "2025-06-01", ""),
        ("", "u1", "2025-01-01", "garbage"),
        ("a3", "u1", "", "2025-01-01"),
        ("a4", "u1", "2025-06-01", "2025-06-01"),
        ("a5", "u1", "2025-06-01", "later"),
        ("a6", "u1", "long ago", ""),
    )
    parsed = canonical.ownership(raw)
    assert parsed.table.schema == OWNERSHIP
    assert parsed.table.select("account_id", "csm_ref", "valid_from", "valid_to").rows() == [
        ("a1", "u1", date(2025, 1, 1), date(2025, 6, 1)),
        ("a1", "u2", date(2025, 6, 1), None),
    ]
    assert sorted(parsed.problems.rows(), key=str) == [
        ("ownership", "a3", "valid_from", "", "no first day"),
        ("ownership", "a4", "valid_to", "2025-06-01", "ends before it begins"),
        ("ownership", "a5", "valid_to", "later", "not a date (write it as 2026-01-31)"),
        ("ownership", "a6", "valid_from", "long ago", "not a date (write it as 2026-01-31)"),
        ("ownership", None, "account_id", "", "no account"),
    ]


def test_ownership_may_leave_out_what_it_does_not_know() -> None:
    raw = spells(("a1", "u1", "2025-01-01", None)).drop("valid_to")
    assert canonical.ownership(raw).table.row(0, named=True) == dict.fromkeys(OWNERSHIP) | {
        "account_id": "a1",
        "csm_ref": "u1",
        "valid_from": date(2025, 1, 1),
    }


def test_ownership_without_a_first_day_column_is_a_mapping_error() -> None:
    with pytest.raises(MappingError, match='ownership has no field "valid_from"'):
        canonical.ownership(spells().rename({"valid_from": "since"}))


def test_empty_ownership_stays_empty() -> None:
    parsed = canonical.ownership(spells())
    assert (parsed.table.schema, parsed.table.height) == (OWNERSHIP, 0)
    assert parsed.problems.is_empty()
