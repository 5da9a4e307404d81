"""Stores with the tables that a package's tests need: made once, then emptied for each test.

Making the tables costs more than most tests do in them, and so does compiling, for every new
engine again, the statements that a test sends. So a process keeps one store of each kind for each
choice of tables, with its engine; a test finds it empty all the same.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, MetaData, delete, inspect

from data_store import open_engine
from tests import postgresql

Tables = tuple[MetaData, ...]

# What the tables are, whatever is in them: columns of tables and of indexes, and what they demand.
_SHAPE = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
    SELECT concat_ws(' ', relname, relkind, attname, atttypid, attnotnull) AS part
    FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
) AS parts
"""
# Rows that others refer to may go first: all of them go.
_BEGIN = "SET LOCAL lock_timeout = '10s'; SET LOCAL session_replication_role = replica"
_RESTART = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"


class Store(Protocol):
    """One of this process's stores."""

    engine: Engine

    def make_empty(self) -> None:
        """Have the tables as they were made, with nothing in them."""


class _Sqlite:
    """A file, put back as it was made."""

    def __init__(self, folder: Path, tables: Tables) -> None:
        self._path, self._made = folder / "store.db", folder / "made.db"
        self.engine = open_engine(f"sqlite:///{self._path}")
        _make(self.engine, tables)
        # Closing the last connection brings what the log beside the file holds into it.
        self.engine.dispose()
        shutil.copyfile(self._path, self._made)

    def make_empty(self) -> None:
        for each in self._path.parent.glob(f"{self._path.name}*"):
            each.unlink()
        shutil.copyfile(self._made, self._path)


class _Postgresql:
    """A database: its rows are deleted; where a test changed the tables, they are made anew."""

    def __init__(self, url: str, tables: Tables) -> None:
        self._tables = tables
        self.engine = open_engine(url)
        _make(self.engine, tables)
        with self.engine.begin() as connection:
            self._shape = connection.exec_driver_sql(_SHAPE).scalar_one()
        ordered = [table for metadata in tables for table in metadata.sorted_tables]
        self._emptying = "; ".join([_BEGIN, *(str(delete(table)) for table in ordered), _RESTART])

    def make_empty(self) -> None:
        with self.engine.begin() as connection:
            whole = connection.exec_driver_sql(_SHAPE).scalar_one() == self._shape
            if whole:
                connection.exec_driver_sql(self._emptying)
        if not whole:
            self.engine.dispose()
            postgresql.drop_everything(_address(self.engine))
            _make(self.engine, self._tables)


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def _make(engine: Engine, tables: Tables) -> None:
    for each in tables:
        each.create_all(engine)


class Stores:
    """The stores of this process, by kind and tables.

    `make_folder` and `make_database` give a place for a new one: a folder, an address.
    """

    def __init__(
        self, make_folder: Callable[[], Path], make_database: Callable[[str], str]
    ) -> None:
        self._make_folder, self._make_database = make_folder, make_database
        self._kept: dict[tuple[str, Tables], Store] = {}

    def empty(self, kind: str, *tables: MetaData) -> str:
        """Give the address of an empty store; `kind` is `sqlite` or `postgresql`."""
        store = self._kept.get((kind, tables))
        if store is None:
            store = self._kept[kind, tables] = self._make(kind, tables)
        store.make_empty()
        return _address(store.engine)

    def engine(self, url: str) -> Engine | None:
        """Give an engine of a store by its address; None where it is none of these.

        What a test ties to its engine, a listener or a signer, is not there for the next one: only
        connections and compiled statements are the same.
        """
        engines = (store.engine for store in self._kept.values())
        found = next((engine for engine in engines if _address(engine) == url), None)
        return found and found.execution_options()

    def _make(self, kind: str, tables: Tables) -> Store:
        if kind == "sqlite":
            return _Sqlite(self._make_folder(), tables)
        return _Postgresql(self._make_database(f"kept_{len(self._kept)}"), tables)


def have_tables(engine: Engine, *tables: MetaData) -> None:
    """Make the tables in a store that has not got them already."""
    for each in tables:
        if not inspect(engine).has_table(each.sorted_tables[0].name):
            each.create_all(engine)
