"""Administration: products and their policy, requests, servers and history."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final, TypeVar

from clearinghouse import Policy, Product, Request, Server, audit
from clearinghouse.audit import HIGHEST_NUMBER, Entry
from codes import product_id as product_ids
from codes import product_key as product_keys
from codes.errors import CodeError
from licensing_site.api.operations import Call, Document, Operation
from licensing_site.api.problems import Fault, Problem, unfit
from licensing_site.api.schemas import CASE_NUMBER, PRODUCT_ID, Schema, whole
from licensing_site.tokens import Scope

T = TypeVar("T")

_PAGE: Final = 50
_LARGEST_PAGE: Final = 200
PAGING: Final[Mapping[str, Schema]] = {
    "limit": whole("How many items a page holds", 1, _LARGEST_PAGE, default=_PAGE),
    "cursor": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{1,100}$",
        "maxLength": 100,
        "description": "The cursor: `next` of the page before, as it came.",
    },
}
_OF_PRODUCT: Final = {"product_id": PRODUCT_ID}


def products(call: Call) -> Document:
    """List the products."""
    return _page(
        call,
        lambda after, limit: call.services.clearinghouse.products_page(
            call.connection, after, limit
        ),
        lambda product: product.product_id,
        _shown_product,
    )


def product(call: Call) -> Document:
    """Show a product."""
    return _shown_product(_known(call))


def add_product(call: Call) -> Document:
    """Register a product."""
    product_id = field("/product_id", product_ids.validate, call.body["product_id"])
    key = field("/product_key", product_keys.validate, call.body["product_key"], product_id)
    if call.services.clearinghouse.product_exists(call.connection, product_id):
        raise Problem(
            "product_exists",
            f"Product {product_ids.format(product_id)} is registered already: change its policy or "
            "its key instead.",
        )
    call.services.clearinghouse.add_product(
        call.connection,
        product_id=product_id,
        product_key=key,
        name=call.body["name"],
        policy=_policy(call.body.get("policy", {})),
        actor=call.actor,
        now=call.now,
    )
    return _shown_product(_read(call, product_id))


def set_policy(call: Call) -> Document:
    """Change what a product allows."""
    product_id = _known(call).product_id
    call.services.clearinghouse.set_policy(
        call.connection, product_id, _policy(call.body), call.actor, call.now
    )
    return _shown_product(_read(call, product_id))


def block(call: Call) -> Document:
    """Block a product."""
    return _set_blocked(call, blocked=True)


def unblock(call: Call) -> Document:
    """Unblock a product."""
    return _set_blocked(call, blocked=False)


def replace_key(call: Call) -> Document:
    """Put a new product key in place of a lost one."""
    product_id = _known(call).product_id
    key = field("/product_key", product_keys.validate, call.body["product_key"], product_id)
    call.services.clearinghouse.replace_product_key(
        call.connection, product_id, key, call.actor, call.now
    )
    return _shown_product(_read(call, product_id))


def servers(call: Call) -> Document:
    """List a product's license servers."""
    found = call.services.clearinghouse.servers(call.connection, _known(call).product_id)
    return {"items": [_shown_server(server) for server in found], "next": None}


def requests(call: Call) -> Document:
    """List a product's requests."""
    known = _known(call)
    return _page(
        call,
        lambda before, limit: call.services.clearinghouse.requests_of_product(
            call.connection, known.product_id, limit, _number(before)
        ),
        lambda request: str(request.id),
        _shown_request,
    )


def history(call: Call) -> Document:
    """List what happened to a product."""
    known = _known(call)

    def read(before: str, limit: int) -> list[Entry]:
        return audit.of_product(call.connection, known.product_id, limit, _number(before))

    return _page(call, read, lambda entry: str(entry.number), lambda entry: _shown(call, entry))


def request(call: Call) -> Document:
    """Show a request."""
    return _shown_request(_request(call))


def request_history(call: Call) -> Document:
    """List what happened to a request."""
    found = audit.of_request(call.connection, _request(call).id)
    return {"items": [_shown(call, entry) for entry in reversed(found)], "next": None}


def field(place: str, read: Callable[..., T], *values: object) -> T:
    """Read a code of the body; what is wrong with it becomes the field's fault."""
    try:
        return read(*values)
    except CodeError as error:
        raise unfit(Fault(place, str(error))) from error


def _set_blocked(call: Call, *, blocked: bool) -> Document:
    known = _known(call)
    if known.is_blocked is not blocked:
        call.services.clearinghouse.set_blocked(
            call.connection, known.product_id, blocked=blocked, actor=call.actor, now=call.now
        )
    return _shown_product(_read(call, known.product_id))


def _policy(figures: Mapping[str, Any]) -> Policy:
    # JSON knows no whole numbers: 12.0 is one by the schema.
    return Policy(**{name: int(value) for name, value in figures.items()})


def _known(call: Call) -> Product:
    return _read(call, call.path["product_id"])


def _read(call: Call, product_id: str) -> Product:
    found = call.services.clearinghouse.product(call.connection, product_id)
    if found is None:
        raise Problem(
            "product_unknown",
            "The register doesn't know this product ID: compare it with the license papers.",
        )
    return found


def _request(call: Call) -> Request:
    found = call.services.clearinghouse.request_by_case(call.connection, call.path["case_number"])
    if found is None:
        raise Problem(
            "request_unknown", "No request has this case number: compare it with the wizard's."
        )
    return found


def _page(
    call: Call,
    read: Callable[[str, int], Sequence[T]],
    place: Callable[[T], str],
    show: Callable[[T], Document],
) -> Document:
    """One page of a list: one item more than is shown tells whether there is a next one."""
    limit = int(call.query.get("limit", _PAGE))
    cursor = call.query.get("cursor")
    found = read("" if cursor is None else _decode(cursor), limit + 1)
    following = _encode(place(found[limit - 1])) if len(found) > limit else None
    return {"items": [show(item) for item in found[:limit]], "next": following}


def _encode(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode("ascii")).decode("ascii").rstrip("=")


def _decode(cursor: str) -> str:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        place = ""
    if not place.isdigit():
        raise _bad_cursor()
    return place


def _number(place: str) -> int:
    """Read a cursor that is a row's number; empty on the first page."""
    number = int(place or HIGHEST_NUMBER)
    if number > HIGHEST_NUMBER:
        raise _bad_cursor()
    return number


def _bad_cursor() -> Problem:
    return Problem("invalid_parameter", f"cursor doesn't fit. {PAGING['cursor']['description']}")


def _shown_product(product: Product) -> Document:
    return {
        "product_id": product.product_id,
        "name": product.name,
        "policy": asdict(product.policy),
        "is_blocked": product.is_blocked,
        "last_issue": product.last_issue,
    }


def _shown_request(request: Request) -> Document:
    return {
        "case_number": request.case_number,
        "product_id": request.product_id,
        "license_server_id": request.license_server_id,
        "state": request.state.value,
        "reason": None if request.reason is None else request.reason.value,
        "channel": request.channel.value,
        "new_license_server_id": request.new_license_server_id,
        "issue": request.issue,
        "opened_at": request.opened_at.isoformat(),
        "issued_at": request.issued_at and request.issued_at.isoformat(),
        "confirmed_at": request.confirmed_at and request.confirmed_at.isoformat(),
        "denied_because": request.denied_because,
    }


def _shown_server(server: Server) -> Document:
    return {
        "id": server.id,
        "issue": server.issue,
        "state": server.state.value,
        "issued_at": server.issued_at.isoformat(),
        "accepted_at": server.accepted_at and server.accepted_at.isoformat(),
        "deactivated_at": server.deactivated_at and server.deactivated_at.isoformat(),
        "revoked": list(server.revoked),
    }


def _shown(call: Call, entry: Entry) -> Document:
    case_number = None
    if entry.request_id is not None:
        case_number = call.services.clearinghouse.request(
            call.connection, entry.request_id
        ).case_number
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": {"kind": entry.actor.kind, "name": entry.actor.name},
        "action": entry.action,
        "case_number": case_number,
        "data": entry.data,
        "hash": entry.hash,
    }


_PRODUCT: Final = "/admin/products/{product_id}"
_CASE: Final = {"case_number": CASE_NUMBER}

OPERATIONS: Final = (
    Operation(
        id="listProducts",
        method="GET",
        path="/admin/products",
        summary="List the products",
        handler=products,
        answers="Products",
        scope=Scope.PRODUCTS_READ,
        query=PAGING,
        writes=False,
    ),
    Operation(
        id="addProduct",
        method="POST",
        path="/admin/products",
        summary="Register a product",
        handler=add_product,
        status=HTTPStatus.CREATED,
        body="NewProduct",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        problems=("product_exists",),
    ),
    Operation(
        id="showProduct",
        method="GET",
        path=_PRODUCT,
        summary="Show a product",
        handler=product,
        answers="Product",
        scope=Scope.PRODUCTS_READ,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
        writes=False,
    ),
    Operation(
        id="setPolicy",
        method="PUT",
        path=f"{_PRODUCT}/policy",
        summary="Change what a product allows",
        description="What was issued stays as it is.",
        handler=set_policy,
        body="NewPolicy",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
    ),
    Operation(
        id="blockProduct",
        method="PUT",
        path=f"{_PRODUCT}/block",
        summary="Block a product",
        description="Nothing more is opened, checked or issued for it.",
        handler=block,
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
    ),
    Operation(
        id="unblockProduct",
        method="DELETE",
        path=f"{_PRODUCT}/block",
        summary="Unblock a product",
        handler=unblock,
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
    ),
    Operation(
        id="replaceProductKey",
        method="PUT",
        path=f"{_PRODUCT}/product-key",
        summary="Put a new product key in place of a lost one",
        description="The old key is void from then on, and what was asked for under it ends.",
        handler=replace_key,
        body="NewProductKey",
        answers="Product",
        scope=Scope.PRODUCTS_WRITE,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
    ),
    Operation(
        id="listServers",
        method="GET",
        path=f"{_PRODUCT}/servers",
        summary="List a product's license servers, oldest first",
        handler=servers,
        answers="Servers",
        scope=Scope.REQUESTS_READ,
        path_parameters=_OF_PRODUCT,
        problems=("product_unknown",),
        writes=False,
    ),
    Operation(
        id="listRequests",
        method="GET",
        path=f"{_PRODUCT}/requests",
        summary="List a product's requests, newest first",
        handler=requests,
        answers="Requests",
        scope=Scope.REQUESTS_READ,
        path_parameters=_OF_PRODUCT,
        query=PAGING,
        problems=("product_unknown",),
        writes=False,
    ),
    Operation(
        id="listHistory",
        method="GET",
        path=f"{_PRODUCT}/history",
        summary="List what happened to a product, newest first",
        handler=history,
        answers="Entries",
        scope=Scope.REQUESTS_READ,
        path_parameters=_OF_PRODUCT,
        query=PAGING,
        problems=("product_unknown",),
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
        path_parameters=_CASE,
        problems=("request_unknown",),
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
        path_parameters=_CASE,
        problems=("request_unknown",),
        writes=False,
    ),
)
