"""What the trigger makes of each method's forecasts, night after night: what it foresees, when, and how it flaps.

A book's alert opens when the chance to reach the limit by the end of next quarter is a half on two nights running, and
ends below 35%. A breach is foreseen when the alert was open on the night before it. Of alerts, those count as right
whose book reached the limit by the end of the quarter that they were about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cssync.capacity.forecast import Ledger
from cssync.capacity.forecast.distribution import at_least
from cssync.capacity.forecast.seasons import day_of, number_of
from tests.benchmarks.forecast import peers
from tests.benchmarks.forecast.cut import cut
from tests.benchmarks.forecast.sales import CALENDAR
from tests.benchmarks.forecast.scenarios import Scenario
from tests.benchmarks.forecast.world import FIRST_DAY, SEATS, World, simulated

FIRE_AT, CLEAR_UNDER, RUNNING = 0.5, 0.35, 2
_STARTS = 852


@dataclass
class Trigger:
    """*opened*, *right*: alerts, and those whose book got there. *breaches*, *foreseen*: all, and those with an alert
    open before; *lead_days*: for how many nights. *flips*: openings and endings, *nights*: of all books.
    """

    opened: int = 0
    right: int = 0
    breaches: int = 0
    foreseen: int = 0
    lead_days: list[int] = field(default_factory=list)
    flips: int = 0
    nights: int = 0


@dataclass
class _Book:
    """One book on its way. *since*: the day its alert opened; *found*: good nights in a row."""

    since: int | None = None
    found: int = 0


def watched(
    scenario: Scenario, seeds: Sequence[int], methods: Sequence[str], nights: int, limit: int
) -> Mapping[str, Trigger]:
    found = {method: Trigger() for method in methods}
    for seed in seeds:
        world = simulated(scenario, seed)
        for trigger in found.values():
            trigger.nights += nights * SEATS
        books: dict[tuple[str, int], _Book] = {}
        held_before: dict[int, int] = {}
        for day in range(FIRST_DAY + _STARTS, FIRST_DAY + _STARTS + nights):
            held = dict(_held(world, day))
            for seat, number in held.items():
                if number >= limit and held_before.get(seat, number) < limit:
                    _breached(found, books, methods, seat, day)
            held_before = held
            for method, seat, chance in _chances(world, day, methods, limit):
                book = books.setdefault((method, seat), _Book())
                if held[seat] < limit:
                    _told(found[method], book, chance, world, seat, day, limit)
    return found


def _held(world: World, day: int) -> Iterator[tuple[int, int]]:
    _, seats = world.held(day)
    for seat in range(SEATS):
        yield seat, int((seats == seat).sum())


def _breached(
    found: Mapping[str, Trigger], books: Mapping[tuple[str, int], _Book], methods: Sequence[str], seat: int, day: int
) -> None:
    for method in methods:
        found[method].breaches += 1
        book = books.get((method, seat))
        if book is not None and book.since is not None:
            found[method].foreseen += 1
            found[method].lead_days.append(day - book.since)


def _told(trigger: Trigger, book: _Book, chance: float, world: World, seat: int, day: int, limit: int) -> None:  # noqa: PLR0917
    if book.since is not None:
        if chance < CLEAR_UNDER:
            book.since, book.found = None, 0
            trigger.flips += 1
        return
    book.found = book.found + 1 if chance >= FIRE_AT else 0
    if book.found >= RUNNING:
        book.since = day
        trigger.opened += 1
        trigger.flips += 1
        ahead = number_of(CALENDAR.next_quarter_end(day_of(day))) - day
        trigger.right += any(world.truth(day, days)[seat] >= limit for days in range(1, ahead + 1, 7))


def _chances(world: World, day: int, methods: Sequence[str], limit: int) -> Iterator[tuple[str, int, float]]:
    past = cut(world, day)
    ahead = number_of(CALENDAR.next_quarter_end(day_of(day))) - day
    ledger = Ledger(past, CALENDAR)
    seats = {world.csm(seat, day): seat for seat in range(SEATS)}
    for book in past.books.books:
        for method in methods:
            if method == "ledger":
                chances = ledger.distribution(book, ahead)
            else:
                chances = peers.PEERS[method](peers.counts(past, book.id), ahead)
            yield method, seats[book.id], at_least(chances, limit)
