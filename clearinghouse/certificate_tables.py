"""The tables of certificates, deactivations and of who asked in writing."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from clearinghouse.tables import metadata, permissions, requests
from data_store import UtcDateTime

# The clearinghouse's own CAs: one root, and the issuing CA below it.
authorities = Table(
    "authorities",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("certificate", Text, nullable=False),  # PEM
    Column("private_key", LargeBinary, nullable=False),  # encrypted
    Column("made_at", UtcDateTime, nullable=False),
)

# The one certificate of an issued number; its serial is the new license server ID.
certificates = Table(
    "certificates",
    metadata,
    Column("permission_id", ForeignKey(permissions.c.id), primary_key=True),
    Column("certificate", Text, nullable=False),  # PEM
    Column("made_at", UtcDateTime, nullable=False),
)

# One row: the issuing CA's last revocation list.
revocation_lists = Table(
    "revocation_lists",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("content", Text, nullable=False),  # PEM
    Column("made_at", UtcDateTime, nullable=False),
    # By which it is seen whether another number was revoked since.
    Column("newest", UtcDateTime),
    Column("newest_count", Integer, nullable=False),
)

deactivations = Table(
    "deactivations",
    metadata,
    Column("permission_id", ForeignKey(permissions.c.id), primary_key=True),
    Column("cause", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Personal data, apart from the chain: rows can go without breaking it.
writers = Table(
    "writers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", ForeignKey(requests.c.id), index=True),
    Column("permission_id", ForeignKey(permissions.c.id), index=True),  # of a deactivation
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("email", Text, nullable=False, index=True),
    Column("phone", Text, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)
