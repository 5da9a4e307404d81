"""Certificates for issued numbers: signed once, stored, and given again."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from clearinghouse import authorities, permissions, revocations
from clearinghouse.asked import Answer
from clearinghouse.certificate_tables import certificates
from clearinghouse.model import Actor, PermissionState, Refusal, RefusalCode, Request
from clearinghouse.permissions import Permission
from clearinghouse.steps import tell
from codes import license_server_id as license_server_ids
from codes import new_license_server_id as new_license_server_ids
from codes.proofs import Secret
from data_store import Cipher
from license_certificates import chains, keys, profile
from license_certificates.signing_requests import SigningRequest

_add = insert(certificates)
_of_permission = select(certificates.c.certificate).where(
    certificates.c.permission_id == bindparam("permission")
)


def refuse_other_key(said: SigningRequest, product_id: str, license_server_id: str) -> None:
    """Raise KEY_MISMATCH unless a signing request is for this pair of IDs, with the ID's key."""
    own = license_server_ids.parse(license_server_id)
    named = license_server_ids.key_hash(keys.public_der(said.public_key))
    is_same_pair = (said.product_id, said.license_server_id) == (product_id, license_server_id)
    if not is_same_pair or named != own.key_hash:
        raise Refusal(RefusalCode.KEY_MISMATCH)


def certify(
    connection: Connection,
    cipher: Cipher,
    request: Request,
    said: SigningRequest,
    actor: Actor,
    now: datetime,
) -> bytes:
    """Sign the certificate of a request's ID, or give the one that it has; the audit is locked.

    A revoked number gets none.
    """
    refuse_other_key(said, request.product_id, request.license_server_id)
    permission = _permission(connection, request)
    if permission.state is PermissionState.REVOKED:
        raise Refusal(RefusalCode.NOT_CURRENT)
    stored = connection.execute(_of_permission, {"permission": permission.id}).scalar()
    if stored is not None:
        return str(stored).encode("ascii")
    ca, ca_key = authorities.issuing(connection, cipher, now)
    new_id = permission.new_license_server_id
    certificate = profile.issue(
        new_id,
        new_license_server_ids.parse(new_id),
        server_name=said.server_name,
        public_key=said.public_key,
        issuer=ca,
        issuer_key=ca_key,
    )
    values = {
        "permission_id": permission.id,
        "certificate": certificate.decode("ascii"),
        "made_at": now,
    }
    connection.execute(_add, values)
    digest = hashlib.sha256(chains.der([certificate])).hexdigest()
    tell(
        connection,
        "certificate.signed",
        request,
        actor,
        now,
        issue=permission.issue,
        certificate_sha256=digest,
    )
    return certificate


def answer(
    connection: Connection,
    cipher: Cipher,
    secret: Secret,
    request: Request,
    certificate: bytes,
    now: datetime,
) -> Answer:
    """Put together what a license server gets for its request."""
    permission = _permission(connection, request)
    new_id = permission.new_license_server_id
    chain = authorities.chain(connection, cipher, now)
    digest = hashlib.sha256(chains.der([certificate, *chain])).hexdigest()
    ids = (request.product_id, request.license_server_id, new_id)
    return Answer(
        case_number=request.case_number,
        product_id=request.product_id,
        license_server_id=request.license_server_id,
        new_license_server_id=new_id,
        issue=permission.issue,
        valid_until=new_license_server_ids.parse(new_id).last_moment,
        certificate=certificate,
        chain=chain,
        crl=revocations.revocation_list(connection, cipher, now),
        mac=secret.mac("certificate-answer", *ids, digest),
    )


def _permission(connection: Connection, request: Request) -> Permission:
    found = permissions.by_request(connection, request.id)
    if found is None:
        raise Refusal(RefusalCode.WRONG_STATE, "The ID has to be issued before its certificate.")
    return found
