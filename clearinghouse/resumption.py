"""A request whose caller was cut off goes on: few tries to prove it, then it is open again."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import docket, wrong_tries
from clearinghouse.model import Actor, Refusal, RefusalCode, Request
from clearinghouse.steps import tell
from clearinghouse.transitions import Act, follow
from clearinghouse.wrong_tries import Kind
from codes import license_server_id as license_server_ids
from codes.errors import NotAuthentic
from codes.proofs import Secret


def may_prove(connection: Connection, caller: str, now: datetime) -> bool:
    """Say whether this caller has tries left."""
    try:
        wrong_tries.left(connection, Kind.RESUMING_CALLER, caller, now)
    except Refusal:
        return False
    return True


def prove(
    connection: Connection, *, subject: str, caller: str | None, holds: bool, now: datetime
) -> None:
    """Take or count a proof; once the tries are used up even a right one is refused."""
    wrong_tries.left(connection, Kind.RESUMING, subject, now)
    if caller is not None:
        wrong_tries.left(connection, Kind.RESUMING_CALLER, caller, now)
    if holds:
        return
    wrong_tries.record(connection, Kind.RESUMING, subject, now)
    if caller is not None:
        wrong_tries.record(connection, Kind.RESUMING_CALLER, caller, now)
    raise Refusal(RefusalCode.PROOF_WRONG)


def resume(
    connection: Connection, secret: Secret, request: Request, actor: Actor, now: datetime
) -> Request:
    """Open an abandoned request again, or find the one that stands in its place.

    The audit is locked. A product key that was replaced meanwhile leaves no way back.
    """
    state = follow(request.state, Act.RESUME)
    if state is request.state:
        return request
    standing = docket.standing(connection, request.product_id, request.license_server_id)
    if standing is not None:
        return standing[0]
    try:
        license_server_ids.verify(secret, request.product_id, request.license_server_id)
    except NotAuthentic as error:
        raise Refusal(RefusalCode.WRONG_STATE) from error
    docket.change(connection, request.id, state=state.value, is_standing=True)
    tell(connection, "request.resumed", request, actor, now)
    return docket.by_id(connection, request.id)
