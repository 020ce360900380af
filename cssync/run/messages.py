"""Which messages a night leaves in the outbox: the news, the whole picture for newcomers, a notice when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from cssync.errors import CssyncError, StoppedError
from cssync.model.alert import AlertState, Cause, Incident, Transition
from cssync.model.delivery import Address, Delivery
from cssync.model.digest import Notice
from cssync.model.finding import Severity
from cssync.model.identity import identity
from cssync.model.night import Past, Run
from cssync.model.review import ReviewKind
from cssync.model.wording import day
from cssync.report import thread
from cssync.report.digest import write
from cssync.report.tidings import Tidings
from cssync.run.routing import Readers, Route, readers

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FIGURE = re.compile(r"\S*\d\S*")


def digests(
    tidings: Tidings, past: Past, leadership: Iterable[Route], tenant: str, now: datetime
) -> Iterator[Delivery]:
    """Yield the night's news for all readers, and all that is firing for those who were never told anything.

    Where messages can be edited there is one a date, which tells all that earlier runs of the date told too, and an
    answer to it for each of its subjects. Elsewhere the id of a message says what it announces, so that nothing is
    announced twice.
    """
    reviewed = (review.alert for review in tidings.reviews)
    about = (*(t.alert for t in (*past.announced, *tidings.transitions)), *tidings.firing, *reviewed)
    for those in readers(leadership, about):
        mine = _narrowed(tidings, those)
        if those.address not in past.told:
            mine = replace(mine, transitions=_openings(mine))
        if not mine.reviews and not any(t.announce for t in mine.transitions):
            continue
        written = _kept_true(mine, past, those, tenant) if those.edits else _news(mine, those, tenant)
        held_until = _held_until(mine.transitions, those, now)
        yield from (replace(delivery, not_before=held_until) for delivery in written)


def _narrowed(tidings: Tidings, those: Readers) -> Tidings:
    return replace(
        tidings,
        transitions=[t for t in tidings.transitions if t.alert.key in those.incidents],
        firing=[alert for alert in tidings.firing if alert.key in those.incidents],
        reviews=[review for review in tidings.reviews if review.alert.key in those.incidents],
    )


def _news(tidings: Tidings, those: Readers, tenant: str) -> Iterator[Delivery]:
    digest = write(tidings)
    if digest is not None:
        announced = (*sorted(_announced(tidings.transitions)), *sorted(review.id for review in tidings.reviews))
        yield Delivery(identity(tenant, *announced, *those.address), *those.address, digest)


def _kept_true(tidings: Tidings, past: Past, those: Readers, tenant: str) -> Iterator[Delivery]:
    earlier = (t for t in past.announced if t.alert.key in those.incidents)
    whole_day = replace(tidings, transitions=merged(earlier, tidings.transitions))
    digest = write(whole_day)
    if digest is None:
        return
    root = Delivery(
        identity(tenant, str(digest.as_of), *those.address),
        *those.address,
        replace(thread.root(digest), mention=tuple(dict.fromkeys(_called(whole_day, those)))),
        as_of=digest.as_of,
        revisable=True,
    )
    yield root
    for answer in thread.answers(digest):
        yield replace(root, id=identity(root.id, answer.entry.subject_id), payload=answer, reply_to=root.id)


def _called(tidings: Tidings, those: Readers) -> Iterator[str]:
    """E-mail addresses of those whom a route calls, and of owners who are asked to do something about an exception."""
    if _calls(tidings.transitions):
        yield from those.mention
    owners = (review.exception.owner for review in tidings.reviews if review.kind is not ReviewKind.ENDED)
    yield from (owner for owner in owners if _ADDRESS.fullmatch(owner))


def _calls(transitions: Iterable[Transition]) -> bool:
    """Whether anybody is to be called: where something opens or is escalated, and more than watching is asked for."""
    return any(
        t.announce and (t.first or t.cause is Cause.ESCALATED) and t.after not in (None, Severity.WATCH)
        for t in transitions
    )


def _held_until(transitions: Iterable[Transition], those: Readers, now: datetime) -> datetime | None:
    """When the quiet hours of those readers are over; None where they may be told now, by whichever route."""
    critical = any(t.announce and t.after is Severity.CRITICAL for t in transitions)
    ends: list[datetime] = []
    for quiet in those.quiet:
        end = None if quiet is None or (critical and not quiet.hold_critical) else quiet.until(now)
        if end is None:
            return None
        ends.append(end)
    return min(ends, default=None)


def merged(earlier: Iterable[Transition], later: Iterable[Transition]) -> tuple[Transition, ...]:
    """What was told of each incident within one date, as it stands at its end: what opened in it is new all day."""
    told: dict[Incident, Transition] = {}
    for transition in (*earlier, *later):
        if transition.announce:
            key = transition.alert.key
            is_new = key in told and told[key].first and transition.alert.state.is_open
            told[key] = replace(transition, first=True) if is_new else transition
    return tuple(told.values())


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
        yield Delivery(identity(tenant, str(run.as_of), _reason(error), *address), address.sink, address.place, notice)


def _openings(tidings: Tidings) -> tuple[Transition, ...]:
    """Everything that is firing, as if it had opened tonight, save what is an exception."""
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
            first=True,
        )
        for alert in tidings.firing
        if alert.state is AlertState.FIRING and not alert.excepted
    )


def _announced(transitions: Iterable[Transition]) -> Iterator[str]:
    for t in transitions:
        if t.announce:
            # The value, since a book may worsen twice in a day.
            yield f"{t.fingerprint}:{t.incident}:{t.on}:{t.cause}:{t.after}:{t.alert.value:f}"


def _reason(error: CssyncError) -> str:
    """What went wrong without its figures: a retry that counts other rows is refused for the same reason."""
    return _FIGURE.sub("#", error.message)
