"""Who is told how a night went, beside those whom its digest is for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cssync.assembly.parts import dry_store, now
from cssync.capacity.company import Company
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.operations.pings import Pings
from cssync.operations.status import Status, status
from cssync.run import Audience, Outcome
from cssync.settings.loaded import Loaded

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


class Audiences:
    """Several that are told of everything, in their order."""

    def __init__(self, *audiences: Audience) -> None:
        self._audiences = audiences

    def begun(self, run: Run) -> None:
        for audience in self._audiences:
            audience.begun(run)

    def pulled(self, pull: Pull, seconds: float) -> None:
        for audience in self._audiences:
            audience.pulled(pull, seconds)

    def added_up(self, company: Company) -> None:
        for audience in self._audiences:
            audience.added_up(company)

    def ended(self, outcome: Outcome) -> None:
        for audience in self._audiences:
            audience.ended(outcome)


@contextmanager
def overseen(loaded: Loaded, audience: Audience) -> Iterator[Audience]:
    """Yield an audience for a night that is for real; whatever becomes of the night is told on the way out too."""
    watching = pings(loaded)
    try:
        yield Audiences(audience, watching)
    except Exception as error:
        watching.broken_off(error)
        raise
    finally:
        write_metrics(loaded)


@contextmanager
def unseen(_loaded: Loaded, audience: Audience) -> Iterator[Audience]:
    """The same for a rehearsal: nobody else is told."""
    yield audience


def status_now(loaded: Loaded) -> Status:
    """How the nights are going, from the store alone; no lock is needed or waited for."""
    memory = dry_store(loaded)
    try:
        return status(now(), memory.overview(), loaded.settings)
    finally:
        memory.close()


def write_metrics(loaded: Loaded) -> None:
    """Renew the file that the settings name for metrics, if they name one."""
    path = loaded.settings.metrics.textfile
    if path is not None:
        from cssync.operations.metrics import write_textfile

        write_textfile(loaded.folder / path, metrics(loaded))


def metrics(loaded: Loaded) -> CollectorRegistry:
    # A twelfth of a second to import, for those alone who want it.
    from cssync.operations.metrics import registry

    return registry(loaded.settings.tenant, lambda: status_now(loaded))


def pings(loaded: Loaded) -> Pings:
    return Pings(loaded.secrets.healthcheck_url, loaded.settings.healthcheck, sleep=time.sleep)
