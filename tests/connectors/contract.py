"""What every connector's harness offers, and the small messy company that all of them serve.

``test_contract.py`` runs each connector through the same behaviours. A connector joins by a module
``tests/connectors/harness_<name>.py`` with a ``HARNESS`` that satisfies ``Harness``:

    class AcmeHarness:
        name = "acme"
        features = frozenset({Feature.QUEUES, Feature.PAGES})
        faults = frozenset({Fault.LOGIN_REFUSED, Fault.FIELD_GONE})
        customers_for_two_pages = 150

        @contextmanager
        def serve(self, company, folder, fault=None) -> Iterator[Serving]:
            with AcmeEmulator(...) as emulator:
                emulator.load(...)                     # company, in the source's own words
                yield Serving(connector, ids={...}, secrets=("the token",), records_read=lambda: emulator.served)

    HARNESS: Harness = AcmeHarness()

Rules for a harness:

- A real connector and a real server (or real files); nothing of ours is replaced. Its clock is ``NOW``, its sleep
  returns at once.
- It maps id, name, csm, arr, currency, segment, lifecycle, parent, created of accounts, and id, account, owner, name,
  amount, currency, is_closed, is_won, close of opportunities. All else it maps to null, or leaves at the default.
- ``company`` refers to people, customers and deals by keys; the harness gives each key an id that the source could
  have given (``Serving.ids``), ``GHOST`` included: an owner that customers name and the source does not list.
- Amounts are text. A harness whose source cannot hold text in an amount leaves out ``Feature.TEXT_AMOUNTS``, and the
  customers that need it are left out of the company that it is handed. The same holds for every ``needs``.
- ``fault`` is in force from the first request on, unless its description says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from connectors.base import Connector
from cssync.model.owner import OwnerKind

AS_OF = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
GHOST = "ghost"


class Feature(StrEnum):
    """What some sources can hold and others cannot."""

    QUEUES = "queues own accounts"
    UNASSIGNED = "an account may have no CSM"
    TEXT_AMOUNTS = "an amount may hold any text"
    CURRENCIES = "several currencies, with rates"
    MANAGERS = "owners have managers"
    PAGES = "records come in pages"


class Fault(StrEnum):
    """What can go wrong at a source."""

    LOGIN_REFUSED = "the credentials are refused (401)"
    THROTTLED_ONCE = "the first request for accounts gets a 429, the next ones are answered"
    THROTTLED = "every request for accounts gets a 429"
    QUOTA_USED_UP = "the daily quota is used up"
    PAGE_LOOP = "the link to the next page of accounts leads back to the same page, for ever"
    BROKEN_MIDWAY = "the first accounts arrive, the rest cannot be read however often it is tried"
    FIELD_GONE = "the mapped field for ARR does not exist"


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    email: str | None
    active: bool = True
    kind: OwnerKind = OwnerKind.PERSON
    manager: str | None = None
    needs: Feature | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """*amount* is what someone typed into the CRM; *csm* and *parent* are keys."""

    key: str
    name: str
    csm: str | None
    amount: str | None
    currency: str = "USD"
    segment: str | None = "SMB"
    lifecycle: str | None = "live"
    parent: str | None = None
    created_on: date = date(2024, 2, 29)
    needs: Feature | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """*closed_won* False: still open."""

    key: str
    customer: str
    owner: str
    name: str
    amount: str
    close_on: date
    closed_won: bool
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Company:
    """*rates*: units of *corporate* for one unit; chosen so that their inverses are exact too."""

    people: tuple[Person, ...] = ()
    customers: tuple[Customer, ...] = ()
    deals: tuple[Deal, ...] = ()
    corporate: str = "USD"
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def within(self, features: frozenset[Feature]) -> Company:
        """Without the people and customers that a source of these features cannot hold."""
        return replace(
            self,
            people=tuple(p for p in self.people if p.needs is None or p.needs in features),
            customers=tuple(c for c in self.customers if c.needs is None or c.needs in features),
            rates=self.rates if Feature.CURRENCIES in features else {},
        )

    def grown(self, customers: int) -> Company:
        """With plain customers added until there are *customers* of them."""
        more = range(len(self.customers), customers)
        return replace(
            self, customers=(*self.customers, *(Customer(f"plain{n}", f"Plain {n}", "dana", "1000") for n in more))
        )


MESSY = Company(
    people=(
        Person("mara", "Mara Lindqvist", "mara@cs.example"),
        Person("dana", "Dana O'Neil", "dana@cs.example", manager="mara"),
        Person("ed", "Ed Gone", "ed@cs.example", active=False),
        Person("unrouted", "Unrouted", None, kind=OwnerKind.QUEUE, needs=Feature.QUEUES),
    ),
    customers=(
        Customer("plain", "Plain Ltd", "dana", "120000.50", segment="Enterprise"),
        Customer("odd", '\U0001f680 <!channel> & Söhne, "Ltd"', "dana", "0.10"),
        Customer("child", "Plain Child", "mara", "5000", parent="plain", lifecycle="onboarding"),
        Customer("orphaned", "Left Behind AG", "ed", "70000"),
        Customer("haunted", "Haunted House", GHOST, "800"),
        Customer("queued", "In the Queue", "unrouted", "900", needs=Feature.QUEUES),
        Customer("unassigned", "Nobody's", None, "1000", needs=Feature.UNASSIGNED),
        Customer("silent", "Says Nothing", "dana", None, segment=None, lifecycle=None),
        Customer("negative", "Owes Us", "dana", "-500"),
        Customer("euro", "Übergrößen GmbH", "dana", "1000000", currency="EUR", needs=Feature.CURRENCIES),
        Customer("pound", "Crumpets plc", "mara", "250.25", currency="GBP", needs=Feature.CURRENCIES),
        Customer("yen", "No Rate KK", "mara", "3000000", currency="JPY", needs=Feature.CURRENCIES),
        Customer("words", "To Be Agreed", "dana", "n/a", needs=Feature.TEXT_AMOUNTS),
        Customer("german", "Komma KG", "dana", "1.234,56", needs=Feature.TEXT_AMOUNTS),
        Customer("endless", "To Infinity", "dana", "1e300", needs=Feature.TEXT_AMOUNTS),
    ),
    deals=(
        Deal("open", "plain", "dana", "Expansion", "20000", date(2026, 6, 30), closed_won=False),
        Deal("won", "odd", "mara", "New \U0001f389", "0.10", date(2026, 2, 15), closed_won=True),
    ),
    rates={"EUR": Decimal("1.25"), "GBP": Decimal("1.6")},
)


@dataclass(frozen=True, slots=True)
class Serving:
    """A running source and the connector that reads it.

    *ids*: the source's id for every key of the company, and for ``GHOST``. *secrets*: what must never be shown.
    *records_read*: how many accounts have left the source so far. *pages_read*: in how many pages.
    *arr_field*: the source's own name of the field that holds ARR.
    """

    connector: Connector
    ids: Mapping[str, str]
    arr_field: str
    secrets: tuple[str, ...] = ()
    records_read: Callable[[], int] = lambda: 0
    pages_read: Callable[[], int] = lambda: 0


class Harness(Protocol):
    """*customers_for_two_pages*: how many customers need more than one page; only read with ``Feature.PAGES``."""

    @property
    def name(self) -> str: ...

    @property
    def features(self) -> frozenset[Feature]: ...

    @property
    def faults(self) -> frozenset[Fault]: ...

    @property
    def customers_for_two_pages(self) -> int: ...

    def serve(self, company: Company, folder: Path, fault: Fault | None = None) -> AbstractContextManager[Serving]:
        """Start a source that holds *company*, for as long as the context lasts. *folder* is the test's own."""
        ...
