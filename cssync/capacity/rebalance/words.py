"""Puts a proposal into words: why this customer, what comes of it, who is left over, how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cssync.capacity.rebalance.proposal import Customer, Move, Proposal
from cssync.model.book import Book, BookKind
from cssync.model.wording import count, day, listed, money

_NOBODY = {
    BookKind.UNASSIGNED: "no CSM is named",
    BookKind.INACTIVE: "its owner is no longer active",
    BookKind.QUEUE: "waits in a queue",
    BookKind.UNKNOWN_OWNER: "the CRM does not list its owner",
}
_NEARLY = 0.00005
_MOST_COLLEAGUES = 4


def why(move: Move) -> str:
    """The facts that make this one cheap to move, or due for a CSM."""
    customer = move.customer
    parts = [_NOBODY[move.giver.kind]] if move.giver.kind in _NOBODY else []
    if customer.since and not parts:
        parts.append(f"with {move.giver.name} since {day(customer.since)}")
    if customer.renews_on:
        parts.append(f"renews on {day(customer.renews_on)}")
    if len(customer.account_ids) > 1:
        parts.append(f"with all of its {len(customer.account_ids)} accounts")
    return ", ".join(parts) or "nothing known speaks against it"


def summary(found: Proposal, currency: str) -> Iterator[str]:
    """What is proposed in all."""
    if not (found.moves or found.placements or found.stuck or found.waiting or found.homeless):
        yield "Every customer has a CSM, and no book has to be relieved: nothing to move."
        return
    if found.placements:
        yield f"{_sum((move.customer for move in found.placements), currency)} without a CSM: a CSM for each."
    if found.moves:
        givers = len({move.giver.id for move in found.moves})
        receivers = len({move.receiver.id for move in found.moves})
        moved = _sum((move.customer for move in found.moves), currency)
        yield f"{moved} from {count(givers, 'book')} to {count(receivers, 'colleague')}."
    before = f", and {found.used} were made before" if found.used else ""
    yield f"{count(found.budget, 'move')} {'is' if found.budget == 1 else 'are'} allowed{before}."


def left_over(found: Proposal, currency: str) -> Iterator[str]:
    """Who is not helped, and what to do about it."""
    if found.homeless:
        lost = _sum((customer for _, customer in found.homeless), currency)
        yield f"{lost} without a CSM: nobody who knows their segment, region and language has room."
    for book, customers in by_book(found.waiting):
        yield f"{book.name}: {_sum(customers, currency)} more should move, as soon as a quarter allows it."
    for book, customers in by_book(found.stuck):
        yield f"{book.name}: {_sum(customers, currency)} more should move, and no colleague has room."
    if found.strangers:
        would = _sum((move.customer for move in found.strangers), currency)
        who = "colleagues who look after few in their region or language"
        to = colleagues(by_book((move.receiver, move.customer) for move in found.strangers))
        settings = "rebalance.region and rebalance.language"
        yield f"Of them, {would} would find room with {who}: {to}. They may, if {settings} are prefer."
    if found.homeless or found.stuck:
        yield "cssync plan tells whether to hire for them, and by when."
    if found.kept:
        kept = listed([book.name for book in found.kept], len(found.kept))
        yield f"{kept}: left as {'it is' if len(found.kept) == 1 else 'they are'}, for an exception holds (seed 7)."


def goodness(found: Proposal) -> Iterator[str]:
    """How much is gained, and how far it is from the best that could be."""
    quality = found.quality
    if quality.before <= 0:
        return
    gained = (quality.before - quality.price) / quality.before
    yield f"It takes {gained:.0%} off the cost of being over the limits, what the moves themselves cost included."
    if quality.best or (quality.short is not None and quality.short < _NEARLY):
        yield "No other proposal that keeps to the same limits is better."
    elif quality.short is not None:
        yield f"The best that keeps to the same limits could gain {quality.short:.2%} more at most."
    else:
        yield "How far it is from the best is not known without the solver: install cssync[rebalance]."


def by_book(pairs: Iterable[tuple[Book, Customer]]) -> Iterator[tuple[Book, tuple[Customer, ...]]]:
    """Yield every book once, in the order in which they first appear."""
    found: dict[str, tuple[Book, list[Customer]]] = {}
    for book, customer in pairs:
        found.setdefault(book.id, (book, []))[1].append(customer)
    return ((book, tuple(customers)) for book, customers in found.values())


def colleagues(takes: Iterable[tuple[Book, Sequence[Customer]]]) -> str:
    """2 to Ana Diaz and 1 to Sam Ito"""
    return listed([f"{len(customers)} to {colleague.name}" for colleague, customers in takes], _MOST_COLLEAGUES)


def _sum(customers: Iterable[Customer], currency: str) -> str:
    known = tuple(customers)
    return f"{count(len(known), 'customer')} ({money(sum((one.arr for one in known), Decimal(0)), currency)} of ARR)"
