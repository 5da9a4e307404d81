"""SQLite as the embedded store: its settings, and how its transactions begin."""

import sqlite3

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection

from data_store.errors import StoreError

DRIVER = "sqlite+data_store"
READING = "data_store_reading"


class StoreDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's own dialect, but it begins transactions itself.

    SQLAlchemy shows this with a listener for its `begin` event. A listener on the engine, however,
    makes every statement look for listeners, which cost a turn a fifth of its time in the store
    (105 against 83 microseconds); a dialect's `do_begin` is called at the same moment.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin: writers at once, readers when they read."""
        # IMMEDIATE: a writer waits for its turn here (busy timeout). A deferred transaction that
        # reads first and writes later fails without waiting when another wrote in between.
        reads = READING in dbapi_connection.info
        dbapi_connection.cursor().execute("BEGIN" if reads else "BEGIN IMMEDIATE")


registry.register(DRIVER.replace("+", "."), __name__, StoreDialect.__name__)


def prepare(connection: DBAPIConnection, _record: object) -> None:
    """Set up a new connection."""
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("This is for Python's own sqlite3.")
    # The driver must not begin transactions by itself: it does so only before INSERT, UPDATE and
    # DELETE, too late for what was read before. The dialect above does.
    connection.isolation_level = None
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode not in {"wal", "memory"}:
        raise StoreError(
            "The disk of the database can't share memory between processes, as network disks"
            " can't. Put the database on a local disk, or use PostgreSQL."
        )
    # NORMAL: a killed process loses nothing, a power cut at most the last commits; what must
    # survive that as well is marked durable (data_store.transactions).
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # 16 MiB for a connection that reads so much: the upper levels of a register of millions of
    # rows stay in memory, where the default of 2 MiB has them read again for each look-up.
    connection.execute("PRAGMA cache_size = -16384")
