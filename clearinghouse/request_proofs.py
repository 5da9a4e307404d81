"""Proofs of a document: who sent it holds the product key, or the license server's last key."""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import Connection

from clearinghouse import docket, permissions
from clearinghouse.asked import (
    AutomaticRequest,
    PreviousKeyProof,
    ProductKeyProof,
    ReplacementRequest,
)
from clearinghouse.model import PermissionState, Reason, Refusal, RefusalCode
from codes import license_server_id as license_server_ids
from codes.proofs import Secret
from license_certificates import keys, signing_requests


def verify_request(connection: Connection, secret: Secret, asked: AutomaticRequest) -> None:
    """Check the proof of a request for a new ID. Raises SIGNATURE_WRONG where it doesn't hold."""
    fields = (
        "certificate-request",
        asked.product_id,
        asked.license_server_id,
        asked.reason.value,
        _digest(asked.signing_request),
    )
    match asked.proof:
        case ProductKeyProof(mac):
            if not hmac.compare_digest(secret.mac(*fields).encode(), mac.lower().encode()):
                raise Refusal(RefusalCode.SIGNATURE_WRONG)
        case PreviousKeyProof() as proof:
            held = _held_key_hash(connection, asked)
            _verify_signature(proof, held, "|".join(fields))


def verify_replacement(asked: ReplacementRequest) -> None:
    """Check that whoever wants another certificate holds the key. Raises SIGNATURE_WRONG."""
    fields = (
        "certificate-replacement",
        asked.product_id,
        asked.license_server_id,
        asked.new_license_server_id,
        _digest(asked.signing_request),
    )
    held = license_server_ids.parse(asked.license_server_id).key_hash
    _verify_signature(asked.proof, held, "|".join(fields))


def _held_key_hash(connection: Connection, asked: AutomaticRequest) -> str:
    """Find the hash of the key that the asking server holds, as the register knows it."""
    said = license_server_ids.parse(asked.license_server_id)
    if asked.reason is Reason.PRIVATE_KEY_COMPROMISED or not said.last_issue:
        raise Refusal(
            RefusalCode.SIGNATURE_WRONG,
            "Where the private key is new, lost or compromised the request has to be proven by "
            "the product key.",
        )
    held = permissions.by_issue(connection, asked.product_id, said.last_issue)
    if held is None:
        raise Refusal(RefusalCode.ISSUE_UNKNOWN)
    if held.state is PermissionState.REVOKED:
        raise Refusal(
            RefusalCode.SIGNATURE_WRONG,
            "The key that signed the request was compromised: prove it by the product key.",
        )
    before = docket.by_id(connection, held.request_id)
    return license_server_ids.parse(before.license_server_id).key_hash


def _verify_signature(proof: PreviousKeyProof, held_hash: str, message: str) -> None:
    public = keys.read_public(proof.public_key)
    if public is None or license_server_ids.key_hash(keys.public_der(public)) != held_hash:
        raise Refusal(RefusalCode.SIGNATURE_WRONG)
    try:
        public.verify(proof.signature, message.encode("ascii"), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise Refusal(RefusalCode.SIGNATURE_WRONG) from error


def _digest(signing_request: bytes) -> str:
    return hashlib.sha256(signing_requests.der(signing_request)).hexdigest()
