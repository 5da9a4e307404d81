"""Revocation lists: which certificates a CA doesn't stand for any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from license_certificates import building

LIST_LIFE: Final = timedelta(days=30)
"""How long a list may be used; networks without the internet get it carried in."""


def make_list(
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    revoked: Iterable[tuple[int, datetime]],
    number: int,
    now: datetime,
) -> bytes:
    """Make a CA's revocation list (PEM): serial numbers, each with the moment (UTC) it went.

    `number` grows with every list of the CA that says something new. Everything in a list is there
    because its private key was compromised.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + LIST_LIFE)
        .add_extension(building.signed_by(issuer), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    compromised = x509.CRLReason(x509.ReasonFlags.key_compromise)
    for serial, at in revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(at)
            .add_extension(compromised, critical=False)
            .build()
        )
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuer_key, SHA256()).public_bytes(Encoding.PEM)


def read_list(pem: bytes, issuer: x509.Certificate) -> x509.CertificateRevocationList | None:
    """Read a revocation list; None where it is damaged or another CA's."""
    try:
        read = x509.load_pem_x509_crl(pem)
        is_genuine = read.issuer == issuer.subject and read.is_signature_valid(
            issuer.public_key()  # type: ignore[arg-type]  # any kind of key; another kind raises
        )
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return None
    return read if is_genuine else None


def is_revoked(crl: x509.CertificateRevocationList, serial: int) -> bool:
    """Say whether a list names a certificate."""
    return crl.get_revoked_certificate_by_serial_number(serial) is not None
