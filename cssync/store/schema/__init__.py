"""The tables, as they are today; how older stores get there is in ``migrations``.

Every row belongs to a tenant, so one PostgreSQL database can serve several companies.
"""

from cssync.store.schema.alerts import alert, alert_transition, decision, outbox
from cssync.store.schema.base import metadata
from cssync.store.schema.nights import (
    account_spell,
    book_day,
    exchange,
    history,
    opportunity_spell,
    owner,
    problem,
    run,
    tenant,
)
from cssync.store.schema.readings import reading, reading_part

__all__ = [
    "account_spell",
    "alert",
    "alert_transition",
    "book_day",
    "decision",
    "exchange",
    "history",
    "metadata",
    "opportunity_spell",
    "outbox",
    "owner",
    "problem",
    "reading",
    "reading_part",
    "run",
    "tenant",
]
