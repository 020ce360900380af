"""A proposal as people read it: who goes from whom to whom and why, both books before and after, how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cssync.model.book import Book


@dataclass(frozen=True, slots=True)
class Customer:
    """What moves as one. *account_ids*: all of its accounts. *known_arr*: None where it could not be read.

    *since*: first day with the CSM who has it, None if unknown.
    """

    account_id: str
    name: str
    known_arr: Decimal | None
    account_ids: tuple[str, ...]
    renews_on: date | None = None
    since: date | None = None

    @property
    def arr(self) -> Decimal:
        return self.known_arr or Decimal(0)


@dataclass(frozen=True, slots=True)
class Move:
    """*giver*: the book it is in now. *cost*: in moves of an ordinary customer; 0 for one whom nobody works."""

    customer: Customer
    giver: Book
    receiver: Book
    cost: float


@dataclass(frozen=True, slots=True)
class Holding:
    """What a book holds, beside its limits. *has_hours*: of its CSM a month, None where load cannot be told."""

    accounts: int
    arr: Decimal
    hours: Decimal
    most_accounts: Decimal
    most_arr: Decimal
    has_hours: Decimal | None

    @property
    def utilisation(self) -> Decimal | None:
        """Hours by those there are: 1.04 is 4% over; None where there are none, or it is not known."""
        return self.hours / self.has_hours if self.has_hours else None


@dataclass(frozen=True, slots=True)
class Effect:
    """One book before and after a proposal."""

    book: Book
    before: Holding
    after: Holding


@dataclass(frozen=True, slots=True)
class Quality:
    """In moves of an ordinary customer: what the overload costs *before*, what moves and what is left of it cost.

    *bound*: no proposal costs less; None where it is not known.
    """

    before: float
    price: float
    bound: float | None
    best: bool

    @property
    def short(self) -> float | None:
        """How much of what could be gained is missed at most, as a share: 0.01 is one part in a hundred."""
        if self.bound is None:
            return None
        possible = self.before - self.bound
        return max(0.0, self.price - self.bound) / possible if possible > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """*moves*: between CSMs. *placements*: of customers whom nobody works. *homeless*: those of them without room.

    *waiting*: by book, who should move as well and would find room, but not within what a quarter allows. *stuck*: the
    same without room. *strangers*: of the homeless and the stuck, who would find room with a colleague that looks after
    few in their region or language. *crowded*: the books over a limit. *kept*: those that people have excepted, and
    that are left as they are. *budget*: moves that are allowed; *used*: those of the quarter that were made before.
    """

    moves: tuple[Move, ...]
    placements: tuple[Move, ...]
    homeless: tuple[tuple[Book, Customer], ...]
    waiting: tuple[tuple[Book, Customer], ...]
    stuck: tuple[tuple[Book, Customer], ...]
    strangers: tuple[Move, ...]
    crowded: tuple[Book, ...]
    kept: tuple[Book, ...]
    effects: tuple[Effect, ...]
    quality: Quality
    budget: int
    used: int
