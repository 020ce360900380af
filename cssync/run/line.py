"""The objects that a night runs on, what it comes to, and who may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import polars as pl
import structlog

from connectors.base import Connector, Progress
from cssync.alerts.tonight import Reconciled
from cssync.alerts.workdays import Workdays
from cssync.capacity.company import Company
from cssync.errors import ImplausibleSnapshotError
from cssync.gate import Doubt
from cssync.model.alert import Alert
from cssync.model.book import Books
from cssync.model.delivery import Address, Delivery
from cssync.model.digest import Digest
from cssync.model.finding import Finding
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.notify.base import Notifier
from cssync.notify.delivery import Delivered, Fallbacks
from cssync.run.routing import Route
from cssync.settings.loaded import Loaded
from cssync.store.base import Store

log = structlog.get_logger()


class Audience(Protocol):
    """Whoever watches the line at work; told of each stage as soon as it is done, with the store locked.

    A run that ends by an error says so by the error alone.
    """

    def begun(self, run: Run) -> None: ...

    def pulled(self, pull: Pull, seconds: float) -> None: ...

    def added_up(self, company: Company) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """The objects that one night runs on. *judge* refuses a doubtful night by raising, or lets it pass.

    *leadership* get the digest, *operations* are told of a refused night. *fallbacks*: what becomes
    of messages to an address that is down.
    """

    loaded: Loaded
    connector: Connector
    store: Store
    notifiers: Sequence[Notifier]
    leadership: Sequence[Route]
    operations: Sequence[Address]
    judge: Callable[[Sequence[Doubt]], None]
    audience: Audience
    progress: Progress
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    fallbacks: Fallbacks = field(default_factory=Fallbacks)
    workdays: Workdays = field(default_factory=Workdays)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a night came to.

    *pull* is without its accounts, which the books hold. *alerts*: all that are firing. *deliveries*: what the
    night put into the outbox. *doubts*: those that were accepted by hand.
    """

    run: Run
    pull: Pull
    company: Company
    findings: tuple[Finding, ...]
    reconciled: Reconciled
    alerts: tuple[Alert, ...]
    problems: pl.DataFrame
    deliveries: tuple[Delivery, ...]
    delivered: Delivered
    doubts: tuple[Doubt, ...]

    @property
    def books(self) -> Books:
        return self.company.books

    @property
    def digest(self) -> Digest | None:
        """What leadership is told; None when there was nothing new, or nobody to tell."""
        return next((one.payload for one in self.deliveries if isinstance(one.payload, Digest)), None)


def refuse(found: Sequence[Doubt]) -> None:
    """The judge of every night that nobody looks at. Raises ImplausibleSnapshotError if there is any doubt."""
    if found:
        raise ImplausibleSnapshotError(
            "night refused: " + "; ".join(doubt.what for doubt in found),
            remedy="; ".join(dict.fromkeys(doubt.remedy for doubt in found)),
        )


def accept(found: Sequence[Doubt]) -> None:
    """The judge of a night that someone has looked at and accepted by hand."""
    for doubt in found:
        log.warning("accepted_by_hand", doubt=doubt.what)
