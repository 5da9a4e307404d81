"""Calls found again by number and case, and the regions of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calls_caller_ended_at"), ["caller", "ended_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_calls_case_number_ended_at"), ["case_number", "ended_at"], unique=False
        )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=2), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_column("region")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_case_number_ended_at"))
        batch_op.drop_index(batch_op.f("ix_calls_caller_ended_at"))
