"""Certificate authorities: a license server's local one, the clearinghouse's two."""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from license_certificates import building
from license_certificates.keys import public_der, read_key

_LIFE: Final = timedelta(days=25 * 365)


def make_root(
    key: ec.EllipticCurvePrivateKey, common_name: str, now: datetime, *, path_length: int
) -> bytes:
    """Make a root certificate (PEM), signed by itself.

    `path_length`: how many CAs may stand between it and what is licensed; 0 for one that signs
    license server certificates itself.
    """
    name = building.name(common_name, x509.random_serial_number())
    builder = building.begin(name, name, key.public_key())
    return _sign(builder, key, now, path_length)


def make_intermediate(
    key: ec.EllipticCurvePublicKey,
    common_name: str,
    now: datetime,
    *,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    path_length: int = 0,
) -> bytes:
    """Make the certificate (PEM) of a CA below a root; it ends no later than the root."""
    name = building.name(common_name, x509.random_serial_number())
    builder = building.begin(name, issuer.subject, key).add_extension(
        building.signed_by(issuer), critical=False
    )
    return _sign(builder, issuer_key, now, path_length, issuer.not_valid_after_utc)


def read_authority(
    certificate_pem: bytes | None, key_pem: bytes | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """Read a CA with its key; None where it can no longer sign and has to be made anew."""
    key = read_key(key_pem)
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem or b"")
        if key is None or public_der(certificate) != public_der(key):
            return None
        if certificate.issuer == certificate.subject:
            certificate.verify_directly_issued_by(certificate)
        certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return None
    return certificate, key


def _sign(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    path_length: int,
    latest: datetime | None = None,
) -> bytes:
    # No certificate that it signs is to begin earlier than itself; those begin with a month.
    start = building.first_of_month(now)
    end = start + _LIFE
    certificate = (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end if latest is None else min(end, latest))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(building.usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)
