"""A folder of exports: what is read from it, and what is said about files that cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.base import no_progress
from connectors.file import FileConnector
from cssync.errors import ConfigError, ConnectorError, CssyncError, MappingError, PermissionDeniedError, TransientError
from cssync.model.check import Check, CheckStatus
from cssync.model.owner import Owner, OwnerKind
from cssync.model.pull import Pull
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, empty
from cssync.settings.source import AccountFields, FileSource, OpportunityFields

AS_OF = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
FOUR = AccountFields(
    currency=None,
    segment=None,
    lifecycle=None,
    product=None,
    region=None,
    language=None,
    health=None,
    parent=None,
    created=None,
    customer_since=None,
    churned_on=None,
    renewal=None,
)
SETTINGS = FileSource(accounts=FOUR)
HEADER = "account_id,name,csm,arr\n"


def folder(path: Path, **files: str | bytes) -> Path:
    """An accounts and an owners export, and whatever else *files* says, by name without ending."""
    for name, content in ({"accounts": HEADER, "owners": "id,name\nu1,Dana\n"} | files).items():
        file = path / f"{name}.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(file, (NOW.timestamp() - 3600, NOW.timestamp() - 3600))
    return path


def pull(path: Path, settings: FileSource = SETTINGS) -> Pull:
    return FileConnector(settings, path, now=lambda: NOW).pull(AS_OF, no_progress)


def rows(path: Path, settings: FileSource = SETTINGS) -> list[tuple[object, ...]]:
    return pull(path, settings).accounts.select("account_id", "name", "csm_ref", "amount").rows()


def refusal(path: Path, kind: type[CssyncError] = ConnectorError, settings: FileSource = SETTINGS) -> CssyncError:
    with pytest.raises(kind) as caught:
        pull(path, settings)
    assert type(caught.value) is kind
    assert caught.value.remedy
    return caught.value


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


PLAIN = [("a1", "Acme", "u1", Decimal("1234.50"))]


@pytest.mark.parametrize(
    "content",
    [
        HEADER + "a1,Acme,u1,1234.50\n",
        HEADER + "a1,Acme,u1,1234.50",
        "\ufeff" + HEADER + "a1,Acme,u1,1234.50\n",
        HEADER.replace("\n", "\r\n") + "a1,Acme,u1,1234.50\r\n",
        HEADER.replace("\n", "\r") + "a1,Acme,u1,1234.50\r",
        HEADER + '"a1","Acme","u1","1,234.50"\r\n',
        HEADER.replace(",", ";") + "a1;Acme;u1;1,234.50\n",
        HEADER.replace(",", "\t") + "a1\tAcme\tu1\t1234.50\n",
        "sep=;\n" + HEADER.replace(",", ";") + "a1;Acme;u1;1234.50\n",
        '"sep=|"\n' + HEADER.replace(",", "|") + "a1|Acme|u1|1234.50\n",
        "\n\n" + HEADER + "\n\na1,Acme,u1,1234.50\n\n\n",
        HEADER + "a1,Acme,u1,1234.50\n,,,\n ,, ,\n",
        " account_id , name,csm , arr\n a1 , Acme , u1 , 1234.50 \n",
        "arr,notes,csm,name,account_id\n1234.50,x,u1,Acme,a1\n",
    ],
)
def test_a_csv_is_read_however_it_was_written(tmp_path: Path, content: str) -> None:
    assert rows(folder(tmp_path, accounts=content)) == PLAIN


def test_cells_may_hold_quotes_separators_and_line_breaks(tmp_path: Path) -> None:
    content = HEADER + 'a1,"Acme, ""the"" Co\nof Ohio",u1,1\na2,"\U0001f680\r\n",u1,2\n'
    assert rows(folder(tmp_path, accounts=content)) == [
        ("a1", 'Acme, "the" Co\nof Ohio', "u1", Decimal(1)),
        ("a2", "\U0001f680", "u1", Decimal(2)),
    ]


def test_a_quote_in_the_middle_of_a_cell_is_a_character(tmp_path: Path) -> None:
    content = HEADER + 'a1,5" pipes,u1,1\na2,Plain,u1,2\na3,7" pipes,u1,3\na4,"Quoted",u1,4\n'
    assert rows(folder(tmp_path, accounts=content)) == [
        ("a1", '5" pipes', "u1", Decimal(1)),
        ("a2", "Plain", "u1", Decimal(2)),
        ("a3", '7" pipes', "u1", Decimal(3)),
        ("a4", "Quoted", "u1", Decimal(4)),
    ]


def test_a_cell_longer_than_the_standard_library_allows_is_read(tmp_path: Path) -> None:
    name = "x" * 200_000
    assert rows(folder(tmp_path, accounts=f'{HEADER}a1,"{name}",u1,1\n')) == [("a1", name, "u1", Decimal(1))]


def test_the_encoding_is_a_setting(tmp_path: Path) -> None:
    content = (HEADER + "a1,Müller,u1,1\n").encode("cp1252")
    settings = SETTINGS.model_copy(update={"encoding": "cp1252"})
    assert rows(folder(tmp_path, accounts=content), settings) == [("a1", "Müller", "u1", Decimal(1))]


def test_utf_16_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=(HEADER + "a1,Müller,u1,1\n").encode("utf-16"))
    (path / "owners.csv").write_bytes("id,name\nu1,Dana\n".encode("utf-16"))
    assert rows(path, SETTINGS.model_copy(update={"encoding": "utf-16"})) == [("a1", "Müller", "u1", Decimal(1))]


def test_the_decimal_mark_is_a_setting(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER.replace(",", ";") + "a1;Acme;u1;1.234,50\n")
    assert rows(path, SETTINGS.model_copy(update={"decimal_mark": ","})) == PLAIN


@pytest.mark.parametrize(
    ("content", "says", "remedy"),
    [
        (HEADER + "a1,Acme,u1,1\na2,Short,u1\n", "line 3: 3 cells, too few for the 4 columns", "export the file whole"),
        (HEADER + "a1,Acme, Inc,u1,1\n", "line 2: 5 cells, too many for the 4 columns", "in double quotes"),
        (HEADER + 'a1,"Ac\nme",u1,1\na2,"Short",u1\n', "line 4: 3 cells, too few", "export the file whole"),
        (HEADER + 'a1,Acme,u1,1\na2,"Never closed,u1,1\na3,B,u1,2\n', "line 3: the record that begins here", "double"),
        ("sep=;\naccount_id;name;csm;arr\na1;Short\n", "line 3: 2 cells", "export the file whole"),
        ("", "is empty", "export it again"),
        ("\n\n", "is empty", "export it again"),
        ("\ufeff", "is empty", "export it again"),
        (HEADER.encode() + b"a1,M\xfcller,u1,1\n", "line 2: byte 28 (0xfc) is not utf-8", "cp1252"),
        ((HEADER + "a1,Acme,u1,1\n").encode("utf-16"), "is UTF-16", "source.encoding: utf-16"),
        (b"PK\x03\x04rest of a zip", "is an Excel workbook", "save as"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook", "save as"),
        (b"PAR1....", "is a Parquet file", "rename"),
        (b"\x1f\x8b\x08", "compressed with gzip", "unpack"),
        ("<html><table>", "is HTML", "choose CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_line_and_remedy(
    tmp_path: Path, content: str | bytes, says: str, remedy: str
) -> None:
    error = refusal(folder(tmp_path, accounts=content))
    assert "accounts.csv" in error.message
    assert says in error.message
    assert remedy in error.remedy


def test_a_wrong_byte_far_into_a_large_file_is_found(tmp_path: Path) -> None:
    content = HEADER.encode() + b"a1,Acme,u1,1\n" * 100_000 + b"a2,M\xfcller,u1,1\n"
    assert "line 100002: byte 1300028 (0xfc)" in refusal(folder(tmp_path, accounts=content)).message


def test_an_unknown_encoding_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    error = refusal(folder(tmp_path), ConfigError, SETTINGS.model_copy(update={"encoding": "utf-9"}))
    assert 'source.encoding: "utf-9"' in error.message


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


def test_a_folder_that_is_not_there_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    assert "source.folder" in refusal(tmp_path / "nowhere", ConfigError).message


@pytest.mark.parametrize("name", ["accounts", "owners"])
def test_a_missing_export_is_named(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path)
    (path / f"{name}.csv").unlink()
    error = refusal(path)
    assert f"no {name}.csv or {name}.parquet" in error.message


def test_a_file_of_almost_the_right_name_is_pointed_out(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").rename(path / "Accounts.CSV")
    assert "no accounts.csv or accounts.parquet, only Accounts.CSV" in refusal(path).message


def test_owners_that_hold_lists_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "owners.csv").unlink()
    pl.DataFrame({"id": ["u1"], "name": [["Dana"]]}).write_parquet(path / "owners.parquet")
    assert 'owners.parquet: field "name" holds List' in refusal(path, MappingError).message


def test_of_two_exports_of_one_name_none_is_guessed(tmp_path: Path) -> None:
    path = folder(tmp_path)
    pl.DataFrame({"account_id": ["a1"]}).write_parquet(path / "accounts.parquet")
    error = refusal(path, ConfigError)
    assert "both accounts.csv and accounts.parquet" in error.message


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    (path / "accounts.csv").mkdir()
    assert "accounts.csv cannot be read" in refusal(path).message


def test_a_file_that_changes_under_the_reader_is_tried_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,Acme,u1,1\n")

    def grow(stage: str, done: int, total: int | None) -> None:
        with (path / "accounts.csv").open("a") as file:
            file.write("a2,Late,u1,2\n")

    with pytest.raises(TransientError, match="changed while it was being read"):
        FileConnector(SETTINGS, path, now=lambda: NOW).pull(AS_OF, grow)


def test_parquet_keeps_its_own_types(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    pl.DataFrame(
        {
            "account_id": [1, 2, 3],
            "name": pl.Series(["Acme", "Beta", "Gamma"], dtype=pl.Categorical),
            "csm": [7.0, None, 8.0],
            "arr": [Decimal("1234.505"), None, Decimal("0.1")],
            "created": [datetime(2026, 1, 31, 23, 30, tzinfo=UTC), None, None],
            "unused": [[1], [2], [3]],
        }
    ).write_parquet(path / "accounts.parquet")
    settings = FileSource(accounts=FOUR.model_copy(update={"created": "created"}))
    assert rows(path, settings) == [
        ("1", "Acme", "7", Decimal("1234.50")),
        ("2", "Beta", None, None),
        ("3", "Gamma", "8", Decimal("0.10")),
    ]
    assert pull(path, settings).accounts["created_on"].to_list() == [date(2026, 1, 31), None, None]


@pytest.mark.parametrize("content", [b"", b"account_id,name\n", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    (path / "accounts.parquet").write_bytes(content)
    assert "accounts.parquet is not a whole Parquet file" in refusal(path).message


def test_a_parquet_file_that_is_damaged_inside_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "accounts.csv").unlink()
    file = path / "accounts.parquet"
    pl.DataFrame({"account_id": ["a1"], "name": ["Acme"], "csm": ["u1"], "arr": [1.5]}).write_parquet(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:4] + b"\xff" * 60 + whole[64:])
    assert "accounts.parquet is not a whole Parquet file" in refusal(path).message


def test_a_file_that_vanishes_under_the_reader_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path)

    def remove(stage: str, done: int, total: int | None) -> None:
        (path / "accounts.csv").unlink()

    with pytest.raises(ConnectorError, match=r"accounts\.csv cannot be read \(No such file or directory\)"):
        FileConnector(SETTINGS, path, now=lambda: NOW).pull(AS_OF, remove)


def test_a_folder_that_cannot_even_be_looked_for_is_named(tmp_path: Path) -> None:
    assert "cannot be read (File name too long)" in refusal(tmp_path / ("x" * 300)).message


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """*path* closed to everyone; root, who may read it all the same, is nobody for the time."""
    user, mode = os.geteuid(), path.stat().st_mode
    path.chmod(0)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(mode)


def test_a_folder_that_may_not_be_read_is_a_matter_for_whoever_grants_it(tmp_path: Path) -> None:
    path = folder(tmp_path)
    with locked(path):
        error = refusal(path, PermissionDeniedError)
    assert "may not be read (Permission denied)" in error.message


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


def test_an_export_older_than_two_days_is_noted(tmp_path: Path) -> None:
    path = folder(tmp_path)
    old = NOW.timestamp() - 5 * 24 * 3600
    os.utime(path / "owners.csv", (old, old))
    assert pull(path).notes == ("owners.csv is 5 days old",)


def test_amounts_that_read_like_thousands_are_doubted(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,u1,12.500\na2,B,u1,900\na3,C,u1,7.250\n")
    (note,) = pull(path).notes
    assert 'every amount in "arr" that has a "." has three digits after it, like 12.500' in note
    assert "source.decimal_mark: ','" in note


def test_amounts_with_cents_are_not_doubted(tmp_path: Path) -> None:
    assert pull(folder(tmp_path, accounts=HEADER + "a1,A,u1,12.500\na2,B,u1,7.25\n")).notes == ()


def checked(path: Path, settings: FileSource = SETTINGS) -> dict[str, Check]:
    checks = list(FileConnector(settings, path, now=lambda: NOW).check())
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


def test_a_check_shows_samples_and_the_share_of_empties(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,u1,10\na2,B,u1,\na3,C,,20\na4,D,dana,n/a\n")
    found = checked(path)
    assert found["accounts"].found == "accounts.csv: 4 rows, written 2026-04-01 03:00 UTC"
    assert found["source.accounts.id"] == Check(
        "source.accounts.id", CheckStatus.OK, '"account_id": a1, a2, a3; 0% empty'
    )
    assert found["source.accounts.arr"].status is CheckStatus.WARNING
    assert found["source.accounts.arr"].found == (
        '"arr": 10, 20, n/a; 25% empty; 1 not read, the first in record a4: not a number'
    )
    assert found["owners of accounts"].status is CheckStatus.WARNING
    assert found["owners of accounts"].found == (
        '2 of 3 accounts with a "csm" name someone in owners; not, for instance, dana'
    )
    assert found["opportunities"] == Check("opportunities", CheckStatus.OK, "no such file (optional)")


def test_a_check_warns_of_old_files_empty_columns_and_doubtful_marks(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts=HEADER + "a1,A,,12.500\na2,B,,7.250\n", rates="currency,rate\nEUR,1.1\n")
    old = NOW.timestamp() - 3 * 24 * 3600
    os.utime(path / "accounts.csv", (old, old))
    found = checked(path)
    assert {name for name, check in found.items() if check.status is CheckStatus.WARNING} == {
        "accounts",
        "source.accounts.csm",
        "source.decimal_mark",
    }
    assert "accounts.csv is 3 days old" in found["accounts"].found
    assert found["source.accounts.csm"].remedy == "map another column, or source.accounts.csm: null"
    assert found["rates"].found.startswith("rates.csv: EUR 1.1, written")


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("accounts", {"accounts": "account_id,name\n"}),
        ("accounts", {"accounts": HEADER + "a1\n"}),
        ("owners", {"owners": b"\xff\xfe\x00"}),
        ("rates", {"rates": "currency,rate\nEUR,?\n"}),
        ("ownership", {"ownership": "account_id\n"}),
    ],
)
def test_a_check_reports_what_fails_and_goes_on(tmp_path: Path, name: str, files: dict[str, str | bytes]) -> None:
    found = checked(folder(tmp_path, **files))
    assert [check.name for check in found.values() if check.status is CheckStatus.FAILED] == [name]
    assert found[name].remedy


def test_a_check_without_a_folder_is_one_line(tmp_path: Path) -> None:
    found = checked(tmp_path / "nowhere")
    assert [(check.name, check.status) for check in found.values()] == [("folder", CheckStatus.FAILED)]


def test_a_check_misses_the_needed_files_only(tmp_path: Path) -> None:
    found = checked(tmp_path)
    assert {name for name, check in found.items() if check.status is CheckStatus.FAILED} == {"accounts", "owners"}
