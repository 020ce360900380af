"""The interface of every forecast of a book, and a first one: wins and churn at the book's own shrunk rates.

A count of accounts moves by wins, losses and reassignments, so these are forecast, never a line through points:
``N(t+h) = N(t) + NegBin(wins) - Binomial(churn)``. Reassignments are management's decisions and enter no rate.
A CSM's own rates are shrunk to the segment's (empirical Bayes), so that a short history gives a wide, honest
interval instead of a wild slope. The open pipeline is not used: the interval is the wider for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cssync.books.history import Flow, Flows
from cssync.capacity.outlook import Outlook, Quantity
from cssync.model.book import Book, BookKind, Books
from cssync.model.wording import count, day

Distribution = npt.NDArray[np.float64]

# How many days of its own arrivals weigh as much as the segment's mean rate, where too few CSMs tell how much they
# differ; and the bounds of what their spread may make of it.
_PRIOR_DAYS = 365.0
_PRIOR_DAYS_BOUNDS = (30.0, 3650.0)
_ENOUGH_CSMS = 5
# How many account-years of its own churn weigh as much as the segment's rate.
_CHURN_PRIOR_ACCOUNT_DAYS = 20 * 365.0
# Beyond so many standard deviations a limit is out of reach, and the exact distribution not worth the time.
_OUT_OF_REACH = 6.0
_LATEST_CROSSING_DAYS = 730
# Sums over a segment err more than books of their own would.
_WIDER = 1.4


@dataclass(frozen=True, slots=True)
class Forecast:
    """Customers of one book on *horizon*.

    *low*..*high*: the 80% interval. *reaches*: probability of *limit* customers or more. *crosses_on*: first day
    on which the median is at *limit*, None within two years. *wins*, *losses*: expected until *horizon*.
    *basis*: where the rates come from.
    """

    horizon: date
    today: int
    wins: float
    losses: float
    median: int
    low: int
    high: int
    limit: int
    reaches: float
    crosses_on: date | None
    basis: str

    @property
    def words(self) -> str:
        """All of it in one sentence."""
        flow = "".join(f", {sign}{number} likely {word}" for sign, number, word in self._flow() if number)
        reaches = f", {self.reaches:.0%} to reach {self.limit}" if self.today < self.limit else ""
        return (
            f"{count(self.today, 'customer')} today{flow}: {self.median} by {day(self.horizon)} "
            f"({self.low} to {self.high}){reaches}"
        )

    def _flow(self) -> tuple[tuple[str, int, str], ...]:
        """In whole customers that lead from today's to the median: who adds up by hand is to come out right."""
        net, losses = self.median - self.today, round(self.losses)
        wins = max(0, net + losses)
        return ("+", wins, "wins"), ("-", wins - net, "losses")


class Forecaster(Protocol):
    """Whatever can tell where a book is heading; pure, so one night has one answer."""

    def forecast(self, book: Book, horizon: date, limit: int) -> Forecast: ...

    def outlook(self, segment: str | None, days: int) -> tuple[Outlook, ...]:
        """Of the books of one segment (None: of those without one), *days* of them, a day each from today on."""
        ...


@dataclass(frozen=True, slots=True)
class _Rates:
    """*shape* / *exposure_days*: wins a day, as a Gamma posterior. *hazard*: churn of one account a day."""

    shape: float
    exposure_days: float
    hazard: float


@dataclass(frozen=True, slots=True)
class _Prior:
    """What a segment is like: *wins_a_day* of one CSM, weighing as much as *days* of anyone's own; churn hazard."""

    wins_a_day: float
    days: float
    hazard: float


class RateForecaster:
    """See the module. *flows*: won and churned of every book; *books*: tonight's, for the segments' means."""

    def __init__(self, books: Books, flows: Flows, hours: Callable[[Book], float] = lambda _: 0.0) -> None:
        self._as_of = books.as_of
        self._books = books.books
        self._hours = hours
        self._flows = flows
        self._priors = _segment_priors(books, flows)

    def forecast(self, book: Book, horizon: date, limit: int) -> Forecast:
        rates = self._rates(book)
        days = (horizon - self._as_of).days
        wins = rates.shape * days / rates.exposure_days
        leaves = -math.expm1(-rates.hazard * days)
        losses = book.accounts * leaves
        spread = math.sqrt(wins * (1 + days / rates.exposure_days) + losses * (1 - leaves))
        centre = book.accounts + wins - losses
        if centre + _OUT_OF_REACH * spread + 1 < limit:
            low, median, high = (max(0, round(centre + z * spread)) for z in (-1.2816, 0.0, 1.2816))
            reaches, crosses_on = 0.0, None
        else:
            chances = self._distribution(book.accounts, rates, days)
            low, median, high = (_quantile(chances, q) for q in (0.1, 0.5, 0.9))
            reaches = min(1.0, float(chances[limit:].sum()))
            crosses_on = self._crossing(book.accounts, rates, limit)
        return Forecast(
            horizon=horizon, today=book.accounts, wins=wins, losses=losses, median=median, low=low, high=high,
            limit=limit, reaches=reaches, crosses_on=crosses_on, basis=self._basis(book),
        )  # fmt: skip

    def outlook(self, segment: str | None, days: int) -> tuple[Outlook, ...]:
        """ARR and hours move as the customers do."""
        members = [book for book in self._books if book.segment == segment]
        rates = [(book, self._rates(book)) for book in members]
        each = 1.0 / max(1, sum(book.accounts for book in members))
        arr, hours = (each * float(sum(of(book) for book in members)) for of in (lambda book: book.arr, self._hours))
        found = []
        for ahead in range(days):
            moved = [_moved(book, of, ahead) for book, of in rates]
            mean, spread = sum(one.mean for one in moved), _WIDER * math.hypot(*(one.sd for one in moved))
            accounts, money, work = (Quantity(mean * size, spread * size) for size in (1.0, arr, hours))
            found.append(Outlook(self._as_of + timedelta(days=ahead), accounts, money, work))
        return tuple(found)

    def _rates(self, book: Book) -> _Rates:
        own = self._flows.by_book.get(book.id, Flow())
        prior = self._priors.get(book.segment, _Prior(0.0, _PRIOR_DAYS, 0.0))
        days = float(self._flows.days)
        exposure = book.accounts * days
        churned = own.churned + prior.hazard * _CHURN_PRIOR_ACCOUNT_DAYS
        return _Rates(
            shape=own.won + prior.wins_a_day * prior.days,
            exposure_days=days + prior.days,
            hazard=churned / (exposure + _CHURN_PRIOR_ACCOUNT_DAYS),
        )

    def _distribution(self, accounts: int, rates: _Rates, days: int) -> Distribution:
        """Probability of each number of customers after *days*, by convolution of wins and survivors."""
        wins = _negative_binomial(rates.shape, days / rates.exposure_days)
        stay = math.exp(-rates.hazard * days)
        return _normalised(np.convolve(_binomial(accounts, stay), wins))

    def _crossing(self, accounts: int, rates: _Rates, limit: int) -> date | None:
        """First day on which the median is at *limit*; the median rises steadily, or never gets there."""
        if accounts >= limit:
            return self._as_of
        early, late = 0, _LATEST_CROSSING_DAYS
        if _quantile(self._distribution(accounts, rates, late), 0.5) < limit:
            return None
        while late - early > 1:
            middle = (early + late) // 2
            if _quantile(self._distribution(accounts, rates, middle), 0.5) >= limit:
                late = middle
            else:
                early = middle
        return self._as_of + timedelta(days=late)

    def _basis(self, book: Book) -> str:
        own = self._flows.by_book.get(book.id, Flow())
        source = "in the recorded history of" if self._flows.observed else "by the dates on today's records, over"
        segment = f" of {book.segment}" if book.segment else ""
        return (
            f"{own.won} won and {own.churned} lost {source} {self._flows.days} days, "
            f"drawn towards the mean{segment}; the open pipeline is not counted"
        )


def _moved(book: Book, rates: _Rates, days: int) -> Quantity:
    """The customers of *book* after so many days; nobody wins any for a book that no CSM works."""
    won = rates.shape * days / rates.exposure_days if book.kind is BookKind.CSM else 0.0
    leaves = -math.expm1(-rates.hazard * days)
    variance = won * (1 + days / rates.exposure_days) + book.accounts * leaves * (1 - leaves)
    return Quantity(book.accounts * (1 - leaves) + won, math.sqrt(variance))


def _segment_priors(books: Books, flows: Flows) -> dict[str | None, _Prior]:
    by_segment: dict[str | None, list[Book]] = {}
    for book in books.books:
        if book.kind is BookKind.CSM:
            by_segment.setdefault(book.segment, []).append(book)
    return {segment: _prior(members, flows) for segment, members in by_segment.items()}


def _prior(members: Sequence[Book], flows: Flows) -> _Prior:
    of_members = [flows.by_book.get(book.id, Flow()) for book in members]
    won = np.array([flow.won for flow in of_members], dtype=np.float64)
    account_days = max(sum(book.accounts for book in members), 1) * flows.days
    return _Prior(
        wins_a_day=float(won.mean()) / flows.days,
        days=_prior_days(won, flows.days),
        hazard=sum(flow.churned for flow in of_members) / account_days,
    )


def _prior_days(won: npt.NDArray[np.float64], days: int) -> float:
    """The weight of the segment's mean, by moments: the more CSMs differ beyond chance, the less it weighs."""
    if len(won) < _ENOUGH_CSMS:
        return _PRIOR_DAYS
    beyond_chance = float(won.var(ddof=1) - won.mean())
    least, most = _PRIOR_DAYS_BOUNDS
    return most if beyond_chance <= 0 else min(most, max(least, float(won.mean()) * days / beyond_chance))


def _negative_binomial(shape: float, odds: float) -> Distribution:
    """Gamma(shape) rate over *odds* of its exposure, down to a tail of 1e-12."""
    if shape <= 0 or odds <= 0:
        return np.ones(1)
    mean = shape * odds
    top = int(mean + 12 * math.sqrt(mean * (1 + odds)) + 40)
    k = np.arange(1, top + 1)
    steps = np.log((shape + k - 1) / k * (odds / (1 + odds)))
    logs = np.concatenate([[0.0], np.cumsum(steps)]) - shape * math.log1p(odds)
    return _normalised(np.exp(logs))


def _binomial(n: int, p: float) -> Distribution:
    if n == 0 or p >= 1:
        return _normalised(np.eye(1, n + 1, n)[0])
    k = np.arange(1, n + 1)
    steps = np.log((n - k + 1) / k) + math.log(p) - math.log1p(-p)
    logs = np.concatenate([[0.0], np.cumsum(steps)]) + n * math.log1p(-p)
    return _normalised(np.exp(logs))


def _normalised(weights: Distribution) -> Distribution:
    chances: Distribution = weights / weights.sum()
    return chances


def _quantile(chances: Distribution, q: float) -> int:
    return int(np.searchsorted(np.cumsum(chances), q))
