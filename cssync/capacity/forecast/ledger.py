"""Forecasts a book as a ledger: what is there, what may come, what may go.

``N(t+h) = N(t) + sum of Bernoulli(open deals) + NegBin(wins not yet in the pipeline) - sum of Bernoulli(churn)``

The distribution is exact, by convolution. All rates are learned from the company's own past and drawn towards what is
usual where that past is short. Reassignments are management's decisions: they enter no rate and are not forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast import components
from cssync.capacity.forecast.churn import Churn, calibrated
from cssync.capacity.forecast.customers import Customers
from cssync.capacity.forecast.distribution import (
    Distribution,
    Floats,
    at_least,
    convolved,
    poisson,
    quantile,
    sum_of_bernoullis,
)
from cssync.capacity.forecast.events import Events, events_of
from cssync.capacity.forecast.gate import Gate, gate
from cssync.capacity.forecast.growth import Growth
from cssync.capacity.forecast.growth import learned as learned_growth
from cssync.capacity.forecast.lookback import LookBack
from cssync.capacity.forecast.losses import Losses, losses_of
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.pipeline import Deals, Learned, Taken, deals_of, learned
from cssync.capacity.forecast.roster import Into, Roster, Rows, sums
from cssync.capacity.forecast.seasons import Seasons, number_of
from cssync.capacity.forecast.seasons import learned as learned_seasons
from cssync.capacity.forecast.stories import stories_of
from cssync.capacity.forecast.strays import learned as learned_strays
from cssync.capacity.forecast.strays import of_past
from cssync.capacity.forecast.told import Components, Forecast
from cssync.capacity.forecast.unseen import Unseen, unannounced, unseen_of
from cssync.capacity.forecast.wins import Rates, rates_of
from cssync.capacity.forecast.worth import Worth, of_deals, worth_of
from cssync.capacity.outlook import Outlook
from cssync.model.book import Book
from cssync.model.calendar import FiscalCalendar

# Further ahead than that nothing moves any more.
LATEST_DAYS = 5 * 366
_CROSSES_WITHIN = 730
# Beyond so many standard deviations a limit is out of reach, and the exact distribution not worth the time.
_OUT_OF_REACH = 6.0
# A crossing that is less likely than that by the horizon is dated without refinement.
_WORTH_REFINING = 0.2
_BRACKET_DAYS = 45


@dataclass(frozen=True, slots=True)
class Hours:
    """*of_accounts*: ``account_id, hours`` a month. *of_new*: hours of a fresh account of a segment."""

    of_accounts: pl.DataFrame
    of_new: Callable[[str | None], Decimal]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up: how much of it each open deal brings, a win in each book in the mean and its *squares*, and
    how much each account of today carries, and leaves with at its renewal.
    """

    of_deals: Floats
    of_wins: Floats
    squares: Floats
    of_accounts: Floats
    leaves: Floats


@dataclass(frozen=True)
class Ledger:
    """A Forecaster. *hours*: asked only where load is; None where nobody has worked it out."""

    history: History
    calendar: FiscalCalendar
    hours: Callable[[], Hours] | None = None

    def forecast(self, book: Book, horizon: date, limit: int) -> Forecast:
        days = min((horizon - self._today).days, _CROSSES_WITHIN)
        row = self.roster.rows[book.id]
        flows = self._customers.after(days)
        near = flows.accounts.at(row, 0)
        if near.mean + _OUT_OF_REACH * near.sd + 1 < limit:
            low, median, high = (round(near.quantile(q)) for q in (0.1, 0.5, 0.9))
            reaches, crosses_on = 0.0, None
        else:
            chances = self.distribution(book, days)
            low, median, high = (quantile(chances, q) for q in (0.1, 0.5, 0.9))
            reaches = at_least(chances, limit)
            crosses_on = self._crossing(book, limit, days, reaches)
        return Forecast(
            horizon=horizon,
            today=book.accounts,
            wins=float(flows.wins.mean[row, 0]),
            unseen=self.unseen.mean(row, days),
            losses=float(flows.lost.mean[row, 0]),
            median=median,
            low=low,
            high=high,
            limit=limit,
            reaches=reaches,
            crosses_on=crosses_on,
            basis=components.basis(self, book),
            known_since=self.events.real_since,
            traced=lambda least: self.components(book, days, least),
        )

    def components(self, book: Book, days: int, least: float) -> Components:
        """What the forecast of *book* after *days* is the sum of, but for what has less than a chance of *least*."""
        return components.traced(self, self.roster.rows[book.id], days, least)

    def outlook(self, segment: str | None, days: int) -> tuple[Outlook, ...]:
        """What the books of one segment (None: of those without one) come to, *days* of them, one each from today on.

        The customers of a pool or of nobody are in the segment that most of them are of.
        """
        rows, into = self.roster.by_segment
        if days not in self._of_segments:
            self._of_segments[days] = self._paths(into, days)
        return self._outlook(self._of_segments[days], rows.get(segment, len(rows)), days)

    def outlook_of_all(self, days: int) -> tuple[Outlook, ...]:
        """The same of all books together."""
        every = self.roster.within(np.ones(len(self.roster), dtype=bool))
        return self._outlook(self._paths(every, days), 0, days)

    def outlook_of(self, book: Book, days: int) -> tuple[Outlook, ...]:
        """The same of one book."""
        own = self.roster.within(np.arange(len(self.roster)) == self.roster.rows[book.id])
        return self._outlook(self._paths(own, days), 0, days)

    def distribution(self, book: Book, days: int) -> Distribution:
        """The probability of each number of customers after *days*."""
        row = self.roster.rows[book.id]
        own = self.deals.of_book(row)
        wins = self.deals.by(days, self.gate.trust, own) * self.deals.adds[own]
        rows = self.losses.rows_of(row)
        counted = self.losses.counts[rows] > 0
        stay = 1 - self.losses.by(days, rows, units=True)[counted]
        return convolved(
            sum_of_bernoullis(stay),
            sum_of_bernoullis(wins),
            poisson(self._customers.spread(row, days)),
            self.unseen.distribution(row, days),
        )

    @property
    def _today(self) -> date:
        return self.history.timeline.as_of

    @property
    def _looked_back_days(self) -> int:
        return self.as_of - number_of(self.events.since)

    @cached_property
    def as_of(self) -> int:
        return number_of(self._today)

    @cached_property
    def roster(self) -> Roster:
        return Roster(self.history.books.books)

    @cached_property
    def events(self) -> Events:
        return events_of(self.history)

    @cached_property
    def rates(self) -> Rates:
        return rates_of(self.events, self.roster, self.history)

    @cached_property
    def seasons(self) -> Seasons:
        return learned_seasons(self.calendar, self.events.arrived, self.events.since, self._looked_back_days)

    @cached_property
    def growth(self) -> Growth:
        return learned_growth(self.events.arrived, self.as_of, self._looked_back_days)

    @cached_property
    def lost_by_book(self) -> Floats:
        """Customers lost over the look-back."""
        places = self.roster.places(self.events.losses["book_id"])
        return np.bincount(places[places >= 0], minlength=len(self.roster)).astype(np.float64)

    @cached_property
    def churn(self) -> Churn:
        return calibrated(self.history)

    @cached_property
    def losses(self) -> Losses:
        return losses_of(self.history, self.roster, self.churn)

    @cached_property
    def past(self) -> Learned:
        return learned(stories_of(self.history, self.roster), self.calendar, self.as_of)

    @cached_property
    def deals_seen(self) -> int | None:
        """With how many prospects deals were looked at; None where they tell nothing."""
        return None if self.past.prospects is None else round(float(self.past.prospects.deals.sum()))

    @cached_property
    def deals(self) -> Deals:
        return deals_of(self.history, self.roster, self.past, self.calendar, LATEST_DAYS)

    @property
    def _look_back(self) -> LookBack:
        return LookBack(self.events, self.roster, self.rates, self.seasons, self.as_of)

    @cached_property
    def gate(self) -> Gate:
        return gate(self.past, self._look_back, self.calendar)

    @cached_property
    def unseen(self) -> Unseen:
        hidden = unannounced(self.past.stories, self.events, self.roster, self.as_of, LATEST_DAYS)
        belief = self.gate.trust, learned_strays(of_past(self._look_back))
        return unseen_of(hidden, belief, (self.seasons, self.growth), (self.rates, self.roster), self.as_of)

    @cached_property
    def worth(self) -> Worth:
        return worth_of(self.history, self.events, self.roster)

    @cached_property
    def _taken(self) -> Taken:
        return Taken(self.gate.trust, self.roster, self.rates)

    @cached_property
    def _customers(self) -> Customers:
        return Customers(self.deals, self._taken, self.unseen, self.losses, _CROSSES_WITHIN)

    @cached_property
    def _measures(self) -> tuple[Measure, ...]:
        """Accounts, ARR and hours."""
        one = np.ones(len(self.roster))
        accounts = Measure(self.deals.adds, one, one, self.losses.counts, self.losses.unit_chance)
        brought = np.where(self.deals.new, self.deals.adds, 1.0) * self._values
        arr = Measure(brought, self.worth.mean, self.worth.squares, self.losses.arr, self.losses.chance)
        return accounts, arr, self._hours

    @cached_property
    def _values(self) -> Floats:
        """What each deal is worth; one with a prospect that says nothing is worth what customers like it are."""
        usual = of_deals(self.worth.mean, self.roster, self.deals.book, self.deals.group)
        return np.where(self.deals.new & self.deals.amounts.is_null().to_numpy(), usual, self.deals.value)

    @property
    def _hours(self) -> Measure:
        if self.hours is None:
            nothing = np.zeros(len(self.roster))
            return Measure(0 * self.deals.adds, nothing, nothing, 0 * self.losses.counts, self.losses.chance)
        hours = self.hours()
        held = pl.DataFrame({"account_id": self.losses.account_ids}).join(
            hours.of_accounts, on="account_id", how="left", maintain_order="left"
        )
        of_accounts = held["hours"].cast(pl.Float64).fill_null(0.0).to_numpy()
        fresh = np.array([float(hours.of_new(book.segment)) for book in self.roster.books])
        by_deal = self.deals.adds * of_deals(fresh, self.roster, self.deals.book, self.deals.group)
        return Measure(by_deal, fresh, fresh**2, of_accounts, self.losses.chance)

    @cached_property
    def _of_segments(self) -> dict[int, tuple[Paths, ...]]:
        """By how many days: those of all segments, which are asked for one after the other."""
        return {}

    def _outlook(self, paths: tuple[Paths, ...], row: int, days: int) -> tuple[Outlook, ...]:
        last = min(days - 1, LATEST_DAYS)
        return tuple(
            Outlook(self._today + timedelta(days=day), *(path.at(row, min(day, last)) for path in paths))
            for day in range(days)
        )

    def _paths(self, into: Into, days: int) -> tuple[Paths, ...]:
        """Of each measure, day by day, as far ahead as anything moves."""
        ahead = np.arange(min(days - 1, LATEST_DAYS) + 1)
        return tuple(self._path(measure, into, ahead) for measure in self._measures)

    def _path(self, measure: Measure, into: Into, days: Rows) -> Paths:
        gained = self.deals.paths(measure.of_deals, self._taken, into, days)
        unseen = self.unseen.paths(measure.of_wins, measure.squares, into, days)
        lost = self.losses.paths(measure.of_accounts, measure.leaves, into, days)
        today = sums(into.rows[self.losses.book], measure.of_accounts, into.size)
        return (gained + unseen - lost).plus(today)

    def _crossing(self, book: Book, limit: int, days: int, reaches: float) -> date | None:
        """First day on which the median is at *limit*."""
        if book.accounts >= limit:
            return self._today
        row = self.roster.rows[book.id]
        there = np.flatnonzero(self._customers.medians(row) >= limit - 0.5)
        late = int(there[0]) if len(there) else None
        if reaches >= _WORTH_REFINING:
            late = self._refined(book, limit, days, late)
        return None if late is None else self._today + timedelta(days=late)

    def _refined(self, book: Book, limit: int, days: int, guess: int | None) -> int | None:
        """The first day near *guess*, by the exact distribution; at the latest *days*, if the median is there then."""

        def reached(day: int) -> bool:
            return quantile(self.distribution(book, day), 0.5) >= limit

        late = min(_CROSSES_WITHIN, (_CROSSES_WITHIN if guess is None else guess) + _BRACKET_DAYS)
        if reached(days):
            late = min(late, days)
        elif not reached(late):
            return guess
        early = max(0, min(late, _CROSSES_WITHIN if guess is None else guess) - _BRACKET_DAYS)
        if reached(early):
            early = 0
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (early, middle) if reached(middle) else (middle, late)
        return late
