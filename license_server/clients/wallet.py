"""What a client keeps: its key, its certificate, its licences, and what it knows to be revoked."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from license_certificates import keys, revocation
from license_server import files

KEY: Final = "client-key.pem"
CERTIFICATE: Final = "client-certificate.pem"
LICENCES: Final = "licences.json"
REVOKED: Final = "revoked.pem"
_RENEWED: Final = timedelta(days=30)
_END: Final = b"-----END X509 CRL-----"
_HASH: Final = SHA256()


class Wallet:
    """One client's directory, its owner's only; made where there is none."""

    def __init__(self, directory: Path) -> None:
        files.make_directory(directory)
        self.directory = directory

    def key(self) -> ec.EllipticCurvePrivateKey:
        """Read the client's key, or make it: it is what the client is known by."""
        found = keys.read_key(files.read(self.directory / KEY))
        if found is None:
            found = keys.make_key()
            files.write(self.directory / KEY, keys.key_pem(found))
        return found

    def certificate(self, roots: list[x509.Certificate], now: datetime) -> Path | None:
        """Give the certificate's file; None where a new one is needed.

        That is so before the first enrolment, near its end, and when the local root was made anew.
        """
        try:
            found = x509.load_pem_x509_certificate(files.read(self.directory / CERTIFICATE) or b"")
            is_own = keys.public_der(found) == keys.public_der(self.key())
        except ValueError:
            return None
        is_trusted = any(_is_issued_by(found, root) for root in roots)
        is_due = now > found.not_valid_after_utc - _RENEWED
        return self.directory / CERTIFICATE if is_own and is_trusted and not is_due else None

    def keep_certificate(self, pem: bytes) -> Path:
        """Keep the certificate that an enrolment gave."""
        files.write(self.directory / CERTIFICATE, pem)
        return self.directory / CERTIFICATE

    def licences(self) -> list[dict[str, Any]]:
        """Read the licences kept."""
        try:
            found = json.loads(files.read(self.directory / LICENCES) or b"[]")
        except ValueError:
            return []
        return found if isinstance(found, list) else []

    def keep_licence(self, document: dict[str, Any]) -> None:
        """Keep a licence; it takes the place of others of the same kind and user."""
        others = [each for each in self.licences() if _whose(each) != _whose(document)]
        self._write([*others, document])

    def drop_licence(self, document: dict[str, Any]) -> None:
        """Forget a licence that was given back."""
        self._write([each for each in self.licences() if _whose(each) != _whose(document)])

    def revocations(self) -> list[x509.CertificateRevocationList]:
        """Read the revocation lists kept."""
        return read_lists(files.read(self.directory / REVOKED) or b"")

    def keep_revocations(self, pem: bytes, roots: list[x509.Certificate]) -> None:
        """Keep what a server says is revoked, as far as a trusted root signed it."""
        kept = {each.fingerprint(_HASH): each for each in self.revocations()}
        fresh = {
            each.fingerprint(_HASH): each
            for each in read_lists(pem)
            if any(_is_list_of(each, root) for root in roots)
        }
        if not fresh.keys() <= kept.keys():
            lists = (kept | fresh).values()
            content = b"".join(each.public_bytes(Encoding.PEM) for each in lists)
            files.write(self.directory / REVOKED, content)

    def _write(self, licences: list[dict[str, Any]]) -> None:
        content = json.dumps(licences, indent=1, ensure_ascii=False).encode() + b"\n"
        files.write(self.directory / LICENCES, content)


def read_lists(pem: bytes) -> list[x509.CertificateRevocationList]:
    """Read all revocation lists of a file; damaged ones raise ValueError."""
    parts = [part for part in pem.split(_END) if b"BEGIN X509 CRL" in part]
    return [x509.load_pem_x509_crl(part.lstrip() + _END + b"\n") for part in parts]


def default_directory() -> Path:
    """Where a client keeps its things if nothing is said."""
    base = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".local" / "state") / "license-client"


def _whose(document: dict[str, Any]) -> tuple[object, object]:
    return document.get("kind"), document.get("user")


def _is_list_of(found: x509.CertificateRevocationList, root: x509.Certificate) -> bool:
    # A list that revokes nothing is false in itself.
    return revocation.read_list(found.public_bytes(Encoding.PEM), root) is not None


def _is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except Exception:  # noqa: BLE001 -- another kind of key, another name, a wrong signature
        return False
    return True
