"""What the register holds, as documents."""

from dataclasses import asdict

from clearinghouse import Product, Request, Server
from clearinghouse.audit import Entry
from licensing_site.api.operations import Call, Document


def shown_product(product: Product) -> Document:
    """A product, without its key."""
    return {
        "product_id": product.product_id,
        "name": product.name,
        "policy": asdict(product.policy),
        "is_blocked": product.is_blocked,
        "last_issue": product.last_issue,
    }


def shown_server(server: Server) -> Document:
    """A license server."""
    return {
        "id": server.id,
        "issue": server.issue,
        "state": server.state.value,
        "issued_at": server.issued_at.isoformat(),
        "accepted_at": server.accepted_at and server.accepted_at.isoformat(),
        "deactivated_at": server.deactivated_at and server.deactivated_at.isoformat(),
        "revoked": list(server.revoked),
    }


def shown_request(request: Request) -> Document:
    """A request."""
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


def shown_entry(call: Call, entry: Entry) -> Document:
    """An audit entry, with the case number of its request."""
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
