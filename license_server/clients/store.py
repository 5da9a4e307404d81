"""Where packs and licences are kept: an SQLite file in the data directory, its owner's only.

Every use is one transaction, which begins by taking the write lock: two clients that ask at the
same moment never get the same last licence.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from license_server import files
from license_server.clients.model import Ending, Kind, Licence, Pack, Subject
from license_server.errors import DataDirectoryError

FILE: Final = "clients.sqlite"
_SCHEMA: Final = """
CREATE TABLE packs (
    number INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    license_pack_id TEXT NOT NULL,
    license_code TEXT NOT NULL,
    program TEXT NOT NULL,
    installed_at TEXT NOT NULL
);
CREATE TABLE licences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    device TEXT NOT NULL,
    device_name TEXT NOT NULL,
    user TEXT NOT NULL,
    is_temporary INTEGER NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    ending TEXT
);
CREATE INDEX licences_of_subject ON licences (kind, subject);
CREATE INDEX licences_in_use ON licences (kind, version, expires_at);
PRAGMA user_version = 1;
"""
_VERSION: Final = 1
_WAIT_SECONDS: Final = 20.0
_DAMAGES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def opened(data: Path) -> Iterator["Store"]:
    """Open the store for one transaction; what raises inside changes nothing."""
    path = data / FILE
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, files.OWNER_ONLY))
    except OSError as error:
        raise files.unusable(path, error) from error
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("BEGIN IMMEDIATE")
            _prepare(path, connection)
            yield Store(connection)
            connection.execute("COMMIT")
        finally:
            # Closing rolls back what was not committed.
            connection.close()
    except sqlite3.Error as error:
        raise DataDirectoryError(
            f"{path} cannot be used ({error}): check its owner, its permissions and the free "
            "space, or put it back from a copy. Nothing was changed."
        ) from error


def is_damaged(data: Path) -> bool:
    """Tell whether the file can't be read as a database; raises what else stands in the way."""
    try:
        with opened(data) as rows:
            rows.packs()
    except DataDirectoryError as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode in _DAMAGES:
            return True
        raise
    return False


def set_aside(data: Path, now: datetime) -> Path:
    """Put a damaged file out of the way, whole, under a name of its own; a new one begins empty."""
    aside = data / f"{FILE}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    try:
        (data / FILE).replace(aside)
    except OSError as error:
        raise files.unusable(data / FILE, error) from error
    return aside


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise DataDirectoryError(
            f"{path} was written by a newer version of this software: start the newer version. "
            "Nothing was changed."
        )
    if version < _VERSION:
        for statement in filter(str.strip, _SCHEMA.split(";")):
            connection.execute(statement)


class Store:
    """The rows, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def packs(self) -> list[Pack]:
        """Read the installed packs, the oldest first."""
        rows = self._connection.execute("SELECT * FROM packs ORDER BY installed_at, number")
        return [_pack(row) for row in rows]

    def put_pack(self, pack: Pack) -> None:
        """Add a pack, or put a re-issued one in its place."""
        self._connection.execute(
            "INSERT OR REPLACE INTO packs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                pack.number,
                pack.version,
                pack.kind.value,
                pack.quantity,
                pack.license_pack_id,
                pack.license_code,
                pack.program,
                _text(pack.installed_at),
            ),
        )

    def remove_pack(self, number: int) -> None:
        """Take a pack away; what is issued from it goes on."""
        self._connection.execute("DELETE FROM packs WHERE number = ?", (number,))

    def remove_packs(self) -> None:
        """Take all packs away, before the database is rebuilt."""
        self._connection.execute("DELETE FROM packs")

    def licences(self) -> list[Licence]:
        """Read every licence, the newest first."""
        rows = self._connection.execute("SELECT * FROM licences ORDER BY id DESC")
        return [_licence(row) for row in rows]

    def licence(self, number: int) -> Licence | None:
        """Read one licence."""
        rows = self._connection.execute("SELECT * FROM licences WHERE id = ?", (number,))
        row = rows.fetchone()
        return None if row is None else _licence(row)

    def of_subject(self, subject: Subject) -> list[Licence]:
        """Read what was issued to a device, or to a user, the newest first."""
        rows = self._connection.execute(
            "SELECT * FROM licences WHERE kind = ? AND subject = ? ORDER BY id DESC",
            (subject.kind.value, subject.name),
        )
        return [_licence(row) for row in rows]

    def of_device(self, device: str) -> list[Licence]:
        """Read what a device was issued, for itself and for its users, the newest first."""
        rows = self._connection.execute(
            "SELECT * FROM licences WHERE device = ? ORDER BY id DESC", (device,)
        )
        return [_licence(row) for row in rows]

    def in_use(self, kind: Kind, version: int, now: datetime) -> int:
        """Count the permanent licences of a version that hold."""
        row = self._connection.execute(
            "SELECT count(*) FROM licences WHERE kind = ? AND version = ? AND expires_at > ?"
            " AND NOT is_temporary AND ended_at IS NULL",
            (kind.value, version, _text(now)),
        )
        count: int = row.fetchone()[0]
        return count

    def revoked(self, version: int, now: datetime) -> list[Licence]:
        """Read the revoked licences of a version that would not have run out yet."""
        rows = self._connection.execute(
            "SELECT * FROM licences WHERE version = ? AND ending = ? AND expires_at > ?"
            " ORDER BY expires_at",
            (version, Ending.REVOKED.value, _text(now)),
        )
        return [_licence(row) for row in rows]

    def add_licence(
        self,
        subject: Subject,
        version: int,
        now: datetime,
        expires_at: datetime,
        *,
        is_temporary: bool,
    ) -> Licence:
        """Write a licence down."""
        cursor = self._connection.execute(
            "INSERT INTO licences (kind, version, subject, device, device_name, user,"
            " is_temporary, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                subject.kind.value,
                version,
                subject.name,
                subject.device,
                subject.device_name,
                subject.user,
                is_temporary,
                _text(now),
                _text(expires_at),
            ),
        )
        return Licence(
            int(cursor.lastrowid or 0),
            subject.kind,
            version,
            subject,
            is_temporary,
            now,
            expires_at,
        )

    def renew(self, number: int, expires_at: datetime) -> None:
        """Move a licence's end."""
        self._connection.execute(
            "UPDATE licences SET expires_at = ? WHERE id = ?", (_text(expires_at), number)
        )

    def end(self, number: int, ending: Ending, now: datetime) -> None:
        """End a licence before its time."""
        self._connection.execute(
            "UPDATE licences SET ended_at = ?, ending = ? WHERE id = ?",
            (_text(now), ending.value, number),
        )


def _text(moment: datetime) -> str:
    # One form for all, since they are compared as texts.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _pack(row: sqlite3.Row) -> Pack:
    return Pack(
        number=row["number"],
        version=row["version"],
        kind=Kind(row["kind"]),
        quantity=row["quantity"],
        license_pack_id=row["license_pack_id"],
        license_code=row["license_code"],
        program=row["program"],
        installed_at=datetime.fromisoformat(row["installed_at"]),
    )


def _licence(row: sqlite3.Row) -> Licence:
    ended_at, ending = row["ended_at"], row["ending"]
    return Licence(
        id=row["id"],
        kind=Kind(row["kind"]),
        version=row["version"],
        subject=Subject(row["device"], row["device_name"], row["user"]),
        is_temporary=bool(row["is_temporary"]),
        issued_at=datetime.fromisoformat(row["issued_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        ending=Ending(ending) if ending else None,
    )
