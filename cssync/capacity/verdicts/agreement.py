"""Where the articles disagree about one book, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from cssync.capacity.verdicts.verdict import Verdict, Word
from cssync.model.wording import listed


class Side(StrEnum):
    OVER = "over"
    UNCOVERED = "not paid for"
    FINE = "right"
    ROOM = "room left"


_SIDE = {
    Word.OVER: Side.OVER,
    Word.UNCOVERED: Side.UNCOVERED,
    Word.WORKABLE: Side.FINE,
    Word.WITHIN: Side.FINE,
    Word.ROOM: Side.ROOM,
}


def sides(told: Iterable[Verdict]) -> dict[Side, tuple[Verdict, ...]]:
    """Who is on which side, in the order of ``Side``; who cannot tell, or has no limit, is on none."""
    taken: dict[Side, list[Verdict]] = {side: [] for side in Side}
    for verdict in told:
        if verdict.word in _SIDE:
            taken[_SIDE[verdict.word]].append(verdict)
    return {side: tuple(verdicts) for side, verdicts in taken.items() if verdicts}


def disagreement(told: Iterable[Verdict]) -> str:
    """A sentence on who says what, empty where nobody finds fault or all do: room left is no fault."""
    taken = sides(told)
    faults = [side for side in (Side.OVER, Side.UNCOVERED) if side in taken]
    if not faults or len(taken) == 1:
        return ""
    parts = (f"{side} by {_named(verdicts)}" for side, verdicts in taken.items())
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def by_article(told: Iterable[Verdict]) -> Iterator[str]:
    """Yield a sentence an article: its weightiest word, and the figures of all that it goes by."""
    articles: dict[str, list[Verdict]] = {}
    for verdict in told:
        articles.setdefault(verdict.article, []).append(verdict)
    order = list(Word)
    for article, said in articles.items():
        words = sorted((verdict.word for verdict in said if verdict.word), key=order.index)
        word = f"{words[0]}, " if words else ""
        yield f"{article}: {word}{'; '.join(verdict.why for verdict in said)} ({seeds(said)})."


def seeds(told: Sequence[Verdict]) -> str:
    """The rows that *told* rest on: "seeds 1, 2 and 3"."""
    rows = sorted({row for verdict in told for row in verdict.seeds})
    return f"seed{'s' if len(rows) > 1 else ''} {listed([str(row) for row in rows], len(rows))}"


def _named(told: Sequence[Verdict]) -> str:
    return listed([f"{verdict.by} ({verdict.brief})" for verdict in told], len(told))
