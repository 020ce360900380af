"""What alerts would have come of past nights: a value for everyone who shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from cssync.model.finding import Severity, Subject

_DAYS_A_MONTH = Decimal("30.4375")
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Nights from *since* to *until*, both included; *every*: books are worked out on each so-manieth of them."""

    since: date
    until: date
    every: int = 1

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def months(self) -> Decimal:
        return self.days / _DAYS_A_MONTH

    @property
    def weeks(self) -> Decimal:
        return Decimal(self.days) / _DAYS_A_WEEK

    def nights(self) -> tuple[date, ...]:
        return tuple(self.since + timedelta(days=number) for number in range(self.days))


@dataclass(frozen=True, slots=True)
class Firing:
    """One opening of one alert. *ended*: None while it is open; *how*: in a few words, "" while it is open.

    *stood*: it was so already on the first day. *again*: it had been open before. *worst*: severity it reached.
    *breach*: for a warning, the day on which what it warned of was there. *told*: in how many digests.
    """

    rule: str
    subject: Subject
    opened: date
    ended: date | None
    how: str
    worst: Severity
    stood: bool
    again: bool
    breach: date | None
    told: int

    @property
    def lead_days(self) -> int | None:
        """How long before the breach it was told; None where there was none, or where its beginning is not known."""
        return None if self.breach is None or self.stood else (self.breach - self.opened).days


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that a rule is there to warn of, and came without a warning.

    *handed_over*: customers that came from other books with it: management decided that, and no forecast could know.
    """

    subject: Subject
    on: date
    handed_over: int = 0


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """*since*: from when on it could be replayed, None: at no time. *warns*: whether it is about something to come."""

    rule: str
    title: str
    since: date | None
    warns: bool
    firings: tuple[Firing, ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def opened(self) -> tuple[Firing, ...]:
        """Without what was so already on the first day."""
        return tuple(firing for firing in self.firings if not firing.stood)

    @property
    def flips(self) -> int:
        """How often something opened that had been open before."""
        return sum(firing.again for firing in self.firings)

    @property
    def leads(self) -> tuple[int, ...]:
        return tuple(firing.lead_days for firing in self.firings if firing.lead_days is not None)

    @property
    def typical_lead(self) -> int | None:
        """The median, in days."""
        return int(median(self.leads)) if self.leads else None

    @property
    def breaches(self) -> int:
        return sum(firing.breach is not None for firing in self.firings) + len(self.missed)

    @property
    def for_nothing(self) -> int:
        """Warnings that ended without that of which they warned."""
        return sum(firing.ended is not None and firing.breach is None for firing in self.firings) if self.warns else 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one set of settings would have led to. *digests*: nights on which leadership would have got a message.

    *name*: what is set otherwise, "" for the settings in force. *reminders*: how many of the digests hold nothing new.
    *entries*: lines about a book in all the digests.
    """

    name: str
    rules: tuple[RuleFigures, ...]
    digests: tuple[date, ...]
    reminders: int
    entries: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of a setting, tried. *rule*: figures of the one rule that it is about."""

    value: Decimal
    present: bool
    figures: RuleFigures


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to set *setting* to, so that its rule opens at most so many alerts a month; None: no value tried does.

    *trials*: by value, the present one among them. *why*: a sentence.
    """

    setting: str
    rule: str
    trials: tuple[Trial, ...]
    chosen: Trial | None
    why: str

    @property
    def changes(self) -> bool:
        return self.chosen is not None and not self.chosen.present


@dataclass(frozen=True, slots=True)
class Backtest:
    """*present* beside *changed*, where something was set otherwise. *notes*: what could not be known, in sentences."""

    span: Span
    present: Replayed
    changed: Replayed | None
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...]
