"""The first schema."""

import sqlalchemy as sa
from alembic import op

import data_store.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("product_id", sa.String(length=20), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entries_product_id"), ["product_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_audit_entries_request_id"), ["request_id"], unique=False
        )

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "products",
        sa.Column("product_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product_key", sa.LargeBinary(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("reactivations", sa.Integer(), nullable=False),
        sa.Column("period_days", sa.Integer(), nullable=False),
        sa.Column("max_servers", sa.Integer(), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("last_issue", sa.Integer(), nullable=False),
        sa.Column("added_at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_products")),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_tries")),
    )
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_tries_at"), ["at"], unique=False)
        batch_op.create_index("ix_wrong_tries_subject", ["kind", "subject", "at"], unique=False)

    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=12), nullable=False),
        sa.Column("product_id", sa.String(length=20), nullable=False),
        sa.Column("license_server_id", sa.String(length=35), nullable=False),
        sa.Column("last_issue", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("line_code", sa.String(length=4), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("challenge", sa.String(length=4), nullable=True),
        sa.Column("challenge_answered_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("denied_because", sa.Text(), nullable=True),
        sa.Column("opened_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("window_ends_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("issued_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("read_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", data_store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.product_id"], name=op.f("fk_requests_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("case_number", name=op.f("uq_requests_case_number")),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index("ix_requests_product_id_id", ["product_id", "id"], unique=False)
        batch_op.create_index(
            "ix_requests_window",
            ["window_ends_at"],
            unique=False,
            sqlite_where=sa.text("is_standing"),
            postgresql_where=sa.text("is_standing"),
        )
        batch_op.create_index(
            "uq_requests_standing",
            ["product_id", "license_server_id"],
            unique=True,
            sqlite_where=sa.text("is_standing"),
            postgresql_where=sa.text("is_standing"),
        )

    op.create_table(
        "servers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=20), nullable=False),
        sa.Column("issued_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", data_store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.product_id"], name=op.f("fk_servers_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    with op.batch_alter_table("servers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_servers_product_id"), ["product_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_contacts_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_request_id"), ["request_id"], unique=False)

    op.create_table(
        "permissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=20), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("server_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("new_license_server_id", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_reactivation", sa.Boolean(), nullable=False),
        sa.Column("issued_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", data_store.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.product_id"], name=op.f("fk_permissions_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_permissions_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["server_id"], ["servers.id"], name=op.f("fk_permissions_server_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permissions")),
        sa.UniqueConstraint("product_id", "issue", name=op.f("uq_permissions_product_id_issue")),
        sa.UniqueConstraint("request_id", name=op.f("uq_permissions_request_id")),
    )
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_permissions_server_id"), ["server_id"], unique=False)

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("shared", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("case_number", sa.String(length=12), nullable=True),
        sa.Column("representative", sa.String(length=64), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("last_token", sa.Text(), nullable=True),
        sa.Column("last_answer", sa.Text(), nullable=True),
        sa.Column("started_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("queued_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("offered_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("answered_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", data_store.types.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_calls_call_sid")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calls_state_centre_queued_at"),
            ["state", "centre", "queued_at"],
            unique=False,
        )

    op.create_table(
        "opening_overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("start", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("end", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_overrides")),
    )
    with op.batch_alter_table("opening_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_overrides_centre"), ["centre"], unique=False)

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=12), nullable=True),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", data_store.types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_events_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_call_id_id"), ["call_id", "id"], unique=False)

    op.create_table(
        "representatives",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("centres", data_store.types.Json(), nullable=False),
        sa.Column("languages", data_store.types.Json(), nullable=False),
        sa.Column("presence", sa.String(length=16), nullable=False),
        sa.Column("next_presence", sa.String(length=16), nullable=True),
        sa.Column("work_state", sa.String(length=16), nullable=False),
        sa.Column("since", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_representatives_call_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_representatives")),
    )
    op.create_table(
        "accounts",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_accounts")),
    )
    op.create_table(
        "login_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failures")),
    )
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.create_index("login_failures_recent", ["at"], unique=False)

    op.create_table(
        "wrap_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("at", data_store.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrap_ups")),
    )
    with op.batch_alter_table("wrap_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrap_ups_call_id"), ["call_id"], unique=False)

    op.create_table(
        "console_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("expires_at", data_store.types.UtcDateTime(), nullable=False),
        sa.Column("notice", data_store.types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["login"],
            ["accounts.login"],
            name=op.f("fk_console_sessions_login"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_sessions")),
    )
    with op.batch_alter_table("console_sessions", schema=None) as batch_op:
        batch_op.create_index("console_sessions_expiry", ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("console_sessions", schema=None) as batch_op:
        batch_op.drop_index("console_sessions_expiry")

    op.drop_table("console_sessions")
    with op.batch_alter_table("wrap_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrap_ups_call_id"))

    op.drop_table("wrap_ups")
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.drop_index("login_failures_recent")

    op.drop_table("login_failures")
    op.drop_table("accounts")
    op.drop_table("representatives")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_call_id_id"))

    op.drop_table("events")
    with op.batch_alter_table("opening_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opening_overrides_centre"))

    op.drop_table("opening_overrides")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_state_centre_queued_at"))

    op.drop_table("calls")
    with op.batch_alter_table("permissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_permissions_server_id"))

    op.drop_table("permissions")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_request_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_number"))
        batch_op.drop_index(batch_op.f("ix_contacts_at"))

    op.drop_table("contacts")
    with op.batch_alter_table("servers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_servers_product_id"))

    op.drop_table("servers")
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_requests_standing",
            sqlite_where=sa.text("is_standing"),
            postgresql_where=sa.text("is_standing"),
        )
        batch_op.drop_index(
            "ix_requests_window",
            sqlite_where=sa.text("is_standing"),
            postgresql_where=sa.text("is_standing"),
        )
        batch_op.drop_index("ix_requests_product_id_id")

    op.drop_table("requests")
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.drop_index("ix_wrong_tries_subject")
        batch_op.drop_index(batch_op.f("ix_wrong_tries_at"))

    op.drop_table("wrong_tries")
    op.drop_table("products")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_request_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_product_id"))

    op.drop_table("audit_entries")
