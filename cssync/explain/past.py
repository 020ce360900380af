"""Traces how a book came to be what it is: by cause, customer by customer, and from which day on that is real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cssync.books.aggregate import SINCE_LAST_NIGHT
from cssync.books.moves import Move, MoveKind
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Measure, Trace
from cssync.model.book import Book, Change, Movement
from cssync.model.history import reach
from cssync.model.wording import count, day

_CAME = (MoveKind.WON, MoveKind.TAKEN_OVER)


def past(evidence: Evidence, book: Book) -> Trace:
    """The changes of *book* over every window, each adding up to what it is now; and who came and went."""
    changes = [_change(book, change) for change in book.tally.changes]
    moves = evidence.company.history.moves(book.id)
    parts = (*changes, *([_movers(evidence, moves)] if moves else ()))
    return Trace("history", "How it came to this", says=tuple(known(evidence)), parts=parts)


def known(evidence: Evidence) -> Iterator[str]:
    """Yield from which day on the past is real."""
    books = evidence.company.books
    if books.history_since is None or books.history_since >= books.as_of:
        yield "History begins tonight: of the days before nothing is known."
        return
    said = reach(books.known_since, books.as_of) if books.known_since else ""
    yield said or f"History is known from {day(books.history_since)}."
    if any(first > books.history_since for first in books.known_since.values()):
        yield "Before its day, each of them is taken as it was on that day."


def _change(book: Book, change: Change) -> Trace:
    last = change.days == SINCE_LAST_NIGHT
    title = f"Since the last night, {day(change.since)}" if last else f"Since {day(change.since)}"
    causes = {
        "before": (f"held on {day(change.since)}", change.before),
        "won": ("won", change.won),
        "churned": ("churned", change.churned),
        "reassigned_in": ("taken over from others", change.reassigned_in),
        "reassigned_out": ("handed over to others", change.reassigned_out),
        "arr_changed": ("ARR of customers that stayed", change.arr_changed),
    }
    parts = tuple(
        _moved(key, words, movement, arr_known=change.arr_known)
        for key, (words, movement) in causes.items()
        if key == "before" or movement.accounts or (movement.arr and change.arr_known)
    )
    return Trace(
        f"change.{change.days}",
        title,
        value=book.arr if change.arr_known else None,
        measure=Measure.MONEY,
        count=book.accounts,
        says=() if change.arr_known else (f"ARR is known only from a later day than {day(change.since)}.",),
        parts=parts,
        adds_up=True,
    )


def _moved(key: str, words: str, movement: Movement, *, arr_known: bool) -> Trace:
    return Trace(key, words, movement.arr if arr_known else None, Measure.MONEY, movement.accounts)


def _movers(evidence: Evidence, moves: Sequence[Move]) -> Trace:
    since = evidence.company.history.moves_since
    came, went = sum(move.kind in _CAME for move in moves), sum(move.kind not in _CAME for move in moves)
    parts = tuple(
        _mover(evidence, move) for move in sorted(moves, key=lambda move: (-move.on.toordinal(), -_arr(move)))
    )
    return Trace(
        "moves",
        f"Who came and went since {day(since)}" if since else "Who came and went",
        value=sum((part.value for part in parts if part.value is not None), Decimal(0)),
        measure=Measure.MONEY,
        count=came - went,
        says=(
            f"{count(came, 'customer')} came, {count(went, 'customer')} went, with what they pay now or paid at last",
        ),
        parts=parts,
        adds_up=True,
    )


def _mover(evidence: Evidence, move: Move) -> Trace:
    other = f" {'from' if move.kind in _CAME else 'to'} {evidence.called(move.other)}" if move.other else ""
    record = evidence.account({"account_id": move.account_id, "name": move.name})
    sign = 1 if move.kind in _CAME else -1
    return Trace(
        move.kind.value.replace(" ", "_"),
        record.name,
        value=None if move.arr is None else sign * move.arr,
        measure=Measure.MONEY,
        count=sign,
        says=(f"{move.kind.value}{other} on {day(move.on)}",),
        record=record,
    )


def _arr(move: Move) -> Decimal:
    return move.arr or Decimal(0)
