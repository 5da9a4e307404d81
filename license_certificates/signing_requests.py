"""Certificate signing requests: what a license server sends by the automatic method."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from license_certificates import building
from license_certificates.keys import on_p256

URI_PREFIX: Final = "activation-line:request:"
_LONGEST: Final = 16_384


class SigningRequestError(ValueError):
    """A certificate signing request can't be used; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What a signing request says, its own signature checked. Codes are as they were written."""

    public_key: ec.EllipticCurvePublicKey
    product_id: str
    license_server_id: str
    server_name: str


def make(
    key: ec.EllipticCurvePrivateKey, product_id: str, license_server_id: str, server_name: str
) -> bytes:
    """Make a signing request (PEM) for the pair of IDs (compact), signed by the new key."""
    uri = x509.UniformResourceIdentifier(f"{URI_PREFIX}{product_id}:{license_server_id}")
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(building.name(server_name))
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .sign(key, SHA256())
    )
    return request.public_bytes(Encoding.PEM)


def read(pem: bytes) -> SigningRequest:
    """Read a signing request. Raises SigningRequestError where it can't be used."""
    request = _load(pem)
    try:
        is_signed = request.is_signature_valid
        key = on_p256(request.public_key())
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        common = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    except Exception as error:
        raise SigningRequestError(
            "The certificate signing request doesn't name its license server as it has to: "
            "let the license server make it again."
        ) from error
    if not is_signed:
        raise SigningRequestError(
            "The certificate signing request wasn't signed by its own key: "
            "let the license server make it again."
        )
    if key is None:
        raise SigningRequestError(
            "The certificate signing request's key isn't on the curve P-256: "
            "let the license server make it again."
        )
    ids = uris[0].removeprefix(URI_PREFIX).split(":") if len(uris) == 1 else []
    if len(ids) != 2 or not uris[0].startswith(URI_PREFIX) or len(common) != 1:  # noqa: PLR2004 -- a pair
        raise SigningRequestError(
            "The certificate signing request doesn't name one product ID, one license server ID "
            "and one server: let the license server make it again."
        )
    return SigningRequest(key, ids[0], ids[1], str(common[0].value))


def der(pem: bytes) -> bytes:
    """Give a signing request's DER, over which proofs are made. Raises SigningRequestError."""
    return _load(pem).public_bytes(Encoding.DER)


def _load(pem: bytes) -> x509.CertificateSigningRequest:
    try:
        # No parser is asked about what is too long to be one.
        return x509.load_pem_x509_csr(pem if len(pem) <= _LONGEST else b"")
    except Exception as error:
        raise SigningRequestError(
            "The certificate signing request can't be read: it has to be PKCS #10 in PEM, "
            "from BEGIN to END CERTIFICATE REQUEST."
        ) from error
