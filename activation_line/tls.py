"""The licensing site's TLS: certificates of a local authority, or the ones that were given.

What lies in the data directory is made at the first start and renewed at a later one. It is valid
by the machine's clock whatever the line takes for the time: so is whoever connects.
"""

import ipaddress
import os
import secrets
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from activation_line.settings import PREFIX, Settings, SettingsError
from license_certificates import authority, building, keys

LOCAL: Final = "local"
OFF: Final = "off"
CHAIN: Final = "fullchain.pem"
KEY: Final = "privkey.pem"
ALWAYS_NAMED: Final = ("localhost", "127.0.0.1", "::1")

_Authority = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]

_LIFE: Final = timedelta(days=397)
_RENEWED_BEFORE: Final = timedelta(days=30)
_ROOT_NAME: Final = "Activation Line local TLS root"


@dataclass(frozen=True, slots=True)
class Tls:
    """Where the certificate chain and its key lie, and the authority that a client has to trust.

    `authority` is None where the certificate was given: clients trust its authority already.
    """

    chain: Path
    key: Path
    authority: Path | None


def local_directory(settings: Settings) -> Path:
    """Where the local authority keeps what it makes."""
    return settings.data_dir / "tls"


def prepare(settings: Settings, names: Iterable[str], now: datetime) -> Tls | None:
    """Find the site's certificate, or make it; None where TLS is off.

    `names`: the host names and addresses that clients call the site by. Raises SettingsError where
    the given files can't be used.
    """
    if settings.site_tls == OFF:
        return None
    if settings.site_tls != LOCAL:
        return given(Path(settings.site_tls))
    directory = local_directory(settings)
    directory.mkdir(mode=0o700, exist_ok=True)
    wanted = tuple(dict.fromkeys((*ALWAYS_NAMED, *names)))
    root = _root(directory, now)
    found = _local(directory)
    if not _still_good(found, wanted, root[0], now):
        own = keys.make_key()
        signed = _certificate(own.public_key(), wanted, root, now)
        _write(found.chain, keys.key_pem(own) + signed)
    return found


def find(settings: Settings) -> Tls | None:
    """Find what `prepare` would use, without making anything; None where it isn't made yet."""
    if settings.site_tls != LOCAL:
        return given(Path(settings.site_tls))
    found = _local(local_directory(settings))
    return found if found.chain.exists() else None


def last_moment(found: Tls) -> datetime:
    """Say until when a certificate is valid. Raises ValueError where it can't be read."""
    return x509.load_pem_x509_certificate(found.chain.read_bytes()).not_valid_after_utc


def given(directory: Path) -> Tls:
    """Take a directory's certificate chain and key. Raises SettingsError where they don't fit."""
    found = Tls(directory / CHAIN, directory / KEY, None)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(found.chain, found.key)
    except (OSError, ssl.SSLError) as error:
        says = (
            f"{PREFIX}SITE_TLS names {directory}, which has to hold {CHAIN} and {KEY} that belong "
            f"together ({error.strerror or error}): put them there, or write {LOCAL!r} or {OFF!r}."
        )
        raise SettingsError([says]) from error
    return found


def _local(directory: Path) -> Tls:
    # Key and certificate in one file: they are replaced together, or not at all.
    both = directory / "site.pem"
    return Tls(both, both, directory / "ca.pem")


def _root(directory: Path, now: datetime) -> _Authority:
    """Find the local authority, or make it; of several processes that do so the first one wins."""
    path = directory / "authority.pem"
    held = _read(path)
    found = authority.read_authority(held, held)
    if found is None or found[0].not_valid_after_utc - now <= _LIFE:
        own = keys.make_key()
        pem = authority.make_root(own, _ROOT_NAME, now, path_length=0)
        _write(path, keys.key_pem(own) + pem, replace=held is not None)
        held = _read(path)
        found = authority.read_authority(held, held)
        if found is None:
            raise SettingsError([f"{path} can't be read: remove it, and start again."])
    _write(directory / "ca.pem", found[0].public_bytes(Encoding.PEM))
    return found


def _certificate(
    public_key: ec.EllipticCurvePublicKey,
    names: tuple[str, ...],
    root: _Authority,
    now: datetime,
) -> bytes:
    issuer, issuer_key = root
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        building.begin(building.name(names[0]), issuer.subject, public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a client's clock may be behind
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(building.usage("digital_signature"), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        .add_extension(building.signed_by(issuer), critical=False)
        .sign(issuer_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text.encode("idna").decode("ascii"))


def _still_good(found: Tls, names: tuple[str, ...], root: x509.Certificate, now: datetime) -> bool:
    own = keys.read_key(_read(found.key))
    try:
        held = x509.load_pem_x509_certificate(_read(found.chain) or b"")
        held.verify_directly_issued_by(root)
        alternative = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001 -- damaged bytes may fail anywhere in the parser
        return False
    return (
        own is not None
        and keys.public_der(own) == keys.public_der(held)
        and set(alternative) >= set(map(_name, names))
        and held.not_valid_before_utc <= now < held.not_valid_after_utc - _RENEWED_BEFORE
    )


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file whole, for its owner alone; without `replace` one that is there stays."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    if replace:
        half.replace(path)
        return
    with suppress(FileExistsError):
        os.link(half, path)
    half.unlink()
