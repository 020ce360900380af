"""Names the customers that came into a book and left it lately, colleague by colleague."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cssync.books.moves import Move, MoveKind
from cssync.books.owners import UNKNOWN_OWNER_PREFIX
from cssync.model.book import UNASSIGNED_BOOK_ID, Book
from cssync.model.story import Named, Sentence
from cssync.model.wording import count, day, money
from rules.base import Context

_MOST_COLLEAGUES = 5
_MOST_NAMED = 5


def movers(context: Context, book: Book) -> Iterator[Sentence]:
    """Yield a sentence for each colleague that customers came from or went to, and for those won and churned."""
    moves = context.history.moves(book.id)
    for kind, word in ((MoveKind.TAKEN_OVER, "From"), (MoveKind.HANDED_OVER, "To")):
        if kind is MoveKind.HANDED_OVER:
            yield from _alone(context, moves, MoveKind.WON, "Won")
        yield from _between(context, [move for move in moves if move.kind is kind], word)
    yield from _alone(context, moves, MoveKind.CHURNED, "Churned")


def _between(context: Context, moves: Iterable[Move], word: str) -> Iterator[Sentence]:
    groups: dict[str, list[Move]] = {}
    for move in moves:
        groups.setdefault(move.other or UNASSIGNED_BOOK_ID, []).append(move)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    for other, moved in ranked[:_MOST_COLLEAGUES]:
        yield (f"{word} ", _colleague(context, other), ", ", *_group(context, moved))
    if rest := ranked[_MOST_COLLEAGUES:]:
        number = sum(len(moved) for _, moved in rest)
        yield (f"{word} {count(len(rest), 'other colleague')}: {count(number, 'customer')}.",)


def _alone(context: Context, moves: Iterable[Move], kind: MoveKind, word: str) -> Iterator[Sentence]:
    if moved := [move for move in moves if move.kind is kind]:
        yield (f"{word} ", *_group(context, moved))


def _group(context: Context, moved: Sequence[Move]) -> Sentence:
    arr = sum((move.arr or Decimal(0) for move in moved), Decimal(0))
    how_many = f"{_when(moved)}: {count(len(moved), 'customer')}, {money(arr, context.currency)}: "
    named = [(context.named(move.account_id, move.name), move.arr) for move in moved]
    return (how_many, *enumerated(named, context.currency), ".")


def enumerated(
    named: Sequence[tuple[Named, Decimal | None]], currency: str, most: int = _MOST_NAMED
) -> Iterator[str | Named]:
    """Yield the first of *named* with their ARR, and how many more there are."""
    for number, (name, arr) in enumerate(named[:most]):
        if number:
            yield ", "
        yield name
        yield f" ({money(arr, currency)})" if arr is not None else " (ARR unknown)"
    if len(named) > most:
        yield f" and {len(named) - most:,} more"


def _when(moved: Sequence[Move]) -> str:
    first, last = min(move.on for move in moved), max(move.on for move in moved)
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _colleague(context: Context, book_id: str) -> Named | str:
    if book_id == UNASSIGNED_BOOK_ID:
        return "no CSM"
    if book_id.startswith(UNKNOWN_OWNER_PREFIX):
        return Named(f"unknown owner {book_id.removeprefix(UNKNOWN_OWNER_PREFIX)}")
    return Named(context.owners.get(book_id, book_id))
