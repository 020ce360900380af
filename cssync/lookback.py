"""Rebuilds the last accepted night from the store, without asking the CRM."""

from __future__ import annotations

from cssync.alerts.standing import excepted
from cssync.books.history import REMEMBERED_DAYS
from cssync.books.snapshot import Snapshot, sorted_by_book, valued_deals
from cssync.books.spells import Timeline
from cssync.capacity.company import Company, company_of
from cssync.model.money import ExchangeRates
from cssync.model.night import Remembered
from cssync.settings.loaded import Loaded
from cssync.store.base import Store


def last_company(store: Store, loaded: Loaded, days: int = REMEMBERED_DAYS) -> Company | None:
    """The company as it was when the last night was accepted, with its last *days*; None before the first."""
    night = store.latest(days)
    if night is None:
        return None
    return _rebuilt(night, loaded, excepted(store.alerts(), store.decisions(), night.run.as_of))


def _rebuilt(night: Remembered, loaded: Loaded, excepted: frozenset[tuple[str, str]]) -> Company:
    run = night.run
    rates = night.rates or ExchangeRates(run.currency)
    crm_currency = night.crm_currency or run.currency
    snapshot = Snapshot(
        as_of=run.as_of,
        table=sorted_by_book(night.accounts),
        owners=night.owners,
        rates=rates,
        crm_currency=crm_currency,
        problems=night.problems,
        opportunities=valued_deals(night.opportunities, rates, crm_currency, night.owners),
    )
    return company_of(
        snapshot,
        Timeline(run.as_of, night.spells, night.history_since, night.history_tracked or {}, night.pipeline),
        loaded.settings,
        origin=loaded.origin,
        last_night=night.before.as_of if night.before else None,
        record_url=run.record_url,
        excepted=excepted,
    )
