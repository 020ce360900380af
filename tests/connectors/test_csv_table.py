"""Whatever was written as CSV comes back cell by cell, or is refused: it is never read wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.file import csv_table
from cssync.errors import CssyncError

# Cells are stripped later; NUL and lone carriage returns are no part of any dialect of CSV.
CELLS = st.text(
    st.one_of(st.sampled_from('a,;"\n\t| é\U0001f680'), st.characters(exclude_categories=("Cs", "Cc"))), max_size=8
)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)
AS_WRITTEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def read(path: Path, encoding: str = "utf-8") -> list[tuple[str, ...]]:
    layout = csv_table.layout(path, encoding)
    table = csv_table.read(path, encoding, layout, range(len(layout.header)))
    return [tuple(cell or "" for cell in row) for row in table.iter_rows()]


@AS_WRITTEN
@given(
    table=TABLES,
    separator=st.sampled_from(",;\t|"),
    dialect=st.tuples(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"])),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_cell_comes_back_as_it_was_written(
    tmp_path: Path, table: list[list[str]], separator: str, dialect: tuple[Literal[0, 1], str], encoding: str
) -> None:
    header = [f"column {number}" for number in range(len(table[0]))]
    written = io.StringIO()
    quoting, newline = dialect
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=newline).writerows([header, *table])
    path = tmp_path / "table.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    assert read(path, encoding) == [tuple(row) for row in table if any(cell.strip() for cell in row)]


@AS_WRITTEN
@given(content=st.one_of(st.binary(max_size=60), st.text('a,"\n\r;\0', max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    try:
        rows = read(path)
    except CssyncError:
        return
    assert len({len(row) for row in rows}) <= 1


@AS_WRITTEN
@given(lines=st.lists(st.text('ab,"', max_size=10), min_size=1, max_size=6))
def test_what_is_read_is_what_the_standard_library_reads(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text("x,y,z\n" + "\n".join(lines) + "\n", encoding="utf-8")
    try:
        rows = read(path)
    except CssyncError:
        return
    records = csv.reader(io.StringIO("\n".join(lines), newline=""))
    assert rows == [tuple(cells) for cells in records if any(cell.strip() for cell in cells)]


@pytest.mark.parametrize("width", [1, 2, 100, 101, 400])
def test_a_wide_table_is_read_as_a_narrow_one(tmp_path: Path, width: int) -> None:
    path = tmp_path / "table.csv"
    header, row = [f"c{number}" for number in range(width)], [f'"v{number}, ""x"""' for number in range(width)]
    path.write_text(",".join(header) + "\n" + ",".join(row) + "\n", encoding="utf-8")
    assert read(path) == [tuple(f'v{number}, "x"' for number in range(width))]


@pytest.mark.parametrize("width", [101, 400])
def test_a_wide_table_without_quotes_is_read(tmp_path: Path, width: int) -> None:
    path = tmp_path / "table.csv"
    line = ",".join(f"v{number}" for number in range(width))
    path.write_text(f"{line}\n{line}\n", encoding="utf-8")
    assert read(path) == [tuple(f"v{number}" for number in range(width))]


def test_a_table_that_uses_every_control_character_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n\x01\x02\x03\x1c\x1d\x1e\x1f,x\n", encoding="utf-8")
    assert read(path) == [("\x01\x02\x03\x1c\x1d\x1e\x1f", "x")]


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('"a",b', encoding="utf-8")
    assert csv_table.layout(path, "utf-8").header == ("a", "b")
    assert read(path) == []


def test_a_header_may_hold_quoted_separators_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('"ARR, total\n(USD)";name\n1;x\n', encoding="utf-8")
    layout = csv_table.layout(path, "utf-8")
    assert (layout.separator, layout.header) == (";", ("ARR, total\n(USD)", "name"))
    assert read(path) == [("1", "x")]
