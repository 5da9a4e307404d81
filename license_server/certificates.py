"""The local CA and the license server's certificate: made, written as PEM, and examined.

The new license server ID is the certificate's serial number, stands in a URI as subject alternative
name, and in a non-critical extension of its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from codes.new_license_server_id import NewLicenseServerID
from license_server.machine import Machine
from license_server.model import CertificateState

# An identifier made from a random UUID needs no registration (ITU-T X.667).
ID_EXTENSION: Final = x509.ObjectIdentifier("2.25.183479584622789711424963504020184493731")
URI_PREFIX: Final = "activation-line:license-server:"
_PRINTABLE_STRING: Final = 0x13
_ROOT_LIFE: Final = timedelta(days=25 * 365)
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
_FAULTS: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound)


@dataclass(frozen=True, slots=True)
class Examination:
    """What the health check found; the times are None where the certificate does not parse."""

    state: CertificateState
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def make_key() -> ec.EllipticCurvePrivateKey:
    """Make a key pair on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key (PKCS #8, not encrypted: the file's permissions guard it)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes | None) -> ec.EllipticCurvePrivateKey | None:
    """Read a private key; None where it is missing, damaged or of another kind."""
    try:
        key = load_pem_private_key(pem or b"", None)
    except _FAULTS:
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def public_der(key: ec.EllipticCurvePrivateKey | x509.Certificate) -> bytes:
    """Write the public key as SubjectPublicKeyInfo, which the license server ID binds."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def make_root(key: ec.EllipticCurvePrivateKey, server_name: str, now: datetime) -> bytes:
    """Make the local CA's own certificate (PEM); it signs license server certificates only."""
    name = _name(f"{server_name[:40]} local root", serial=x509.random_serial_number())
    # No certificate that it signs is to begin earlier than itself; those begin with a month.
    start = datetime(now.year, now.month, 1, tzinfo=UTC)
    builder = _builder(name, name, key).serial_number(x509.random_serial_number())
    usage = x509.KeyUsage(**{**_NOTHING_ALLOWED, "key_cert_sign": True, "crl_sign": True})
    certificate = (
        builder.not_valid_before(start)
        .not_valid_after(start + _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def issue(
    new_id: str,
    said: NewLicenseServerID,
    *,
    server_name: str,
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """Let the local CA sign the certificate (PEM) that a verified new license server ID permits.

    It is valid from the first second of the month of issue to the last second of its last month.
    """
    issuer_key_id = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    usage = x509.KeyUsage(**{**_NOTHING_ALLOWED, "digital_signature": True})
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    value = bytes([_PRINTABLE_STRING, len(new_id)]) + new_id.encode("ascii")
    start = datetime(said.first_day.year, said.first_day.month, 1, tzinfo=UTC)
    certificate = (
        _builder(_name(server_name[:64]), root.subject, key)
        .serial_number(int(new_id))
        .not_valid_before(start)
        .not_valid_after(said.last_moment)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key_id),
            critical=False,
        )
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(URI_PREFIX + new_id)]),
            critical=False,
        )
        .add_extension(x509.UnrecognizedExtension(ID_EXTENSION, value), critical=False)
        .sign(root_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def read_root(
    root_pem: bytes | None, key_pem: bytes | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """Read the local CA; None where it can no longer sign and has to be made anew."""
    key = read_key(key_pem)
    try:
        root = x509.load_pem_x509_certificate(root_pem or b"")
        if key is None or public_der(root) != public_der(key):
            return None
        root.verify_directly_issued_by(root)
        root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return None
    return root, key


def examine(
    certificate_pem: bytes | None,
    key_pem: bytes | None,
    root_pem: bytes | None,
    *,
    new_id: str,
    recorded: Machine,
    machine: Machine,
    now: datetime,
) -> Examination:
    """Check a certificate: parses, time, key belongs to it, machine identity, chain."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem or b"")
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        names_id = certificate.serial_number == int(new_id) and _names(certificate, new_id)
        own_key = public_der(certificate)
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return Examination(CertificateState.CORRUPTED)
    key = read_key(key_pem)
    if now < start:
        state = CertificateState.CLOCK_WRONG
    elif now.replace(microsecond=0) > end:
        state = CertificateState.EXPIRED
    elif not names_id or key is None or public_der(key) != own_key:
        state = CertificateState.CORRUPTED
    elif machine.identity != recorded.identity:
        state = CertificateState.REDEPLOYED
    elif machine.system != recorded.system:
        state = CertificateState.UPGRADED
    elif not _is_chained(certificate, root_pem, now):
        state = CertificateState.CORRUPTED
    else:
        state = CertificateState.VALID
    return Examination(state, start, end)


def _is_chained(certificate: x509.Certificate, root_pem: bytes | None, now: datetime) -> bool:
    try:
        root = x509.load_pem_x509_certificate(root_pem or b"")
        verifier = PolicyBuilder().store(Store([root])).time(now).build_client_verifier()
        verifier.verify(certificate, [])
    except (VerificationError, *_FAULTS):
        return False
    return True


def _names(certificate: x509.Certificate, new_id: str) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    own = certificate.extensions.get_extension_for_oid(ID_EXTENSION).value
    return names.get_values_for_type(x509.UniformResourceIdentifier) == [
        URI_PREFIX + new_id
    ] and own.public_bytes().endswith(new_id.encode("ascii"))


def _name(common: str, serial: int | None = None) -> x509.Name:
    parts = [x509.NameAttribute(x509.NameOID.COMMON_NAME, common)]
    if serial is not None:
        # Two roots of one server must not bear the same name: clients may hold both.
        text = f"{serial % 2**64:016x}"
        parts.append(x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, text))
    return x509.Name(parts)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
