"""Rebuilds the books of the last accepted night from the store, without asking the CRM."""

from __future__ import annotations

from cssync.books.aggregate import add_up
from cssync.books.history import LOOK_BACK_DAYS
from cssync.books.snapshot import Snapshot, sorted_by_book
from cssync.books.spells import Timeline
from cssync.model.book import Books
from cssync.model.money import ExchangeRates
from cssync.model.night import Remembered
from cssync.model.tables import PROBLEMS, empty
from cssync.settings.model import Settings
from cssync.store.base import Store


def last_books(store: Store, settings: Settings) -> Books | None:
    """The books as they were when the last night was accepted; None before the first."""
    night = store.latest(LOOK_BACK_DAYS)
    return None if night is None else _rebuilt(night, settings)


def _rebuilt(night: Remembered, settings: Settings) -> Books:
    run = night.run
    snapshot = Snapshot(
        as_of=run.as_of,
        table=sorted_by_book(night.accounts),
        owners=night.owners,
        rates=ExchangeRates(run.currency),
        crm_currency=run.currency,
        problems=empty(PROBLEMS),
    )
    timeline = Timeline(run.as_of, night.spells, night.history_since, night.history_tracked or {})
    return add_up(snapshot, timeline, settings.team, night.before.as_of if night.before else None)
