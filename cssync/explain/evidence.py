"""What explanations are drawn from: one company, its alerts, and how its records and settings are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import quote

import polars as pl

from cssync.books.owners import UNKNOWN_OWNER_PREFIX, Reference, references
from cssync.books.snapshot import Snapshot, in_force
from cssync.capacity.company import Company
from cssync.explain.fields import Fields
from cssync.explain.trace import Conversion, Record, Source, SourceKind
from cssync.model.alert import Alert
from cssync.model.book import UNASSIGNED_BOOK_ID, Book
from cssync.model.owner import Owner
from cssync.model.seeds import cited

# A row of SNAPSHOT or OPPORTUNITIES by column.
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """*seeds*: numbers of the rows that it rests on."""

    title: str
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """*alerts*: the latest incident of each. *rules*: by id. *basis*: sentences on where all of it was read."""

    company: Company
    alerts: tuple[Alert, ...] = ()
    rules: Mapping[str, RuleFacts] = field(default_factory=dict)
    basis: tuple[str, ...] = ()

    @property
    def snapshot(self) -> Snapshot:
        return self.company.history.snapshot

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.company.settings.source, self.company.origin)

    @cached_property
    def owners(self) -> Mapping[str, Owner]:
        return {owner.id: owner for owner in self.snapshot.owners}

    @cached_property
    def books(self) -> Mapping[str, Book]:
        return {book.id: book for book in self.company.books.books}

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        return references(self.snapshot.owners)

    @cached_property
    def recurring(self) -> Mapping[str, pl.DataFrame]:
        """The opportunities that make up an account's ARR, by account; empty where ARR is a field."""
        customers = self.company.settings.customers
        if customers.arr.from_ == "field":
            return {}
        won = in_force(self.snapshot.opportunities, customers, self.company.as_of)
        return {str(key): rows for (key,), rows in won.drop_nulls("account_id").group_by("account_id")}

    @cached_property
    def shared(self) -> Mapping[str, tuple[str, ...]]:
        """The groups of accounts that several books hold a part of, each with their ids."""
        held = self.company.books.customers.lazy().group_by("unit_id").agg(pl.col("book_id").unique().sort())
        return {
            unit: tuple(books) for unit, books in held.filter(pl.col("book_id").list.len() > 1).collect().iter_rows()
        }

    @cached_property
    def deals(self) -> Mapping[str, Row]:
        """The open ones, by id."""
        rows = self.snapshot.opportunities.filter(~pl.col("is_closed").fill_null(value=False))
        return {row["opportunity_id"]: row for row in rows.iter_rows(named=True)}

    def row(self, account_id: str) -> Row | None:
        """Of ``SNAPSHOT``; None where the CRM no longer lists that account."""
        return next(self.snapshot.table.filter(pl.col("account_id") == account_id).iter_rows(named=True), None)

    def account(self, row: Row) -> Record:
        return Record("account", row["account_id"], row["name"] or row["account_id"], self._page(row["account_id"]))

    def opportunity(self, row: Row) -> Record:
        id_ = row["opportunity_id"]
        return Record("opportunity", id_, row["name"] or id_, self._page(id_, "opportunity"))

    def owner(self, book_id: str) -> Record:
        """Whoever *book_id* stands for, also where they have no book any more."""
        url = None if book_id == UNASSIGNED_BOOK_ID else self._page(book_id.removeprefix(UNKNOWN_OWNER_PREFIX), "owner")
        return Record("owner", book_id, self.called(book_id), url)

    def called(self, book_id: str) -> str:
        if book_id in self.owners:
            return self.owners[book_id].name
        if book_id == UNASSIGNED_BOOK_ID:
            return "no CSM"
        return f"unknown owner {book_id.removeprefix(UNKNOWN_OWNER_PREFIX)}"

    def title(self, rule: str) -> str:
        return self.rules[rule].title if rule in self.rules else rule

    def setting(self, dotted: str) -> Source:
        return Source(SourceKind.SETTING, dotted, self.company.origin(dotted))

    def seeds(self, citation: str | None) -> tuple[Source, ...]:
        """The rows of the seeds that *citation* names ("seed 1")."""
        return tuple(Source(SourceKind.SEED, f"seed {row.row}", says=row.says) for row in cited(citation or ""))

    def conversion(self, amount: Decimal | None, currency: str | None, on: date | None = None) -> Conversion | None:
        """How *amount* became what is shown; None where it was in that currency already, or its rate is not known.

        *on*: the day by which a dated rate is taken.
        """
        rates = self.snapshot.rates
        code = currency or self.snapshot.crm_currency
        rate = rates.rates.get(code)
        if code in rates.dated and on is not None:
            course = rates.dated[code]
            rate = next((of_day for since, of_day in reversed(course) if since <= on), course[0][1])
        if amount is None or rate is None or code == rates.corporate:
            return None
        return Conversion(amount, code, rate, self._given_by(code))

    def problems(self, object_: str, ids: Iterable[str]) -> pl.DataFrame:
        """``PROBLEMS`` of those records."""
        wanted = pl.Series(list(ids), dtype=pl.String)
        return self.snapshot.problems.filter(
            (pl.col("object") == object_) & pl.col("record_id").is_in(wanted.implode())
        )

    def _given_by(self, code: str) -> str:
        source = self.snapshot.rates.sources.get(code, "the CRM")
        origin = self.company.origin(f"money.rates.{code}")
        return f"{source}, {origin}" if source.startswith("settings") and origin != "default" else source

    def _page(self, record_id: str, kind: str = "account") -> str | None:
        """Salesforce shows any record by its id, HubSpot companies and deals; files lead to pages of accounts alone."""
        url, source = self.company.record_url, self.company.settings.source.kind
        if url is None or (source != "salesforce" and kind == "owner") or (source == "file" and kind != "account"):
            return None
        if source == "hubspot" and kind == "opportunity":
            url = url.replace("/company/{id}", "/deal/{id}")
        return url.replace("{id}", quote(record_id, safe=""))
