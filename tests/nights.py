"""A company written down by hand, and nights walked over it without any store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from cssync.books.aggregate import add_up
from cssync.books.backfill import backfill_of, before, known_since, with_history
from cssync.books.history import History
from cssync.books.pipeline import with_pipeline
from cssync.books.snapshot import Snapshot, take_snapshot
from cssync.books.spells import Timeline, advance
from cssync.capacity.company import Company
from cssync.model.book import Book, Books
from cssync.model.history import CSM, Backfill
from cssync.model.history import History as Memories
from cssync.model.money import ExchangeRates
from cssync.model.night import Past, Run, RunStatus, SpellChanges
from cssync.model.owner import Owner
from cssync.model.pull import Pull
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, OWNERSHIP, PAST_SPELLS, empty
from cssync.settings.model import Settings
from rules.base import Context

TODAY = date(2026, 11, 22)
DANA = Owner("U1", "Dana Roy", "dana@acme.test", team="East", manager_id="U9")
SAM = Owner("U2", "Sam Ito", "sam@acme.test", team="East")
ANA = Owner("U3", "Ana Diaz", "ana@acme.test", team="West", manager_id="U9")
TOM = Owner("U4", "Tom Becker", "tom@acme.test", active=False)
VERA = Owner("U9", "Vera Holt", "vera@acme.test")
TEAM = (DANA, SAM, ANA, TOM, VERA)

Row = Mapping[str, Any]

BOOKS_COST_NOTHING = {"book_cost_not_covered": {"enabled": False}}


def account(account_id: str, csm: str | None = "U1", amount: int | str | None = 1000, **more: Any) -> Row:
    """One row of ``ACCOUNTS``; *amount* in whole units or exact as text."""
    exact = None if amount is None else Decimal(amount).quantize(Decimal("0.01"))
    return {"account_id": account_id, "name": f"Name {account_id}", "csm_ref": csm, "amount": exact, **more}


def many(
    number: int, csm: str | None = "U1", amount: int | str | None = 1000, prefix: str = "", **more: Any
) -> list[Row]:
    return [account(f"{prefix or csm}-{index:03}", csm, amount, **more) for index in range(number)]


def table(rows: Iterable[Row], schema: pl.Schema = ACCOUNTS) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema)


def pull_of(
    rows: Iterable[Row],
    owners: Iterable[Owner] = TEAM,
    *,
    rates: ExchangeRates | None = None,
    opportunities: Iterable[Row] = (),
) -> Pull:
    return Pull(
        source="hand",
        pulled_at=datetime(2026, 11, 22, 2, 4, tzinfo=UTC),
        accounts=table(rows),
        owners=tuple(owners),
        rates=rates or ExchangeRates("USD"),
        opportunities=table(opportunities, OPPORTUNITIES),
    )


def remembered(rows: Iterable[Row], **since: date) -> Memories:
    """What a CRM remembers; *since*: csm, arr, lifecycle; owners from the first row on if nothing is said."""
    ownership = table(rows, OWNERSHIP)
    return Memories(ownership, since or {CSM: ownership.select(pl.min("valid_from")).item()})


def settings(**sections: Any) -> Settings:
    """Books of a few customers at $1,000 each cover nobody's cost, so that rule is off unless a test switches it on."""
    rules = {**BOOKS_COST_NOTHING, **sections.pop("rules", {})}
    return Settings.model_validate({**sections, "rules": rules})


@dataclass(frozen=True)
class Night:
    """What one night came to, and a way to ask the rules about it."""

    snapshot: Snapshot
    timeline: Timeline
    changes: SpellChanges
    books: Books
    settings: Settings
    of_deals: SpellChanges

    def book(self, book_id: str) -> Book:
        return next(book for book in self.books.books if book.id == book_id)

    @property
    def history(self) -> History:
        return History(self.snapshot, self.timeline, self.books)

    def context(
        self,
        firing: Iterable[tuple[str, str]] = (),
        record_url: str | None = None,
        excepted: Iterable[tuple[str, str]] = (),
    ) -> Context:
        return Context(self.company(record_url, excepted), frozenset(firing))

    def company(self, record_url: str | None = None, excepted: Iterable[tuple[str, str]] = ()) -> Company:
        """*excepted*: (rule, subject id)."""
        return Company(self.books, self.history, self.settings, lambda _: "default", record_url, frozenset(excepted))


@dataclass
class Nights:
    """Consecutive nights of one company; what a store would remember is kept in memory."""

    settings: Settings = field(default_factory=settings)
    past: Past = field(default_factory=lambda: Past((), None, empty(PAST_SPELLS), (), None))

    def walk(self, pull: Pull, as_of: date = TODAY, history: Memories | None = None) -> Night:
        """*history*: what the CRM remembers of the time before the first night."""
        snapshot = take_snapshot(pull, self.settings, as_of)
        backfill = Backfill()
        if history is not None:
            backfill = self._backfilled(history, snapshot)
        timeline, changes = advance(self.past, snapshot, backfill.spells)
        timeline, of_deals = with_pipeline(timeline, self.past, snapshot, backfill.pipeline)
        last = self.past.runs[0].as_of if self.past.runs else None
        books = add_up(snapshot, timeline, self.settings.team, last)
        self._remember(timeline, changes, of_deals, as_of)
        return Night(snapshot, timeline, changes, books, self.settings, of_deals)

    def _backfilled(self, history: Memories, snapshot: Snapshot) -> Backfill:
        """As the line does it: with a first night, or laid before the nights there were."""
        backfill = backfill_of(history, snapshot, self.settings.customers)
        first = self.past.runs[-1].as_of if self.past.runs else snapshot.as_of
        known = known_since(history, self.settings.customers, first)
        if self.past.spells.is_empty():
            self.past = replace(self.past, history_tracked=known)
            return backfill
        self.past = with_history(self.past, before(backfill, first), first, known)
        return Backfill()

    def _remember(self, timeline: Timeline, changes: SpellChanges, of_deals: SpellChanges, as_of: date) -> None:
        run = Run(
            id=str(as_of),
            as_of=as_of,
            started_at=datetime(2026, 11, 22, tzinfo=UTC),
            status=RunStatus.ACCEPTED,
            source="hand",
        )
        runs = self.past.runs if self.past.runs and self.past.runs[0].as_of == as_of else (run, *self.past.runs)
        self.past = replace(
            self.past,
            runs=runs,
            spells=_applied(self.past.spells, changes),
            pipeline=_applied(self.past.pipeline, of_deals),
            history_since=timeline.history_since,
        )


def _applied(spells: pl.DataFrame, changes: SpellChanges) -> pl.DataFrame:
    """The spells after *changes*, made as a store does: remove, close, open, refresh."""
    columns = spells.columns
    key = [columns[0], "valid_from"]
    kept = spells.join(changes.removed, on=key, how="anti")
    ends = changes.closed.rename({"valid_to": "ends"}).with_columns(told=pl.lit(value=True))
    kept = kept.join(ends, on=key, how="left").with_columns(valid_to=pl.when("told").then("ends").otherwise("valid_to"))
    kept = kept.select(columns).update(changes.refreshed.select(*key, "attributes_hash"), on=key)
    return pl.concat([kept, changes.opened.select(columns)])
