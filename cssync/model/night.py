"""One night's work as a value: what is known of the past, and all that is to be committed at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import polars as pl

from cssync.model.alert import Alert, Transition
from cssync.model.book import Books
from cssync.model.delivery import Address, Delivery
from cssync.model.history import History
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.tables import OPPORTUNITY_SPELLS, PAST_OPPORTUNITY_SPELLS, PROBLEMS, empty


class RunStatus(StrEnum):
    RUNNING = "running"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    REPEATED = "repeated"  # the same input as the night's accepted run: nothing to change


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at one date. *accounts*, *customers*, *owners*, *arr*: what was pulled, 0 where it failed early.

    *digest_of_input*: equal for two runs whose pulls and settings are equal. *calls*: requests to the CRM's API.
    *pull_seconds*: None where the pull did not end well. *record_url*: see ``cssync.model.pull.Pull``.
    """

    id: str
    as_of: date
    started_at: datetime
    status: RunStatus
    source: str
    finished_at: datetime | None = None
    accounts: int = 0
    customers: int = 0
    owners: int = 0
    arr: Decimal = Decimal(0)
    currency: str = ""
    reason: str = ""
    accepted_by_hand: bool = False
    digest_of_input: str = ""
    calls: int = 0
    pull_seconds: float | None = None
    record_url: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows as the night begins.

    *runs*: accepted ones before the night's date, newest first, at most 30.
    *today*: the accepted run of the night's own date, if there was one.
    *spells*: ``PAST_SPELLS``: every open spell, and those closed after the look-back day. *pipeline*: the same of
    opportunities, ``PAST_OPPORTUNITY_SPELLS``.
    *alerts*: the latest incident of every fingerprint. *history_since*: first day covered by spells.
    *told*: addresses that a message was ever meant for. *announced*: what earlier runs of the night's own date have
    told.
    *history_tracked*: see ``cssync.model.history.History.since``; None where the CRM was never asked for its history.
    """

    runs: tuple[Run, ...]
    today: Run | None
    spells: pl.DataFrame
    alerts: tuple[Alert, ...]
    history_since: date | None
    told: frozenset[Address] = frozenset()
    announced: tuple[Transition, ...] = ()
    history_tracked: Mapping[str, date] | None = None
    pipeline: pl.DataFrame = field(default_factory=lambda: empty(PAST_OPPORTUNITY_SPELLS))

    def digested(self) -> Past:
        """The same without its spells, which take most of the memory once a timeline holds them."""
        return replace(self, spells=self.spells.clear(), pipeline=self.pipeline.clear())


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last accepted night as it is stored.

    *run*, and the accepted one *before* it, if any. *accounts*: ``SNAPSHOT``. *opportunities*: ``OPPORTUNITIES``.
    *spells*: ``SPELLS``, every open one and those closed since the look-back day; *pipeline*: the same of
    opportunities, ``OPPORTUNITY_SPELLS``. *history_since*: first day covered by spells of accounts. *history_tracked*:
    see ``Past``. *rates* and *crm_currency*: see ``Night``, None where the store is older than they are. *problems*:
    ``PROBLEMS``.
    """

    run: Run
    before: Run | None
    accounts: pl.DataFrame
    opportunities: pl.DataFrame
    owners: tuple[Owner, ...]
    spells: pl.DataFrame
    history_since: date
    history_tracked: Mapping[str, date] | None = None
    pipeline: pl.DataFrame = field(default_factory=lambda: empty(OPPORTUNITY_SPELLS))
    rates: ExchangeRates | None = None
    crm_currency: str | None = None
    problems: pl.DataFrame = field(default_factory=lambda: empty(PROBLEMS))


@dataclass(frozen=True, slots=True)
class SpellChanges:
    """How the stored spells of accounts or opportunities become today's. Applied in this order, in one transaction.

    *removed*: id and ``valid_from`` of spells to delete (opened today by an earlier run of the same day).
    *closed*: id, ``valid_from``, ``valid_to`` of spells that end.
    *opened*: spells to insert, with all attributes for those still open, and ``attributes_hash``.
    *refreshed*: open spells whose attributes (name, health, ...) changed while their facts did not; same columns.
    """

    removed: pl.DataFrame
    closed: pl.DataFrame
    opened: pl.DataFrame
    refreshed: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Night:
    """Everything an accepted night changes. The store commits all of it, or nothing.

    *spells*: of accounts. *pipeline*: of opportunities. *rates*: those in force, into the shown currency;
    *crm_currency*: what an amount without a currency is in. *problems*: ``PROBLEMS``. *history*: on a first night, what
    the CRM remembered of the time before it; its spells are among them.
    """

    run: Run
    spells: SpellChanges
    pipeline: SpellChanges
    owners: tuple[Owner, ...]
    rates: ExchangeRates
    crm_currency: str
    problems: pl.DataFrame
    books: Books
    alerts: tuple[Alert, ...] = ()
    transitions: tuple[Transition, ...] = ()
    deliveries: tuple[Delivery, ...] = field(default=())
    history: History | None = None
