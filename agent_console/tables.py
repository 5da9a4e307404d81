"""Tables of the console: who may log in, who is logged in, and failed attempts."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from data_store import Json, UtcDateTime, named_metadata

metadata = named_metadata()

LOGIN_LENGTH = 64

accounts = Table(
    "accounts",
    metadata,
    Column("login", String(LOGIN_LENGTH), primary_key=True),
    Column("display_name", String(120), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("role", String(20), nullable=False),
    Column("is_demo", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# Only the token's hash is kept: who reads the table can't log in with what it holds.
console_sessions = Table(
    "console_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("login", ForeignKey("accounts.login", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("notice", Json, nullable=True),
    Index("console_sessions_expiry", "expires_at"),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(LOGIN_LENGTH), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("login_failures_recent", "at"),
)

# What the representative wrote after a call.
wrap_ups = Table(
    "wrap_ups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", Integer, nullable=False, index=True),
    Column("login", String(LOGIN_LENGTH), nullable=False),
    Column("disposition", String(40), nullable=False),
    Column("note", String(2000), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
