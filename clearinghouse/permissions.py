"""Issued numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from clearinghouse import servers
from clearinghouse.model import PermissionState
from clearinghouse.tables import permissions
from data_store import Prepared, PreparedInsert


@dataclass(frozen=True, slots=True)
class Permission:
    """One issued number of a product."""

    id: int
    product_id: str
    issue: int
    server_id: int
    request_id: int
    state: PermissionState
    new_license_server_id: str


_P = permissions.c
_by_issue = Prepared(
    select(permissions).where(
        _P.product_id == bindparam("product"), _P.issue == bindparam("number")
    )
)
_by_request = Prepared(select(permissions).where(_P.request_id == bindparam("request")))
_next_pending = Prepared(
    select(_P.id).where(
        _P.server_id == bindparam("server"),
        _P.issue > bindparam("number"),
        _P.state == PermissionState.PENDING.value,
    )
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
_add = PreparedInsert(
    permissions,
    "product_id",
    "issue",
    "server_id",
    "request_id",
    "new_license_server_id",
    "state",
    "is_reactivation",
    "issued_at",
)
_accept = (
    update(permissions)
    .where(_P.id == bindparam("permission"))
    .values(accepted_at=bindparam("at"), state=bindparam("new_state"))
)
_VALID = (PermissionState.PENDING.value, PermissionState.CURRENT.value)
_below = and_(_P.server_id == bindparam("server"), _P.issue < bindparam("number"))
_supersede = (
    update(permissions)
    .where(_below, _P.state.in_(_VALID))
    .values(state=PermissionState.SUPERSEDED.value)
)
# A deactivated number's certificate may still be in use somewhere, so a thief's is as well.
_revocable = and_(_below, _P.state.in_([*_VALID, PermissionState.DEACTIVATED.value]))
_valid_below = select(_P.issue).where(_revocable).order_by(_P.issue)
_revoke = (
    update(permissions)
    .where(_revocable)
    .values(state=PermissionState.REVOKED.value, revoked_at=bindparam("at"))
)
_deactivate = (
    update(permissions)
    .where(_P.server_id == bindparam("server"), _P.state.in_(_VALID))
    .values(state=PermissionState.DEACTIVATED.value)
)


def by_issue(connection: Connection, product_id: str, issue: int) -> Permission | None:
    """Find a number of a product."""
    row = _by_issue.first(connection, {"product": product_id, "number": issue})
    return None if row is None else _permission(row)


def by_request(connection: Connection, request_id: int) -> Permission | None:
    """Find what was issued for a request."""
    row = _by_request.first(connection, {"request": request_id})
    return None if row is None else _permission(row)


def is_usable(connection: Connection, permission: Permission) -> bool:
    """Say whether a server that holds this number may ask for a new one.

    A revoked number may, as long as its server hasn't shown that it accepted the one that came
    after: else a customer whose call broke off after a compromise could never ask again.
    """
    if permission.state is not PermissionState.REVOKED:
        return True
    server = {"server": permission.server_id, "number": permission.issue}
    return _next_pending.first(connection, server) is not None


def reactivations(connection: Connection, server_id: int, since: datetime) -> Sequence[datetime]:
    """Read when a server was reactivated, oldest first."""
    values = {"server": server_id, "since": since}
    return connection.execute(_reactivations, values).scalars().all()


def accepted_issue(connection: Connection, server_id: int) -> int | None:
    """Read the highest number that a server is known to have accepted."""
    return connection.execute(_accepted, {"server": server_id}).scalar()


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
    _add.run(
        connection,
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
    servers.note_issue(connection, server_id, now)


def accept(connection: Connection, permission: Permission, now: datetime) -> None:
    """Note that its server accepted a number: the lower ones are superseded from now on."""
    highest = accepted_issue(connection, permission.server_id) or 0
    state = permission.state
    if state is PermissionState.PENDING and permission.issue > highest:
        state = PermissionState.CURRENT
    values = {"permission": permission.id, "at": now, "new_state": state.value}
    connection.execute(_accept, values)
    connection.execute(_supersede, {"server": permission.server_id, "number": permission.issue})
    servers.note_acceptance(
        connection, permission.server_id, now, is_active=state is PermissionState.CURRENT
    )


def revoke_below(connection: Connection, permission: Permission, now: datetime) -> list[int]:
    """Revoke every number of a server that a new one replaces; gives those that were valid."""
    values = {"server": permission.server_id, "number": permission.issue}
    revoked = list(connection.execute(_valid_below, values).scalars())
    if revoked:
        connection.execute(_revoke, {**values, "at": now})
    return revoked


def deactivate(connection: Connection, server_id: int) -> None:
    """Take away what a server's numbers permit: it was deactivated."""
    connection.execute(_deactivate, {"server": server_id})


def _permission(row: Any) -> Permission:  # noqa: ANN401 -- a row, whoever read it
    return Permission(
        row.id,
        row.product_id,
        row.issue,
        row.server_id,
        row.request_id,
        PermissionState(row.state),
        row.new_license_server_id,
    )
