"""The customers' tables: who holds which product."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from clearinghouse.tables import metadata, products
from data_store import UtcDateTime

# Name and contact are personal data as the case may be: they stand here and never in the audit.
customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("contact", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("region", String(2)),  # ISO 3166
)

product_customers = Table(
    "product_customers",
    metadata,
    Column("product_id", ForeignKey(products.c.product_id), primary_key=True),
    Column("customer_id", ForeignKey(customers.c.id), nullable=False, index=True),
)
