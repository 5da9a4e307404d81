"""The register's tables. Codes are stored compact, moments in UTC."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data_store import UtcDateTime, named_metadata

metadata = named_metadata()

products = Table(
    "products",
    metadata,
    Column("product_id", String(20), primary_key=True),
    Column("name", Text, nullable=False),
    Column("product_key", LargeBinary, nullable=False),  # encrypted
    Column("validity_months", Integer, nullable=False),
    Column("window_days", Integer, nullable=False),
    Column("reactivations", Integer, nullable=False),
    Column("period_days", Integer, nullable=False),
    Column("max_servers", Integer, nullable=False),
    Column("cooling_off_hours", Integer, nullable=False, server_default="0"),
    Column("issue_by_line", String(16), nullable=False, server_default="out_of_hours"),
    Column("is_blocked", Boolean, nullable=False),
    Column("last_issue", Integer, nullable=False),  # the highest number given out
    Column("added_at", UtcDateTime, nullable=False),
)

# A license server as the register sees it: what goes on from number to number.
servers = Table(
    "servers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("product_id", ForeignKey(products.c.product_id), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),  # of its last number
    Column("accepted_at", UtcDateTime),  # its first proof that it accepted one
    Column("deactivated_at", UtcDateTime),  # until it accepts a number again
)

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_number", String(12), nullable=False, unique=True),
    Column("product_id", ForeignKey(products.c.product_id), nullable=False),
    Column("license_server_id", String(35), nullable=False),
    Column("last_issue", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    # Answers for its pair of IDs: until it is denied or abandoned, or its window has passed.
    Column("is_standing", Boolean, nullable=False),
    Column("reason", String(32)),
    Column("channel", String(16), nullable=False),
    Column("line_code", String(4), nullable=False),
    Column("replaces", Integer),
    Column("challenge", String(4)),
    Column("challenge_answered_at", UtcDateTime),
    Column("denied_because", Text),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("window_ends_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),
)
Index("ix_requests_product_id_id", requests.c.product_id, requests.c.id)
# The last defence: one standing request for a pair of IDs, whatever runs at the same time.
Index(
    "uq_requests_standing",
    requests.c.product_id,
    requests.c.license_server_id,
    unique=True,
    sqlite_where=requests.c.is_standing,
    postgresql_where=requests.c.is_standing,
)
# What `lapse` looks for.
Index(
    "ix_requests_window",
    requests.c.window_ends_at,
    sqlite_where=requests.c.is_standing,
    postgresql_where=requests.c.is_standing,
)

# What was issued. The number is unique for the product, and so is the ID for the request.
permissions = Table(
    "permissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("product_id", ForeignKey(products.c.product_id), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("server_id", ForeignKey(servers.c.id), nullable=False, index=True),
    Column("request_id", ForeignKey(requests.c.id), nullable=False, unique=True),
    Column("new_license_server_id", String(35), nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_reactivation", Boolean, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("product_id", "issue"),
)

# What a revocation list is made of.
Index(
    "ix_permissions_revoked",
    permissions.c.revoked_at,
    sqlite_where=permissions.c.revoked_at.is_not(None),
    postgresql_where=permissions.c.revoked_at.is_not(None),
)

# Personal data, apart from the chain: rows can go without breaking it.
contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", ForeignKey(requests.c.id), nullable=False, index=True),
    Column("number", Text, nullable=False, index=True),
    Column("salt", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

# Wrong codes, counted for a while. A caller's number stands here as well.
wrong_tries = Table(
    "wrong_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", Text, nullable=False),  # product ID, caller's number or request's id
    Column("at", UtcDateTime, nullable=False, index=True),
)
Index("ix_wrong_tries_subject", wrong_tries.c.kind, wrong_tries.c.subject, wrong_tries.c.at)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("product_id", String(20), index=True),
    Column("request_id", Integer, index=True),
    Column("body", Text, nullable=False),  # canonical JSON of everything that the entry says
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128)),  # none: written before signing began
    Column("seal", String(64)),
)

# One row: the chain's end. Whoever adds an entry locks it first, so the chain never forks.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
