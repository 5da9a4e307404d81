"""First start: product ID and product key in; key pair, local CA and machine identity made."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from codes import license_server_id, product_key
from codes import product_id as product_ids
from codes.errors import CodeError, InvalidLength
from codes.proofs import Secret
from license_certificates import authority, keys
from license_server import event_log, files, passwords
from license_server import state as states
from license_server.errors import AlreadyInstalledError, DataDirectoryError, InvalidEntryError
from license_server.machine import present

_NAME_LENGTH: Final = 64
REVOCATIONS: Final = "clearinghouse-crl.pem"


@dataclass(frozen=True, slots=True)
class Installation:
    """A license server after its first start."""

    data: Path
    product_id: str
    server_name: str
    installed_at: datetime


def install(
    data: Path,
    *,
    product_id: str,
    product_key: str,
    server_name: str,
    now: datetime,
    password: str | None = None,
    private_key: ec.EllipticCurvePrivateKey | None = None,
) -> Installation:
    """Make a license server of an empty directory.

    `private_key` is handed in by reproducible demos only. Raises InvalidEntryError for what was
    typed wrongly, AlreadyInstalledError, or DataDirectoryError; nothing is installed then.
    """
    name = checked_name(server_name)
    whole_id, whole_key = checked_product(product_id, product_key)
    password_hash = None if password is None else passwords.hashed(password)
    files.make_directory(data)
    with files.locked(data):
        if states.find(data) is not None:
            raise AlreadyInstalledError(f"{data} holds a license server already: log in instead.")
        key_file = store_key(data, private_key or keys.make_key())
        root_file, root_key_file = store_root(data, name, now)
        files.write(data / states.PRODUCT_KEY, whole_key.encode("ascii") + b"\n")
        state = states.State(
            product_id=whole_id,
            server_name=name,
            installed_at=now,
            latest_time=now,
            machine=present(),
            root_file=root_file,
            root_key_file=root_key_file,
            spare_key_file=key_file,
            password_hash=password_hash,
        )
        states.save(data, state, now)
    event_log.record(data, event_log.Kind.INSTALLED, now, server_name=name)
    return Installation(data, whole_id, name, now)


def checked_name(text: str) -> str:
    """Check the server's name, which its certificate will bear."""
    name = " ".join(text.split())
    if not name:
        raise InvalidEntryError("server_name", "Enter a name for this server, such as LICENSE-01.")
    if len(name) > _NAME_LENGTH or not name.isprintable():
        raise InvalidEntryError(
            "server_name",
            f"The server's name may have {_NAME_LENGTH} printable characters: shorten it.",
        )
    return name


def checked_product(product_id: str, key: str) -> tuple[str, str]:
    """Check product ID and product key, each by itself and both together; gives them compact."""
    try:
        whole_id = product_ids.validate(product_id)
    except CodeError as error:
        message = str(error)
        if isinstance(error, InvalidLength) and not product_id.strip():
            message = "Enter the product ID. It stands on your licence: twenty digits."
        raise InvalidEntryError("product_id", message) from error
    try:
        return whole_id, product_key.validate(key, whole_id)
    except CodeError as error:
        message = str(error)
        if isinstance(error, InvalidLength) and not key.strip():
            message = "Enter the product key. It came with your licence: 25 characters."
        raise InvalidEntryError("product_key", message) from error


def secret(data: Path) -> Secret:
    """Read the product key and derive the key under which this server's proofs are made."""
    text = files.read(data / states.PRODUCT_KEY)
    try:
        return product_key.secret((text or b"").decode("ascii"))
    except (CodeError, UnicodeError) as error:
        raise DataDirectoryError(
            f"{data / states.PRODUCT_KEY} is missing or damaged: write the product key of your "
            "licence into it. Nothing was changed."
        ) from error


def store_key(data: Path, key: ec.EllipticCurvePrivateKey) -> str:
    """Write a private key into a file that is named by its hash; gives the file's name."""
    name = f"key-{license_server_id.key_hash(keys.public_der(key))}.pem"
    files.write(data / name, keys.key_pem(key))
    return name


def store_root(data: Path, server_name: str, now: datetime) -> tuple[str, str]:
    """Make a local CA; gives the names of the files of its certificate and its key."""
    key = keys.make_key()
    mark = license_server_id.key_hash(keys.public_der(key))
    names = f"root-{mark}.pem", f"root-key-{mark}.pem"
    files.write(data / names[1], keys.key_pem(key))
    common_name = f"{server_name[:40]} local root"
    root = authority.make_root(key, common_name, now, path_length=0)
    files.write(data / names[0], root)
    return names


def root_pem(data: Path) -> bytes:
    """Read what clients on this network are to trust.

    The local root stands first; issuing CA and root of the clearinghouse follow where it signed the
    certificate, so that this one file is enough to verify it.
    """
    state = states.load(data)
    content = files.read(data / state.root_file)
    if content is None or b"BEGIN CERTIFICATE" not in content:
        raise DataDirectoryError(
            f"{data / state.root_file} is missing or damaged: reactivate this server, "
            "which makes the local root anew."
        )
    name = state.held.chain_file if state.held else None
    return content + ((name and files.read(data / name)) or b"")


def revocation_pem(data: Path) -> bytes:
    """Read the revocation lists that clients on this network are to have; empty where none is.

    These are the last lists of local CAs that were given up, and the clearinghouse's newest.
    """
    names = [*states.load(data).revocation_files, REVOCATIONS]
    return b"".join(files.read(data / name) or b"" for name in names)
