"""Who is told how a night went, beside those whom its digest is for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cssync.model.book import Books
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.operations.pings import Pings
from cssync.run import Audience, Outcome
from cssync.settings.loaded import Loaded


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

    def added_up(self, books: Books) -> None:
        for audience in self._audiences:
            audience.added_up(books)

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


@contextmanager
def unseen(_loaded: Loaded, audience: Audience) -> Iterator[Audience]:
    """The same for a rehearsal: nobody else is told."""
    yield audience


def pings(loaded: Loaded) -> Pings:
    return Pings(loaded.secrets.healthcheck_url, loaded.settings.healthcheck, sleep=time.sleep)
