"""Writes one accepted night, part by part, inside the one transaction that makes it permanent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter

import orjson
import polars as pl
from sqlalchemy import Connection, select

from cssync.model.book import Book
from cssync.model.money import ExchangeRates
from cssync.model.night import Night
from cssync.model.owner import Owner
from cssync.model.tables import MONEY
from cssync.store import alerts, history, outbox, problems, runs, spells
from cssync.store.bulk import Bulk
from cssync.store.schema import book_day, exchange, owner

_BOOK = pl.Schema(
    {
        "kind": pl.String(),
        "name": pl.String(),
        "email": pl.String(),
        "active": pl.Boolean(),
        "team": pl.String(),
        "manager_id": pl.String(),
        "manager": pl.String(),
        "segment": pl.String(),
        "accounts": pl.Int64(),
        "arr": MONEY,
    }
)
_BOOK_DAYS = pl.Schema({"as_of": pl.Date(), "book_id": pl.String(), "arr_unknown": pl.Int64(), **_BOOK})
_of_book = attrgetter(*_BOOK)
_OWNER = pl.Schema(
    {
        "id": pl.String(),
        "name": pl.String(),
        "email": pl.String(),
        "active": pl.Boolean(),
        "kind": pl.String(),
        "team": pl.String(),
        "manager_id": pl.String(),
    }
)
_OWNERS = pl.Schema({**_OWNER, "aliases": pl.String()})
_of_owner = attrgetter(*_OWNER)


def write(connection: Connection, bulk: Bulk, tenant_id: int, night: Night) -> None:
    runs.accept(connection, tenant_id, night.run)
    spells.ACCOUNTS.change(connection, bulk, tenant_id, night.spells)
    spells.PIPELINE.change(connection, bulk, tenant_id, night.pipeline)
    _replace_owners(connection, bulk, tenant_id, night.owners)
    _replace_money(connection, tenant_id, night)
    problems.replace(connection, bulk, tenant_id, night.problems)
    _replace_books(connection, bulk, tenant_id, night.run.as_of, night.books.books)
    alerts.write(connection, tenant_id, night.alerts)
    alerts.write_story(connection, tenant_id, night.run.id, night.transitions)
    outbox.add(connection, tenant_id, night.deliveries)
    if night.history is not None:
        history.note(connection, tenant_id, night.history)


def money(connection: Connection, tenant_id: int) -> tuple[ExchangeRates | None, str | None]:
    """(rates in force on the last accepted night, what its amounts without a currency are in)"""
    query = select(exchange.c.rates, exchange.c.crm_currency).where(exchange.c.tenant_id == tenant_id)
    row = connection.execute(query).one_or_none()
    return (None, None) if row is None else (row.rates, row.crm_currency)


def _replace_money(connection: Connection, tenant_id: int, night: Night) -> None:
    connection.execute(exchange.delete().where(exchange.c.tenant_id == tenant_id))
    values = {"tenant_id": tenant_id, "crm_currency": night.crm_currency, "rates": night.rates}
    connection.execute(exchange.insert().values(values))


def _replace_owners(connection: Connection, bulk: Bulk, tenant_id: int, owners: Iterable[Owner]) -> None:
    rows = [(*_of_owner(one), orjson.dumps(one.aliases).decode()) for one in owners]
    connection.execute(owner.delete().where(owner.c.tenant_id == tenant_id))
    bulk.insert(connection, owner, tenant_id, pl.DataFrame(rows, schema=_OWNERS, orient="row"))


def _replace_books(connection: Connection, bulk: Bulk, tenant_id: int, as_of: date, books: Iterable[Book]) -> None:
    rows = [(as_of, book.id, book.tally.arr_unknown, *_of_book(book)) for book in books]
    connection.execute(book_day.delete().where(book_day.c.tenant_id == tenant_id, book_day.c.as_of == as_of))
    bulk.insert(connection, book_day, tenant_id, pl.DataFrame(rows, schema=_BOOK_DAYS, orient="row"))
