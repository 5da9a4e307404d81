"""The license server's certificate, examined: is it valid, and if not, what happened to it."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from license_certificates import chains
from license_certificates.keys import public_der, read_key
from license_certificates.profile import names_id
from license_server.machine import Machine
from license_server.model import CertificateState


@dataclass(frozen=True, slots=True)
class Examination:
    """What the health check found; the times are None where the certificate does not parse."""

    state: CertificateState
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def examine(
    certificate_pem: bytes | None,
    key_pem: bytes | None,
    chain_pem: bytes | None,
    *,
    new_id: str,
    recorded: Machine,
    machine: Machine,
    now: datetime,
) -> Examination:
    """Check a certificate: parses, time, key belongs to it, machine identity, chain.

    `chain_pem` holds what stands above it, the root last.
    """
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem or b"")
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        is_own = names_id(certificate, new_id)
        own_key = public_der(certificate)
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return Examination(CertificateState.CORRUPTED)
    key = read_key(key_pem)
    if now < start:
        state = CertificateState.CLOCK_WRONG
    elif now.replace(microsecond=0) > end:
        state = CertificateState.EXPIRED
    elif not is_own or key is None or public_der(key) != own_key:
        state = CertificateState.CORRUPTED
    elif machine.identity != recorded.identity:
        state = CertificateState.REDEPLOYED
    elif machine.system != recorded.system:
        state = CertificateState.UPGRADED
    elif not _is_chained(certificate, chain_pem, now):
        state = CertificateState.CORRUPTED
    else:
        state = CertificateState.VALID
    return Examination(state, start, end)


def _is_chained(certificate: x509.Certificate, chain_pem: bytes | None, now: datetime) -> bool:
    try:
        *between, root = x509.load_pem_x509_certificates(chain_pem or b"")
    except ValueError:
        return False
    return chains.verify(certificate, between, [root], now)
