"""The API's own tables: who may administer by it, and which answers may be asked for again."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from data_store import Json, UtcDateTime, named_metadata

metadata = named_metadata()

# A bearer token, as its SHA-256 alone: it carries 256 random bits, so nothing slower is needed.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
# One name says who it was in the audit: it is free again once its token is revoked.
Index(
    "uq_api_tokens_name",
    api_tokens.c.name,
    unique=True,
    sqlite_where=api_tokens.c.revoked_at.is_(None),
    postgresql_where=api_tokens.c.revoked_at.is_(None),
)

# An answer that was given under an idempotency key, kept for a day.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("digest", String(64), primary_key=True),  # over operation, asker and key
    Column("body_digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
