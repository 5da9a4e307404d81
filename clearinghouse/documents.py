"""The documents between license server and clearinghouse: the API's bodies, the files on a stick.

What is wrong with one is a `DocumentError`, which names the field (its path, parts joined by dots)
and says in a sentence what to do; a document is read whole or not at all.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC
from enum import StrEnum
from typing import Any, Final, TypeVar

from clearinghouse.asked import (
    Answer,
    AutomaticRequest,
    Contact,
    DeactivationRequest,
    PreviousKeyProof,
    ProductKeyProof,
    ReplacementRequest,
)
from clearinghouse.model import DeactivationCause, Reason
from codes import deactivation_receipt, license_server_id, new_license_server_id, product_id
from codes.errors import CodeError
from codes.groups import SHAPES
from license_certificates import signing_requests
from license_certificates.signing_requests import SigningRequest, SigningRequestError

REQUEST_FORMAT: Final = "activation-line-request-1"
ANSWER_FORMAT: Final = "activation-line-answer-1"
LONGEST: Final = 200
"""Characters of a text."""
_MAC_DIGITS: Final = 64
_COUNTRY_LETTERS: Final = 2
_SHORTEST_EMAIL: Final = 3
_W = TypeVar("_W", bound=StrEnum)


class DocumentError(ValueError):
    """A document can't be taken; `field` says which part, `str()` what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def parse_request(document: object) -> AutomaticRequest:
    """Read a request for a new license server ID. Raises DocumentError."""
    body = _object(document, "")
    if body.get("format") != REQUEST_FORMAT:
        raise DocumentError("format", f"This isn't a request of the format {REQUEST_FORMAT}.")
    product = _code(body, "product_id", product_id.validate)
    server = _code(body, "license_server_id", license_server_id.validate)
    csr, said = _signing_request(body, product, server)
    name = _text(body, "server_name")
    if name != said.server_name:
        raise DocumentError("server_name", "The signing request bears another server's name.")
    return AutomaticRequest(
        product_id=product,
        license_server_id=server,
        reason=_word(body, "reason", Reason),
        server_name=name,
        signing_request=csr,
        proof=_proof(body),
        contact=parse_contact(body.get("contact")),
    )


def parse_replacement(document: object) -> ReplacementRequest:
    """Read a request for a certificate in place of the local one. Raises DocumentError."""
    body = _object(document, "")
    product = _code(body, "product_id", product_id.validate)
    server = _code(body, "license_server_id", license_server_id.validate)
    csr, _ = _signing_request(body, product, server)
    proof = _proof(body)
    if not isinstance(proof, PreviousKeyProof):
        raise DocumentError("proof.by", "A certificate is replaced by a signature: previous_key.")
    new_id = _code(body, "new_license_server_id", new_license_server_id.validate)
    return ReplacementRequest(product, server, new_id, csr, proof)


def parse_deactivation(document: object) -> DeactivationRequest:
    """Read a deactivation; its e-mail address has to be there. Raises DocumentError."""
    body = _object(document, "")
    return DeactivationRequest(
        product_id=_code(body, "product_id", product_id.validate),
        receipt=_code(body, "receipt", deactivation_receipt.validate),
        cause=_word(body, "cause", DeactivationCause),
        contact=parse_contact(body.get("contact"), needs_email=True),
    )


def parse_codes(document: object, *fields: str) -> dict[str, str]:
    """Read a document that is nothing but codes, each of the kind that its field names.

    Raises DocumentError.
    """
    body = _object(document, "")
    return {field: _code(body, field, SHAPES[field].validate) for field in fields}


def parse_contact(value: object, *, needs_email: bool = False) -> Contact:
    """Read who asks; every part may be missing, except as told. Raises DocumentError."""
    parts = {} if value is None else _object(value, "contact")
    said = {
        field.name: " ".join(_text(parts, field.name, "contact", needed=False).split())
        for field in fields(Contact)
    }
    country, email = said["country"], said["email"]
    if country and not (len(country) == _COUNTRY_LETTERS and country.isascii()):
        raise DocumentError("contact.country", "Name the country by its two letters of ISO 3166.")
    is_address = "@" in email[1:-1] and len(email) >= _SHORTEST_EMAIL and " " not in email
    if (email or needs_email) and not is_address:
        raise DocumentError("contact.email", "Enter the e-mail address, as in anna@example.org.")
    return Contact(**{**said, "country": country.upper()})


def answer_document(answer: Answer) -> dict[str, Any]:
    """Write an answer as plain values, for JSON."""
    return {
        "format": ANSWER_FORMAT,
        "case_number": answer.case_number,
        "product_id": answer.product_id,
        "license_server_id": answer.license_server_id,
        "new_license_server_id": answer.new_license_server_id,
        "issue": answer.issue,
        "valid_until": answer.valid_until.astimezone(UTC).isoformat(),
        "certificate": answer.certificate.decode("ascii"),
        "chain": [pem.decode("ascii") for pem in answer.chain],
        "crl": answer.crl.decode("ascii"),
        "mac": answer.mac,
    }


def _proof(body: Mapping[str, object]) -> PreviousKeyProof | ProductKeyProof:
    proof = _object(body.get("proof"), "proof")
    match proof.get("by"):
        case "previous_key":
            key = _text(proof, "public_key", "proof", longest=2_000)
            signature = _text(proof, "signature", "proof")
            try:
                raw = base64.b64decode(signature, validate=True)
                return PreviousKeyProof(key.encode("ascii"), raw)
            except (UnicodeError, binascii.Error, ValueError) as error:
                raise DocumentError(
                    "proof", "The key has to be PEM and the signature base64."
                ) from error
        case "product_key":
            mac = _text(proof, "mac", "proof")
            if len(mac) != _MAC_DIGITS or not set(mac.lower()) <= set("0123456789abcdef"):
                raise DocumentError("proof.mac", "The proof has to be 64 hexadecimal digits.")
            return ProductKeyProof(mac.lower())
        case _:
            raise DocumentError("proof.by", "A proof is by previous_key or by product_key.")


def _signing_request(
    body: Mapping[str, object], product: str, server: str
) -> tuple[bytes, SigningRequest]:
    field = "certificate_signing_request"
    text = _text(body, field, longest=16_000)
    try:
        csr = text.encode("ascii")
        said = signing_requests.read(csr)
    except UnicodeError as error:
        raise DocumentError(field, "The signing request has to be PEM, in ASCII.") from error
    except SigningRequestError as error:
        raise DocumentError(field, str(error)) from error
    if (said.product_id, said.license_server_id) != (product, server):
        raise DocumentError(field, "The signing request was made for other IDs than these.")
    return csr, said


def _object(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        what = f"“{path}” has to be" if path else "The document has to be"
        raise DocumentError(path, f"{what} a JSON object.")
    return value


def _code(body: Mapping[str, object], field: str, validate: Callable[[str], str]) -> str:
    try:
        return validate(_text(body, field))
    except CodeError as error:
        raise DocumentError(field, str(error)) from error


def _word(body: Mapping[str, object], field: str, words: type[_W]) -> _W:
    try:
        return words(_text(body, field))
    except ValueError as error:
        if isinstance(error, DocumentError):
            raise
        known = ", ".join(word.value for word in words)
        raise DocumentError(field, f"“{field}” has to be one of: {known}.") from error


def _text(
    body: Mapping[str, object],
    field: str,
    within: str = "",
    *,
    needed: bool = True,
    longest: int = LONGEST,
) -> str:
    path = f"{within}.{field}" if within else field
    value = body.get(field)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise DocumentError(path, f"“{path}” is missing, or isn't text.")
    if len(value) > longest:
        raise DocumentError(path, f"“{path}” is longer than {longest} characters.")
    # A line break belongs into PEM only; other control signs belong nowhere.
    if not value.replace("\r", "").replace("\n", "").isprintable():
        raise DocumentError(path, f"“{path}” holds signs that can't be printed.")
    return value
