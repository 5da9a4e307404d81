"""Administration: what a product has in the register, and what happened."""

from typing import Final

from clearinghouse import Request, audit, histories
from clearinghouse.audit import Entry
from licensing_site.api.operations import Call, Document, Operation
from licensing_site.api.paging import PAGING, page, row_number
from licensing_site.api.problems import Problem
from licensing_site.api.products import PRODUCT, known_product
from licensing_site.api.shown import shown_entry, shown_request, shown_server
from licensing_site.tokens import Scope


def servers(call: Call) -> Document:
    """List a product's license servers."""
    found = call.services.clearinghouse.servers(call.connection, known_product(call).product_id)
    return {"items": [shown_server(server) for server in found], "next": None}


def server_history(call: Call) -> Document:
    """List what happened to a license server."""
    known = known_product(call)
    asked = int(call.path["server"])
    servers_there = call.services.clearinghouse.servers(call.connection, known.product_id)
    if asked not in {server.id for server in servers_there}:
        raise Problem(
            "server_unknown",
            "The product has no license server with this number: see the list of its servers.",
        )
    found = histories.of_server(call.connection, asked)
    return {"items": [shown_entry(call, entry) for entry in reversed(found)], "next": None}


def requests(call: Call) -> Document:
    """List a product's requests."""
    known = known_product(call)
    return page(
        call,
        lambda before, limit: call.services.clearinghouse.requests_of_product(
            call.connection, known.product_id, limit, row_number(before)
        ),
        lambda request: str(request.id),
        shown_request,
    )


def history(call: Call) -> Document:
    """List what happened to a product."""
    known = known_product(call)

    def read(before: str, limit: int) -> list[Entry]:
        return audit.of_product(call.connection, known.product_id, limit, row_number(before))

    return page(call, read, lambda entry: str(entry.number), lambda entry: shown_entry(call, entry))


def request(call: Call) -> Document:
    """Show a request."""
    return shown_request(_request(call))


def request_history(call: Call) -> Document:
    """List what happened to a request."""
    found = audit.of_request(call.connection, _request(call).id)
    return {"items": [shown_entry(call, entry) for entry in reversed(found)], "next": None}


def _request(call: Call) -> Request:
    found = call.services.clearinghouse.request_by_case(call.connection, call.path["case_number"])
    if found is None:
        raise Problem(
            "request_unknown", "No request has this case number: compare it with the wizard's."
        )
    return found


OPERATIONS: Final = (
    Operation(
        id="listServers",
        method="GET",
        path=f"{PRODUCT}/servers",
        summary="List a product's license servers, oldest first",
        handler=servers,
        answers="Servers",
        scope=Scope.REQUESTS_READ,
        writes=False,
    ),
    Operation(
        id="listServerHistory",
        method="GET",
        path=f"{PRODUCT}/servers/{{server}}/history",
        summary="List what happened to a license server, newest first",
        handler=server_history,
        answers="Entries",
        scope=Scope.REQUESTS_READ,
        writes=False,
    ),
    Operation(
        id="listRequests",
        method="GET",
        path=f"{PRODUCT}/requests",
        summary="List a product's requests, newest first",
        handler=requests,
        answers="Requests",
        scope=Scope.REQUESTS_READ,
        query=PAGING,
        writes=False,
    ),
    Operation(
        id="listHistory",
        method="GET",
        path=f"{PRODUCT}/history",
        summary="List what happened to a product, newest first",
        handler=history,
        answers="Entries",
        scope=Scope.REQUESTS_READ,
        query=PAGING,
        writes=False,
    ),
    Operation(
        id="showRequest",
        method="GET",
        path="/admin/requests/{case_number}",
        summary="Show a request",
        handler=request,
        answers="Request",
        scope=Scope.REQUESTS_READ,
        writes=False,
    ),
    Operation(
        id="listRequestHistory",
        method="GET",
        path="/admin/requests/{case_number}/history",
        summary="List what happened to a request, newest first",
        handler=request_history,
        answers="Entries",
        scope=Scope.REQUESTS_READ,
        writes=False,
    ),
)
