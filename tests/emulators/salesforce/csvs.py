"""The pages of a bulk job as CSV: every cell quoted, nulls empty, the header on each page.

Written once: a page that is asked for again, or in parallel, costs no more than its bytes.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.emulators.salesforce.rows import Column, Found
from tests.emulators.salesforce.values import Row, number


@dataclass(slots=True)
class _Page:
    body: bytes
    zipped: bytes | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def zip(self) -> bytes:
        with self.lock:
            if self.zipped is None:
                self.zipped = gzip.compress(self.body, compresslevel=1, mtime=0)
            return self.zipped


@dataclass(slots=True)
class Pages:
    found: Found
    delimiter: str = ","
    line_end: str = "\n"
    _kept: dict[tuple[int, int], _Page] = field(default_factory=dict)

    def page(self, start: int, end: int) -> tuple[bytes, Callable[[], bytes]]:
        """The rows from *start* up to *end*, plain and zipped."""
        page = self._kept.get((start, end))
        if page is None:
            page = self._kept[start, end] = _Page(self._written(self.found.rows[start:end]))
        return page.body, page.zip

    def _written(self, rows: tuple[Row, ...]) -> bytes:
        columns = self.found.columns
        header = self.delimiter.join(f'"{column.path}"' for column in columns)
        cells = [list(_cells(column, rows)) for column in columns]
        lines = (self.delimiter.join(line) for line in zip(*cells, strict=True))
        return (self.line_end.join((header, *lines)) + self.line_end).encode()


def _cells(column: Column, rows: Iterable[Row]) -> Iterable[str]:
    read, is_moment = column.read, column.kind == "datetime"
    for row in rows:
        value = read(row)
        if value is None:
            yield '""'
        elif isinstance(value, str):
            if is_moment:
                yield f'"{value.removesuffix("+0000")}Z"'
            else:
                yield f'"{value}"' if '"' not in value else '"' + value.replace('"', '""') + '"'
        elif isinstance(value, bool):
            yield '"true"' if value else '"false"'
        elif isinstance(value, float):
            yield f'"{number(value)}"'
        else:
            yield f'"{value}"'
