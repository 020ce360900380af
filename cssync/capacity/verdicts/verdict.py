"""One article's answer to the question whether a book is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """In the order of how much they weigh where one article says several."""

    OVER = "over"
    UNCOVERED = "uncovered"  # it brings in less than it costs
    WORKABLE = "workable"  # past what the article calls ideal, and not yet too much
    WITHIN = "within"
    ROOM = "room left"  # below the range that the article gives
    OPEN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """*key*: the same for every book ("deal_size"). *article*: its publisher or title. *by*: what it goes by.

    *word*: None where it has no limit, and only says where the book stands. *brief*: the figures in a word or two,
    and *why* in a few more. *seeds*: the rows it rests on.
    """

    key: str
    article: str
    by: str
    word: Word | None
    brief: str
    why: str
    seeds: tuple[int, ...]

    @property
    def says(self) -> bool:
        """Whether there is anything to show in a table."""
        return self.word is not None or bool(self.brief)
