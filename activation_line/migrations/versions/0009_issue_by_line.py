"""Whether the line issues plain requests by itself, in the policy of each product."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "issue_by_line",
                sa.String(length=16),
                server_default="out_of_hours",
                nullable=False,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_column("issue_by_line")
