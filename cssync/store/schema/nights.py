"""What the accepted nights left: runs, accounts and deals through time, owners, rates, books by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from cssync.model.book import BookKind
from cssync.model.money import ExchangeRates
from cssync.model.night import RunStatus
from cssync.model.owner import OwnerKind
from cssync.store.columns import Document, Moment, Money, OneOf, Words
from cssync.store.schema.base import metadata, one_state_at_a_time, tenant_id

tenant = Table(
    "tenant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

run = Table(
    "run",
    metadata,
    tenant_id(),
    Column("id", Text, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("status", OneOf(RunStatus), nullable=False),
    Column("source", Words, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("customers", Integer, nullable=False),
    Column("owners", Integer, nullable=False),
    Column("arr", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("accepted_by_hand", Boolean, nullable=False),
    Column("digest_of_input", Text, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("pull_seconds", Double),
    Column("record_url", Words),
)
# One accepted night a date, whatever else goes wrong.
Index(
    "uq_run_accepted",
    run.c.tenant_id,
    run.c.as_of,
    unique=True,
    sqlite_where=text("status = 'accepted'"),
    postgresql_where=text("status = 'accepted'"),
)

# Facts first: they are read every night, the attributes after them hardly ever. Clustered by its key (no rowid),
# so that a night's rows, sorted by account, are appended and found without a second lookup. No foreign key: a
# million lookups of the same tenant would double the time of a first night on PostgreSQL.
account_spell = Table(
    "account_spell",
    metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("account_id", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("book_id", Text),
    Column("arr", Money),
    Column("is_customer", Boolean),
    Column("lifecycle", Text),
    Column("segment", Text),
    Column("unit_id", Text),
    Column("attributes_hash", BigInteger),  # an unsigned 64-bit number, its bits read as a signed one
    Column("name", Text),
    Column("csm_ref", Text),
    Column("amount", Money),
    Column("currency", Text),
    Column("product", Text),
    Column("region", Text),
    Column("language", Text),
    Column("health", Text),
    Column("parent_id", Text),
    Column("created_on", Date),
    Column("customer_since", Date),
    Column("churned_on", Date),
    Column("renewal_on", Date),
    Column("second_csm_ref", Text),
    Column("usage", Double),
    Column("decision_maker_changed_on", Date),
    Column("leaving_on", Date),
    sqlite_with_rowid=False,
)
one_state_at_a_time(account_spell, "account_id")

owner = Table(
    "owner",
    metadata,
    tenant_id(),
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("email", Words),
    Column("active", Boolean, nullable=False),
    Column("kind", OneOf(OwnerKind), nullable=False),
    Column("team", Words),
    Column("manager_id", Text),
    Column("aliases", Document(tuple[str, ...]), nullable=False),
)

# As ``account_spell``: what the CRM said of a deal, from one change to the next.
opportunity_spell = Table(
    "opportunity_spell",
    metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("opportunity_id", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("account_id", Text),
    Column("owner_ref", Text),
    Column("csm_ref", Text),
    Column("kind", Text),
    Column("stage", Text),
    Column("is_closed", Boolean),
    Column("is_won", Boolean),
    Column("amount", Money),
    Column("currency", Text),
    Column("probability", Double),
    Column("created_on", Date),
    Column("close_on", Date),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("attributes_hash", BigInteger),
    Column("name", Text),
    sqlite_with_rowid=False,
)
one_state_at_a_time(opportunity_spell, "opportunity_id")

# The exchange rates of the last accepted night.
exchange = Table(
    "exchange",
    metadata,
    tenant_id(),
    Column("crm_currency", Text, nullable=False),
    Column("rates", Document(ExchangeRates), nullable=False),
)

# What could not be read in full on the last accepted night. Bulk work, so without a foreign key.
problem = Table(
    "problem",
    metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("object", Text),
    Column("record_id", Text),
    Column("field", Text),
    Column("value", Text),
    Column("reason", Text),
)

book_day = Table(
    "book_day",
    metadata,
    tenant_id(),
    Column("as_of", Date, primary_key=True),
    Column("book_id", Text, primary_key=True),
    Column("kind", OneOf(BookKind), nullable=False),
    Column("name", Words, nullable=False),
    Column("email", Words),
    Column("active", Boolean, nullable=False),
    Column("team", Words),
    Column("manager_id", Text),
    Column("manager", Words),
    Column("segment", Words),
    Column("accounts", Integer, nullable=False),
    Column("arr", Money, nullable=False),
    Column("arr_unknown", Integer, nullable=False),
)

# What the CRM itself remembered of the time before the first night.
history = Table(
    "history",
    metadata,
    tenant_id(),
    Column("since", Document[dict[str, date]](dict[str, date]), nullable=False),
    Column("notes", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
)
