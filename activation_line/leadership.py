"""Which of several processes keeps house: the one that holds a lock, until it ends.

On PostgreSQL it is an advisory lock of a connection, so processes on several machines agree; on
SQLite a lock on a file beside the database. The system lets go of either when a process dies,
however it does, and the next that asks takes over.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

log = logging.getLogger(__name__)

# Any number of the house's own: PostgreSQL's advisory locks have numbers for names.
LOCK = 0x484F5553


class Leadership(Protocol):
    """Asked before every round of work that one process alone may do."""

    def holds(self) -> bool:
        """Whether this process may go on; taken where it is free."""

    def resign(self) -> None:
        """Let another process have it."""


def leadership(engine: Engine) -> Leadership:
    """The lock that fits the database."""
    if engine.dialect.name == "postgresql":
        return _ByConnection(engine)
    return _ByFile(Path(f"{engine.url.database}.house"))


class _ByConnection:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def holds(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(select(1))  # fails where the server has dropped it
                return True
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(select(func.pg_try_advisory_lock(LOCK))):
                self._connection = connection
                return True
            connection.close()
        except SQLAlchemyError as error:
            log.warning("the database can't say who keeps house: %s", type(error).__name__)
            self.resign()
        return False

    def resign(self) -> None:
        if self._connection is not None:
            # Closed for good, not given back to the pool with the lock.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class _ByFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def holds(self) -> bool:
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def resign(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
