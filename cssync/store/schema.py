"""The tables, as they are today; how older stores get there is in ``migrations``.

Every row belongs to a tenant, so one PostgreSQL database can serve several companies.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from cssync.model.alert import Alert, AlertState, Transition
from cssync.model.book import BookKind
from cssync.model.decision import DecisionKind
from cssync.model.delivery import DeliveryState
from cssync.model.digest import Payload
from cssync.model.finding import Severity
from cssync.model.money import ExchangeRates
from cssync.model.night import RunStatus
from cssync.model.owner import OwnerKind
from cssync.store.columns import Document, Moment, Money, OneOf, Serial, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _tenant_id() -> Column[int]:
    return Column("tenant_id", Integer, ForeignKey("tenant.id"), primary_key=True, autoincrement=False)


def _one_state_at_a_time(spells: Table, key: str) -> None:
    """Let the database itself refuse a second open spell of one record, and find the closed ones by their end."""
    open_, closed = text("valid_to IS NULL"), text("valid_to IS NOT NULL")
    Index(
        f"uq_{spells.name}_open",
        spells.c.tenant_id,
        spells.c[key],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    Index(
        f"ix_{spells.name}_closed",
        spells.c.tenant_id,
        spells.c.valid_to,
        sqlite_where=closed,
        postgresql_where=closed,
    )


tenant = Table(
    "tenant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

run = Table(
    "run",
    metadata,
    _tenant_id(),
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
_one_state_at_a_time(account_spell, "account_id")

owner = Table(
    "owner",
    metadata,
    _tenant_id(),
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
_one_state_at_a_time(opportunity_spell, "opportunity_id")

# The exchange rates of the last accepted night.
exchange = Table(
    "exchange",
    metadata,
    _tenant_id(),
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
    _tenant_id(),
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

alert = Table(
    "alert",
    metadata,
    _tenant_id(),
    Column("fingerprint", Text, primary_key=True),
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("state", OneOf(AlertState), nullable=False),
    Column("severity", OneOf(Severity), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("resolved_on", Date),
    Column("document", Document[Alert](Alert), nullable=False),  # the whole of it; the columns above are for queries
)

alert_transition = Table(
    "alert_transition",
    metadata,
    Column("id", Serial, primary_key=True),  # in the order in which they happened
    Column("tenant_id", Integer, ForeignKey("tenant.id"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("cause", Text, nullable=False),
    Column("document", Document[Transition](Transition), nullable=False),
    Index(None, "tenant_id", "fingerprint"),
)

# By people, each once and for ever: a night that is under way can neither miss nor overwrite one.
decision = Table(
    "decision",
    metadata,
    Column("position", Serial, primary_key=True),  # in the order in which they were taken
    Column("tenant_id", Integer, ForeignKey("tenant.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("incident", Integer, nullable=False),
    Column("kind", OneOf(DecisionKind), nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Words, nullable=False),
    Column("until", Date),
    Column("owner", Words, nullable=False),
    Column("rises", Integer, nullable=False),
    UniqueConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "fingerprint"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Serial, primary_key=True),  # oldest first
    Column("tenant_id", Integer, ForeignKey("tenant.id"), nullable=False),
    Column("id", Text, nullable=False),
    Column("sink", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("payload", Document[Payload](Payload), nullable=False),
    Column("state", OneOf(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt_at", Moment),
    Column("not_before", Moment),
    Column("receipt", Text),
    Column("error", Words),
    Column("as_of", Date),
    Column("reply_to", Text),
    Column("revisable", Boolean, nullable=False, server_default=false()),
    Column("shown", Text),
    UniqueConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "as_of"),
)

# What the CRM itself remembered of the time before the first night.
history = Table(
    "history",
    metadata,
    _tenant_id(),
    Column("since", Document[dict[str, date]](dict[str, date]), nullable=False),
    Column("notes", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
)

# One pass over one kind of record; its rows are in its parts. A number is never used twice, so that a reading that
# was forgotten cannot be taken for the one that took its place.
reading = Table(
    "reading",
    metadata,
    Column("id", Serial, primary_key=True),  # in the order in which they are laid over each other
    Column("tenant_id", Integer, ForeignKey("tenant.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shape", Text, nullable=False),  # a digest
    Column("full", Boolean, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("cursor", Document[dict[str, str]](dict[str, str])),
    Column("height", BigInteger, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Index(None, "tenant_id", "source", "kind"),
    sqlite_autoincrement=True,
)
# Two runs that both believe to be at it cannot mix their batches.
Index(
    "uq_reading_unfinished",
    reading.c.tenant_id,
    reading.c.source,
    reading.c.kind,
    unique=True,
    sqlite_where=text("NOT sealed"),
    postgresql_where=text("NOT sealed"),
)

reading_part = Table(
    "reading_part",
    metadata,
    Column("reading_id", Serial, ForeignKey("reading.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("height", Integer, nullable=False),
    Column("gone", Document[tuple[str, ...]](tuple[str, ...]), nullable=False),
    Column("checksum", BigInteger),  # of the payload
    Column("payload", LargeBinary),  # a table, see ``cssync.store.parts``; null where it has no columns
)
