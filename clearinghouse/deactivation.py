"""Deactivation: a receipt comes in, a confirmation goes out, the server's place is free."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from clearinghouse import (
    audit,
    catalogue,
    docket,
    permissions,
    servers,
    writers,
    wrong_tries,
)
from clearinghouse.acceptance import accept
from clearinghouse.asked import Contact
from clearinghouse.certificate_tables import deactivations
from clearinghouse.model import (
    Actor,
    Channel,
    Deactivation,
    DeactivationCause,
    PermissionState,
    Refusal,
    RefusalCode,
)
from clearinghouse.permissions import Permission
from clearinghouse.steps import run_out
from clearinghouse.wrong_tries import Kind
from codes import deactivation_confirmation as confirmations
from codes import deactivation_receipt as receipts
from codes import product_id as product_ids
from codes.errors import NotAuthentic
from codes.proofs import Secret
from data_store import Cipher

_add = insert(deactivations)
_of_permission = select(deactivations.c.at).where(
    deactivations.c.permission_id == bindparam("permission")
)


@dataclass(frozen=True, slots=True)
class Showing:
    """Who shows which receipt, and why."""

    product_id: str
    receipt: str
    cause: DeactivationCause
    channel: Channel
    contact: Contact
    caller: str | None
    actor: Actor
    now: datetime


def deactivate(connection: Connection, cipher: Cipher, showing: Showing) -> Deactivation:
    """Take a receipt; see `Clearinghouse.deactivate`."""
    product_id = product_ids.validate(showing.product_id)
    receipt = receipts.validate(showing.receipt)
    audit.lock(connection)
    _bear(connection, showing, product_id)
    found = catalogue.find_with_secret(connection, cipher, product_id)
    if found is None:
        _count(connection, showing, None)
        raise Refusal(RefusalCode.PRODUCT_UNKNOWN)
    _, secret = found
    held = _shown(connection, showing, product_id, receipt, secret)
    done: datetime | None = connection.execute(_of_permission, {"permission": held.id}).scalar()
    if done is None:
        _require_current(connection, held)
        _end(connection, held, showing)
        done = showing.now
    confirmation = confirmations.make(secret, product_id, receipt)
    return Deactivation(confirmation, held.issue, done)


def _shown(
    connection: Connection, showing: Showing, product_id: str, receipt: str, secret: Secret
) -> Permission:
    """Find the number that a receipt was made with. Raises RECEIPT_WRONG, which is counted."""
    held = permissions.by_issue(connection, product_id, receipts.parse(receipt).issue)
    if held is None or not _is_own(secret, held, receipt):
        _count(connection, showing, product_id)
        raise Refusal(RefusalCode.RECEIPT_WRONG)
    return held


def _is_own(secret: Secret, held: Permission, receipt: str) -> bool:
    with suppress(NotAuthentic):
        receipts.verify(secret, held.product_id, held.new_license_server_id, receipt)
        return True
    return False


def _require_current(connection: Connection, held: Permission) -> None:
    match held.state:
        case PermissionState.SUPERSEDED:
            raise Refusal(RefusalCode.NOT_CURRENT)
        case PermissionState.DEACTIVATED:
            raise Refusal(RefusalCode.DEACTIVATED)
        case PermissionState.REVOKED if not permissions.is_usable(connection, held):
            raise Refusal(RefusalCode.NOT_CURRENT)


def _end(connection: Connection, held: Permission, showing: Showing) -> None:
    actor, now = showing.actor, showing.now
    if held.state is PermissionState.PENDING:
        # A server makes a receipt with the number that it holds: so it has accepted this one.
        request = docket.by_id(connection, held.request_id)
        accept(connection, request, actor, now, shown_by="deactivation receipt")
    permissions.deactivate(connection, held.server_id)
    servers.deactivate(connection, held.server_id, now)
    values = {
        "permission_id": held.id,
        "cause": showing.cause.value,
        "channel": showing.channel.value,
        "at": now,
    }
    connection.execute(_add, values)
    writers.record(connection, showing.contact, now, permission_id=held.id)
    data = {
        "issue": held.issue,
        "server": held.server_id,
        "cause": showing.cause.value,
        "channel": showing.channel.value,
    }
    audit.append(
        connection,
        "server.deactivated",
        actor=actor,
        now=now,
        product_id=held.product_id,
        request_id=held.request_id,
        data=data,
    )
    for request in docket.standing_of_server(connection, held.server_id):
        run_out(connection, request, actor, now)


def _bear(connection: Connection, showing: Showing, product_id: str) -> None:
    """Refuse who gave too many wrong codes; a representative has a person on the line."""
    if showing.caller is not None:
        wrong_tries.left(connection, Kind.CALLER, showing.caller, showing.now)
    if showing.actor.kind != "representative":
        wrong_tries.left(connection, Kind.RECEIPT, product_id, showing.now)


def _count(connection: Connection, showing: Showing, product_id: str | None) -> None:
    if showing.caller is not None:
        wrong_tries.record(connection, Kind.CALLER, showing.caller, showing.now)
    if product_id is not None:
        wrong_tries.record(connection, Kind.RECEIPT, product_id, showing.now)
