"""A compromised private key: the wizard proves itself by a challenge, the old number is revoked."""

import random
from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import docket, permissions, wrong_tries
from clearinghouse.model import Actor, Reason, Refusal, RefusalCode, Request
from clearinghouse.steps import tell
from clearinghouse.wrong_tries import Kind
from codes import challenge as challenges
from codes.proofs import Secret


def challenge(
    connection: Connection, rng: random.Random, request: Request, actor: Actor, now: datetime
) -> str:
    """Give a request its challenge, drawn once; the audit is locked."""
    _require_compromise(request)
    drawn = docket.challenge_of(connection, request.id)
    if drawn is None:
        drawn = challenges.make(rng)
        docket.change(connection, request.id, challenge=drawn)
        tell(connection, "challenge.given", request, actor, now)
    return drawn


def answer(
    connection: Connection,
    secret: Secret,
    request: Request,
    digits: str,
    actor: Actor,
    now: datetime,
) -> Request:
    """Take the answer to the challenge; the audit is locked."""
    _require_compromise(request)
    if request.challenge_answered_at is not None:
        return request
    drawn = docket.challenge_of(connection, request.id)
    if drawn is None:
        raise Refusal(RefusalCode.CHALLENGE_NEEDED, "No challenge was given yet.")
    subject = str(request.id)
    left = wrong_tries.left(connection, Kind.CHALLENGE, subject, now)
    ids = (request.product_id, request.license_server_id)
    if not challenges.verify(secret, *ids, drawn, digits):
        wrong_tries.record(connection, Kind.CHALLENGE, subject, now)
        raise Refusal(
            RefusalCode.CHALLENGE_NEEDED, "This isn't the answer to the challenge.", left=left - 1
        )
    docket.change(connection, request.id, challenge_answered_at=now)
    tell(connection, "challenge.answered", request, actor, now)
    if request.issue is not None:
        revoke_older(connection, request, actor, now)
    return docket.by_id(connection, request.id)


def take_as_answered(
    connection: Connection, request: Request, actor: Actor, now: datetime
) -> Request:
    """Take a proof by the product key for the answer to the challenge; the audit is locked."""
    _require_compromise(request)
    if request.challenge_answered_at is None:
        docket.change(connection, request.id, challenge_answered_at=now)
        tell(connection, "challenge.answered", request, actor, now, shown_by="product key")
        if request.issue is not None:
            revoke_older(connection, request, actor, now)
    return docket.by_id(connection, request.id)


def revoke_older(connection: Connection, request: Request, actor: Actor, now: datetime) -> None:
    """Revoke the numbers that a compromised server held before this request's own."""
    permission = permissions.by_request(connection, request.id)
    if permission is None:
        return
    revoked = permissions.revoke_below(connection, permission, now)
    if revoked:
        tell(connection, "numbers.revoked", request, actor, now, numbers=revoked)


def _require_compromise(request: Request) -> None:
    if request.reason is not Reason.PRIVATE_KEY_COMPROMISED:
        raise Refusal(
            RefusalCode.WRONG_STATE,
            "A challenge is given only where the private key was compromised.",
        )
