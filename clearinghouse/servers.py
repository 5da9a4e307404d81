"""License servers as the register sees them: what goes on from number to number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, insert, or_, select, update

from clearinghouse.model import PermissionState, Server, ServerState
from clearinghouse.tables import permissions, servers
from data_store import Prepared

_S = servers.c
_this = update(servers).where(_S.id == bindparam("server"))
_by_id = Prepared(select(servers).where(_S.id == bindparam("server")))
# One that was deactivated takes a place again as soon as it is given a number: what was pending
# before was deactivated with it.
_is_given_a_number = exists().where(
    permissions.c.server_id == _S.id, permissions.c.state == PermissionState.PENDING.value
)
_takes_a_place = or_(
    and_(_S.deactivated_at.is_(None), _S.accepted_at.is_not(None)),
    and_(_S.issued_at > bindparam("since"), or_(_S.deactivated_at.is_(None), _is_given_a_number)),
)
_registered = Prepared(
    select(func.count().label("number"))
    .select_from(servers)
    .where(_S.product_id == bindparam("product"), _takes_a_place)
)
_placed = Prepared(select(_S.id).where(_S.id == bindparam("server"), _takes_a_place))
_add = insert(servers).returning(_S.id)
_note_issue = Prepared(_this.values(issued_at=bindparam("at")))
_note_acceptance = Prepared(
    _this.where(_S.accepted_at.is_(None)).values(accepted_at=bindparam("at"))
)
_activate = _this.where(_S.deactivated_at.is_not(None)).values(deactivated_at=None)
_deactivate = _this.values(deactivated_at=bindparam("at"))
_of_product = (
    select(
        servers,
        permissions.c.issue,
        permissions.c.state,
        permissions.c.accepted_at.label("shown_at"),
    )
    .join_from(servers, permissions, permissions.c.server_id == _S.id)
    .where(_S.product_id == bindparam("product"))
    .order_by(_S.id, permissions.c.issue)
)


@dataclass(frozen=True, slots=True)
class Found:
    """A server's own row."""

    id: int
    issued_at: datetime
    is_deactivated: bool


def find(connection: Connection, server_id: int) -> Found:
    """Read a server. Raises LookupError where there is none."""
    row = _by_id.first(connection, {"server": server_id})
    if row is None:
        raise LookupError(f"There is no server {server_id}.")
    return Found(row.id, row.issued_at, row.deactivated_at is not None)


def registered(connection: Connection, product_id: str, since: datetime) -> int:
    """Count a product's servers: those that accepted a number or were given one since then.

    A first activation that was never finished stops counting, or it would use up a place for good.
    """
    values = {"product": product_id, "since": since}
    return int(_registered.first(connection, values).number)


def has_place(connection: Connection, server_id: int, since: datetime) -> bool:
    """Say whether a server is among those that `registered` counts."""
    values = {"server": server_id, "since": since}
    return _placed.first(connection, values) is not None


def add(connection: Connection, product_id: str, now: datetime) -> int:
    """Register a server; gives its id."""
    values = {"product_id": product_id, "issued_at": now}
    return int(connection.execute(_add, values).scalar_one())


def note_issue(connection: Connection, server_id: int, now: datetime) -> None:
    """Note that a server was given a number."""
    _note_issue.run(connection, {"server": server_id, "at": now})


def note_acceptance(
    connection: Connection, server_id: int, now: datetime, *, is_active: bool
) -> None:
    """Note that a server showed to hold a number; a current one makes it active again."""
    _note_acceptance.run(connection, {"server": server_id, "at": now})
    if is_active:
        connection.execute(_activate, {"server": server_id})


def deactivate(connection: Connection, server_id: int, now: datetime) -> None:
    """Mark a server as deactivated: its place is free."""
    connection.execute(_deactivate, {"server": server_id, "at": now})


def of_product(connection: Connection, product_id: str) -> list[Server]:
    """Read a product's servers, in the order in which they came."""
    numbers: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_of_product, {"product": product_id}):
        numbers.setdefault(row.id, []).append(row)
    return [_server(rows) for rows in numbers.values()]


def _server(rows: list[Row[Any]]) -> Server:
    own = rows[-1]
    shown = [row for row in rows if row.shown_at is not None]
    held = shown[-1] if shown else own
    if own.deactivated_at is not None:
        state = ServerState.DEACTIVATED
    elif not shown:
        state = ServerState.PENDING
    elif held.state == PermissionState.REVOKED.value:
        state = ServerState.REVOKED
    else:
        state = ServerState.ACTIVE
    revoked = tuple(row.issue for row in rows if row.state == PermissionState.REVOKED.value)
    return Server(
        own.id, held.issue, state, own.issued_at, own.accepted_at, own.deactivated_at, revoked
    )
