"""Whether a certificate leads to a root that is trusted."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

_FAULTS = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound)


def verify(
    certificate: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> bool:
    """Say whether a certificate is valid at a moment and leads to one of the roots."""
    try:
        verifier = PolicyBuilder().store(Store(list(roots))).time(at).build_client_verifier()
        verifier.verify(certificate, list(intermediates))
    except (VerificationError, *_FAULTS):
        return False
    return True


def der(pems: Sequence[bytes]) -> bytes:
    """Concatenate the DER of certificates, over which an answer's proof is made.

    Raises ValueError where one can't be read.
    """
    return b"".join(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems)
