"""What a forecast says of one book: the numbers, the components that they come from, and the sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from cssync.capacity.outlook import Outlook
from cssync.model.book import Book
from cssync.model.wording import count, day

_LEAST = 0.005


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """One open deal that may bring this book a customer, or ARR, by the horizon.

    *probability*: to be won and begun by then and to come to this book; *share*: how much of that is this book's, 1
    where it is meant for it. *adds_account*: else only ARR. *amount*: in the shown currency. *basis*: what the
    probability rests on.
    """

    opportunity_id: str
    account_id: str
    name: str | None
    probability: float
    share: float
    adds_account: bool
    amount: Decimal | None
    basis: str


@dataclass(frozen=True, slots=True)
class UnseenWins:
    """Wins for which no deal is open yet: *expected* by the horizon, of *a_day* wins on a plain day."""

    expected: float
    a_day: float
    basis: str


@dataclass(frozen=True, slots=True)
class LikelyLoss:
    """A customer of today: *probability* to be lost by the horizon; *renews_on*: its next renewal, None if it is
    unknown, or will not come as the CRM announces that it leaves.
    """

    account_id: str
    probability: float
    arr: Decimal | None
    renews_on: date | None
    basis: str


@dataclass(frozen=True, slots=True)
class Components:
    """All that one forecast is the sum of, the likeliest first."""

    deals: tuple[OpenDeal, ...] = ()
    unseen: UnseenWins = field(default_factory=lambda: UnseenWins(0.0, 0.0, ""))
    losses: tuple[LikelyLoss, ...] = ()


def _untraced(_least: float) -> Components:
    return Components()


@dataclass(frozen=True, slots=True)
class Forecast:
    """Customers of one book on *horizon*.

    *low*..*high*: the 80% interval. *reaches*: probability of *limit* customers or more. *crosses_on*: first day
    on which the median is at *limit*, None within two years. *wins* (of open deals), *unseen* (not yet in the
    pipeline), *losses*: expected until *horizon*. *basis*: where the rates come from. *known_since*: the first day of
    history that is real. *traced*: works out the components of a chance or more.
    """

    horizon: date
    today: int
    wins: float
    unseen: float
    losses: float
    median: int
    low: int
    high: int
    limit: int
    reaches: float
    crosses_on: date | None
    basis: str
    known_since: date
    traced: Callable[[float], Components] = field(default=_untraced, compare=False, repr=False)

    @property
    def components(self) -> Components:
        """Every deal and every customer with a chance of half a percent or more."""
        return self.traced(_LEAST)

    def likely(self, least: float) -> Components:
        """Only those with a chance of *least* or more."""
        return self.traced(least)

    @property
    def words(self) -> str:
        """All of it in one sentence."""
        flow = "".join(f", {sign}{number} {what}" for sign, number, what in self._flow() if number)
        reaches = f", {self.reaches:.0%} to reach {self.limit}" if self.today < self.limit else ""
        return (
            f"{count(self.today, 'account')} today{flow}: {self.median} by {day(self.horizon)} "
            f"({self.low} to {self.high}){reaches}"
        )

    def _flow(self) -> tuple[tuple[str, int, str], ...]:
        """In whole accounts that lead from today's to the median: who adds up by hand is to come out right."""
        net, losses = self.median - self.today, round(self.losses)
        gains = net + losses
        if gains < 0:
            gains, losses = 0, -net
        wins = min(gains, round(self.wins))
        # What rounding leaves over goes where most of it is expected; without a deal there is no pipeline to be in.
        if round(self.unseen) == 0 or self.wins == 0:
            wins = gains
        return (
            ("+", wins, "likely wins" if wins != 1 else "likely win"),
            ("+", gains - wins, "not yet in the pipeline"),
            ("-", losses, "likely losses" if losses != 1 else "likely loss"),
        )


class Forecaster(Protocol):
    """Whatever can tell where a book is heading; pure, so one night has one answer."""

    def forecast(self, book: Book, horizon: date, limit: int) -> Forecast: ...

    def outlook(self, segment: str | None, days: int) -> tuple[Outlook, ...]:
        """Of the books of one segment (None: of those without one), *days* of them, a day each from today on."""
        ...
