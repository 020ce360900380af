"""What every method says of every book of a simulated company on one day, and the ledger of every segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cssync.capacity.forecast import Ledger
from cssync.capacity.forecast.distribution import Distribution
from cssync.capacity.forecast.seasons import day_of, number_of
from tests.benchmarks.forecast import oracle, peers
from tests.benchmarks.forecast.cut import HISTORY_DAYS, cut
from tests.benchmarks.forecast.sales import CALENDAR, Ints
from tests.benchmarks.forecast.scenarios import SEGMENTS
from tests.benchmarks.forecast.scores import normal, of_draws
from tests.benchmarks.forecast.world import SEATS, SEGMENT_OF, World

ORACLE, LEDGER, BY_SEGMENT = "oracle", "ledger", "ledger, by segment"


def horizon(day: int) -> int:
    """How many days ahead the end of next quarter is."""
    return number_of(CALENDAR.next_quarter_end(day_of(day))) - day


def draws_of(world: World, seed: int, day: int, truth: oracle.Truth) -> Ints:
    """The oracle's, of the company of *seed*: the same ones whenever they are asked for."""
    return oracle.draws(world, truth, day, horizon(day), np.random.default_rng([seed, day]))


def said(
    world: World,
    day: int,
    methods: Sequence[str],
    draws: Ints | None = None,
    history: int = HISTORY_DAYS,
) -> Iterator[tuple[str, Ints, Distribution]]:
    """(method, the seat or seats of a segment, customers at the end of next quarter). *draws*: the oracle's, where it
    is asked.
    """
    past, ahead = cut(world, day, history), horizon(day)
    ledger = Ledger(past, CALENDAR)
    seats = {world.csm(seat, day): seat for seat in range(SEATS)}
    of_books = [method for method in methods if method != BY_SEGMENT]
    for book in past.books.books:
        seat, counts = np.array([seats[book.id]]), peers.counts(past, book.id)
        for method in of_books:
            if method == LEDGER:
                yield method, seat, ledger.distribution(book, ahead)
            elif method == ORACLE and draws is not None:
                yield method, seat, of_draws(draws[seat[0]])
            else:
                yield method, seat, peers.PEERS[method](counts, ahead)
    if BY_SEGMENT in methods:
        for number, segment in enumerate(SEGMENTS):
            told = ledger.outlook(segment.name, ahead + 1)[-1].accounts
            yield BY_SEGMENT, np.flatnonzero(np.equal(SEGMENT_OF, number)), normal(told.mean, told.sd)
