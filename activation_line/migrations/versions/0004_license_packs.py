"""License packs."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "license_packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("license_code", sa.String(length=25), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("added_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("product_id", sa.String(length=20), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("server_id", sa.Integer(), nullable=True),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("installed_at", data_store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.product_id"],
            name=op.f("fk_license_packs_product_id_products"),
        ),
        sa.ForeignKeyConstraint(
            ["server_id"], ["servers.id"], name=op.f("fk_license_packs_server_id_servers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_packs")),
        sa.UniqueConstraint("license_code", name=op.f("uq_license_packs_license_code")),
        sa.UniqueConstraint(
            "product_id", "number", name=op.f("uq_license_packs_product_id_number")
        ),
    )
    with op.batch_alter_table("license_packs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_license_packs_server_id"), ["server_id"], unique=False)


def downgrade() -> None:
    op.drop_table("license_packs")
