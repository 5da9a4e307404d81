"""Why a new number is wanted, and which server goes on with it: what is said before the issue."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import assessment, docket, permissions
from clearinghouse.compromise import revoke_older
from clearinghouse.model import Actor, Reason, Refusal, RefusalCode, Request
from clearinghouse.steps import tell
from clearinghouse.transitions import REASON_IS_FREE, REASON_MAY_RISE


def set_reason(
    connection: Connection, request: Request, reason: Reason, actor: Actor, now: datetime
) -> Request:
    """State the reason of a request; the audit is locked."""
    if reason is request.reason:
        return request
    rises = reason is Reason.PRIVATE_KEY_COMPROMISED and request.state in REASON_MAY_RISE
    if request.state not in REASON_IS_FREE and not rises:
        raise Refusal(
            RefusalCode.WRONG_STATE,
            f"The request is {request.state.value}: its reason can't change any more.",
        )
    is_deactivated = request.issue is None and assessment.is_deactivated(connection, request)
    if reason is Reason.FIRST_ACTIVATION and request.last_issue and not is_deactivated:
        raise Refusal(
            RefusalCode.WRONG_STATE,
            "This license server was activated before, so it isn't its first activation.",
        )
    if is_deactivated and reason not in assessment.ACTIVATES_AGAIN:
        raise Refusal(RefusalCode.DEACTIVATED)
    docket.change(connection, request.id, reason=reason.value)
    tell(connection, "request.reason", request, actor, now, reason=reason.value)
    if rises and request.challenge_answered_at is not None:
        revoke_older(connection, request, actor, now)
    return docket.by_id(connection, request.id)


def choose_replaced(
    connection: Connection, request: Request, issue: int | None, actor: Actor, now: datetime
) -> Request:
    """Choose the server that a request without a number replaces; the audit is locked."""
    if request.state not in REASON_IS_FREE or request.last_issue:
        raise Refusal(
            RefusalCode.WRONG_STATE,
            "Which server is replaced is chosen before the ID is issued, and only for a license "
            "server that holds no number itself.",
        )
    if issue is not None:
        chosen = permissions.by_issue(connection, request.product_id, issue)
        if chosen is None or not permissions.is_usable(connection, chosen):
            raise Refusal(
                RefusalCode.ISSUE_UNKNOWN, "No license server of this product holds this number."
            )
    if issue == request.replaces:
        return request
    docket.change(connection, request.id, replaces=issue)
    tell(connection, "request.replaces", request, actor, now, replaces=issue)
    changed = docket.by_id(connection, request.id)
    goes_on = issue is not None and not assessment.is_deactivated(connection, changed)
    if changed.reason is Reason.FIRST_ACTIVATION and goes_on:
        # The server that it goes on with was activated before: the reason has to be said anew.
        docket.change(connection, request.id, reason=None)
        changed = docket.by_id(connection, request.id)
    return changed
