"""What a product's policy says of a request."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from clearinghouse import permissions
from clearinghouse.model import Policy, Product, Refusal, RefusalCode, Request, Standing


def assess(connection: Connection, product: Product, request: Request, now: datetime) -> Standing:
    """Weigh a request against policy and register, without changing anything."""
    policy = product.policy
    server_id = server_of(connection, request)
    window_began = now - timedelta(days=policy.window_days)
    servers = permissions.registered_servers(connection, product.product_id, window_began)
    left, next_date = policy.reactivations, None
    if server_id is not None:
        left, next_date = _reactivations_left(connection, policy, server_id, now)
    refusal: RefusalCode | None = None
    if request.issue is not None:
        refusal = None  # it has its ID, whatever the policy says by now
    elif product.is_blocked:
        refusal = RefusalCode.PRODUCT_BLOCKED
    elif server_id is None:
        if request.last_issue:
            refusal = RefusalCode.ISSUE_UNKNOWN
        elif servers >= policy.max_servers:
            refusal = RefusalCode.SERVERS_LIMIT
    elif left <= 0:
        refusal = RefusalCode.LIMIT_REACHED
    return Standing(
        left=max(left, 0),
        next_date=next_date,
        servers=servers,
        max_servers=policy.max_servers,
        replaces=None
        if server_id is None
        else permissions.accepted_issue(connection, server_id) or request.last_issue,
        server_known=server_id is not None,
        refusal=refusal,
    )


def enforce(standing: Standing) -> None:
    """Raise the Refusal that a standing speaks of, with what is left and when to come again."""
    match standing.refusal:
        case None:
            return
        case RefusalCode.LIMIT_REACHED as code:
            raise Refusal(code, left=standing.left, next_date=standing.next_date)
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
