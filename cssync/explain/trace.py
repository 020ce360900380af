"""What an explanation is made of: statements, and under each what it rests on, down to single records of the CRM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """What the value of a statement counts."""

    MONEY = "money"  # in the currency in which figures are shown
    ACCOUNTS = "accounts"
    HOURS = "hours"  # a month
    CSMS = "csms"
    SHARE = "share"  # 1 is the whole
    NUMBER = "number"


class SourceKind(StrEnum):
    FIELD = "field"  # of a record of the CRM, by the CRM's own name
    SETTING = "setting"
    SEED = "seed"
    RATE = "rate"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read, or who says so.

    *name*: "Account.ARR__c", "limits.accounts", "seed 2". *where*: file and line, "default", or whoever gave a rate.
    *says*: what a row of the seeds says, or "".
    """

    kind: SourceKind
    name: str
    where: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the CRM. *kind*: account, opportunity or owner. *url*: its page, None where it has none."""

    kind: str
    id: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """*amount* in *currency*, as the CRM holds it, times *rate*, which *source* gave, is the value shown."""

    amount: Decimal
    currency: str
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One statement. *key* tells programs what it is about ("arr"), *title* people.

    *value* in *measure*; *count*: of how many customers it speaks. Where it *adds_up*, both are the sums of those of
    its *parts*, an absent one being nothing; parts of one customer have no count. *says*: words without markup.
    """

    key: str
    title: str
    value: Decimal | None = None
    measure: Measure | None = None
    count: int | None = None
    says: tuple[str, ...] = ()
    record: Record | None = None
    conversion: Conversion | None = None
    sources: tuple[Source, ...] = ()
    parts: tuple[Trace, ...] = ()
    adds_up: bool = False

    @property
    def missing(self) -> tuple[Decimal, int] | None:
        """By how much its parts fall short of it, in value and in customers; always None, but for a fault."""
        if not self.adds_up:
            return None
        value, count = total(self.parts)
        counted = not self.parts or any(part.count is not None for part in self.parts)
        short = (self.value or Decimal(0)) - value, (self.count or 0) - count if counted else 0
        return short if any(short) else None


@dataclass(frozen=True, slots=True)
class Explanation:
    """*about*: csm, alert or account. *subject*: whose record it is. *headline*: the whole in one sentence.

    *basis*: sentences on what it was worked out from: which night, which source, since when history is real.
    """

    about: str
    subject: Record
    headline: str
    basis: tuple[str, ...]
    traces: tuple[Trace, ...]

    def trace(self, key: str) -> Trace:
        """The part about *key*. Raises KeyError where there is none."""
        found = next((trace for trace in every(self.traces) if trace.key == key), None)
        if found is None:
            raise KeyError(key)
        return found


def total(parts: Iterable[Trace]) -> tuple[Decimal, int]:
    """(value, customers)"""
    value, count = Decimal(0), 0
    for part in parts:
        value += part.value or 0
        count += part.count or 0
    return value, count


def every(traces: Iterable[Trace]) -> Iterator[Trace]:
    """Yield *traces* and all that they rest on, each before its parts."""
    for trace in traces:
        yield trace
        yield from every(trace.parts)
