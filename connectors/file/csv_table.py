"""Reads CSV as people, Excel and CRMs write it, every cell as text.

Polars does the reading; before its answer is believed, every line is held to the number of columns of the header,
because it fills short lines up and cuts long ones in silence. Where a file uses quotes in ways that Polars does not
follow, the standard library's slower reader takes over.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from connectors.file.encoding import as_utf8
from cssync.errors import ConnectorError

_HEAD_BYTES = 1 << 20
_SEPARATORS = ",;\t|"
# Longer than any cell of a CRM (a rich text field holds 131,072); a quote that is never closed runs on for ever.
_LONGEST_CELL = 1 << 24
# Wider files than this are not worth a pattern that describes a whole line.
_WIDEST = 100
_NEVER_TYPED = "\x01\x02\x03\x1c\x1d\x1e\x1f"


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
    text = _content(data, path, encoding, whole=len(data) <= _HEAD_BYTES).decode(errors="ignore")
    skipped, separators = 0, _SEPARATORS
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):  # Excel's own hint to itself
        hinted = first.strip().strip('"')[len("sep=") :]
        skipped, separators, text = 1, hinted or separators, rest
    # Spreadsheets may leave empty lines above the table.
    above = len(text) - len(text.lstrip("\r\n"))
    skipped += text[:above].count("\n")
    if not text.strip():
        raise ConnectorError(f"{path} is empty: it does not even have a header", remedy="export it again")
    headers = [_first_record(text[above:], separator) for separator in separators]
    header = max(headers, key=len)
    if not any(header):
        raise ConnectorError(
            f"{path}, line {skipped + 1}: the header cannot be read", remedy="close every quote in the header"
        )
    return Layout(separators[headers.index(header)], header, skipped)


def read(path: Path, encoding: str, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    """The columns at *positions*, as String, without rows that hold nothing in any of them.

    Raises ConnectorError, with the line, where a line does not have as many cells as the header.
    """
    content = _content(path.read_bytes(), path, encoding, whole=True)
    if layout.skipped:
        content = content.split(b"\n", layout.skipped)[-1]
    is_simple = _every_line_is_a_record(content, layout)
    table = _polars(content, layout, positions) if is_simple else _checked(content, path, layout, positions)
    return table.filter(~pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == ""))


def _content(data: bytes, path: Path, encoding: str, *, whole: bool) -> bytes:
    content = as_utf8(data, path, encoding, whole=whole)
    return content if b"\n" in content else content.replace(b"\r", b"\n")  # Excel's 'CSV (Macintosh)'


def _every_line_is_a_record(content: bytes, layout: Layout) -> bool:
    """Whether each line that is not empty has, by itself, as many cells as the header; False also where in doubt."""
    width, quoted = len(layout.header), b'"' in content
    other = next((mark for mark in _NEVER_TYPED if mark.encode() not in content), None)
    if other is None or (quoted and width > _WIDEST):
        return False
    lines = pl.read_csv(
        content, has_header=False, separator=other, quote_char=None, schema={"line": pl.String()}, raise_if_empty=False
    )["line"].fill_null("")
    whole = (lines.str.count_matches(layout.separator, literal=True) == width - 1) | (lines.str.strip_chars() == "")
    if quoted:
        separator = re.escape(layout.separator)
        cell = rf'(?:"(?:[^"]|"")*"|[^"{separator}]*)'
        record = rf"^{cell}(?:{separator}{cell}){{{width - 1}}}\r?$"
        whole = lines.str.contains(record) | (whole & ~lines.str.contains('"', literal=True))
    return whole.all()


def _checked(content: bytes, path: Path, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    rows = 0
    for line, cells in _records(content, path, layout):
        if len(cells) != len(layout.header) and any(cell.strip() for cell in cells):
            raise _ragged(path, line, len(cells), layout)
        rows += 1
    try:
        table = _polars(content, layout, positions)
    except pl.exceptions.PolarsError:
        table = None  # quotes inside a cell that does not begin with one, which it takes for the start of a cell
    if table is not None and table.height == rows - 1:
        return table
    return _slowly(content, path, layout, positions)


def _polars(content: bytes, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    names = [f"column {position}" for position in range(len(layout.header))]
    quote = '"' if b'"' in content else None
    table = pl.read_csv(
        content, separator=layout.separator, quote_char=quote, infer_schema=False, columns=list(positions)
    )
    return table.rename(dict(zip(table.columns, (names[position] for position in positions), strict=True)))


def _slowly(content: bytes, path: Path, layout: Layout, positions: Sequence[int]) -> pl.DataFrame:
    width = len(layout.header)
    rows = (cells for _, cells in islice(_records(content, path, layout), 1, None) if len(cells) == width)
    columns = zip(*([cells[position] for position in positions] for cells in rows), strict=True)
    schema = {f"column {position}": pl.String() for position in positions}
    return pl.DataFrame(dict(zip(schema, columns, strict=False)), schema=schema)


def _records(content: bytes, path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on."""
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""), delimiter=layout.separator, strict=True
    )
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


def _first_record(text: str, separator: str) -> tuple[str, ...]:
    """Stripped cells; none where the text cannot be CSV of this separator."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return tuple(cell.strip() for cell in next(reader))
    except csv.Error:
        return ()


def _ragged(path: Path, line: int, cells: int, layout: Layout) -> ConnectorError:
    names = "too many" if cells > len(layout.header) else "too few"
    return ConnectorError(
        f"{path}, line {line}: {cells} cells, {names} for the {len(layout.header)} columns of the header",
        remedy=f'put cells that hold "{layout.separator}" or line breaks in double quotes, and export the file whole',
    )
