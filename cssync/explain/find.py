"""Finds what is to be explained by what people call it: a CSM, an alert or an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from cssync.explain.evidence import Evidence
from cssync.model.text import line, name

# So many characters of an id tell alerts apart from what people are called.
_SHORTEST_ID = 4
# Salesforce's reports and formulas write ids without the last three characters.
_SHORT_RECORD, _LONG_RECORD = 15, 18


class Kind(StrEnum):
    CSM = "csm"
    ALERT = "alert"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Found:
    """*id*: of a book, the fingerprint of an alert, or of an account."""

    kind: Kind
    id: str
    name: str

    @property
    def words(self) -> str:
        return f"{self.kind.value} {name(self.name)} ({self.id})"


def find(evidence: Evidence, wanted: str, kind: Kind | None = None) -> tuple[Found, ...]:
    """All that is called *wanted*, in whatever case, by name, id, e-mail address or the link to its record.

    Of the *kind* alone, where one is given. The beginning of an alert's id, or an id of Salesforce without its last
    characters, is enough where nothing is called so in full.
    """
    key = _id_of(evidence, wanted.strip()).casefold()
    if not key:
        return ()
    exactly = tuple(_of(kind, (*_books(evidence, key), *_alerts(evidence, key), *_accounts(evidence, key))))
    return exactly or tuple(_of(kind, (*_begins(evidence, key), *_short(evidence, key), *_gone(evidence, key))))


def names(evidence: Evidence, wanted: str, most: int) -> Sequence[str]:
    """What *wanted* may be a misspelling of: every book, every alert, and accounts by the letter they begin with.

    *most*: of accounts, for comparing a million names would take a minute.
    """
    books = [book.name for book in evidence.company.books.books]
    alerts = [alert.key.short for alert in evidence.alerts]
    key = wanted.strip().casefold()
    lowered = pl.col("name").str.to_lowercase()
    like = lowered.str.starts_with(key[:1]) | lowered.str.contains(key, literal=True)
    accounts = evidence.snapshot.table.lazy().filter(like).select("name").head(most).collect()["name"]
    return [*books, *alerts, *accounts]


def without_book(evidence: Evidence, wanted: str) -> str | None:
    """Whoever is called *wanted*, is known to the CRM and looks after nobody; None where there is no such owner."""
    key = wanted.strip().casefold()
    return next(
        (
            line(owner.name)
            for owner in evidence.snapshot.owners
            if key in _called(owner.id, owner.name, owner.email, *owner.aliases)
        ),
        None,
    )


def _id_of(evidence: Evidence, wanted: str) -> str:
    """The id in the link to a record, or *wanted* itself."""
    before, _, after = (evidence.company.record_url or "").partition("{id}")
    if before and wanted.startswith(before) and wanted.endswith(after):
        return wanted.removeprefix(before).removesuffix(after)
    return wanted


def _of(kind: Kind | None, found: Sequence[Found]) -> Iterator[Found]:
    return (one for one in found if kind in (None, one.kind))


def _books(evidence: Evidence, key: str) -> Iterator[Found]:
    for book in evidence.company.books.books:
        owner = evidence.owners.get(book.id)
        if key in _called(book.id, book.name, book.email, *(owner.aliases if owner else ())):
            yield Found(Kind.CSM, book.id, book.name)


def _alerts(evidence: Evidence, key: str) -> Iterator[Found]:
    for alert in evidence.alerts:
        if key in (alert.fingerprint, alert.key.short):
            yield Found(Kind.ALERT, alert.fingerprint, alert.subject_name)


def _begins(evidence: Evidence, key: str) -> Iterator[Found]:
    if len(key) >= _SHORTEST_ID:
        for alert in evidence.alerts:
            if alert.fingerprint.startswith(key):
                yield Found(Kind.ALERT, alert.fingerprint, alert.subject_name)


def _accounts(evidence: Evidence, key: str) -> Iterator[Found]:
    table = evidence.snapshot.table
    called = (pl.col("account_id").str.to_lowercase() == key) | (pl.col("name").str.to_lowercase() == key)
    for id_, name_ in table.filter(called).select("account_id", "name").sort("account_id").iter_rows():
        yield Found(Kind.ACCOUNT, id_, name_ or id_)


def _short(evidence: Evidence, key: str) -> Iterator[Found]:
    if len(key) == _SHORT_RECORD:
        id_ = pl.col("account_id")
        long = (id_.str.len_chars() == _LONG_RECORD) & id_.str.to_lowercase().str.starts_with(key)
        for found, name_ in evidence.snapshot.table.filter(long).select("account_id", "name").iter_rows():
            yield Found(Kind.ACCOUNT, found, name_ or found)


def _gone(evidence: Evidence, key: str) -> Iterator[Found]:
    """Accounts that are remembered, but that the CRM no longer lists."""
    spells = evidence.company.history.timeline.spells
    for id_ in spells.filter(pl.col("account_id").str.to_lowercase() == key)["account_id"].unique():
        yield Found(Kind.ACCOUNT, id_, id_)


def _called(*called: str | None) -> frozenset[str]:
    return frozenset(each.casefold() for each in called if each)
