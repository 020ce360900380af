"""Writes the summary of a week with its first good night, once for each place that hears of everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from cssync.alerts.standing import standing
from cssync.alerts.tonight import Reconciled
from cssync.model.alert import Alert
from cssync.model.book import BookKind, Books
from cssync.model.decision import Decision
from cssync.model.delivery import Address, Delivery
from cssync.model.identity import identity
from cssync.report.tidings import Tidings
from cssync.report.trend import Ceilings, Most, readings
from cssync.report.weekly import Week, write_week
from cssync.run.line import Line
from cssync.run.routing import Route, everything
from rules.base import Context

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = timedelta(days=7)
_WEEKS = 8
_COLUMNS = ("as_of", "book_id", "kind", "accounts", "arr")


def summaries(line: Line, context: Context, tidings: Tidings, reconciled: Reconciled) -> Iterator[Delivery]:
    """Yield nothing where this week was told already. A week begins on the day that the settings name."""
    settings = line.loaded.settings
    if not settings.notify.weekly.enabled:
        return
    as_of = context.as_of
    begun = as_of - timedelta(days=(as_of.weekday() - _DAYS.index(settings.notify.weekly.day)) % 7)
    waiting = {
        identity(settings.tenant, "week", str(begun), *address): (address, route)
        for route in line.leadership
        for address in _whole_team(route)
    }
    untold = {id_: place for id_, place in waiting.items() if line.store.delivery(id_) is None}
    if not untold:
        return
    summary = write_week(_week(line, context, tidings, reconciled))
    now = line.now()
    for id_, (address, route) in untold.items():
        yield Delivery(id_, *address, summary, not_before=route.quiet.until(now) if route.quiet else None)


def _whole_team(route: Route) -> Iterator[Address]:
    """A route that hears of some alerts alone is not told of the whole team."""
    if route.wants is everything:
        yield from (Address(route.sink, place) for place in route.to)


def _week(line: Line, context: Context, tidings: Tidings, reconciled: Reconciled) -> Week:
    as_of = context.as_of
    earlier = line.store.daily_books(as_of - (_WEEKS + 1) * _WEEK).filter(pl.col("as_of") < as_of)
    nights = pl.concat([earlier.select(_COLUMNS), _tonight(context.books, earlier.schema)])
    return Week(
        tidings=tidings,
        readings=tuple(readings(nights, as_of, _WEEKS, _ceilings(context))),
        happened=(*line.store.happened(as_of - _WEEK + timedelta(days=1)), *reconciled.transitions),
        muted=tuple(_muted(line.store.decisions(), tidings, as_of)),
    )


def _muted(decisions: tuple[Decision, ...], tidings: Tidings, as_of: date) -> Iterator[tuple[Alert, Decision]]:
    for alert in tidings.firing:
        holds = standing(alert, decisions, as_of)
        if decision := holds.exception or holds.snooze:
            yield alert, decision


def _tonight(books: Books, schema: pl.Schema) -> pl.DataFrame:
    rows = [(books.as_of, book.id, book.kind.value, book.accounts, book.arr) for book in books.books]
    return pl.DataFrame(rows, schema={name: schema[name] for name in _COLUMNS}, orient="row")


def _ceilings(context: Context) -> Ceilings:
    measured = {
        book.id: Most(context.limits.limit(book, "accounts").value, context.limits.limit(book, "arr").value)
        for book in context.measured()
    }
    general = Most(context.limits.general("accounts").value, context.limits.general("arr").value)
    csms = {book.id for book in context.books.books if book.kind is BookKind.CSM}
    return Ceilings(measured, general, frozenset(csms.difference(measured)))
