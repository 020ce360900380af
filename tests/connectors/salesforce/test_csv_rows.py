"""A page of bulk results is read as Python's own csv module reads it, and comes to what the same rows are as JSON."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.salesforce import csv_rows, paging
from connectors.salesforce.soql import Selection
from cssync.errors import TransientError

TEXTS = Selection("Account", {"Name": "string", "Owner.Name": "string", "Notes__c": "textarea"})
KINDS = Selection(
    "Account",
    {"ARR__c": "currency", "Seats__c": "int", "IsActive": "boolean", "CreatedDate": "datetime", "Day": "date"},
)
_LONGEST = 2**31 - 1

cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12) | st.text(
    "\",\n\r\0 \t'a\ufeff", max_size=12
)


@pytest.fixture(autouse=True, scope="module")
def _long_cells() -> Iterator[None]:
    """The csv module itself gives up at 131,072 characters."""
    before = csv.field_size_limit(min(_LONGEST, sys.maxsize))
    yield
    csv.field_size_limit(before)


def written(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@given(st.lists(st.tuples(cells, cells, cells), max_size=30))
@example([("a\nb", 'say "so"', "c\r\nd"), ("\0", "", ","), ("\r", "\n", '"')])
@example([("x" * 131_073, "", "\n" * 3)])
def test_case_22_every_text_is_read_as_the_csv_module_reads_it(rows: list[tuple[str, str, str]]) -> None:
    numbered = [(f"{number:018}", *row) for number, row in enumerate(rows)]
    body = written(tuple(TEXTS.columns), *numbered)
    expected = [
        tuple(cell or None for cell in row) for row in list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]
    ]
    table = csv_rows.table(body, TEXTS)
    assert table.schema == TEXTS.schema
    assert table.rows() == expected


def test_case_22_a_page_of_many_long_texts_is_read_whole() -> None:
    """Large enough to be read by several threads, each of which has to find out where a row begins."""
    rows = [(f"{number:018}", f'first\n{number},"second"\n\n', "", "x,\n" * 50) for number in range(20_000)]
    table = csv_rows.table(written(tuple(TEXTS.columns), *rows), TEXTS)
    assert table.height == 20_000
    assert table["Name"].to_list() == [row[1] for row in rows]
    assert table["Notes__c"].unique().to_list() == ["x,\n" * 50]


def test_a_row_comes_to_the_same_by_bulk_and_by_rest() -> None:
    body = written(
        tuple(KINDS.columns),
        ("001", "12500.5", "3", "true", "2026-03-01T10:00:00.000Z", "2026-03-01"),
        ("002", "1.0E7", "", "false", "", ""),
    )
    records = [
        {
            "Id": "001",
            "ARR__c": 12500.5,
            "Seats__c": 3,
            "IsActive": True,
            "CreatedDate": "2026-03-01T10:00:00.000+0000",
            "Day": "2026-03-01",
        },
        {"Id": "002", "ARR__c": 1e7, "Seats__c": None, "IsActive": False, "CreatedDate": None, "Day": None},
    ]
    assert csv_rows.table(body, KINDS).equals(paging.table(records, KINDS))


def test_columns_may_come_in_any_order_and_with_others() -> None:
    only = Selection("Account", {"Name": "string"})
    table = csv_rows.table(b'"Name","More","Id"\n"A","x","001"\n', only)
    assert table.equals(pl.DataFrame({"Id": ["001"], "Name": ["A"]}))


@pytest.mark.parametrize(
    "body",
    [
        b'"Id","Other"\n"001","A"\n',
        b"",
        b"<html>Welcome</html>",
        b'"Id","ARR__c"\n"001","a lot"\n',
        b'"Id","ARR__c"\n"001","1"\n"002',
        b'"Id","ARR__c"\n"001",',
    ],
    ids=["a column is missing", "nothing", "a proxy's page", "no number", "cut in a cell", "cut between two cells"],
)
def test_what_is_no_page_of_these_rows_is_an_error(body: bytes) -> None:
    with pytest.raises(TransientError):
        csv_rows.table(body, Selection("Account", {"ARR__c": "currency"}))
