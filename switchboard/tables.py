"""The switchboard's tables: calls, events, representatives, exceptions to hours, numbers rung."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from data_store import Json, UtcDateTime, named_metadata

metadata = named_metadata()

# The columns stand in the order of `switchboard.model.Call`.
calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_sid", String(64), nullable=False, unique=True),
    Column("line", String(64), nullable=False),
    Column("region", String(8), nullable=False),
    Column("centre", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("caller", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("shared", Text),
    Column("request_id", Integer),
    Column("case_number", String(12)),
    Column("representative", String(64)),
    Column("priority", Integer, nullable=False),
    Column("last_token", Text),
    Column("last_answer", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime),
    Column("offered_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(32)),
    Column("not_before", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Index(None, "caller", "started_at"),
    Index(None, "state", "centre", "queued_at"),
    # Whoever rings again is known by the number, a case by its own.
    Index(None, "caller", "ended_at"),
    Index(None, "case_number", "ended_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", Integer, ForeignKey("calls.id"), nullable=False),
    Column("case_number", String(12)),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("data", Json, nullable=False),
    Index(None, "call_id", "id"),
    sqlite_autoincrement=True,  # an id is never given twice: pages go on from the last they saw
)

# The columns stand in the order of `switchboard.model.Representative`.
representatives = Table(
    "representatives",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("centres", Json, nullable=False),
    Column("languages", Json, nullable=False),
    Column("presence", String(16), nullable=False),
    Column("next_presence", String(16)),
    Column("work_state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("call_id", Integer, ForeignKey("calls.id")),
)

opening_overrides = Table(
    "opening_overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("centre", String(64), nullable=False, index=True),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Column("is_open", Boolean),
    Column("out_of_hours", String(16)),
    Column("overflow", Json),
)

# One row for each number that was ever rung to see whether the line answers there.
number_checks = Table(
    "number_checks",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("caller", String(20), nullable=False),
    Column("digits", String(12), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("problem", Text),
)
