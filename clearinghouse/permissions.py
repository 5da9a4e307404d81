"""Issued numbers and the servers that they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from clearinghouse.model import PermissionState
from clearinghouse.tables import permissions, servers


@dataclass(frozen=True, slots=True)
class Permission:
    """One issued number of a product."""

    id: int
    product_id: str
    issue: int
    server_id: int
    request_id: int
    state: PermissionState


_P = permissions.c
_by_issue = select(permissions).where(
    _P.product_id == bindparam("product"), _P.issue == bindparam("number")
)
_by_request = select(permissions).where(_P.request_id == bindparam("request"))
_next_pending = select(_P.id).where(
    _P.server_id == bindparam("server"),
    _P.issue > bindparam("number"),
    _P.state == PermissionState.PENDING.value,
)
_reactivations = (
    select(_P.issued_at)
    .where(
        _P.server_id == bindparam("server"),
        _P.is_reactivation,
        _P.issued_at > bindparam("since"),
    )
    .order_by(_P.issued_at)
)
_accepted = select(func.max(_P.issue)).where(
    _P.server_id == bindparam("server"), _P.accepted_at.is_not(None)
)
_registered = (
    select(func.count())
    .select_from(servers)
    .where(
        servers.c.product_id == bindparam("product"),
        or_(servers.c.accepted_at.is_not(None), servers.c.issued_at > bindparam("since")),
    )
)
_add_server = insert(servers).returning(servers.c.id)
_touch_server = (
    update(servers).where(servers.c.id == bindparam("server")).values(issued_at=bindparam("at"))
)
_prove_server = (
    update(servers)
    .where(servers.c.id == bindparam("server"), servers.c.accepted_at.is_(None))
    .values(accepted_at=bindparam("at"))
)
_add = insert(permissions)
_accept = (
    update(permissions)
    .where(_P.id == bindparam("permission"))
    .values(accepted_at=bindparam("at"), state=bindparam("new_state"))
)
_below = and_(
    _P.server_id == bindparam("server"),
    _P.issue < bindparam("number"),
    _P.state.in_([PermissionState.PENDING.value, PermissionState.CURRENT.value]),
)
_supersede = update(permissions).where(_below).values(state=PermissionState.SUPERSEDED.value)
_valid_below = select(_P.issue).where(_below).order_by(_P.issue)
_revoke = (
    update(permissions)
    .where(_below)
    .values(state=PermissionState.REVOKED.value, revoked_at=bindparam("at"))
)


def by_issue(connection: Connection, product_id: str, issue: int) -> Permission | None:
    """Find a number of a product."""
    row = connection.execute(_by_issue, {"product": product_id, "number": issue}).first()
    return None if row is None else _permission(row)


def by_request(connection: Connection, request_id: int) -> Permission | None:
    """Find what was issued for a request."""
    row = connection.execute(_by_request, {"request": request_id}).first()
    return None if row is None else _permission(row)


def is_usable(connection: Connection, permission: Permission) -> bool:
    """Say whether a server that holds this number may ask for a new one.

    A revoked number may, as long as its server hasn't shown that it accepted the one that came
    after: else a customer whose call broke off after a compromise could never ask again.
    """
    if permission.state is not PermissionState.REVOKED:
        return True
    server = {"server": permission.server_id, "number": permission.issue}
    return connection.execute(_next_pending, server).first() is not None


def reactivations(connection: Connection, server_id: int, since: datetime) -> Sequence[datetime]:
    """Read when a server was reactivated, oldest first."""
    values = {"server": server_id, "since": since}
    return connection.execute(_reactivations, values).scalars().all()


def accepted_issue(connection: Connection, server_id: int) -> int | None:
    """Read the highest number that a server is known to have accepted."""
    return connection.execute(_accepted, {"server": server_id}).scalar()


def registered_servers(connection: Connection, product_id: str, since: datetime) -> int:
    """Count a product's servers: those that accepted a number or were given one since then.

    A first activation that was never finished stops counting, or it would use up a place for good.
    """
    values = {"product": product_id, "since": since}
    return connection.execute(_registered, values).scalar_one()


def add_server(connection: Connection, product_id: str, now: datetime) -> int:
    """Register a server; gives its id."""
    values = {"product_id": product_id, "issued_at": now}
    return int(connection.execute(_add_server, values).scalar_one())


def add(
    connection: Connection,
    *,
    product_id: str,
    issue: int,
    server_id: int,
    request_id: int,
    new_license_server_id: str,
    is_reactivation: bool,
    now: datetime,
) -> None:
    """Store an issued number."""
    connection.execute(
        _add,
        {
            "product_id": product_id,
            "issue": issue,
            "server_id": server_id,
            "request_id": request_id,
            "new_license_server_id": new_license_server_id,
            "state": PermissionState.PENDING.value,
            "is_reactivation": is_reactivation,
            "issued_at": now,
        },
    )
    connection.execute(_touch_server, {"server": server_id, "at": now})


def accept(connection: Connection, permission: Permission, now: datetime) -> None:
    """Note that its server accepted a number: the lower ones are superseded from now on."""
    highest = accepted_issue(connection, permission.server_id) or 0
    state = permission.state
    if state is PermissionState.PENDING and permission.issue > highest:
        state = PermissionState.CURRENT
    values = {"permission": permission.id, "at": now, "new_state": state.value}
    connection.execute(_accept, values)
    connection.execute(_supersede, {"server": permission.server_id, "number": permission.issue})
    connection.execute(_prove_server, {"server": permission.server_id, "at": now})


def revoke_below(connection: Connection, permission: Permission, now: datetime) -> list[int]:
    """Revoke every number of a server that a new one replaces; gives those that were valid."""
    values = {"server": permission.server_id, "number": permission.issue}
    revoked = list(connection.execute(_valid_below, values).scalars())
    if revoked:
        connection.execute(_revoke, {**values, "at": now})
    return revoked


def _permission(row: Row[Any]) -> Permission:
    return Permission(
        row.id,
        row.product_id,
        row.issue,
        row.server_id,
        row.request_id,
        PermissionState(row.state),
    )
