"""The store proper: every promise of ``cssync.store.base.Store``, kept in a SQL database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import date, datetime, timedelta

import polars as pl
from sqlalchemy import Connection, select, update

from cssync.errors import StoreError
from cssync.model.alert import Alert, Transition
from cssync.model.check import Check, CheckStatus
from cssync.model.decision import Decision
from cssync.model.delivery import Delivery
from cssync.model.history import Backfill, History
from cssync.model.mirror import Mirror
from cssync.model.night import Night, Past, Remembered, Run, RunStatus
from cssync.model.outbox import Kept
from cssync.model.overview import Overview
from cssync.model.owner import Owner
from cssync.model.tables import MONEY, OPPORTUNITY_SPELLS, SPELLS
from cssync.store import alerts, outbox, problems, readings, runs, spells
from cssync.store import history as histories
from cssync.store import night as nights
from cssync.store import overview as overviews
from cssync.store.database import Database, insert_into
from cssync.store.mirror import SqlMirror
from cssync.store.schema import book_day, owner, tenant
from cssync.store.upgrade import revision

_PAST_RUNS = 30
DAILY_BOOKS = pl.Schema(
    {
        "as_of": pl.Date(),
        "book_id": pl.String(),
        "kind": pl.String(),
        "name": pl.String(),
        "team": pl.String(),
        "segment": pl.String(),
        "accounts": pl.Int64(),
        "arr": MONEY,
    }
)


class SqlStore:
    """See ``cssync.store.base.Store``. *tenant_id* is the row of *tenant*."""

    def __init__(self, database: Database, tenant: str, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant
        self._tenant_id = tenant_id

    def lock(self) -> AbstractContextManager[None]:
        return self._database.lock(self._tenant)

    def accepted(self, before: date) -> tuple[Run, ...]:
        with self._database.reading() as connection:
            return runs.accepted_before(connection, self._tenant_id, before, _PAST_RUNS)

    def past(self, as_of: date, since: date) -> Past:
        with self._database.reading() as connection:
            return Past(
                runs=runs.accepted_before(connection, self._tenant_id, as_of, _PAST_RUNS),
                today=runs.accepted_on(connection, self._tenant_id, as_of),
                spells=spells.ACCOUNTS.known(connection, self._database.bulk, self._tenant_id, since),
                alerts=alerts.latest(connection, self._tenant_id),
                announced=_announced(connection, self._tenant_id, as_of),
                history_since=spells.ACCOUNTS.first_day(connection, self._tenant_id),
                told=outbox.addresses(connection, self._tenant_id),
                history_tracked=histories.tracked(connection, self._tenant_id),
                pipeline=spells.PIPELINE.known(connection, self._database.bulk, self._tenant_id, since),
            )

    def begin(self, run: Run) -> None:
        with self._database.writing() as connection:
            runs.bury_the_dead(connection, self._tenant_id, run)
            runs.note(connection, self._tenant_id, run)

    def commit(self, night: Night) -> None:
        with self._database.writing() as connection:
            nights.write(connection, self._database.bulk, self._tenant_id, night)

    def backfill(self, backfill: Backfill, before: date, history: History) -> None:
        with self._database.writing() as connection:
            histories.replace(connection, self._database.bulk, self._tenant_id, backfill, before)
            histories.note(connection, self._tenant_id, history)

    def mirror(self, source: str) -> Mirror:
        return SqlMirror(self._database, self._tenant_id, source)

    def end(self, run: Run, deliveries: tuple[Delivery, ...] = ()) -> None:
        with self._database.writing() as connection:
            runs.note(connection, self._tenant_id, run)
            outbox.add(connection, self._tenant_id, deliveries)

    def runs(self, limit: int) -> tuple[Run, ...]:
        with self._database.reading() as connection:
            return runs.newest(connection, self._tenant_id, limit)

    def latest(self, days: int) -> Remembered | None:
        with self._database.reading() as connection:
            accepted = runs.accepted_before(connection, self._tenant_id, date.max, 2)
            since = spells.ACCOUNTS.first_day(connection, self._tenant_id)
            if not accepted or since is None:
                return None
            run, *before = accepted
            look_back = run.as_of - timedelta(days=days)
            bulk = self._database.bulk
            known = spells.ACCOUNTS.known(connection, bulk, self._tenant_id, look_back)
            rates, crm_currency = nights.money(connection, self._tenant_id)
            deals = spells.PIPELINE.known(connection, bulk, self._tenant_id, look_back)
            return Remembered(
                run=run,
                before=before[0] if before else None,
                accounts=spells.ACCOUNTS.as_of_last_night(connection, bulk, self._tenant_id),
                opportunities=spells.PIPELINE.as_of_last_night(connection, bulk, self._tenant_id),
                owners=_owners(connection, self._tenant_id),
                spells=known.select(SPELLS.names()),
                history_since=since,
                history_tracked=histories.tracked(connection, self._tenant_id),
                pipeline=deals.select(OPPORTUNITY_SPELLS.names()),
                rates=rates,
                crm_currency=crm_currency,
                problems=problems.known(connection, bulk, self._tenant_id),
            )

    def alerts(self) -> tuple[Alert, ...]:
        with self._database.reading() as connection:
            return alerts.latest(connection, self._tenant_id)

    def incidents(self, since: date) -> tuple[Alert, ...]:
        with self._database.reading() as connection:
            return alerts.incidents(connection, self._tenant_id, since)

    def transitions(self, fingerprint: str) -> tuple[Transition, ...]:
        with self._database.reading() as connection:
            return alerts.story(connection, self._tenant_id, fingerprint)

    def happened(self, since: date) -> tuple[Transition, ...]:
        with self._database.reading() as connection:
            return alerts.transitions(connection, self._tenant_id, since)

    def decisions(self) -> tuple[Decision, ...]:
        with self._database.reading() as connection:
            return alerts.decisions(connection, self._tenant_id)

    def decided(self, fingerprint: str) -> tuple[Decision, ...]:
        with self._database.reading() as connection:
            return alerts.decided(connection, self._tenant_id, fingerprint)

    def decide(self, decision: Decision) -> None:
        with self._database.writing() as connection:
            alerts.decide(connection, self._tenant_id, decision)

    def daily_books(self, since: date) -> pl.DataFrame:
        query = (
            select(*(book_day.c[name] for name in DAILY_BOOKS))
            .where(book_day.c.tenant_id == self._tenant_id, book_day.c.as_of >= since)
            .order_by(book_day.c.as_of, book_day.c.book_id)
        )
        with self._database.reading() as connection:
            return self._database.bulk.read(connection, query, DAILY_BOOKS)

    def overview(self) -> Overview:
        with self._database.reading() as connection:
            return overviews.overview(self._database, connection, self._tenant_id)

    def due(self, now: datetime) -> tuple[Delivery, ...]:
        with self._database.reading() as connection:
            return outbox.due(connection, self._tenant_id, now)

    def posted(self, since: date) -> tuple[Delivery, ...]:
        with self._database.reading() as connection:
            return outbox.posted(connection, self._tenant_id, since)

    def sent_again(self, since: datetime) -> tuple[Delivery, ...]:
        with self._database.reading() as connection:
            return outbox.sent_again(connection, self._tenant_id, since)

    def replies(self, delivery_id: str) -> tuple[Delivery, ...]:
        with self._database.reading() as connection:
            return outbox.replies(connection, self._tenant_id, delivery_id)

    def delivery(self, delivery_id: str) -> Delivery | None:
        with self._database.reading() as connection:
            return outbox.one(connection, self._tenant_id, delivery_id)

    def kept(self, sent_since: datetime) -> tuple[Kept, ...]:
        with self._database.reading() as connection:
            return outbox.kept(connection, self._tenant_id, sent_since)

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        with self._database.writing() as connection:
            outbox.record(connection, self._tenant_id, delivery)
            outbox.add(connection, self._tenant_id, others)

    def check(self) -> tuple[Check, ...]:
        return (*self.read_checks(), self._write_check())

    def read_checks(self) -> Iterator[Check]:
        """What can be told without writing anything."""
        try:
            with self._database.reading() as connection:
                at = revision(connection)
            yield Check("store", CheckStatus.OK, f"{self._database.where}, revision {at}")
            yield from self._database.checks()
            yield self._mirror_check()
            yield _last_night(self.runs(_PAST_RUNS))
        except StoreError as error:
            yield Check("store", CheckStatus.FAILED, error.message, error.remedy)

    def _mirror_check(self) -> Check:
        with self._database.reading() as connection:
            rows, size = readings.extent(connection, self._tenant_id)
        return Check("store mirror", CheckStatus.OK, f"{rows:,} rows of the CRM, {size / 1_000_000:,.1f} MB")

    def _write_check(self) -> Check:
        try:
            with self._database.writing() as connection:
                connection.execute(update(tenant).where(tenant.c.id == self._tenant_id).values(name=self._tenant))
        except StoreError as error:
            return Check("store write", CheckStatus.FAILED, error.message, error.remedy)
        return Check("store write", CheckStatus.OK, "a transaction was written")

    def close(self) -> None:
        self._database.close()


def tenant_of(database: Database, name: str) -> int:
    """The id of tenant *name*, written down if it is new."""
    with database.writing() as connection:
        connection.execute(insert_into(connection, tenant).values(name=name).on_conflict_do_nothing())
        number: int = connection.execute(select(tenant.c.id).where(tenant.c.name == name)).scalar_one()
        return number


def known_tenant(database: Database, name: str) -> int | None:
    with database.reading() as connection:
        return connection.execute(select(tenant.c.id).where(tenant.c.name == name)).scalar_one_or_none()


def _owners(connection: Connection, tenant_id: int) -> tuple[Owner, ...]:
    query = select(*(owner.c[field.name] for field in fields(Owner))).where(owner.c.tenant_id == tenant_id)
    return tuple(Owner(*row) for row in connection.execute(query.order_by(owner.c.id)))


def _announced(connection: Connection, tenant_id: int, as_of: date) -> tuple[Transition, ...]:
    """What earlier runs of that night have told."""
    since = alerts.transitions(connection, tenant_id, as_of)
    return tuple(one for one in since if one.on == as_of and one.announce)


def _last_night(recent: tuple[Run, ...]) -> Check:
    good = [run.as_of for run in recent if run.status is RunStatus.ACCEPTED]
    found = f"{max(good)}" if good else "none yet"
    return Check("last good night", CheckStatus.OK, found)
