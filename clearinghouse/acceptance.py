"""What happens to an issued ID: read out, confirmed, shown to be accepted."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import docket, permissions, wrong_tries
from clearinghouse.model import Actor, PermissionState, Refusal, RefusalCode, Request
from clearinghouse.steps import tell
from clearinghouse.transitions import Act, follow
from clearinghouse.wrong_tries import Kind
from codes import closing_code as closing_codes
from codes.proofs import Secret


def mark_read(connection: Connection, request: Request, actor: Actor, now: datetime) -> Request:
    """Note that the ID was read out to its end; the audit is locked."""
    state = follow(request.state, Act.MARK_READ)
    if state is request.state:
        return request
    docket.change(connection, request.id, state=state.value, read_at=now)
    tell(connection, "id.read", request, actor, now)
    return docket.by_id(connection, request.id)


def confirm(
    connection: Connection,
    secret: Secret,
    request: Request,
    code: str,
    actor: Actor,
    now: datetime,
) -> Request:
    """Take a closing code; the audit is locked."""
    state = follow(request.state, Act.CONFIRM)
    subject = str(request.id)
    left = wrong_tries.left(connection, Kind.CLOSING_CODE, subject, now)
    new_id = request.new_license_server_id
    if new_id is None or not closing_codes.verify(secret, request.product_id, new_id, code):
        wrong_tries.record(connection, Kind.CLOSING_CODE, subject, now)
        raise Refusal(RefusalCode.CLOSING_CODE_WRONG, left=left - 1)
    if state is request.state:
        return request
    return accept(connection, request, actor, now, shown_by="closing code")


def accept(
    connection: Connection, request: Request, actor: Actor, now: datetime, *, shown_by: str
) -> Request:
    """Confirm a request whose ID the server has shown to hold; older numbers are superseded."""
    state = follow(request.state, Act.CONFIRM)
    permission = permissions.by_request(connection, request.id)
    if permission is None:
        raise Refusal(RefusalCode.WRONG_STATE)
    if permission.state is PermissionState.DEACTIVATED:
        raise Refusal(RefusalCode.DEACTIVATED)
    permissions.accept(connection, permission, now)
    if request.read_at is None:
        # It can't be typed in without having been read, whoever noted it.
        tell(connection, "id.read", request, actor, now)
    docket.change(
        connection,
        request.id,
        state=state.value,
        read_at=request.read_at or now,
        confirmed_at=now,
    )
    tell(connection, "id.confirmed", request, actor, now, shown_by=shown_by)
    return docket.by_id(connection, request.id)
