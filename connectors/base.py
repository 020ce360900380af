"""The contract of every connector, and what it may report while it works.

A connector turns one source into the canonical tables of ``cssync.model.tables``. It reads, never writes. It
raises a ``ConnectorError`` subclass chosen by what the operator does next, and never returns a partial pull.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

import polars as pl

from cssync.model.check import Check
from cssync.model.history import History
from cssync.model.pull import Pull


class Progress(Protocol):
    """Told how far a pull has come; *total* None while unknown."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


def no_progress(stage: str, done: int, total: int | None) -> None:
    """A Progress for nobody."""


class Connector(Protocol):
    """One source. Building one does no input or output."""

    @property
    def name(self) -> str: ...

    def pull(self, as_of: date, progress: Progress = no_progress, *, full: bool = False) -> Pull:
        """Return everything there is, after checking the mapping against the source's own description of itself.

        What has not changed since the last pull may come from the connector's mirror; *full*: nothing does.
        Raises MappingError before the first record is read when a mapped field is missing.
        """
        ...

    def history(
        self,
        accounts: pl.DataFrame,
        opportunities: pl.DataFrame,
        as_of: date,
        since: date,
        progress: Progress = no_progress,
    ) -> History:
        """Return what the source remembers of *accounts* (``ACCOUNTS``) and *opportunities* (``OPPORTUNITIES``), both
        of today, from *since* to *as_of*.

        A source that keeps no history, or does not show it, answers an empty one with a note that says why. What was
        read before a failure is kept in the mirror, and the next call goes on from there.
        """
        ...

    def check(self) -> Iterator[Check]:
        """Yield what ``doctor`` shows: login, permissions, each mapped field with samples and the share of
        empties, API budget left. Problems are yielded, not raised; later checks that depend on a failed one
        are left out.
        """
        ...
