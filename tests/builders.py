"""Values for tests: each builder makes a whole and plausible one, and a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from cssync.model.alert import Alert, AlertState, Cause, Incident, Transition
from cssync.model.book import Book, BookKind, Books, Tally
from cssync.model.delivery import Delivery
from cssync.model.digest import Digest, Entry, EntryKind
from cssync.model.finding import Driver, Finding, Limit, Severity, Subject, Unit
from cssync.model.money import ExchangeRates
from cssync.model.night import Night, Run, RunStatus, SpellChanges
from cssync.model.owner import Owner
from cssync.model.story import Chapter, Named
from cssync.model.tables import OPPORTUNITIES, OPPORTUNITY_SPELLS, PROBLEMS, SNAPSHOT, SPELLS, empty

DAY = date(2026, 11, 22)
YESTERDAY, TOMORROW, LONG_AGO = DAY - timedelta(days=1), DAY + timedelta(days=1), DAY - timedelta(days=120)
# What every settings file must say.
SCOPE = "team: {scope: []}\n"
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

# What a spell is opened with: its facts, all attributes of the account, and the hash of those.
OPENED_SPELLS = pl.Schema({**SPELLS, **SNAPSHOT, "attributes_hash": pl.UInt64()})
OPENED_DEAL_SPELLS = pl.Schema({**OPPORTUNITY_SPELLS, **OPPORTUNITIES, "attributes_hash": pl.UInt64()})


def a_run(as_of: date = DAY, **changes: Any) -> Run:
    values: dict[str, Any] = {
        "id": f"run-{as_of}",
        "as_of": as_of,
        "started_at": datetime(as_of.year, as_of.month, as_of.day, 4, 0, tzinfo=UTC),
        "status": RunStatus.RUNNING,
        "source": "file",
        "accounts": 3,
        "customers": 2,
        "owners": 1,
        "arr": Decimal("150000.00"),
        "currency": "USD",
    }
    return Run(**values | changes)


def an_owner(owner_id: str = "005dana", **changes: Any) -> Owner:
    values: dict[str, Any] = {"id": owner_id, "name": "Dana Roy", "email": "dana@acme.test", "team": "West"}
    return Owner(**values | changes)


def a_subject(subject_id: str = "005dana", **changes: Any) -> Subject:
    values: dict[str, Any] = {"id": subject_id, "name": "Dana Roy", "email": "dana@acme.test", "team": "West"}
    return Subject(**values | changes)


def a_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "accounts_over_limit",
        "subject": a_subject(),
        "severity": Severity.WARNING,
        "unit": Unit.ACCOUNTS,
        "value": Decimal(61),
        "limit": Limit(Decimal(50), "limits.accounts", "default", "seeds 2 and 3", "about 50 accounts a CSM"),
        "since": date(2026, 11, 18),
        "reason": "Dana Roy looks after 61 accounts; the limit is 50.",
        "action": "Move 11 accounts to another CSM.",
        "drivers": (Driver("001acme", "Acme <Ltd> & Söhne", Decimal("120000.50"), "largest"),),
        "story": (
            Chapter("Who came", (("From ", Named("Tom Becker"), ": ", Named("Acme <Ltd>", "https://crm.test/1")),)),
        ),
    }
    return Finding(**values | changes)


def an_alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        "fingerprint": "f00d",
        "incident": 1,
        "rule": "accounts_over_limit",
        "subject_id": "005dana",
        "subject_name": "Dana Roy",
        "state": AlertState.FIRING,
        "severity": Severity.WARNING,
        "value": Decimal(61),
        "limit_value": Decimal(50),
        "notified_value": Decimal(61),
        "notified_severity": Severity.WARNING,
        "opened_on": DAY,
        "changed_on": DAY,
        "finding": a_finding(),
    }
    return Alert(**values | changes)


def a_transition(alert: Alert | None = None, **changes: Any) -> Transition:
    alert = alert or an_alert()
    values: dict[str, Any] = {
        "fingerprint": alert.fingerprint,
        "incident": alert.incident,
        "on": alert.changed_on,
        "cause": Cause.OPENED,
        "before": None,
        "after": alert.severity,
        "announce": True,
        "alert": alert,
    }
    return Transition(**values | changes)


def a_digest(**changes: Any) -> Digest:
    values: dict[str, Any] = {
        "title": "CS capacity: 22 Nov 2026",
        "summary": "CS capacity, 22 Nov: 1 warning",
        "as_of": DAY,
        "data_as_of": AT,
        "run_id": f"run-{DAY}",
        "context": ("1 CSM",),
        "entries": (
            Entry(
                EntryKind.WARNING,
                "new",
                "Dana Roy",
                "61 accounts (limit 50)",
                "Move 11 accounts.",
                incidents=(Incident("f00d", 1),),
            ),
        ),
        "footer": ("14 unchanged",),
    }
    return Digest(**values | changes)


def a_delivery(delivery_id: str = "d1", **changes: Any) -> Delivery:
    values: dict[str, Any] = {"id": delivery_id, "sink": "slack", "address": "C0123456789", "payload": a_digest()}
    return Delivery(**values | changes)


def a_book(book_id: str = "005dana", **changes: Any) -> Book:
    values: dict[str, Any] = {
        "id": book_id,
        "kind": BookKind.CSM,
        "name": "Dana Roy",
        "email": "dana@acme.test",
        "active": True,
        "team": "West",
        "manager_id": "005lee",
        "manager": "Lee Ho",
        "segment": "mid-market",
        "tally": Tally(accounts=2, arr=Decimal("150000.00")),
    }
    return Book(**values | changes)


def some_books(*books: Book, as_of: date = DAY) -> Books:
    accounts = sum(book.accounts for book in books)
    arr = sum((book.arr for book in books), Decimal(0))
    return Books(as_of, "USD", books, (), (), (), Tally(accounts, arr), empty(SNAPSHOT))


def a_spell(account_id: str = "001acme", valid_from: date = DAY, **changes: Any) -> dict[str, Any]:
    """A row of ``OPENED_SPELLS``."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "valid_from": valid_from,
        "name": "Acme",
        "csm_ref": "005dana",
        "amount": Decimal("100000.00"),
        "currency": "USD",
        "segment": "mid-market",
        "lifecycle": "live",
        "created_on": date(2024, 2, 29),
        "arr": Decimal("100000.00"),
        "is_customer": True,
        "book_id": "005dana",
        "unit_id": account_id,
        "attributes_hash": 2**64 - 1,
    }
    return values | changes


def spell_changes(
    *,
    removed: Iterable[tuple[str, date]] = (),
    closed: Iterable[tuple[str, date, date | None]] = (),
    opened: Iterable[dict[str, Any]] = (),
    refreshed: Iterable[dict[str, Any]] = (),
) -> SpellChanges:
    """How spells of accounts change."""
    return _changes(OPENED_SPELLS, removed, closed, opened, refreshed)


def _changes(
    schema: pl.Schema,
    removed: Iterable[tuple[str, date]],
    closed: Iterable[tuple[str, date, date | None]],
    opened: Iterable[dict[str, Any]],
    refreshed: Iterable[dict[str, Any]],
) -> SpellChanges:
    key = {schema.names()[0]: pl.String(), "valid_from": pl.Date()}
    return SpellChanges(
        removed=pl.DataFrame(list(removed), schema=key, orient="row"),
        closed=pl.DataFrame(list(closed), schema={**key, "valid_to": pl.Date()}, orient="row"),
        opened=pl.DataFrame(list(opened), schema=schema),
        refreshed=pl.DataFrame(list(refreshed), schema=schema),
    )


def a_deal_spell(opportunity_id: str = "006big", valid_from: date = DAY, **changes: Any) -> dict[str, Any]:
    """A row of ``OPENED_DEAL_SPELLS``."""
    values: dict[str, Any] = {
        "opportunity_id": opportunity_id,
        "valid_from": valid_from,
        "account_id": "001acme",
        "name": "Acme, more seats",
        "stage": "Proposal",
        "is_closed": False,
        "is_won": False,
        "amount": Decimal("24000.00"),
        "currency": "USD",
        "probability": 0.4,
        "created_on": date(2026, 9, 1),
        "close_on": date(2026, 12, 15),
        "attributes_hash": 2**64 - 1,
    }
    return values | changes


def deal_changes(
    *,
    removed: Iterable[tuple[str, date]] = (),
    closed: Iterable[tuple[str, date, date | None]] = (),
    opened: Iterable[dict[str, Any]] = (),
    refreshed: Iterable[dict[str, Any]] = (),
) -> SpellChanges:
    """The same as ``spell_changes``, of opportunities."""
    return _changes(OPENED_DEAL_SPELLS, removed, closed, opened, refreshed)


def a_night(as_of: date = DAY, **changes: Any) -> Night:
    """A night of one owner with one book, and nothing else unless told."""
    values: dict[str, Any] = {
        "run": a_run(as_of),
        "spells": spell_changes(),
        "owners": (an_owner(),),
        "pipeline": deal_changes(),
        "rates": ExchangeRates("USD", {"USD": Decimal(1)}),
        "crm_currency": "USD",
        "problems": empty(PROBLEMS),
        "books": some_books(a_book(), as_of=as_of),
    }
    return Night(**values | changes)
