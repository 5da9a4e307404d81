"""The tables of webhooks: whom to tell, and what is still to be told."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from clearinghouse.tables import metadata
from data_store import Json, UtcDateTime

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("events", Json, nullable=False),  # the types that it is told of
    Column("added_at", UtcDateTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("webhook_id", ForeignKey(webhooks.c.id), nullable=False, index=True),
    Column("message_id", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),  # none: delivered, or given up
    Column("delivered_at", UtcDateTime),
    Column("outcome", Text, nullable=False),  # of the last attempt
)
