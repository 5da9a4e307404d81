"""The automatic method: permission and certificate, confirmation, and the end of a server."""

from typing import Final

from clearinghouse import Channel, documents
from licensing_site.api.operations import Call, Document, Operation
from licensing_site.api.problems import Problem

_PROVEN: Final = ("product_unknown", "product_blocked", "signature_wrong", "key_mismatch")


def status(call: Call) -> Document:
    """Say that the clearinghouse answers."""
    return {"state": "ok", "now": call.now.isoformat(), "demo": call.services.demo}


def root(call: Call) -> bytes:
    """Give the root of the clearinghouse's certificates."""
    _, found = call.services.clearinghouse.chain(call.connection, call.now)
    return found


def revocation_list(call: Call) -> bytes:
    """Give the issuing CA's revocation list."""
    return call.services.clearinghouse.revocation_list(call.connection, call.now)


def permit(call: Call) -> Document:
    """Activate or reactivate a license server."""
    answer = call.services.clearinghouse.process_automatic(
        call.connection,
        documents.parse_request(call.body),
        call.actor,
        call.now,
        caller=call.address,
    )
    return documents.answer_document(answer)


def confirm(call: Call) -> Document:
    """Take the closing code."""
    found = call.services.clearinghouse.request_by_case(call.connection, call.path["case_number"])
    if found is None or found.product_id != call.body["product_id"]:
        raise Problem(
            "request_unknown",
            "No request of this product has this case number: compare it with the answer's.",
        )
    call.services.clearinghouse.confirm(
        call.connection, found.id, call.body["closing_code"], call.actor, call.now
    )
    return {"state": "confirmed"}


def replace_certificate(call: Call) -> Document:
    """Sign for an ID that came by telephone or website."""
    answer = call.services.clearinghouse.replace_certificate(
        call.connection, documents.parse_replacement(call.body), call.actor, call.now
    )
    return documents.answer_document(answer)


def deactivate(call: Call) -> Document:
    """Take a deactivation receipt."""
    asked = documents.parse_deactivation(call.body)
    done = call.services.clearinghouse.deactivate(
        call.connection,
        product_id=asked.product_id,
        receipt=asked.receipt,
        cause=asked.cause,
        channel=Channel.AUTOMATIC,
        contact=asked.contact,
        actor=call.actor,
        now=call.now,
        caller=call.address,
    )
    return {
        "confirmation": done.confirmation,
        "issue": done.issue,
        "at": done.at.isoformat(),
    }


OPERATIONS: Final = (
    Operation(
        id="permit",
        method="POST",
        path="/permissions",
        summary="Activate or reactivate a license server",
        description=(
            "The same pair of IDs gets the same permission and certificate within its window, "
            "however often and by whatever method it is asked for."
        ),
        handler=permit,
        body="PermissionRequest",
        answers="PermissionAnswer",
        problems=(
            *_PROVEN,
            "proof_wrong",
            "issue_unknown",
            "limit_reached",
            "servers_limit",
            "cooling_off",
            "deactivated",
            "not_current",
            "wrong_state",
            "too_many_wrong_proofs",
        ),
    ),
    Operation(
        id="confirm",
        method="POST",
        path="/permissions/{case_number}/confirmation",
        summary="Confirm that the license server accepted its new ID",
        handler=confirm,
        body="Confirmation",
        answers="Confirmed",
        problems=("closing_code_wrong", "too_many_wrong_proofs", "wrong_state"),
    ),
    Operation(
        id="replaceCertificate",
        method="POST",
        path="/certificates",
        summary="Replace a local certificate by the clearinghouse's",
        description="For a license server whose ID came by telephone or website.",
        handler=replace_certificate,
        body="CertificateReplacement",
        answers="PermissionAnswer",
        problems=(*_PROVEN, "issue_unknown", "deactivated", "not_current", "wrong_state"),
    ),
    Operation(
        id="deactivate",
        method="POST",
        path="/deactivations",
        summary="Deactivate a license server",
        description="The same receipt gets the same confirmation.",
        handler=deactivate,
        body="DeactivationRequest",
        answers="DeactivationAnswer",
        problems=("product_unknown", "receipt_wrong", "not_current", "too_many_wrong_proofs"),
    ),
    Operation(
        id="crl",
        method="GET",
        path="/crl",
        summary="Get the revocation list of the issuing CA",
        handler=revocation_list,
        answers="",
    ),
    Operation(
        id="root",
        method="GET",
        path="/root",
        summary="Get the root certificate of the clearinghouse",
        handler=root,
        answers="",
    ),
    Operation(
        id="status",
        method="GET",
        path="/status",
        summary="Ask whether the clearinghouse answers",
        handler=status,
        answers="Status",
        writes=False,
    ),
)
