"""What happened to one license server, from the audit."""

from sqlalchemy import Connection, bindparam, select

from clearinghouse import audit
from clearinghouse.audit import Entry
from clearinghouse.tables import permissions

_requests = (
    select(permissions.c.request_id)
    .where(permissions.c.server_id == bindparam("server"))
    .order_by(permissions.c.request_id)
)


def of_server(connection: Connection, server_id: int) -> list[Entry]:
    """Read what happened to a server's requests, oldest first."""
    requests = connection.execute(_requests, {"server": server_id}).scalars().all()
    found = [entry for request in requests for entry in audit.of_request(connection, request)]
    return sorted(found, key=lambda entry: entry.number)
