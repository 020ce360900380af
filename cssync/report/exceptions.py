"""Asks whoever answers for an exception to renew it or to let it go (seed 7)."""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.digest import Entry, EntryKind
from cssync.model.review import Review, ReviewKind
from cssync.model.wording import count, day
from cssync.report.tidings import Tidings


def to_review(tidings: Tidings) -> Iterator[Entry]:
    """Yield an entry for each exception that is to be looked at again, the one that ends first before others."""
    for review in sorted(tidings.reviews, key=lambda one: (one.until, one.alert.subject_name, one.alert.rule)):
        alert, owner = review.alert, review.exception.owner
        title = tidings.rules.get(alert.rule, alert.rule)
        yield Entry(
            kind=EntryKind.REVIEW,
            change="",
            who=alert.subject_name,
            facts=f"{title}: the exception of {owner} ({review.exception.reason}) {_state(review, tidings)}",
            action=_action(review),
            # Of one that is over, what became of its alert says nothing.
            incidents=(alert.key,) if alert.state.is_open else (),
            subject_id=alert.subject_id,
        )


def _state(review: Review, tidings: Tidings) -> str:
    if review.kind is ReviewKind.ENDED:
        return f"has ended; {_within(review)}"
    left = (review.until - tidings.books.as_of).days
    ends = f"ends on {day(review.until)}, in {count(left, 'day')}"
    finding = review.alert.finding
    if review.within_since is not None:
        return f"{ends}; {_within(review)}"
    return f"{ends}; it stands at {finding.headline}" if finding else ends


def _within(review: Review) -> str:
    since = f" since {day(review.within_since)}" if review.within_since else ""
    return f"there has been nothing to except{since}"


def _action(review: Review) -> str:
    owner, short = review.exception.owner, review.alert.key.short
    match review.kind:
        case ReviewKind.ENDED:
            return ""
        case ReviewKind.IDLE:
            return f"{owner}: end it, for it would silence the next time too: cssync alerts unexcept {short}"
        case ReviewKind.ENDING if review.within_since is not None:
            return f"{owner}: nothing needs to be done; let it end."
        case ReviewKind.ENDING:
            return (
                f"{owner}: renew it with a new day and reason (cssync alerts except {short} --until DAY --reason WHY), "
                "or let it end, and the alert is told as it stands then."
            )
