"""Finds the exports in a folder, and reads from each the columns that are wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import polars as pl

from connectors import canonical
from connectors.file import csv_table
from cssync.errors import ConfigError, ConnectorError, MappingError, PermissionDeniedError, TransientError

_ENDINGS = (".csv", ".parquet")
_NEVER_NULL = (
    "source.accounts.id",
    "source.accounts.name",
    "source.opportunities.id",
    "source.opportunities.account",
)


class Table(Protocol):
    """*columns*: as the file names them, in its order."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def read(self, columns: Sequence[str]) -> pl.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Export:
    """One file, looked at but not yet read; *size* and *written_at* as they were then."""

    path: Path
    size: int
    written_at: datetime
    table: Table

    def require(self, wanted: Mapping[str, str], section: str) -> None:
        """Raises MappingError unless every column of *wanted* (-> its setting, or "") is there exactly once."""
        columns = self.table.columns
        if missing := canonical.missing_columns(columns, wanted, str(self.path)):
            raise MappingError(missing, remedy=_remedy(wanted, columns, section))
        for column, times in Counter(columns).items():
            if times > 1 and column in wanted:
                raise MappingError(
                    f'{self.path} has {times} columns named "{column}"', remedy="rename or remove all but one"
                )

    def read(self, columns: Sequence[str]) -> pl.DataFrame:
        """Raises ConnectorError; TransientError where the file changed since it was looked at."""
        try:
            table = self.table.read(tuple(dict.fromkeys(columns)))
            now = self.path.stat()
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if (now.st_size, _moment(now.st_mtime)) != (self.size, self.written_at):
            raise TransientError(
                f"{self.path} changed while it was being read",
                remedy="have the export write to another name and rename it when it is complete",
            )
        return table


def find(folder: Path, name: str, encoding: str) -> Export | None:
    """The export *name* (accounts.csv or accounts.parquet); None if there is neither.

    Raises ConfigError if there are both, ConnectorError if it cannot be read.
    """
    try:
        found = [path for ending in _ENDINGS if (path := folder / f"{name}{ending}").exists()]
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not found:
        return None
    if len(found) > 1:
        raise ConfigError(
            f"{folder} holds both {found[0].name} and {found[1].name}: which of them is meant?",
            remedy="remove the one that is out of date",
        )
    path = found[0]
    try:
        status = path.stat()
        table = _ParquetTable(path) if path.suffix == ".parquet" else _CsvTable(path, encoding)
    except OSError as error:
        raise _unreadable(path, error) from error
    return Export(path, status.st_size, _moment(status.st_mtime), table)


def require_folder(folder: Path) -> None:
    try:
        is_there = folder.is_dir()
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not is_there:
        raise ConfigError(
            f"source.folder: {folder} is not a folder", remedy="create it, or name the folder that holds the exports"
        )


def missing_file(folder: Path, name: str) -> ConnectorError:
    expected = " or ".join(f"{name}{ending}" for ending in _ENDINGS)
    try:
        alike = sorted(path.name for path in folder.iterdir() if path.stem.casefold() == name)
    except OSError as error:
        return _unreadable(folder, error)
    found = f", only {', '.join(alike)}" if alike else ""
    return ConnectorError(
        f"{folder} holds no {expected}{found}", remedy=f"export the {name} as CSV to {folder / name}.csv"
    )


class _CsvTable:
    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self._layout = csv_table.layout(path, encoding)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._layout.header

    def read(self, columns: Sequence[str]) -> pl.DataFrame:
        positions = [self.columns.index(column) for column in columns]
        table = csv_table.read(self._path, self._encoding, self._layout, positions)
        return table.rename(dict(zip(table.columns, columns, strict=True)))


class _ParquetTable:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._schema = pl.read_parquet_schema(path)
        except pl.exceptions.PolarsError as error:
            raise self._broken(error) from error

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._schema)

    def read(self, columns: Sequence[str]) -> pl.DataFrame:
        try:
            return pl.scan_parquet(self._path, glob=False).select(columns).collect()
        except pl.exceptions.PolarsError as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> ConnectorError:
        what, _, _ = str(error).partition("\n")
        return ConnectorError(f"{self._path} is not a whole Parquet file ({what})", remedy="export it again")


def _unreadable(path: Path, error: OSError) -> ConnectorError:
    reason = error.strerror or type(error).__name__
    if isinstance(error, PermissionError):
        return PermissionDeniedError(
            f"{path} may not be read ({reason})", remedy="let the user that runs cssync read it"
        )
    return ConnectorError(f"{path} cannot be read ({reason})", remedy="put a plain file in its place")


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _remedy(wanted: Mapping[str, str], columns: Sequence[str], section: str) -> str:
    gone = [setting for column, setting in wanted.items() if setting and column not in columns]
    optional = [setting.rpartition(".")[2] for setting in gone if setting not in _NEVER_NULL]
    if not gone:
        return "add the column to the export"
    if not optional:
        return f"name the column that holds it under source.{section}"
    nulls = ", ".join(f"{name}: null" for name in optional)
    return f"name the column that holds it; where the export has none, say so: source: {{{section}: {{{nulls}}}}}"
