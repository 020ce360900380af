"""Reads CSV as people, Excel and CRMs write it, every cell as text.

Polars does the reading; before its answer is believed, every line is held to the number of columns of the header,
because it fills short lines up and cuts long ones in silence. Where a file uses quotes in ways that Polars does not
follow, the standard library's slower reader takes over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from connectors.file.encoding import decoded
from cssync.errors import ConnectorError

_HEAD_BYTES = 1 << 20
_SEPARATORS = ",;\t|"
# Longer than any cell of a CRM (a rich text field holds 131,072); a quote that is never closed runs on for ever.
_LONGEST_CELL = 1 << 24


@dataclass(frozen=True, slots=True)
class Layout:
    """*header*: stripped names in the order of the file, possibly repeated or empty. *skipped*: lines above it."""

    separator: str
    header: tuple[str, ...]
    skipped: int


def layout(path: Path, encoding: str) -> Layout:
    """Look at the beginning of the file only. Raises ConnectorError, ConfigError, OSError."""
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES + 1)
    text = _lines_ended_by_newlines(decoded(data, path, encoding, whole=len(data) <= _HEAD_BYTES))
    skipped, separators = 0, _SEPARATORS
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):  # Excel's own hint to itself
        hinted = first.strip().strip('"')[len("sep=") :]
        skipped, separators, text = 1, hinted or separators, rest
    # Spreadsheets may leave empty lines above the table.
    above = len(text) - len(text.lstrip("\r\n"))
    skipped += text[:above].count("\n")
    headers = [_first_record(text[above:], path, separator) for separator in separators]
    header = max(headers, key=len)
    if not any(header):
        raise ConnectorError(f"{path} is empty: it does not even have a header", remedy="export it again")
    return Layout(separators[headers.index(header)], header, skipped)


def read(path: Path, encoding: str, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    """The columns at *positions*, as String, without rows that hold nothing in any of them.

    Raises ConnectorError, with the line, where a line does not have as many cells as the header.
    """
    data = path.read_bytes()
    text = _lines_ended_by_newlines(decoded(data, path, encoding, whole=True))
    if layout.skipped:
        text = text.split("\n", layout.skipped)[-1]
    table = _quoted(text, path, layout, positions) if '"' in text else _plain(text, path, layout, positions)
    return table.filter(~pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == ""))


def _plain(text: str, path: Path, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    lines = pl.Series("line", text.split("\n"), dtype=pl.String)
    cells = lines.str.count_matches(layout.separator, literal=True) + 1
    wrong = (cells != len(layout.header)) & (lines.str.strip_chars() != "")
    if wrong.any():
        at = wrong.arg_max() or 0
        raise _ragged(path, at + 1 + layout.skipped, cells[at], layout)
    return _polars(text, layout, positions, quote=None)


def _quoted(text: str, path: Path, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    rows = 0
    for line, cells in _records(text, path, layout):
        if len(cells) != len(layout.header) and any(cell.strip() for cell in cells):
            raise _ragged(path, line, len(cells), layout)
        rows += 1
    try:
        table = _polars(text, layout, positions, quote='"')
    except pl.exceptions.PolarsError:
        table = None  # quotes inside a cell that does not begin with one, which it takes for the start of a cell
    return table if table is not None and table.height == rows - 1 else _slowly(text, path, layout, positions)


def _polars(text: str, layout: Layout, positions: Sequence[int], quote: str | None) -> pl.DataFrame:
    names = [f"column {position}" for position in range(len(layout.header))]
    table = pl.read_csv(
        text.encode(), separator=layout.separator, quote_char=quote, infer_schema=False, columns=list(positions)
    )
    return table.rename(dict(zip(table.columns, (names[position] for position in positions), strict=True)))


def _slowly(text: str, path: Path, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    width = len(layout.header)
    rows = (cells for _, cells in islice(_records(text, path, layout), 1, None) if len(cells) == width)
    columns = zip(*([cells[position] for position in positions] for cells in rows), strict=True)
    schema = {f"column {position}": pl.String() for position in positions}
    return pl.DataFrame(dict(zip(schema, columns, strict=False)), schema=schema)


def _records(text: str, path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.separator, strict=True)
    with _long_cells():
        while True:
            line = reader.line_num + 1 + layout.skipped
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise ConnectorError(
                    f"{path}, line {line}: the record that begins here has a quote that is not closed ({error})",
                    remedy='double every quote inside a quoted cell: "5"" pipe"',
                ) from error
            yield line, cells


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _first_record(text: str, path: Path, separator: str) -> tuple[str, ...]:
    records = _records(text, path, Layout(separator, (), 0))
    return tuple(cell.strip() for cell in next(records, (1, []))[1])


def _lines_ended_by_newlines(text: str) -> str:
    return text if "\n" in text else text.replace("\r", "\n")  # Excel's 'CSV (Macintosh)'


def _ragged(path: Path, line: int, cells: int, layout: Layout) -> ConnectorError:
    names = "too many" if cells > len(layout.header) else "too few"
    return ConnectorError(
        f"{path}, line {line}: {cells} cells, {names} for the {len(layout.header)} columns of the header",
        remedy=f'put cells that hold "{layout.separator}" or line breaks in double quotes, and export the file whole',
    )
