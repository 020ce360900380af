"""Works out which customers an overloaded book should hand over, and which colleagues have room for them.

Room is given out once a night, customers without a CSM first, so that two alerts never promise the same place.
The full proposal, with its effect on every book, is the business of rebalancing; this answers "is there room?".
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from cssync.model.book import Book

# Moving a customer shortly before its renewal invites churn.
RENEWAL_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Customer:
    """*known_arr*: None where it could not be read."""

    account_id: str
    name: str
    known_arr: Decimal | None
    renews_on: date | None = None

    @property
    def arr(self) -> Decimal:
        return self.known_arr or Decimal(0)

    def renews_soon(self, as_of: date) -> bool:
        return self.renews_on is not None and as_of <= self.renews_on <= as_of + RENEWAL_SOON


@dataclass(frozen=True, slots=True)
class Relief:
    """*moves*: customers to hand over. *placed*: which of them each colleague has room for. *unplaced*: the others."""

    moves: tuple[Customer, ...]
    placed: tuple[tuple[Book, tuple[Customer, ...]], ...]
    unplaced: tuple[Customer, ...]

    @property
    def arr(self) -> Decimal:
        return worth(self.moves)


@dataclass(frozen=True, slots=True)
class Room:
    """What a working CSM could still take on under both limits."""

    book: Book
    accounts: int
    arr: Decimal


@dataclass(frozen=True, slots=True)
class Need:
    """A book and the customers that should leave it."""

    book: Book
    moves: tuple[Customer, ...]


def surplus(customers: pl.DataFrame, too_many: int, too_much: Decimal, as_of: date) -> tuple[Customer, ...]:
    """The fewest customers whose going brings a book back under both limits: the big ones first for its ARR,
    then the smallest for its number. None that renews within 60 days.
    """
    free = [customer for customer in everyone(customers) if not customer.renews_soon(as_of)]
    chosen: list[Customer] = []
    while too_much > 0 and free:
        # The smallest that is enough by itself; where none is, the largest, and look again.
        enough = [customer for customer in free if customer.arr >= too_much]
        pick = enough[-1] if enough else free[0]
        if pick.arr <= 0:
            break
        free.remove(pick)
        chosen.append(pick)
        too_much -= pick.arr
    missing = max(0, too_many - len(chosen))
    return (*chosen, *reversed(free[len(free) - missing :] if missing else ()))


def everyone(customers: pl.DataFrame) -> tuple[Customer, ...]:
    """All customers of a book, largest first."""
    rows = customers.sort(["arr", "account_id"], descending=[True, False], nulls_last=True)
    return tuple(
        Customer(id_, name or id_, arr, renews_on)
        for id_, name, arr, renews_on in rows.select("account_id", "name", "arr", "renewal_on").iter_rows()
    )


def worth(customers: Iterable[Customer]) -> Decimal:
    return sum((customer.arr for customer in customers), Decimal(0))


def share_out(needs: tuple[Need, ...], rooms: tuple[Room, ...]) -> Mapping[str, Relief]:
    """A Relief for every book in *needs*, served in their order, by colleagues of its own segment only.

    The colleague with the most room is filled first, so that
    few people take over many customers rather than many people one each.
    """
    places = _Places.of(rooms)
    return {need.book.id: places.serve(need) for need in needs}


@dataclass
class _Place:
    book: Book
    accounts: int
    arr: Decimal
    taken: list[Customer] = field(default_factory=list)

    @property
    def ranked(self) -> _Ranked:
        return -self.accounts, -self.arr, self.book.id, self


# Most room first; the id decides before a place would be compared with a place.
_Ranked = tuple[int, Decimal, str, _Place]


@dataclass
class _Places:
    by_segment: dict[str | None, list[_Ranked]] = field(default_factory=dict)

    @classmethod
    def of(cls, rooms: tuple[Room, ...]) -> _Places:
        places = cls()
        for room in rooms:
            places.by_segment.setdefault(room.book.segment, []).append(
                _Place(room.book, room.accounts, room.arr).ranked
            )
        for heap in places.by_segment.values():
            heapq.heapify(heap)
        return places

    def serve(self, need: Need) -> Relief:
        heap = self.by_segment.get(need.book.segment, [])
        in_use: list[_Place] = []
        unplaced: list[Customer] = []
        for customer in need.moves:
            place = next((p for p in in_use if _fits(p, customer)), None) or _next_place(heap, in_use, customer)
            if place is None:
                unplaced.append(customer)
                continue
            place.accounts -= 1
            place.arr -= customer.arr
            place.taken.append(customer)
        placed = [(place.book, tuple(place.taken)) for place in in_use if place.taken]
        for place in in_use:
            place.taken.clear()
            if place.accounts > 0:
                heapq.heappush(heap, place.ranked)
        placed.sort(key=lambda share: (-len(share[1]), share[0].name))
        return Relief(need.moves, tuple(placed), tuple(unplaced))


def _fits(place: _Place, customer: Customer) -> bool:
    return place.accounts > 0 and place.arr >= customer.arr


def _next_place(heap: list[_Ranked], in_use: list[_Place], customer: Customer) -> _Place | None:
    while heap:
        place = heapq.heappop(heap)[-1]
        in_use.append(place)
        if _fits(place, customer):
            return place
    return None
