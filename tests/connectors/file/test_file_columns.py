"""Which columns an export must have, and which it may."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cssync.errors import MappingError
from cssync.settings.source import FileSource
from tests.connectors.file.exports import FOUR, HEADER, PLAIN, folder, pull, refusal, rows


def test_what_few_exports_hold_is_read_where_it_is_mapped_and_reported_where_it_cannot_be(tmp_path: Path) -> None:
    more = {"second_csm": "owner", "usage": "logins", "decision_maker_changed": "new_boss"}
    header = "account_id,name,csm,arr,owner,logins,new_boss\n"
    exports = folder(tmp_path, accounts=header + "a1,Acme,u1,5,u2,35%,2026-03-30\na2,Bee,u1,5,,lots,soon\n")
    found = pull(exports, FileSource(accounts=FOUR.model_copy(update=more)))
    assert found.accounts.select("second_csm_ref", "usage", "decision_maker_changed_on").rows() == [
        ("u2", 35.0, date(2026, 3, 30)),
        (None, None, None),
    ]
    assert found.problems.select("record_id", "field", "value", "reason").rows() == [
        ("a2", "logins", "lots", "not a number"),
        ("a2", "new_boss", "soon", "not a date (write it as 2026-01-31)"),
    ]


def test_no_rows_are_an_empty_table(tmp_path: Path) -> None:
    assert rows(folder(tmp_path, accounts=HEADER)) == []
    assert pull(folder(tmp_path, owners="id,name\n")).owners == ()


def test_missing_columns_are_named_with_their_settings_and_what_to_write(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts="account_id,Name,csm,amount\n")
    settings = FileSource(accounts=FOUR.model_copy(update={"segment": "tier"}))
    error = refusal(path, MappingError, settings)
    assert error.message == (
        f'{path}/accounts.csv has no field "name" (source.accounts.name); did you mean "Name"?\n'
        f'{path}/accounts.csv has no field "arr" (source.accounts.arr)\n'
        f'{path}/accounts.csv has no field "tier" (source.accounts.segment)'
    )
    assert "source: {accounts: {arr: null, segment: null}}" in error.remedy


def test_a_column_that_cannot_be_done_without_is_not_offered_as_null(tmp_path: Path) -> None:
    error = refusal(folder(tmp_path, accounts="name,csm,arr\n"), MappingError)
    assert error.remedy == "name the column that holds it under source.accounts"


def test_a_mapped_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    error = refusal(folder(tmp_path, accounts="account_id,name,csm,arr,arr\na1,Acme,u1,1,2\n"), MappingError)
    assert '2 columns named "arr"' in error.message


def test_a_column_nobody_asked_for_may_be_there_twice(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts="account_id,,name,csm,,arr\na1,x,Acme,u1,y,1234.50\n")
    assert rows(path) == PLAIN


def test_all_headers_are_looked_at_before_any_row_is_read(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "ragged\n", ownership="account_id,csm\n")
    error = refusal(path, MappingError)
    assert 'ownership.csv has no field "valid_from"' in error.message
    assert error.remedy == "add the column to the export"
