"""What several acts on a request share: telling the audit, running out."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import audit, docket
from clearinghouse.model import Actor, Request, RequestState
from clearinghouse.transitions import TRANSITIONS, Act, follow


def tell(
    connection: Connection,
    action: str,
    request: Request,
    actor: Actor,
    now: datetime,
    **data: object,
) -> None:
    """Add an audit entry about a request."""
    audit.append(
        connection,
        action,
        actor=actor,
        now=now,
        product_id=request.product_id,
        request_id=request.id,
        data=data,
    )


def run_out(connection: Connection, request: Request, actor: Actor, now: datetime) -> None:
    """End a request's window: from now on its pair of IDs gets a new request."""
    act = Act.LAPSE if Act.LAPSE in TRANSITIONS[request.state] else Act.ABANDON
    state = follow(request.state, act)
    docket.change(connection, request.id, state=state.value, is_standing=False)
    if state is not request.state:
        action = "request.lapsed" if state is RequestState.LAPSED else "request.abandoned"
        tell(connection, action, request, actor, now)
