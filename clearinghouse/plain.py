"""Which requests the line may issue by itself: plain ones, where the product's policy allows it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from clearinghouse import assessment, servers
from clearinghouse.model import LineIssues, Product, Reason, Request


def is_allowed(product: Product, *, out_of_hours: bool) -> bool:
    """Whether the product's policy lets the line issue, now that centres are open or not."""
    rule = product.policy.issue_by_line
    return rule == LineIssues.ALWAYS or (rule == LineIssues.OUT_OF_HOURS and out_of_hours)


def line_may_issue(
    connection: Connection, product: Product, request: Request, now: datetime, *, out_of_hours: bool
) -> bool:
    """Whether no representative is needed; what has its ID already is given again."""
    if is_allowed(product, out_of_hours=out_of_hours):
        return request.issue is not None or _is_plain(connection, product, request, now)
    return False


def _is_plain(connection: Connection, product: Product, request: Request, now: datetime) -> bool:
    """A compromised key proves itself to a person; which server is replaced a person chooses."""
    if request.reason is Reason.PRIVATE_KEY_COMPROMISED:
        return False
    if request.last_issue or request.replaces:
        return assessment.server_of(connection, request) is not None
    since = now - timedelta(days=product.policy.window_days)
    return not servers.registered(connection, product.product_id, since)
