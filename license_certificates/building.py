"""What every certificate of the house is built of: names, key usage and the builder's start."""

from datetime import UTC, date, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

NAME_LENGTH: Final = 64
"""A common name has no more characters (RFC 5280, appendix A)."""

_NOTHING_ALLOWED: Final = {
    "digital_signature": False,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


def name(common: str, serial: int | None = None) -> x509.Name:
    """Make a subject's name; a CA's also bears a number, since a client may hold several."""
    parts = [x509.NameAttribute(x509.NameOID.COMMON_NAME, common[:NAME_LENGTH])]
    if serial is not None:
        text = f"{serial % 2**64:016x}"
        parts.append(x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, text))
    return x509.Name(parts)


def usage(*allowed: str) -> x509.KeyUsage:
    """Make a key usage that allows these and nothing else."""
    return x509.KeyUsage(**{**_NOTHING_ALLOWED, **dict.fromkeys(allowed, True)})


def begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """Begin a certificate with what all have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def signed_by(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Name the key of the CA that signs. Raises ExtensionNotFound where it has no identifier."""
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id)


def first_of_month(day: date) -> datetime:
    """Give the first moment (UTC) of a day's month: validities here are whole months."""
    return datetime(day.year, day.month, 1, tzinfo=UTC)
