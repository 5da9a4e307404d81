"""Dated exceptions may change the overflow list and the rule for out of hours as well."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("opening_overrides", schema=None) as batch_op:
        batch_op.alter_column("is_open", existing_type=sa.Boolean(), nullable=True)
        batch_op.add_column(sa.Column("out_of_hours", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("overflow", data_store.types.Json(), nullable=True))


def downgrade() -> None:
    # What says nothing of the hours has no place in the older table.
    op.execute("DELETE FROM opening_overrides WHERE is_open IS NULL")
    with op.batch_alter_table("opening_overrides", schema=None) as batch_op:
        batch_op.drop_column("overflow")
        batch_op.drop_column("out_of_hours")
        batch_op.alter_column("is_open", existing_type=sa.Boolean(), nullable=False)
