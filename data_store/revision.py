"""Whether the database has the tables that this release expects."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from data_store.errors import StoreError


class Revision(StrEnum):
    """How the stored tables relate to this release."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"


# Alembic's own table; it is read here so that nothing else of the store needs Alembic.
_versions = Table("alembic_version", MetaData(), Column("version_num", String(32)))
_select_version = select(_versions.c.version_num)


def stored_revision(connection: Connection) -> str | None:
    """Read which migration the database is at; None before the first."""
    if not inspect(connection).has_table(_versions.name):
        return None
    return connection.execute(_select_version).scalar()


def check_revision(connection: Connection, *, head: str, known: Collection[str]) -> Revision:
    """Compare the database with this release, whose migrations are `known` and end with `head`.

    Raises StoreError where the database is newer than the release.
    """
    stored = stored_revision(connection)
    if stored is None:
        return Revision.EMPTY
    if stored == head:
        return Revision.CURRENT
    if stored in known:
        return Revision.OLDER
    raise StoreError(
        f"The database was written by a newer release (its revision {stored} is unknown here)."
        " Install that release, or use another database."
    )
