"""The automatic method: from a request document to an ID with its certificate, in one go."""

import random
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import (
    assessment,
    audit,
    catalogue,
    certifying,
    compromise,
    docket,
    permissions,
    request_proofs,
    transitions,
    writers,
    wrong_tries,
)
from clearinghouse.acceptance import accept
from clearinghouse.asked import Answer, AutomaticRequest, PreviousKeyProof, ReplacementRequest
from clearinghouse.issuing import issue
from clearinghouse.model import (
    Actor,
    Channel,
    PermissionState,
    Product,
    Reason,
    Refusal,
    RefusalCode,
    Request,
)
from clearinghouse.opening import Opening, open_request
from clearinghouse.reasons import set_reason
from clearinghouse.steps import tell
from clearinghouse.transitions import Act
from clearinghouse.wrong_tries import Kind
from codes import new_license_server_id as new_license_server_ids
from codes.proofs import Secret
from data_store import Cipher
from license_certificates import signing_requests


@dataclass(frozen=True, slots=True)
class Office:
    """What the automatic method works with: the transaction, cipher, chance, who and when."""

    connection: Connection
    cipher: Cipher
    rng: random.Random
    actor: Actor
    now: datetime


def process(
    office: Office, asked: AutomaticRequest, channel: Channel, caller: str | None
) -> Answer:
    """Answer a request document; see `Clearinghouse.process_automatic`."""
    connection, actor, now = office.connection, office.actor, office.now
    audit.lock(connection)
    _bear(office, asked, caller)
    product, secret = _product(office, asked.product_id, caller)
    said = signing_requests.read(asked.signing_request)
    try:
        certifying.refuse_other_key(said, asked.product_id, asked.license_server_id)
        request_proofs.verify_request(connection, secret, asked)
    except Refusal as refusal:
        # Nobody guesses a signature, so it costs whoever sent it and not the product.
        if refusal.code is RefusalCode.SIGNATURE_WRONG and caller is not None:
            wrong_tries.record(connection, Kind.CALLER, caller, now)
        raise
    request = _opened(office, asked, channel)
    request = _with_reason(office, request, asked)
    if request.issue is None:
        assessment.require(connection, product, request, now)
        state = transitions.follow(request.state, Act.CHECK)
        if state is not request.state:
            docket.change(connection, request.id, state=state.value)
            tell(connection, "request.checked", request, actor, now)
        request = issue(
            connection, product, secret, docket.by_id(connection, request.id), actor, now
        )
    writers.record(connection, asked.contact, now, request_id=request.id)
    certificate = certifying.certify(connection, office.cipher, request, said, actor, now)
    return certifying.answer(connection, office.cipher, secret, request, certificate, now)


def replace_certificate(office: Office, asked: ReplacementRequest) -> Answer:
    """Sign for an ID that is held already; see `Clearinghouse.replace_certificate`."""
    connection, actor, now = office.connection, office.actor, office.now
    audit.lock(connection)
    product, secret = _product(office, asked.product_id, None)
    said = signing_requests.read(asked.signing_request)
    certifying.refuse_other_key(said, asked.product_id, asked.license_server_id)
    request_proofs.verify_replacement(asked)
    number = new_license_server_ids.parse(asked.new_license_server_id).issue
    held = permissions.by_issue(connection, asked.product_id, number)
    if held is None or held.new_license_server_id != asked.new_license_server_id:
        raise Refusal(RefusalCode.ISSUE_UNKNOWN)
    request = docket.by_id(connection, held.request_id)
    if request.license_server_id != asked.license_server_id:
        raise Refusal(RefusalCode.ISSUE_UNKNOWN)
    if product.is_blocked:
        raise Refusal(RefusalCode.PRODUCT_BLOCKED)
    match held.state:
        case PermissionState.PENDING:
            request = accept(connection, request, actor, now, shown_by="certificate request")
        case PermissionState.DEACTIVATED:
            raise Refusal(RefusalCode.DEACTIVATED)
        case PermissionState.SUPERSEDED | PermissionState.REVOKED:
            raise Refusal(RefusalCode.NOT_CURRENT)
    certificate = certifying.certify(connection, office.cipher, request, said, actor, now)
    return certifying.answer(connection, office.cipher, secret, request, certificate, now)


def _product(office: Office, product_id: str, caller: str | None) -> tuple[Product, Secret]:
    found = catalogue.find_with_secret(office.connection, office.cipher, product_id)
    if found is None:
        if caller is not None:
            wrong_tries.record(office.connection, Kind.CALLER, caller, office.now)
        raise Refusal(RefusalCode.PRODUCT_UNKNOWN)
    return found


def _opened(office: Office, asked: AutomaticRequest, channel: Channel) -> Request:
    opening = Opening(
        asked.product_id,
        asked.license_server_id,
        channel,
        None,
        office.actor,
        office.now,
        is_proven=True,
    )
    try:
        return open_request(office.connection, office.cipher, office.rng, opening)
    except Refusal as refusal:
        # A thief of the old key alone would have to guess the five digits of the request proof.
        if refusal.code is RefusalCode.PROOF_WRONG and _is_signed(asked):
            wrong_tries.record(office.connection, Kind.SIGNED, asked.product_id, office.now)
        raise


def _with_reason(office: Office, request: Request, asked: AutomaticRequest) -> Request:
    """State the reason; one that was issued already keeps its own, unless it rises."""
    compromised = asked.reason is Reason.PRIVATE_KEY_COMPROMISED
    if request.issue is None or compromised:
        request = set_reason(office.connection, request, asked.reason, office.actor, office.now)
    if compromised:
        # Only the product key proves such a request, so it answers for the challenge as well.
        request = compromise.take_as_answered(office.connection, request, office.actor, office.now)
    return request


def _bear(office: Office, asked: AutomaticRequest, caller: str | None) -> None:
    """Refuse who gave too many wrong proofs.

    Whoever proves a request by the product key is never refused for what others tried; a signature
    only where somebody who holds the old key has guessed at request proofs.
    """
    if caller is not None:
        wrong_tries.left(office.connection, Kind.CALLER, caller, office.now)
    if _is_signed(asked):
        wrong_tries.left(office.connection, Kind.SIGNED, asked.product_id, office.now)


def _is_signed(asked: AutomaticRequest) -> bool:
    return isinstance(asked.proof, PreviousKeyProof)
