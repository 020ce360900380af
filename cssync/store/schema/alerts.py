"""What became of alerts, what people decided about them, and the messages that tell of it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from cssync.model.alert import Alert, AlertState, Transition
from cssync.model.decision import DecisionKind
from cssync.model.delivery import DeliveryState
from cssync.model.digest import Payload
from cssync.model.finding import Severity
from cssync.store.columns import Document, Moment, OneOf, Serial, Words
from cssync.store.schema.base import metadata, tenant_id

alert = Table(
    "alert",
    metadata,
    tenant_id(),
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
