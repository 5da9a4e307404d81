"""Call-backs: not before when, and how often it was tried."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_before", data_store.types.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch_op.create_index(
            batch_op.f("ix_calls_caller_started_at"), ["caller", "started_at"], unique=False
        )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.alter_column("attempts", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_caller_started_at"))
        batch_op.drop_column("attempts")
        batch_op.drop_column("not_before")
