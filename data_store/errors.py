"""What can be wrong with the store, each as a sentence that says what to do."""

import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StoreError(Exception):
    """The store can't be used as it is; `str()` says why and what to do."""


class ConnectionLostError(StoreError):
    """The connection broke while it was used; a new one may find the store there again."""


# Primary result codes of SQLite (https://www.sqlite.org/rescode.html): the low byte, since
# extended codes carry the cause in the higher ones. SQLITE_CONSTRAINT is missing on purpose:
# a broken constraint is the caller's business, not the store's.
_SQLITE_SENTENCES = {
    sqlite3.SQLITE_BUSY: "The database {where} is locked by another process for too long."
    " Close whatever else has it open, then try again.",
    sqlite3.SQLITE_LOCKED: "The database {where} is locked by another connection. Try again.",
    sqlite3.SQLITE_READONLY: "The database {where} can't be written: it, its directory or its"
    " disk is read-only. Give this user write permission.",
    sqlite3.SQLITE_FULL: "The disk that holds {where} is full. Nothing was changed;"
    " free some space, then try again.",
    sqlite3.SQLITE_IOERR: "The disk that holds {where} reports an error. Nothing was changed;"
    " check the disk and its free space.",
    sqlite3.SQLITE_CORRUPT: "The database {where} is damaged. Put a backup in its place.",
    sqlite3.SQLITE_NOTADB: "{where} is not an SQLite database. Move it away or name another file.",
    sqlite3.SQLITE_CANTOPEN: "The database {where} can't be opened. Check that its directory"
    " exists and that this user may read and write in it.",
    sqlite3.SQLITE_PERM: "This user may not open the database {where}.",
}

# SQLSTATE classes of PostgreSQL (its manual, appendix A).
_POSTGRESQL_SENTENCES = {
    "08": "The connection to the database {where} was lost. Check that the server runs.",
    "25006": "The database {where} accepts no changes (read-only).",
    "28": "The database {where} refuses this user or password.",
    "3D": "The database {where} doesn't exist. Create it first.",
    "40": "Two changes of the database {where} met, and this one was undone. Try again.",
    "53100": "The disk of the database {where} is full. Nothing was changed.",
    "53": "The database {where} has no capacity left (connections or memory).",
    "57": "The database {where} is shutting down or was stopped. Try again.",
}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give the error and what it wraps, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.orig if isinstance(seen, DBAPIError) else seen.__cause__


def translate(error: BaseException, where: str) -> StoreError | None:
    """Turn a driver's error about the store itself into a sentence; None for any other error.

    `where` names the database for people, without a password.
    """
    kind = StoreError
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        kind = ConnectionLostError
    if isinstance(error, PoolTimeoutError):
        return StoreError(f"All connections to {where} are in use. Try again.")
    for cause in _causes(error):
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
            sentence = _SQLITE_SENTENCES.get(code & 0xFF) if code is not None else None
            return StoreError(sentence.format(where=where)) if sentence else None
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            sentence = _POSTGRESQL_SENTENCES.get(state) or _POSTGRESQL_SENTENCES.get(state[:2])
            return kind(sentence.format(where=where)) if sentence else None
    if kind is ConnectionLostError:
        return kind(_POSTGRESQL_SENTENCES["08"].format(where=where))
    return None
