"""One transaction with exactly one commit, and a look without any."""

import os
import sqlite3
from contextlib import AbstractContextManager
from types import TracebackType

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from data_store.engine import describe
from data_store.errors import StoreError, translate
from data_store.sqlite import READING

_DURABLE = "data_store_durable"
_fdatasync = getattr(os, "fdatasync", os.fsync)


def transaction(engine: Engine, *, durable: bool = False) -> AbstractContextManager[Connection]:
    """Give a connection whose changes are committed once, at the end, or not at all.

    `durable`: on the disk before the block is left, power cut included (PostgreSQL always; SQLite
    with one `fsync` more). Raises StoreError where the store itself is in trouble (locked, full,
    read-only, gone); broken constraints come as SQLAlchemy's IntegrityError.
    """
    return _Transaction(engine, durable=durable)


def mark_durable(connection: Connection) -> None:
    """Ask, inside a transaction, that its commit reaches the disk before the block is left."""
    connection.info[_DURABLE] = True


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """Give a connection that sees one state of the store; whatever it changes is rolled back."""
    return _Reading(engine)


class _Reading:
    """One look: begun on entry, rolled back on exit (as a class: cheaper than a generator)."""

    __slots__ = ("_connection", "_engine")
    _connection: Connection

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect()
            try:
                self._begin(self._connection)
            except BaseException:
                self._connection.close()
                raise
        except (SQLAlchemyError, sqlite3.Error) as error:
            self._raise(error)
            raise
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
        if isinstance(error, SQLAlchemyError | sqlite3.Error):
            self._raise(error)

    def _begin(self, connection: Connection) -> None:
        # The mark is for the moment of beginning only: `info` belongs to the pooled connection.
        info = connection.info
        info[READING] = True
        try:
            connection.begin()
        finally:
            del info[READING]

    def _raise(self, error: BaseException) -> None:
        sentence = translate(error, describe(self._engine))
        if sentence is not None:
            raise sentence from error


class _Transaction(_Reading):
    """One change: committed on exit, rolled back where the block raises."""

    __slots__ = ("_durable",)

    def __init__(self, engine: Engine, *, durable: bool) -> None:
        super().__init__(engine)
        self._durable = durable

    def _begin(self, connection: Connection) -> None:
        connection.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection = self._connection
        durable = self._durable
        try:
            if not connection.invalidated:
                # `info` belongs to the pooled connection, so the mark must not outlive the block.
                durable = bool(connection.info.pop(_DURABLE, False)) or durable
            if error is None:
                connection.commit()
                if durable and self._engine.dialect.name == "sqlite":
                    _flush(self._engine)
        except (SQLAlchemyError, sqlite3.Error) as failure:
            _undo(connection)
            self._raise(failure)
            raise
        finally:
            connection.close()
        if isinstance(error, SQLAlchemyError | sqlite3.Error):
            self._raise(error)


def _undo(connection: Connection) -> None:
    """Roll back on the driver's own connection after a commit that failed.

    SQLite keeps the transaction open then, while SQLAlchemy takes it for ended, and would give the
    connection back to the pool with it.
    """
    if connection.invalidated:
        return
    try:
        connection.connection.rollback()
    except Exception:  # noqa: BLE001 -- whatever is wrong, it must not go back to the pool
        connection.invalidate()


def _flush(engine: Engine) -> None:
    """Bring an SQLite commit to the disk.

    With synchronous = NORMAL a commit is written to the write-ahead log, but not flushed. The
    setting can't be changed inside a transaction, and setting it before one would need to know
    beforehand whether the turn will issue an ID. So the log is flushed here, after the commit and
    before anybody is told: `fsync` works on the file, whoever wrote to it. Frames that a checkpoint
    has moved in the meantime are safe already, since a checkpoint flushes the log before and the
    database after copying; the directory's entry is flushed by SQLite when it makes the log.
    Opening and closing the log here is safe: closing any handle of a file drops this process's
    POSIX locks on that file, but SQLite locks the database and the -shm file, never the log.
    """
    path = engine.url.database
    if not path or path == ":memory:":
        return
    try:
        handle = os.open(f"{path}-wal", os.O_RDWR)
        try:
            _fdatasync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreError(
            f"The change is stored in {path}, but the disk didn't confirm it: {error.strerror}."
            " Check the disk."
        ) from error
