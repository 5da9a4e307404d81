"""Routing tables that travel: one file with the tables, their date and an Ed25519 signature.

The file is a zip archive (or a folder) of the three tables, `manifest.json` with the hash of each,
and `manifest.sig`, the signature over the manifest's bytes. Whoever reads it holds the public key.
"""

import base64
import binascii
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from region_routing.loading import TABLES, load
from region_routing.model import RoutingTable

FORMAT: Final = "activation-line-numbers-1"
FILES: Final = ("lines.toml", "centres.toml", "regions.toml")
_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "manifest.sig"
_LARGEST: Final = 1_000_000
# One date in all archives: the same tables and key give the same bytes.
_WHEN: Final = (1980, 1, 1, 0, 0, 0)


class SignedTablesError(Exception):
    """A file of tables that cannot be taken; `why` is the stable word: damaged or foreign."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class SignedTables:
    """Tables whose signature holds; `content` is the archive that they came in, or an equal one."""

    table: RoutingTable
    content: bytes

    @property
    def as_of(self) -> date:
        """The day whose numbers these are."""
        return self.table.as_of


def sign(key: Ed25519PrivateKey, folder: Path | None = None) -> bytes:
    """Check the tables of a folder (the packaged ones without) and write the signed archive.

    Raises RoutingTableError where the tables are wrong.
    """
    folder = folder or TABLES
    as_of = load(folder).as_of
    tables = {name: (folder / name).read_bytes() for name in FILES}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()}
    document = {"format": FORMAT, "as_of": as_of.isoformat(), "files": hashes}
    manifest = json.dumps(document, indent=1).encode("ascii") + b"\n"
    signature = base64.b64encode(key.sign(manifest)) + b"\n"
    return _archive({**tables, _MANIFEST: manifest, _SIGNATURE: signature})


def open_signed(path: Path, key: Ed25519PublicKey) -> SignedTables:
    """Read a signed archive or folder; raises SignedTablesError, or RoutingTableError."""
    return _opened(_members(path), key, str(path))


def open_content(content: bytes, key: Ed25519PublicKey, name: str) -> SignedTables:
    """Read a signed archive that is in memory; `name` is what sentences call it."""
    return _opened(_unpacked(content, name), key, name)


def _opened(members: Mapping[str, bytes], key: Ed25519PublicKey, name: str) -> SignedTables:
    manifest, signature = members.get(_MANIFEST), members.get(_SIGNATURE)
    if manifest is None or signature is None:
        raise SignedTablesError(
            "damaged",
            f"{name} is no signed table of numbers: {_MANIFEST} or {_SIGNATURE} is missing in it. "
            "Nothing was changed.",
        )
    try:
        key.verify(base64.b64decode(signature), manifest)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignedTablesError(
            "foreign",
            f"The signature of {name} was not made with the key that this server trusts: the file "
            "was changed, or it comes from somebody else. Nothing was changed.",
        ) from error
    _require_hashes(manifest, members, name)
    with tempfile.TemporaryDirectory() as scratch:
        for file in FILES:
            Path(scratch, file).write_bytes(members[file])
        table = load(Path(scratch))
    return SignedTables(table, _archive({each: members[each] for each in sorted(members)}))


def _require_hashes(manifest: bytes, members: Mapping[str, bytes], name: str) -> None:
    try:
        document = json.loads(manifest)
        version, hashes = document["format"], dict(document["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise SignedTablesError("damaged", f"{_MANIFEST} of {name} cannot be read.") from error
    if version != FORMAT:
        raise SignedTablesError(
            "damaged", f"{name} has the format {version!r}, and this version reads {FORMAT!r} only."
        )
    for file in FILES:
        content = members.get(file)
        if content is None or hashlib.sha256(content).hexdigest() != hashes.get(file):
            raise SignedTablesError(
                "damaged",
                f"{file} of {name} is missing or was damaged on its way: fetch the file again. "
                "Nothing was changed.",
            )


def _members(path: Path) -> dict[str, bytes]:
    wanted = (*FILES, _MANIFEST, _SIGNATURE)
    try:
        if path.is_dir():
            present = [name for name in wanted if (path / name).is_file()]
            return {name: (path / name).read_bytes()[: _LARGEST + 1] for name in present}
        with path.open("rb") as file:
            return _unpacked(file.read(_LARGEST + 1), str(path))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SignedTablesError("damaged", f"{path} cannot be read ({reason}).") from error


def _unpacked(content: bytes, name: str) -> dict[str, bytes]:
    wanted = {*FILES, _MANIFEST, _SIGNATURE}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename in wanted]
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise SignedTablesError("damaged", f"{name} is too large for a table of numbers.")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise SignedTablesError(
            "damaged",
            f"{name} is no signed table of numbers, or was damaged on its way: fetch the file "
            "again. Nothing was changed.",
        ) from error


def _archive(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
