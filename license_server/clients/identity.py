"""What a license server shows its clients: its certificate, or one of the local root meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from license_certificates import clients, keys
from license_certificates.authority import read_authority
from license_server import files, health
from license_server import state as states
from license_server.errors import DataDirectoryError
from license_server.machine import present
from license_server.model import CertificateState
from license_server.state import State

CERTIFICATE: Final = "network-certificate.pem"
KEY: Final = "network-key.pem"
_REMADE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Identity:
    """Certificate with what stands above it, its key, and the root that clients' lead to (PEM)."""

    certificate: bytes
    key: bytes
    client_root: bytes


def current(data: Path, now: datetime) -> Identity:
    """Give what is to be shown now; makes the certificate for the network where it is needed.

    Raises NotInstalledError, DataDirectoryError.
    """
    state = states.load(data)
    root_pem = files.read(data / state.root_file) or b""
    held = state.held
    if held is not None:
        found = health.examine(data, state, now, present())
        if found.state is CertificateState.VALID:
            chain = files.read(data / held.chain_file) if held.chain_file else b""
            certificate = files.read(data / held.certificate_file) or b""
            key = files.read(data / held.key_file) or b""
            return Identity(certificate + (chain or b""), key, root_pem)
    with files.locked(data):
        return _network(data, states.load(data), root_pem, now)


def local_ca(data: Path, state: State) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Read the local root with its key, or raise DataDirectoryError."""
    found = read_authority(
        files.read(data / state.root_file), files.read(data / state.root_key_file)
    )
    if found is None:
        raise DataDirectoryError(
            "The local root of this license server is missing or damaged: reactivate the server, "
            "which makes it anew."
        )
    return found


def _network(data: Path, state: State, root_pem: bytes, now: datetime) -> Identity:
    root, root_key = local_ca(data, state)
    stored, key_pem = files.read(data / CERTIFICATE), files.read(data / KEY)
    if not _is_good(stored, key_pem, root, now):
        key = keys.make_key()
        stored = clients.issue_network(
            state.server_name, key.public_key(), now, issuer=root, issuer_key=root_key
        )
        key_pem = keys.key_pem(key)
        files.write(data / KEY, key_pem)
        files.write(data / CERTIFICATE, stored)
    return Identity(stored or b"", key_pem or b"", root_pem)


def _is_good(
    stored: bytes | None, key_pem: bytes | None, root: x509.Certificate, now: datetime
) -> bool:
    key = keys.read_key(key_pem)
    try:
        certificate = x509.load_pem_x509_certificate(stored or b"")
        certificate.verify_directly_issued_by(root)
        is_own = key is not None and keys.public_der(certificate) == keys.public_der(key)
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return False
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return is_own and start <= now < end - _REMADE
