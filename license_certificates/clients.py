"""Certificates between clients and their license server: both signed by the server's local root.

A client's names its key by hash, so that a device stays the same whatever it is called. The
server's own for the network stands in where it holds none that is valid, as before activation.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from license_certificates import building
from license_certificates.keys import on_p256, public_der
from license_certificates.signing_requests import SigningRequestError

CLIENT_URI: Final = "activation-line:client:"
NETWORK_URI: Final = "activation-line:license-server-network:"
LIFE: Final = timedelta(days=397)
_LONGEST: Final = 16_384


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """What a client's signing request says, its own signature checked."""

    public_key: ec.EllipticCurvePublicKey
    device_name: str


def hardware_id(key: ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) -> str:
    """Name a device by its key: SHA-256 over the public key, 64 hex digits."""
    return hashlib.sha256(public_der(key)).hexdigest()


def make_request(key: ec.EllipticCurvePrivateKey, device_name: str) -> bytes:
    """Make a client's signing request (PEM)."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(building.name(device_name))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def read_request(pem: bytes) -> ClientRequest:
    """Read a client's signing request. Raises SigningRequestError where it can't be used."""
    try:
        # No parser is asked about what is too long to be one.
        request = x509.load_pem_x509_csr(pem if len(pem) <= _LONGEST else b"")
        is_signed = request.is_signature_valid
        key = on_p256(request.public_key())
        names = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        name = str(names[0].value) if len(names) == 1 else ""
    except Exception as error:
        raise SigningRequestError(
            "The certificate signing request can't be read: it has to be PKCS #10 in PEM."
        ) from error
    if not is_signed or key is None:
        raise SigningRequestError(
            "The certificate signing request has to be signed by its own key, on the curve P-256."
        )
    if not name.strip() or not name.isprintable() or len(name) > building.NAME_LENGTH:
        raise SigningRequestError(
            f"The device's name has to have 1 to {building.NAME_LENGTH} printable characters."
        )
    return ClientRequest(key, name)


def issue_client(
    request: ClientRequest,
    now: datetime,
    *,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """Sign a client's certificate (PEM), good for nothing but to be a client."""
    uri = CLIENT_URI + hardware_id(request.public_key)
    return _issue(
        request.device_name,
        request.public_key,
        uri,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        now,
        issuer,
        issuer_key,
    )


def issue_network(
    server_name: str,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    *,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    """Sign the certificate (PEM) that a server shows its clients while it holds no valid one."""
    uri = NETWORK_URI + hardware_id(key)
    usage = ExtendedKeyUsageOID.SERVER_AUTH
    return _issue(server_name, key, uri, usage, now, issuer, issuer_key)


def device_of(certificate: x509.Certificate) -> str | None:
    """Give the hardware ID that a client's certificate names; None for any other certificate."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1 or not uris[0].startswith(CLIENT_URI):
        return None
    return uris[0].removeprefix(CLIENT_URI)


def _issue(
    name: str,
    key: ec.EllipticCurvePublicKey,
    uri: str,
    usage: ObjectIdentifier,
    now: datetime,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> bytes:
    # From midnight on: the clocks of a network differ a little.
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    certificate = (
        building.begin(building.name(name), issuer.subject, key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start, issuer.not_valid_before_utc))
        .not_valid_after(min(start + LIFE, issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(building.usage("digital_signature"), critical=True)
        .add_extension(building.signed_by(issuer), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False
        )
        .sign(issuer_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)
