"""How Alembic reaches the database: the connection is handed in, never opened here."""

from alembic import context

from activation_line.database import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=list(METADATA),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
