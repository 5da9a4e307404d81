"""The certificate that a license server answers administrators with, pinned by their tokens.

It belongs to the machine's administration alone: that the server's license certificate expires, or
that its local root is made anew, must not lock administrators out.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from license_certificates import building, keys
from license_server import files

KEY_FILE: Final = "administration-key.pem"
CERTIFICATE_FILE: Final = "administration.pem"
_LIFE: Final = timedelta(days=25 * 365)


def paths(data: Path, now: datetime) -> tuple[Path, Path]:
    """Name the files of certificate and key; made where they are missing or don't fit."""
    with files.locked(data):
        if _read(data) is None:
            _make(data, now)
    return data / CERTIFICATE_FILE, data / KEY_FILE


def fingerprint(data: Path, now: datetime) -> str:
    """Give the certificate's SHA-256 in hexadecimal digits."""
    paths(data, now)
    certificate = _read(data)
    assert certificate is not None  # noqa: S101 -- read or made just now
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _read(data: Path) -> x509.Certificate | None:
    key = keys.read_key(files.read(data / KEY_FILE))
    try:
        certificate = x509.load_pem_x509_certificate(files.read(data / CERTIFICATE_FILE) or b"")
        is_own = key is not None and keys.public_der(certificate) == keys.public_der(key)
    except ValueError:
        return None
    return certificate if is_own else None


def _make(data: Path, now: datetime) -> None:
    key = keys.make_key()
    name = building.name("license server administration", x509.random_serial_number())
    # A Manager whose clock is slow is let in all the same: the pin decides, not the time.
    start = building.first_of_month(now - timedelta(days=366))
    certificate = (
        building.begin(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    files.write(data / KEY_FILE, keys.key_pem(key))
    files.write(data / CERTIFICATE_FILE, certificate.public_bytes(Encoding.PEM))
