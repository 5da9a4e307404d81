"""The engine for SQLite (embedded default) and PostgreSQL (production), by URL."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from data_store import sqlite
from data_store.errors import StoreError, translate
from data_store.types import dumps

BUSY_SECONDS = 10
# For a server that does not answer at all. Both are less than the fifteen seconds after which a
# telephone network gives up, so that a caller is told.
PATIENCE_SECONDS = 5


def open_engine(url: str) -> Engine:
    """Open the store, and say at once, in a sentence, why it can't be used.

    `url`: `sqlite:///relative/or//absolute/path.db`, `sqlite://` (in memory, one connection) or
    `postgresql://user@host/name` (the psycopg driver is chosen where none is named). An SQLite file
    is made where there is none; its directory must exist. Raises StoreError.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "The database URL can't be read. It looks like sqlite:////var/lib/line/line.db"
            " or postgresql://user@host/name."
        ) from error
    match parsed.get_backend_name():
        case "sqlite":
            engine = _open_sqlite(parsed)
        case "postgresql":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                json_serializer=dumps,
                pool_timeout=PATIENCE_SECONDS,
                connect_args={
                    "connect_timeout": PATIENCE_SECONDS,
                    "tcp_user_timeout": PATIENCE_SECONDS * 1000,
                },
            )
        case other:
            raise StoreError(
                f"Databases of the kind {other!r} can't be used: sqlite or postgresql."
            )
    try:
        engine.connect().close()
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        sentence = translate(error, describe(engine))
        raise sentence or StoreError(
            f"The database {describe(engine)} can't be reached: {_first_line(error)}"
        ) from error
    return engine


def describe(engine: Engine) -> str:
    """Name the database for people: the file, or the URL without its password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.render_as_string(hide_password=True)


def _open_sqlite(url: URL) -> Engine:
    in_memory = url.database in {None, "", ":memory:"}
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}}
    if in_memory:
        # Every connection would be a database of its own.
        options["poolclass"] = StaticPool
        options["connect_args"]["check_same_thread"] = False
    else:
        # Absolute, since the log beside it is found by this name whenever something is durable.
        path = Path(str(url.database)).absolute()
        _check_file(path)
        url = url.set(database=str(path))
        options["pool_size"] = 16
    engine = create_engine(url.set(drivername=sqlite.DRIVER), json_serializer=dumps, **options)
    event.listen(engine, "connect", sqlite.prepare)
    return engine


def _check_file(path: Path) -> None:
    """Refuse a path that can't be an SQLite database of this user."""
    parent = path.parent
    if parent.exists() and not parent.is_dir():
        raise StoreError(f"{parent} is a file; the directory for the database should be there.")
    if not parent.exists():
        raise StoreError(f"The directory {parent} for the database doesn't exist. Create it first.")
    if path.is_dir():
        raise StoreError(f"{path} is a directory; the database file should be there.")
    if not path.exists():
        if not os.access(parent, os.W_OK | os.X_OK):
            raise StoreError(f"This user may not write in {parent}, where the database belongs.")
        return
    if not os.access(path, os.R_OK):
        raise StoreError(f"This user may not read the database {path}.")
    if not os.access(path, os.W_OK) or not os.access(parent, os.W_OK):
        raise StoreError(
            f"The database {path} can't be written: it or its directory is read-only."
            " Give this user write permission."
        )
    # Whether it is a database is for SQLite to say: opening and closing the file here would drop
    # the POSIX locks that this process may hold on it.


def _first_line(error: BaseException) -> str:
    """Give the driver's own words, without what SQLAlchemy says around them."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
