"""The requests as rows: found, added, moved on."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from clearinghouse.model import Channel, Reason, Request, RequestState
from clearinghouse.tables import permissions, requests
from data_store import Prepared

HIGHEST_ID: Final = 2**31 - 1

_R = requests.c
_columns = select(requests, permissions.c.new_license_server_id, permissions.c.issue).select_from(
    requests.outerjoin(permissions, permissions.c.request_id == _R.id)
)
_by_id = Prepared(_columns.where(_R.id == bindparam("request")))
_by_case = Prepared(_columns.where(_R.case_number == bindparam("case_number")))
_standing = Prepared(
    _columns.where(
        _R.product_id == bindparam("product"),
        _R.license_server_id == bindparam("license_server"),
        _R.is_standing,
    )
)
_of_product = (
    _columns.where(_R.product_id == bindparam("product"), _R.id < bindparam("before"))
    .order_by(_R.id.desc())
    .limit(bindparam("limit"))
)
_run_out = (
    _columns.where(_R.is_standing, _R.window_ends_at <= bindparam("now"))
    .order_by(_R.window_ends_at)
    .limit(bindparam("limit"))
)
_standing_of_product = _columns.where(_R.product_id == bindparam("product"), _R.is_standing)
_standing_of_server = _columns.where(permissions.c.server_id == bindparam("server"), _R.is_standing)
_case_taken = Prepared(select(_R.id).where(_R.case_number == bindparam("case_number")))
_challenge = Prepared(select(_R.challenge).where(_R.id == bindparam("request")))
_NEW: Final = (
    "case_number",
    "product_id",
    "license_server_id",
    "last_issue",
    "reason",
    "channel",
    "line_code",
    "opened_at",
    "window_ends_at",
)
_add = Prepared(
    insert(requests)
    .values(
        {name: bindparam(name, type_=_R[name].type) for name in _NEW}
        | {"state": RequestState.OPENED.value, "is_standing": True}
    )
    .returning(_R.id)
)
_this = update(requests).where(_R.id == bindparam("request"))

_CHANGEABLE: Final = (
    "state",
    "is_standing",
    "reason",
    "replaces",
    "challenge",
    "challenge_answered_at",
    "denied_because",
    "window_ends_at",
    "issued_at",
    "read_at",
    "confirmed_at",
)


def by_id(connection: Connection, request_id: int) -> Request:
    """Read a request. Raises LookupError where there is none."""
    row = _by_id.first(connection, {"request": request_id})
    if row is None:
        raise LookupError(f"There is no request {request_id}.")
    return _request(row)


def by_case(connection: Connection, case_number: str) -> Request | None:
    """Find a request by its compact case number."""
    row = _by_case.first(connection, {"case_number": case_number})
    return None if row is None else _request(row)


def standing(
    connection: Connection, product_id: str, license_server_id: str
) -> tuple[Request, datetime] | None:
    """Find the request that answers for a pair of IDs, and when its window ends."""
    pair = {"product": product_id, "license_server": license_server_id}
    row = _standing.first(connection, pair)
    return None if row is None else (_request(row), row.window_ends_at)


def of_product(
    connection: Connection, product_id: str, limit: int, before: int = HIGHEST_ID
) -> list[Request]:
    """Read a product's requests, newest first, those with an id below `before`."""
    values = {"product": product_id, "limit": limit, "before": before}
    rows = connection.execute(_of_product, values)
    return [_request(row) for row in rows]


def run_out(connection: Connection, now: datetime, limit: int) -> list[Request]:
    """Read standing requests whose window has passed, the oldest first."""
    rows = connection.execute(_run_out, {"now": now, "limit": limit}).all()
    return [_request(row) for row in rows]


def standing_of_product(connection: Connection, product_id: str) -> list[Request]:
    """Read the requests of a product that answer for their pair of IDs."""
    rows = connection.execute(_standing_of_product, {"product": product_id}).all()
    return [_request(row) for row in rows]


def standing_of_server(connection: Connection, server_id: int) -> list[Request]:
    """Read the requests that answer for their pair of IDs and gave a server a number."""
    rows = connection.execute(_standing_of_server, {"server": server_id}).all()
    return [_request(row) for row in rows]


def is_case_taken(connection: Connection, case_number: str) -> bool:
    """Say whether a case number is in use."""
    return _case_taken.first(connection, {"case_number": case_number}) is not None


def challenge_of(connection: Connection, request_id: int) -> str | None:
    """Read the challenge that a request was given."""
    row = _challenge.first(connection, {"request": request_id})
    return None if row is None else row.challenge


def add(connection: Connection, **values: object) -> int:
    """Store a new request; gives its id."""
    return int(_add.first(connection, values).id)


def change(connection: Connection, request_id: int, **values: object) -> None:
    """Change some of a request's columns."""
    unknown = values.keys() - set(_CHANGEABLE)
    if unknown:
        raise TypeError(f"These can't change: {sorted(unknown)}")
    connection.execute(_this.values(**values), {"request": request_id})


def _request(row: Any) -> Request:  # noqa: ANN401 -- a row, whoever read it
    return Request(
        id=row.id,
        case_number=row.case_number,
        product_id=row.product_id,
        license_server_id=row.license_server_id,
        state=RequestState(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        channel=Channel(row.channel),
        line_code=row.line_code,
        new_license_server_id=row.new_license_server_id,
        issue=row.issue,
        opened_at=row.opened_at,
        issued_at=row.issued_at,
        read_at=row.read_at,
        confirmed_at=row.confirmed_at,
        last_issue=row.last_issue,
        replaces=row.replaces,
        challenge_answered_at=row.challenge_answered_at,
        denied_because=row.denied_because,
    )
