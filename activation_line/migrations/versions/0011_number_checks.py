"""When each number of the line was rung last, and when it answered."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_checks",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("caller", sa.String(length=20), nullable=False),
        sa.Column("digits", sa.String(length=12), nullable=False),
        sa.Column("asked_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("answered_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_number_checks")),
    )


def downgrade() -> None:
    op.drop_table("number_checks")
