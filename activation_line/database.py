"""The whole schema: every package's tables in one database, and the way from one to the next."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, func, select

from agent_console import tables as console_tables
from clearinghouse import tables as register_tables
from data_store import StoreError, open_engine, transaction
from licensing_site import tables as site_tables
from switchboard import tables as switchboard_tables

METADATA: tuple[MetaData, ...] = (
    register_tables.metadata,
    switchboard_tables.metadata,
    console_tables.metadata,
    site_tables.metadata,
)


# Any number of the house's own: PostgreSQL's advisory locks have numbers for names.
UPGRADE_LOCK = 0x4C494E45


def prepare(url: str) -> Engine:
    """Open the database and bring it to this version's schema; a new one is made.

    Several processes may do so at once: one upgrades, the others wait for it. Raises `StoreError`
    where the database can't be used or is of a newer version.
    """
    engine = open_engine(url)
    try:
        with transaction(engine) as connection:
            _wait_for_turn(connection)
            refuse_newer(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except BaseException:
        engine.dispose()
        raise
    return engine


def _wait_for_turn(connection: Connection) -> None:
    """Let one process upgrade at a time; SQLite's transactions are one after another anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))


def revision(connection: Connection) -> str | None:
    """The schema revision that the database holds; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The schema revision of this version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise StoreError("This installation has no schema revisions: install it anew.")
    return head


def refuse_newer(connection: Connection) -> None:
    """Raise `StoreError` where the database is of a version newer than this one."""
    held = revision(connection)
    known = {item.revision for item in ScriptDirectory.from_config(_config()).walk_revisions()}
    if held is not None and held not in known:
        raise StoreError(
            f"The database has schema revision {held}, which is newer than this version "
            f"(it knows up to {newest()}): install the version that wrote it, or a newer one."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config
