"""Reads a proposal book by book: who should leave it, which colleagues take whom, and who finds no place.

It is the proposal of ``cssync rebalance``, made with the effort that a night can afford, so that an alert and the
command tell one story. Room is given out once, customers without a CSM first: two alerts never promise the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cssync.capacity.rebalance.proposal import Customer, Move, Proposal
from cssync.capacity.rebalance.words import by_book
from cssync.model.book import Book

Placed = tuple[tuple[Book, tuple[Customer, ...]], ...]


@dataclass(frozen=True, slots=True)
class Relief:
    """*moves*: who should leave. *placed*: which of them each colleague takes. *unplaced*: for whom nobody has room.

    *strangers*: of these, whom each colleague has room for who looks after few in their region or language. *waiting*:
    for whom there is room, but not within what a quarter allows.
    """

    moves: tuple[Customer, ...] = ()
    placed: Placed = ()
    unplaced: tuple[Customer, ...] = ()
    strangers: Placed = ()
    waiting: tuple[Customer, ...] = ()

    @property
    def arr(self) -> Decimal:
        return worth(self.moves)


def reliefs(proposal: Proposal, unworked: Iterable[Book]) -> Mapping[str, Relief]:
    """For every book over a limit, and every one that nobody works."""
    moves = dict(_by_giver((*proposal.placements, *proposal.moves)))
    stuck = _of((*proposal.homeless, *proposal.stuck))
    strangers = dict(_by_giver(proposal.strangers))
    waiting = _of(proposal.waiting)
    return {
        book.id: _relief(
            moves.get(book.id, ()),
            stuck.get(book.id, ()),
            strangers.get(book.id, ()),
            waiting.get(book.id, ()),
        )
        for book in (*proposal.crowded, *unworked)
    }


def worth(customers: Iterable[Customer]) -> Decimal:
    return sum((customer.arr for customer in customers), Decimal(0))


def _relief(
    moves: tuple[Move, ...],
    stuck: tuple[Customer, ...],
    strangers: tuple[Move, ...],
    waiting: tuple[Customer, ...],
) -> Relief:
    everyone = (*(move.customer for move in moves), *waiting, *stuck)
    return Relief(everyone, _by_receiver(moves), stuck, _by_receiver(strangers), waiting)


def _by_receiver(moves: tuple[Move, ...]) -> Placed:
    placed = by_book((move.receiver, move.customer) for move in moves)
    return tuple(sorted(placed, key=lambda share: (-len(share[1]), share[0].name)))


def _by_giver(moves: Iterable[Move]) -> Iterator[tuple[str, tuple[Move, ...]]]:
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.giver.id, []).append(move)
    return ((giver, tuple(of_giver)) for giver, of_giver in found.items())


def _of(pairs: Iterable[tuple[Book, Customer]]) -> Mapping[str, tuple[Customer, ...]]:
    return {book.id: customers for book, customers in by_book(pairs)}
