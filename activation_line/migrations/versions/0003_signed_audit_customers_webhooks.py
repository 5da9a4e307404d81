"""The audit is signed; products have customers; webhooks and their outbox."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signature", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("seal", sa.String(length=64), nullable=True))

    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("added_at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("name", name=op.f("uq_customers_name")),
    )
    op.create_table(
        "product_customers",
        sa.Column("product_id", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_product_customers_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.product_id"],
            name=op.f("fk_product_customers_product_id"),
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_customers")),
    )
    with op.batch_alter_table("product_customers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_customers_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("events", data_store.types.Json(), nullable=False),
        sa.Column("added_at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("delivered_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_outbox_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for column in ("made_at", "next_try_at", "webhook_id"):
            batch_op.create_index(batch_op.f(f"ix_outbox_{column}"), [column], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for column in ("made_at", "next_try_at", "webhook_id"):
            batch_op.drop_index(batch_op.f(f"ix_outbox_{column}"))

    op.drop_table("outbox")
    op.drop_table("webhooks")
    with op.batch_alter_table("product_customers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_customers_customer_id"))

    op.drop_table("product_customers")
    op.drop_table("customers")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_column("seal")
        batch_op.drop_column("signature")
