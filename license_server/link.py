"""Where the clearinghouse is: the addresses of its API and its site, and the root they show."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from license_server import files
from license_server.errors import LinkError

FILE: Final = "clearinghouse.json"
CA_FILE: Final = "clearinghouse-ca.pem"


@dataclass(frozen=True, slots=True)
class Link:
    """The clearinghouse's addresses; `ca_file` is None where the system's own roots are trusted."""

    api_url: str
    site_url: str
    ca_file: str | None = None


def load(data: Path) -> Link | None:
    """Read the link of a data directory; None where none was stored."""
    content = files.read(data / FILE)
    if content is None:
        return None
    try:
        document = json.loads(content)
        link = Link(document["api_url"], document["site_url"])
        _require_address(link.api_url)
        _require_address(link.site_url)
        has_ca = document["has_ca"]
    except (ValueError, KeyError, TypeError, AttributeError, LinkError) as error:
        raise LinkError(
            f"{data / FILE} is damaged and cannot be read: remove it, and store the "
            "clearinghouse's addresses again."
        ) from error
    return dataclasses.replace(link, ca_file=str(data / CA_FILE)) if has_ca else link


def store(data: Path, link: Link) -> Link:
    """Keep the addresses, and a copy of the root; gives the link as `load` reads it.

    Raises LinkError where an address is not HTTPS or the root is no certificate.
    """
    _require_address(link.api_url)
    _require_address(link.site_url)
    root = None if link.ca_file is None else _root(Path(link.ca_file))
    files.make_directory(data)
    api_url, site_url = link.api_url.rstrip("/"), link.site_url.rstrip("/")
    with files.locked(data):
        if root is not None:
            files.write(data / CA_FILE, root)
        document = {"api_url": api_url, "site_url": site_url, "has_ca": root is not None}
        files.write(data / FILE, json.dumps(document, indent=1).encode() + b"\n")
    return Link(api_url, site_url, None if root is None else str(data / CA_FILE))


def _require_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise LinkError(
            f"{url} is no address of a clearinghouse: give one that begins with https://."
        )


def _root(path: Path) -> bytes:
    content = files.read(path)
    try:
        x509.load_pem_x509_certificates(content or b"")
    except ValueError as error:
        raise LinkError(
            f"{path} holds no certificate (PEM): name the file with the clearinghouse's root."
        ) from error
    return content or b""
