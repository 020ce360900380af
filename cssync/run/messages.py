"""Which messages a night leaves in the outbox: the news, the whole picture for newcomers, a notice when it fails."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from cssync.errors import CssyncError, StoppedError
from cssync.model.alert import Cause, Transition
from cssync.model.delivery import Address, Delivery
from cssync.model.digest import Notice
from cssync.model.night import Run
from cssync.model.wording import day
from cssync.report.digest import Tidings, write

_FIGURE = re.compile(r"\S*\d\S*")


def digests(
    tidings: Tidings, leadership: Iterable[Address], told: Collection[Address], tenant: str
) -> Iterator[Delivery]:
    """Yield the night's news for every address, and all that is firing for one that was never told anything.

    The id of a message says what it announces and where, so it can never be queued twice.
    """
    news, picture = write(tidings), write(_whole_picture(tidings))
    for address in leadership:
        digest, transitions = (news, tidings.transitions) if address in told else (picture, _openings(tidings))
        if digest is not None:
            announced = sorted(_announced(transitions))
            yield Delivery(_id(tenant, *announced, *address), address.sink, address.place, digest)


def notices(run: Run, error: CssyncError, operations: Iterable[Address], tenant: str) -> Iterator[Delivery]:
    """Yield why there is no report, once a day and reason.

    Someone who stopped the process knows that, and the next start catches up.
    """
    if isinstance(error, StoppedError):
        return
    remedy = error.remedy or "see the log"
    notice = Notice(
        title=f"CS capacity: no report for {day(run.as_of)}",
        text=f"{error.message}. No alert was changed; the last good night stands. To do: {remedy}",
        run_id=run.id,
    )
    for address in operations:
        yield Delivery(_id(tenant, str(run.as_of), _reason(error), *address), address.sink, address.place, notice)


def _whole_picture(tidings: Tidings) -> Tidings:
    return replace(tidings, transitions=_openings(tidings))


def _openings(tidings: Tidings) -> tuple[Transition, ...]:
    """Everything that is firing, as if it had opened tonight."""
    return tuple(
        Transition(
            fingerprint=alert.fingerprint,
            incident=alert.incident,
            on=tidings.books.as_of,
            cause=Cause.OPENED,
            before=None,
            after=alert.severity,
            announce=True,
            alert=alert,
        )
        for alert in tidings.firing
    )


def _announced(transitions: Iterable[Transition]) -> Iterator[str]:
    for t in transitions:
        if t.announce:
            # The value, since a book may worsen twice in a day.
            yield f"{t.fingerprint}:{t.incident}:{t.on}:{t.cause}:{t.after}:{t.alert.value:f}"


def _reason(error: CssyncError) -> str:
    """What went wrong without its figures: a retry that counts other rows is refused for the same reason."""
    return _FIGURE.sub("#", error.message)


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
