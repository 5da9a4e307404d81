"""Issuing: the one place where a new license server ID is made."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from clearinghouse import assessment, catalogue, docket, permissions, servers
from clearinghouse.compromise import revoke_older
from clearinghouse.model import Actor, Product, Reason, Refusal, RefusalCode, Request
from clearinghouse.steps import tell
from clearinghouse.transitions import Act, follow
from codes import new_license_server_id as new_license_server_ids
from codes.proofs import Secret

HIGHEST_ISSUE: Final = 999
"""Issue numbers have three digits."""


def issue(
    connection: Connection,
    product: Product,
    secret: Secret,
    request: Request,
    actor: Actor,
    now: datetime,
) -> Request:
    """Issue the ID of a checked request, or give the one that it has; the audit is locked."""
    state = follow(request.state, Act.ISSUE)
    if request.issue is not None:
        return request
    if request.reason is None:
        raise Refusal(RefusalCode.WRONG_STATE, "The reason has to be stated first.")
    assessment.require(connection, product, request, now)
    compromised = request.reason is Reason.PRIVATE_KEY_COMPROMISED
    if compromised and request.challenge_answered_at is None:
        raise Refusal(RefusalCode.CHALLENGE_NEEDED)
    number = product.last_issue + 1
    if number > HIGHEST_ISSUE:
        raise Refusal(
            RefusalCode.LIMIT_REACHED, "The product has used up its issue numbers.", left=0
        )
    month = new_license_server_ids.month_number(now.date())
    months = product.policy.validity_months
    new_id = new_license_server_ids.make(
        secret, product.product_id, request.license_server_id, number, month, months
    )
    known = assessment.server_of(connection, request)
    server = servers.add(connection, product.product_id, now) if known is None else known
    catalogue.set_last_issue(connection, product.product_id, number)
    permissions.add(
        connection,
        product_id=product.product_id,
        issue=number,
        server_id=server,
        request_id=request.id,
        new_license_server_id=new_id,
        is_reactivation=known is not None,
        now=now,
    )
    docket.change(
        connection,
        request.id,
        state=state.value,
        issued_at=now,
        window_ends_at=now + timedelta(days=product.policy.window_days),
    )
    # The code's hash, not the code: an exported audit must not hand out permissions.
    tell(
        connection,
        "id.issued",
        request,
        actor,
        now,
        issue=number,
        month=month,
        months=months,
        server=server,
        reason=request.reason.value,
        new_license_server_id_sha256=hashlib.sha256(new_id.encode("ascii")).hexdigest(),
    )
    issued = docket.by_id(connection, request.id)
    if compromised:
        revoke_older(connection, issued, actor, now)
    return issued
