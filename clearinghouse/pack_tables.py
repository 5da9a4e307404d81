"""The license packs' table: what was bought, and which license server has it."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from clearinghouse.tables import metadata, products, servers
from data_store import UtcDateTime

# The customer's text is personal data as the case may be: it stands here and never in the audit.
# A pack gets its product, number and server when it is installed for the first time.
license_packs = Table(
    "license_packs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("license_code", String(25), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("customer", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("product_id", ForeignKey(products.c.product_id)),
    Column("number", Integer),
    Column("server_id", ForeignKey(servers.c.id), index=True),
    Column("issue", Integer),  # the server's number that its license pack ID is for
    Column("installed_at", UtcDateTime),
    UniqueConstraint("product_id", "number"),
)
