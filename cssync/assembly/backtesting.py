"""What a backtest has to go by: all that the store remembers, or the source where nothing is stored yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter

import polars as pl

from cssync import lookback
from cssync.assembly.calendars import workdays
from cssync.assembly.parts import dry_store
from cssync.backtest import Record
from cssync.books.rewind import Activity
from cssync.capacity.company import Company
from cssync.model.book import BookKind
from cssync.model.decision import DecisionKind
from cssync.settings.loaded import Loaded

_EVER_DAYS = 36_500
_EXCEPTIONS = (DecisionKind.EXCEPTED, DecisionKind.UNEXCEPTED)


def recorded(loaded: Loaded, company: Company) -> Record:
    """*company*: as the source has it now, for where no night has been accepted."""
    memory = dry_store(loaded)
    days_off = workdays(loaded.settings.alerts.holidays)
    try:
        whole = lookback.last_company(memory, loaded, _EVER_DAYS)
        if whole is None:
            return Record(company, workdays=days_off)
        nights = memory.daily_books(date.min)
        taken = memory.decisions()
        return Record(
            latest=whole,
            activity=_activity(nights.select("book_id", "as_of", "kind").sort("book_id", "as_of").iter_rows()),
            exceptions=tuple(each for each in taken if each.kind in _EXCEPTIONS),
            first_night=nights.select(pl.min("as_of")).item(),
            workdays=days_off,
        )
    finally:
        memory.close()


def _activity(nights: Iterable[tuple[str, date, str]]) -> Activity:
    """*nights*: (book id, night, kind of book), by book and night."""
    found: dict[str, list[tuple[date, bool]]] = {}
    for book_id, of_book in groupby(nights, key=itemgetter(0)):
        changes = found.setdefault(book_id, [])
        for _, night, kind in of_book:
            active = kind != BookKind.INACTIVE
            if not changes or changes[-1][1] != active:
                changes.append((night, active))
    return found
