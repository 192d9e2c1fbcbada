"""The tables of notifications, as its migrations make them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, MetaData, SmallInteger, Table, Text, Uuid

from shared.messaging.inbox import inbox_table
from shared.messaging.publish.outbox import outbox_tables

metadata = MetaData()

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("template", Text, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("urgency", SmallInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("claim", Uuid),
    Column("settled_at", DateTime(timezone=True)),
)

telling = Table(
    "telling",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("tells_referrer", Boolean, nullable=False),
    Column("tells_until", DateTime(timezone=True)),
)

demo_mailbox = Table(
    "demo_mailbox",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("address", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)

outbox = outbox_tables(metadata)
inbox = inbox_table(metadata)
