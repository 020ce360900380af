"""CSV files however they were written, and what is said about those that cannot be read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cssync.errors import ConfigError
from tests.connectors.file.exports import HEADER, PLAIN, SETTINGS, folder, refusal, rows


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
