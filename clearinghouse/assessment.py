"""What a product's policy says of a request."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from clearinghouse import outbox, permissions, servers
from clearinghouse.model import (
    Policy,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    Request,
    Standing,
)
from clearinghouse.servers import Found

ACTIVATES_AGAIN: Final = frozenset({Reason.FIRST_ACTIVATION, Reason.PRIVATE_KEY_COMPROMISED})
"""The reasons for which a deactivated server gets a new number."""


def assess(connection: Connection, product: Product, request: Request, now: datetime) -> Standing:
    """Weigh a request against policy and register, without changing anything."""
    policy = product.policy
    server_id = server_of(connection, request)
    server = None if server_id is None else servers.find(connection, server_id)
    window_began = now - timedelta(days=policy.window_days)
    taken = servers.registered(connection, product.product_id, window_began)
    left, next_date = policy.reactivations, None
    if server_id is not None:
        left, next_date = _reactivations_left(connection, policy, server_id, now)
    refusal: RefusalCode | None = None
    if request.issue is not None:
        refusal = None  # it has its ID, whatever the policy says by now
    elif product.is_blocked:
        refusal = RefusalCode.PRODUCT_BLOCKED
    elif server is None and request.last_issue:
        refusal = RefusalCode.ISSUE_UNKNOWN
    elif _is_deactivated_for(server, request):
        refusal = RefusalCode.DEACTIVATED
    elif taken >= policy.max_servers and not _has_place(connection, server, window_began):
        refusal = RefusalCode.SERVERS_LIMIT
    elif server is not None and left <= 0:
        refusal = RefusalCode.LIMIT_REACHED
    elif server is not None and now < (cool := _cool_at(policy, server, request)):
        refusal, next_date = RefusalCode.COOLING_OFF, cool.date()
    return Standing(
        left=max(left, 0),
        next_date=next_date,
        servers=taken,
        max_servers=policy.max_servers,
        replaces=None
        if server_id is None
        else permissions.accepted_issue(connection, server_id) or request.last_issue,
        server_known=server_id is not None,
        refusal=refusal,
    )


def require(connection: Connection, product: Product, request: Request, now: datetime) -> None:
    """Raise the Refusal that policy or register have for a request; webhooks are told of it."""
    try:
        enforce(assess(connection, product, request, now))
    except Refusal as refusal:
        outbox.note(
            connection,
            "request.refused",
            number=None,
            now=now,
            product_id=request.product_id,
            request_id=request.id,
            data={
                "code": refusal.code.value,
                "left": refusal.left,
                "next_date": None if refusal.next_date is None else refusal.next_date.isoformat(),
            },
        )
        raise


def enforce(standing: Standing) -> None:
    """Raise the Refusal that a standing speaks of, with what is left and when to come again."""
    match standing.refusal:
        case None:
            return
        case RefusalCode.LIMIT_REACHED as code:
            raise Refusal(code, left=standing.left, next_date=standing.next_date)
        case RefusalCode.COOLING_OFF as code:
            raise Refusal(code, next_date=standing.next_date)
        case RefusalCode.SERVERS_LIMIT as code:
            raise Refusal(code, left=0)
        case code:
            raise Refusal(code)


def server_of(connection: Connection, request: Request) -> int | None:
    """Find the registered server that a request names by the number it holds (or replaces)."""
    number = request.last_issue or request.replaces
    if not number:
        return None
    permission = permissions.by_issue(connection, request.product_id, number)
    if permission is None or not permissions.is_usable(connection, permission):
        return None
    return permission.server_id


def is_deactivated(connection: Connection, request: Request) -> bool:
    """Say whether the server that a request names was deactivated."""
    server_id = server_of(connection, request)
    return server_id is not None and servers.find(connection, server_id).is_deactivated


def _is_deactivated_for(server: Found | None, request: Request) -> bool:
    """A deactivated server is activated again, and nothing else; without a reason: still open."""
    if server is None or not server.is_deactivated or request.reason is None:
        return False
    return request.reason not in ACTIVATES_AGAIN


def _has_place(connection: Connection, server: Found | None, since: datetime) -> bool:
    """An active server keeps its place whatever the policy says; others have to find one."""
    if server is None:
        return False
    return not server.is_deactivated or servers.has_place(connection, server.id, since)


def _cool_at(policy: Policy, server: Found, request: Request) -> datetime:
    """When a server may have its next number: at once where its key is compromised or it begins."""
    if server.is_deactivated or request.reason is Reason.PRIVATE_KEY_COMPROMISED:
        return server.issued_at
    return server.issued_at + timedelta(hours=policy.cooling_off_hours)


def _reactivations_left(
    connection: Connection, policy: Policy, server_id: int, now: datetime
) -> tuple[int, date | None]:
    """Count what a server has left in the period, and where nothing is, the first day with one."""
    period = timedelta(days=policy.period_days)
    times = permissions.reactivations(connection, server_id, now - period)
    left = policy.reactivations - len(times)
    if left > 0 or not policy.reactivations:
        return left, None
    frees_one = times[len(times) - policy.reactivations] + period
    # A reactivation stops counting in the course of that day, so the next one is the first whole.
    return left, frees_one.date() + timedelta(days=1)
