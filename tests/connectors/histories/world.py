"""A CRM that lives: what may happen in one between two nights, in terms that hold for every vendor."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from connectors.base import Connector
from cssync.model.mirror import Mirror


@dataclass(slots=True)
class Clock:
    """The time, for the CRM and for the connector alike."""

    now: datetime = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


class World(Protocol):
    """*faults*: names of what may go wrong in the middle of a pull. Ids are the CRM's own.

    *settles*: how long after a change every way of reading shows it.
    """

    name: str
    clock: Clock
    faults: Sequence[str]
    settles: timedelta

    def running(self) -> AbstractContextManager[None]:
        """The CRM's server, for as long as the context lasts."""
        ...

    def connector(self, mirror: Mirror) -> Connector: ...

    def break_(self, fault: str, nth: int) -> None:
        """Let the *nth* data request from now on, and where that is its nature all later ones, go wrong."""
        ...

    def mend(self) -> None:
        """No more faults."""
        ...

    def people(self) -> Sequence[str]: ...

    def accounts(self) -> Sequence[str]: ...

    def deals(self) -> Sequence[str]: ...

    def deleted(self) -> Sequence[str]:
        """Accounts and deals that can be restored."""
        ...

    def hire(self, name: str) -> None: ...

    def rename_person(self, person: str, name: str, *, active: bool) -> None: ...

    def add_account(self, name: str, csm: str | None, arr: int | None, parent: str | None) -> None: ...

    def edit_account(self, account: str, csm: str | None, arr: int | None, lifecycle: str) -> None: ...

    def drift(self, account: str, health: str) -> None:
        """A value changes that the CRM does not count as a change of the record."""
        ...

    def add_deal(self, account: str, amount: int, closes_in_days: int) -> None: ...

    def decide(self, deal: str, amount: int, *, won: bool | None) -> None:
        """Won, lost, or open again."""
        ...

    def delete(self, record: str) -> None: ...

    def restore(self, record: str) -> None: ...

    def purge(self, record: str) -> None:
        """Gone, and nothing tells that it was ever there."""
        ...

    def merge(self, loser: str, winner: str) -> None: ...
