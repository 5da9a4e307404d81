"""The documents that pass between a license server and the clearinghouse, by wire or by stick.

A request holds the certificate signing request and its proof; an answer holds the certificate.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from codes import license_server_id
from license_certificates import keys, signing_requests
from license_server import acceptance, activation, answers, event_log, files, installation
from license_server import state as states
from license_server.acceptance import Acceptance, Signed
from license_server.answers import Answer
from license_server.errors import AnswerRefusedError, CodeRefusedError, NoOpenRequestError
from license_server.event_log import Kind
from license_server.judging import judge
from license_server.model import Reason
from license_server.state import Held, Properties, State

REQUEST_FORMAT: Final = "activation-line-request-1"
CONTACT: Final = ("first_name", "last_name", "company", "country", "email", "phone")
_COUNTRY_LETTERS: Final = 2


@dataclass(frozen=True, slots=True)
class _Asking:
    """What a proof is made for: the first field of its message, the IDs, the signing request."""

    purpose: str
    fields: tuple[str, ...]
    signing_request: bytes

    @property
    def message(self) -> tuple[str, ...]:
        digest = hashlib.sha256(signing_requests.der(self.signing_request)).hexdigest()
        return (self.purpose, *self.fields, digest)


def request_document(
    data: Path, now: datetime, reason: Reason | None = None, *, is_by_product_key: bool = False
) -> dict[str, Any]:
    """Make the document that asks for a new license server ID and for its certificate.

    It opens a request, or is about the one that is open. The previous key signs it; where that is
    lost or compromised, or on demand, the product key proves it.
    """
    opened = activation.request(data, now, reason=reason)
    state = states.load(data)
    key = _key(data, opened.key_file)
    pem = signing_requests.make(key, state.product_id, opened.license_server_id, state.server_name)
    word = (opened.reason or Reason.CERTIFICATE_EXPIRED).value
    asking = _Asking("certificate-request", (state.product_id, opened.license_server_id, word), pem)
    previous = None
    is_compromised = opened.reason is Reason.PRIVATE_KEY_COMPROMISED
    if opened.last_issue and not is_compromised and not is_by_product_key:
        previous = _previous_key(data, state)
    return {
        "format": REQUEST_FORMAT,
        "product_id": state.product_id,
        "license_server_id": opened.license_server_id,
        "reason": word,
        "server_name": state.server_name,
        "certificate_signing_request": pem.decode("ascii"),
        "proof": _proof(data, asking, previous),
        "contact": contact(state.properties),
    }


def replacement_document(data: Path) -> dict[str, Any] | None:
    """Make the document that asks for the clearinghouse's certificate in place of the local one.

    None where the clearinghouse signed it already, or the held key is lost.
    """
    state = states.load(data)
    held = state.held
    if held is None or held.chain_file is not None:
        return None
    key = _previous_key(data, state)
    if key is None:
        return None
    pem = signing_requests.make(key, state.product_id, held.license_server_id, state.server_name)
    ids = (state.product_id, held.license_server_id, held.new_license_server_id)
    return {
        "product_id": state.product_id,
        "license_server_id": held.license_server_id,
        "new_license_server_id": held.new_license_server_id,
        "certificate_signing_request": pem.decode("ascii"),
        "proof": _proof(data, _Asking("certificate-replacement", ids, pem), key),
    }


def take_answer(data: Path, document: Mapping[str, Any], now: datetime) -> Acceptance:
    """Verify an answer whole, then accept its ID and keep its certificate.

    The same answer may be taken again. One that brings the clearinghouse's certificate for the ID
    that the server holds replaces the local certificate. Raises AnswerRefusedError, or
    IDRefusedError for an ID that this server can't use; then nothing is changed.
    """
    try:
        with files.locked(data):
            state = states.load(data)
            answer = answers.read(document)
            held = state.held
            if held is not None and answer.new_license_server_id == held.new_license_server_id:
                return _replaced(data, state, held, answer, now)
            fresh = _accepted(data, state, answer, now)
    except CodeRefusedError as error:
        event_log.record(data, Kind.ANSWER_REFUSED, now, why=error.why)
        raise
    return acceptance.announce(data, fresh, now)


def contact(properties: Properties) -> dict[str, str]:
    """Give what the clearinghouse is told of the administrator, from Properties."""
    texts = {name: getattr(properties, name) for name in CONTACT}
    if len(texts["country"]) != _COUNTRY_LETTERS:
        texts["country"] = properties.region
    return texts


def _accepted(data: Path, state: State, answer: Answer, now: datetime) -> State:
    opened = state.request
    if opened is None:
        raise AnswerRefusedError(
            "no_open_request",
            "This server has no open request that this answer could belong to: its request was "
            "cancelled, or answered already.",
        )
    secret = installation.secret(data)
    answers.require_own(answer, state, opened.license_server_id, secret)
    said = judge(state, secret, answer.new_license_server_id, now)
    answers.require_certificate(answer, _key(data, opened.key_file), said, now)
    signed = Signed(answer.certificate, answer.chain_pem, answer.case_number)
    fresh = acceptance.conclude(
        data, state, secret, said, answer.new_license_server_id, now, signed
    )
    files.write(data / installation.REVOCATIONS, answer.crl)
    return states.save(data, fresh, now)


def _replaced(data: Path, state: State, held: Held, answer: Answer, now: datetime) -> Acceptance:
    secret = installation.secret(data)
    answers.require_own(answer, state, held.license_server_id, secret)
    said = answers.said(answer)
    if held.chain_file is None:
        answers.require_certificate(answer, _key(data, held.key_file), said, now)
        files.write(data / installation.REVOCATIONS, answer.crl)
        fresh = acceptance.replace(data, state, held, answer.certificate, answer.chain_pem)
        states.save(data, fresh)
        event_log.record(data, Kind.CERTIFICATE_REPLACED, now, issue=held.issue)
    return acceptance.of_held(secret, state, held)


def _key(data: Path, name: str) -> ec.EllipticCurvePrivateKey:
    key = keys.read_key(files.read(data / name))
    if key is None:
        raise NoOpenRequestError(
            "The private key of this request is lost or damaged: start the wizard again for a "
            "new license server ID."
        )
    return key


def _previous_key(data: Path, state: State) -> ec.EllipticCurvePrivateKey | None:
    held = state.held
    key = None if held is None else keys.read_key(files.read(data / held.key_file))
    if key is None or held is None:
        return None
    named = license_server_id.parse(held.license_server_id).key_hash
    return key if license_server_id.key_hash(keys.public_der(key)) == named else None


def _proof(
    data: Path, asking: _Asking, previous: ec.EllipticCurvePrivateKey | None
) -> dict[str, str]:
    if previous is None:
        mac = installation.secret(data).mac(*asking.message)
        return {"by": "product_key", "mac": mac}
    message = "|".join(asking.message).encode("ascii")
    signature = previous.sign(message, ec.ECDSA(SHA256()))
    return {
        "by": "previous_key",
        "public_key": keys.public_pem(previous).decode("ascii"),
        "signature": base64.b64encode(signature).decode("ascii"),
    }
