"""A book of business: the customers that one CSM, pool or queue looks after, and how it moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

import polars as pl


class BookKind(StrEnum):
    """Whose book it is. All but CSM and POOL are customers without a working CSM (seed 31)."""

    CSM = "csm"
    POOL = "pool"
    QUEUE = "queue"
    INACTIVE = "inactive"  # the owner is deactivated or archived in the CRM
    UNKNOWN_OWNER = "unknown_owner"  # the CRM names an owner that it does not list
    UNASSIGNED = "unassigned"  # no owner at all

    @property
    def is_working(self) -> bool:
        return self in (BookKind.CSM, BookKind.POOL)


UNASSIGNED_BOOK_ID = "unassigned"


@dataclass(frozen=True, slots=True)
class Movement:
    """Customers and ARR gained (+) or lost (-)."""

    accounts: int = 0
    arr: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """How a book moved since the close of *since*, by cause. before + sum of the causes == now, always.

    *since* is later than *days* ago where history does not reach back that far. Where not *arr_known*, ARR was not
    recorded that long ago: accounts are right, and their ARR is reckoned as if it had always been today's.
    """

    days: int
    since: date
    before: Movement
    won: Movement = Movement()
    churned: Movement = Movement()
    reassigned_in: Movement = Movement()
    reassigned_out: Movement = Movement()
    arr_changed: Movement = Movement()
    arr_known: bool = True

    @property
    def net(self) -> Movement:
        causes = (self.won, self.churned, self.reassigned_in, self.reassigned_out, self.arr_changed)
        return Movement(sum(c.accounts for c in causes), sum((c.arr for c in causes), Decimal(0)))


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a mix: customers and ARR that carry *label*."""

    label: str
    accounts: int
    arr: Decimal


def _unmixed(_mix: str) -> tuple[Share, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Customers, ARR in the corporate currency, mixes and changes of any set of customers.

    *arr_unknown* customers are in *accounts* but add nothing to *arr*: their ARR could not be read.
    Mixes are sorted by ARR, largest first, and each sums to *accounts* and *arr*. *mix*: one of them by its name,
    worked out when it is asked for: of many thousand books those of few ever are.
    """

    accounts: int
    arr: Decimal
    arr_unknown: int = 0
    changes: tuple[Change, ...] = ()
    mix: Callable[[str], tuple[Share, ...]] = field(default=_unmixed, compare=False, repr=False)

    @property
    def by_segment(self) -> tuple[Share, ...]:
        return self.mix("segment")

    @property
    def by_lifecycle(self) -> tuple[Share, ...]:
        return self.mix("lifecycle")

    @property
    def by_deal_size(self) -> tuple[Share, ...]:
        return self.mix("deal_size")

    @property
    def by_product(self) -> tuple[Share, ...]:
        return self.mix("product")


@dataclass(frozen=True, slots=True)
class Book:
    """One book; *id* is the CRM's owner id, or ``unassigned``.

    *segment*: from the settings, else the one most of its customers are in (ties: by name).
    """

    id: str
    kind: BookKind
    name: str
    email: str | None
    active: bool
    team: str | None
    manager_id: str | None
    manager: str | None
    segment: str | None
    tally: Tally
    manager_email: str | None = None

    @property
    def accounts(self) -> int:
        return self.tally.accounts

    @property
    def arr(self) -> Decimal:
        return self.tally.arr


@dataclass(frozen=True, slots=True)
class Group:
    """All customers of one team, segment or manager; *label* None: those that have none."""

    label: str | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class Books:
    """Every customer in exactly one book: the sum over *books* is *totals*, always.

    *customers*: ``SNAPSHOT`` rows of customers only, one an account.
    *history_since*: the first day of which the past is known, None before the first night. *known_since*: ``csm``,
    ``arr``, ``lifecycle``, ``customers`` (who was one) -> the first day of which it is real; what is missing is so as
    far back as history goes.
    """

    as_of: date
    currency: str
    books: tuple[Book, ...]
    teams: tuple[Group, ...]
    segments: tuple[Group, ...]
    managers: tuple[Group, ...]
    totals: Tally
    customers: pl.DataFrame
    history_since: date | None = None
    known_since: Mapping[str, date] = field(default_factory=dict)
