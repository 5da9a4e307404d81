"""The issuing CA's revocation list: stored, and signed anew when it is old or something changed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from clearinghouse import audit, authorities
from clearinghouse.certificate_tables import certificates, revocation_lists
from clearinghouse.tables import permissions
from data_store import Cipher
from license_certificates import revocation

FRESH_FOR: Final = timedelta(days=1)
"""How long a stored list is handed out; it may be used for longer."""
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)

_stored = select(revocation_lists)
_forget = delete(revocation_lists)
_add = insert(revocation_lists)
# Revoked is for good, so the moment of it says enough, and has an index.
_revoked = (
    select(permissions.c.new_license_server_id, permissions.c.revoked_at)
    .join_from(permissions, certificates, certificates.c.permission_id == permissions.c.id)
    .where(permissions.c.revoked_at.is_not(None))
    .order_by(permissions.c.revoked_at, permissions.c.id)
)
_newest = (
    select(func.max(permissions.c.revoked_at))
    .where(permissions.c.revoked_at.is_not(None))
    .scalar_subquery()
)
_mark = select(func.max(permissions.c.revoked_at), func.count()).where(
    permissions.c.revoked_at == _newest
)


def revocation_list(connection: Connection, cipher: Cipher, now: datetime) -> bytes:
    """Give the list (PEM): every revoked number that the issuing CA had signed for."""
    stored = _usable(connection, now)
    if stored is not None:
        return stored
    audit.lock(connection)
    ca, key = authorities.issuing(connection, cipher, now)
    revoked = [
        (int(row.new_license_server_id), row.revoked_at) for row in connection.execute(_revoked)
    ]
    last = connection.execute(_stored).first()
    # A list's number has to grow, also where two are made in one second.
    number = max(int((now - _EPOCH).total_seconds()), 1 if last is None else last.number + 1)
    made = revocation.make_list(ca, key, revoked, number, now)
    connection.execute(_forget)
    newest, count = connection.execute(_mark).one()
    values = {
        "id": 1,
        "number": number,
        "content": made.decode("ascii"),
        "made_at": now,
        "newest": newest,
        "newest_count": count,
    }
    connection.execute(_add, values)
    return made


def _usable(connection: Connection, now: datetime) -> bytes | None:
    row = connection.execute(_stored).first()
    if row is None or not row.made_at <= now < row.made_at + FRESH_FOR:
        return None
    is_whole = tuple(connection.execute(_mark).one()) == (row.newest, row.newest_count)
    return str(row.content).encode("ascii") if is_whole else None
