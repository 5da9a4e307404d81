"""Key pairs on P-256: made, written and read."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_FAULTS = (ValueError, TypeError, UnsupportedAlgorithm)


def make_key() -> ec.EllipticCurvePrivateKey:
    """Make a key pair."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key (PKCS #8, not encrypted: whoever stores it guards it)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes | None) -> ec.EllipticCurvePrivateKey | None:
    """Read a private key; None where it is missing, damaged or of another kind."""
    try:
        key = load_pem_private_key(pem or b"", None)
    except _FAULTS:
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def public_der(
    key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey | x509.Certificate,
) -> bytes:
    """Write the public key as SubjectPublicKeyInfo, which the license server ID binds."""
    public = key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_pem(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> bytes:
    """Write the public key as PEM, to travel in a document."""
    public = key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public(pem: bytes) -> ec.EllipticCurvePublicKey | None:
    """Read a public key on P-256; None where it is damaged or of another kind."""
    try:
        key = load_pem_public_key(pem)
    except _FAULTS:
        return None
    return on_p256(key)


def on_p256(key: object) -> ec.EllipticCurvePublicKey | None:
    """Give a public key if it is one on P-256, the only curve that this house takes."""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    return None
