"""Certificates, deactivations, cooling off."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cooling_off_hours", sa.Integer(), server_default="0", nullable=False)
        )
    with op.batch_alter_table("servers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("deactivated_at", data_store.types.UtcDateTime(), nullable=True)
        )
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_permissions_revoked",
            ["revoked_at"],
            unique=False,
            sqlite_where=sa.text("revoked_at IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NOT NULL"),
        )
    op.create_table(
        "authorities",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_authorities")),
    )
    op.create_table(
        "certificates",
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("made_at", data_store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["permissions.id"], name=op.f("fk_certificates_permission_id")
        ),
        sa.PrimaryKeyConstraint("permission_id", name=op.f("pk_certificates")),
    )
    op.create_table(
        "revocation_lists",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("newest", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("newest_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_lists")),
    )
    op.create_table(
        "deactivations",
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["permissions.id"], name=op.f("fk_deactivations_permission_id")
        ),
        sa.PrimaryKeyConstraint("permission_id", name=op.f("pk_deactivations")),
    )
    op.create_table(
        "writers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("permission_id", sa.Integer(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["permissions.id"], name=op.f("fk_writers_permission_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_writers_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writers")),
    )
    with op.batch_alter_table("writers", schema=None) as batch_op:
        for column in ("request_id", "permission_id", "email", "phone", "at"):
            batch_op.create_index(batch_op.f(f"ix_writers_{column}"), [column], unique=False)


def downgrade() -> None:
    for table in ("writers", "deactivations", "revocation_lists", "certificates", "authorities"):
        op.drop_table(table)
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_permissions_revoked",
            sqlite_where=sa.text("revoked_at IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NOT NULL"),
        )
    with op.batch_alter_table("servers", schema=None) as batch_op:
        batch_op.drop_column("deactivated_at")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_column("cooling_off_hours")
