"""Every customer in exactly one book, and the sums by book, team, segment and manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from cssync.books.changes import state_at
from cssync.books.owners import UNKNOWN_OWNER_PREFIX, book_kind, keys_of
from cssync.books.snapshot import Snapshot
from cssync.books.spells import Timeline
from cssync.books.tally import COUNTED, UNKNOWN, Window, main_parts, parts_of, regrouped, tallies, units_of
from cssync.errors import ImplausibleSnapshotError
from cssync.model.book import UNASSIGNED_BOOK_ID, Book, BookKind, Books, Group, Tally
from cssync.model.owner import Owner
from cssync.model.spells import changed_after
from cssync.settings.team import Team

SINCE_LAST_NIGHT = 1
WINDOWS = (7, 30, 90)


def add_up(
    snapshot: Snapshot, timeline: Timeline, team: Team, last_night: date | None, windows: Sequence[int] = WINDOWS
) -> Books:
    """*windows*: over how many days changes are told beside those since the last night.

    Raises ImplausibleSnapshotError when the books do not add up to the customers: a night to refuse.
    """
    owners = {owner.id: owner for owner in snapshot.owners}
    labels = _labels(snapshot.owners)
    units = units_of(snapshot.customers.select(*COUNTED, "product"))
    looked_at = tuple(_windows(snapshot, timeline, labels, last_night, windows))
    parts = {cut: parts_of(units, cut) for cut in ("book_id", "segment")}
    of_books = _labelled(parts["book_id"], labels)
    parts |= {cut: regrouped(of_books, cut) for cut in ("team", "manager", "everything")}
    cuts = {cut: tallies(of_cut, cut, looked_at) for cut, of_cut in parts.items()}
    mainly = main_parts(parts["book_id"], "book_id", "segment")
    books = (_book(str(key), tally, owners, team, mainly.get(str(key))) for key, tally in cuts["book_id"].items())
    added = Books(
        as_of=snapshot.as_of,
        currency=snapshot.rates.corporate,
        books=tuple(sorted(books, key=lambda book: (-book.accounts, -book.arr, book.id))),
        teams=_groups(cuts["team"]),
        segments=_groups(cuts["segment"]),
        managers=_groups(cuts["manager"]),
        totals=next(iter(cuts["everything"].values()), Tally(0, Decimal("0.00"))),
        customers=snapshot.customers,
        history_since=timeline.history_since,
        known_since=timeline.known,
    )
    _prove(added)
    return added


def _labels(owners: Iterable[Owner]) -> pl.DataFrame:
    listed = tuple(owners)
    names = {owner.id: owner.name for owner in listed}
    return pl.DataFrame(
        {
            "book_id": [owner.id for owner in listed],
            "team": [owner.team for owner in listed],
            "manager": [names.get(owner.manager_id or "") for owner in listed],
        },
        schema={"book_id": pl.String(), "team": pl.String(), "manager": pl.String()},
    )


def _labelled(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    return rows.join(labels, on="book_id", how="left").with_columns(everything=pl.lit("everything"))


def _windows(
    snapshot: Snapshot, timeline: Timeline, labels: pl.DataFrame, last_night: date | None, windows: Sequence[int]
) -> Iterable[Window]:
    starts = {SINCE_LAST_NIGHT: last_night or snapshot.as_of - timedelta(days=1)}
    starts |= {days: snapshot.as_of - timedelta(days=days) for days in windows}
    # Those that reach back before the first night begin together, on that night.
    begin = {days: max(start, timeline.history_since) for days, start in starts.items()}
    touched = {
        since: _touched(snapshot, timeline, labels, since) for since in set(begin.values()) if since < snapshot.as_of
    }
    for days, since in begin.items():
        if since in touched:
            then, now = touched[since]
            yield Window(days, since, then, now, arr_known=since >= timeline.arr_since)


def _touched(
    snapshot: Snapshot, timeline: Timeline, labels: pl.DataFrame, since: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The units that may have changed after *since*: as they were then, and as they are now."""
    spells = timeline.spells.lazy()
    touched = spells.filter(changed_after(since)).select("unit_id")
    was = state_at(spells, since).filter("is_customer").join(touched, on="unit_id", how="semi").select(COUNTED)
    is_ = snapshot.customers.lazy().join(touched, on="unit_id", how="semi").select(COUNTED)
    then, now = (_labelled(units_of(side.collect()), labels) for side in (was, is_))
    return then, now


def empty_book(owner: Owner, owners: Iterable[Owner], team: Team) -> Book:
    """The book of somebody who has no customer yet, which is among no ``Books``."""
    return _book(owner.id, Tally(0, Decimal(0)), {owner.id: owner for owner in owners}, team, None)


def _book(book_id: str, tally: Tally, owners: Mapping[str, Owner], team: Team, mainly: str | None) -> Book:
    """*mainly*: the segment that most of its customers are in."""
    segment = None if mainly == UNKNOWN else mainly
    owner = owners.get(book_id)
    if owner is None:
        unassigned = book_id == UNASSIGNED_BOOK_ID
        return Book(
            id=book_id,
            kind=BookKind.UNASSIGNED if unassigned else BookKind.UNKNOWN_OWNER,
            name="No CSM" if unassigned else f"Unknown owner {book_id.removeprefix(UNKNOWN_OWNER_PREFIX)}",
            email=None,
            active=False,
            team=None,
            manager_id=None,
            manager=None,
            segment=segment,
            tally=tally,
        )
    manager = owners.get(owner.manager_id or "")
    return Book(
        id=owner.id,
        kind=book_kind(owner),
        name=owner.name,
        email=owner.email,
        active=owner.active,
        team=owner.team,
        manager_id=owner.manager_id,
        manager=manager.name if manager else None,
        segment=_set_segment(owner, team) or segment,
        tally=tally,
        manager_email=manager.email if manager else None,
    )


def _set_segment(owner: Owner, team: Team) -> str | None:
    keys = keys_of(owner)
    return next((member.segment for name, member in team.members.items() if name.casefold() in keys), None)


def _groups(tallied: Mapping[str | None, Tally]) -> tuple[Group, ...]:
    return tuple(
        Group(label, tally)
        for label, tally in sorted(tallied.items(), key=lambda item: (item[0] is None, -item[1].arr, item[0] or ""))
    )


def _prove(books: Books) -> None:
    """Add the customers up a second time, by another way; no customer and no cent may be lost between books."""
    listed = books.customers.select(pl.struct("unit_id", "book_id").n_unique()).item()
    arr = books.customers["arr"].sum() or Decimal(0)
    sums = (sum(book.accounts for book in books.books), sum((book.arr for book in books.books), Decimal(0)))
    totals = (books.totals.accounts, books.totals.arr)
    if not sums == totals == (listed, arr):
        raise ImplausibleSnapshotError(
            f"the books hold {sums[0]} customers and {sums[1]} {books.currency}, their totals {totals[0]} and "
            f"{totals[1]}, the accounts {listed} and {arr}",
            remedy="this is a fault in cssync: nothing was changed; please report it with these figures",
        )
