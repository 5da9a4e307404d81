"""The clearinghouse's answer, read and verified whole before any of it counts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from codes import new_license_server_id
from codes.errors import CodeError
from codes.new_license_server_id import NewLicenseServerID
from codes.proofs import Secret, same
from license_certificates import chains, keys, profile, revocation
from license_server.errors import AnswerRefusedError
from license_server.state import State

FORMAT: Final = "activation-line-answer-1"
_AGAIN: Final = "Ask the clearinghouse for the answer once more."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer document, its form checked and nothing else. Certificates are PEM."""

    case_number: str
    product_id: str
    license_server_id: str
    new_license_server_id: str
    certificate: bytes
    chain: tuple[bytes, ...]
    crl: bytes
    mac: str

    @property
    def chain_pem(self) -> bytes:
        """Issuing CA and root in one file."""
        return b"".join(self.chain)


def read(document: Mapping[str, Any]) -> Answer:
    """Read an answer document; raises AnswerRefusedError where it is none."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        said = document.get("format") if isinstance(document, Mapping) else None
        hint = (
            " It is the request itself: take the answer file that the clearinghouse gives for it."
            if said == "activation-line-request-1"
            else ""
        )
        raise AnswerRefusedError("no_answer", f"This is no answer of the clearinghouse.{hint}")
    try:
        chain = document["chain"]
        if not isinstance(chain, list) or len(chain) != 2:  # noqa: PLR2004 -- issuing CA and root
            _unreadable("chain")
        return Answer(
            case_number=_text(document, "case_number"),
            product_id=_text(document, "product_id"),
            license_server_id=_text(document, "license_server_id"),
            new_license_server_id=_text(document, "new_license_server_id"),
            certificate=_pem(_text(document, "certificate")),
            chain=tuple(_pem(_text({"chain": part}, "chain")) for part in chain),
            crl=_pem(_text(document, "crl")),
            mac=_text(document, "mac"),
        )
    except KeyError as error:
        _unreadable(str(error.args[0]))


def said(answer: Answer) -> NewLicenseServerID:
    """Read what the answer's new license server ID says."""
    try:
        return new_license_server_id.parse(answer.new_license_server_id)
    except CodeError as error:
        raise AnswerRefusedError(error.code, str(error), error.groups) from error


def require_own(answer: Answer, state: State, license_server_id: str, secret: Secret) -> None:
    """Refuse an answer for another product or request, or that the product key doesn't prove."""
    if answer.product_id != state.product_id:
        raise AnswerRefusedError(
            "other_product",
            "This answer is for another product: take the one for this server's product ID.",
        )
    if answer.license_server_id in state.cancelled:
        raise AnswerRefusedError(
            "cancelled_request",
            "This answer is for a request that was cancelled at this server. Send the request "
            "that is open.",
        )
    if answer.license_server_id != license_server_id:
        raise AnswerRefusedError(
            "other_request",
            "This answer is for another license server, or for another request of this one: take "
            "the one for the license server ID that the wizard shows.",
        )
    try:
        told = hashlib.sha256(chains.der([answer.certificate, *answer.chain])).hexdigest()
    except ValueError:
        _unreadable("certificate")
    fields = (answer.product_id, answer.license_server_id, answer.new_license_server_id, told)
    mac = secret.mac("certificate-answer", *fields)
    if not answer.mac.isascii() or not same(mac, answer.mac):
        raise AnswerRefusedError(
            "answer_not_authentic",
            "This answer was changed on its way, or does not come from the clearinghouse: this "
            f"server's product key does not prove it. {_AGAIN}",
        )


def require_certificate(
    answer: Answer, key: ec.EllipticCurvePrivateKey, permitted: NewLicenseServerID, now: datetime
) -> None:
    """Refuse a certificate that isn't this server's, of this ID, for its time, and trusted."""
    certificate = x509.load_pem_x509_certificate(answer.certificate)
    issuing, root = (x509.load_pem_x509_certificate(pem) for pem in answer.chain)
    if not profile.names_id(certificate, answer.new_license_server_id):
        _refuse("certificate_other_id", "names another new license server ID")
    if keys.public_der(certificate) != keys.public_der(key):
        _refuse("certificate_other_key", "is for another private key")
    if certificate.not_valid_after_utc != permitted.last_moment:
        _refuse("certificate_other_time", "is valid for another time than the ID")
    if not chains.verify(certificate, [issuing], [root], now):
        _refuse("certificate_not_chained", "does not lead to the clearinghouse's root")
    crl = revocation.read_list(answer.crl, issuing)
    if crl is None:
        _unreadable("crl")
    if revocation.is_revoked(crl, certificate.serial_number):
        _refuse("certificate_revoked", "is revoked")


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        _unreadable(name)
    return value


def _pem(text: str) -> bytes:
    return text.strip().encode("ascii", "replace") + b"\n"


def _refuse(why: str, what: str) -> NoReturn:
    raise AnswerRefusedError(why, f"The certificate in this answer {what}. {_AGAIN}")


def _unreadable(name: str) -> NoReturn:
    raise AnswerRefusedError(
        "answer_damaged", f"This answer is damaged: its part “{name}” cannot be read. {_AGAIN}"
    )
