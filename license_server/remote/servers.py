"""The servers that Server Manager lists beside this one: names, roles, how they are reached."""

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from license_server import files, installation
from license_server.errors import DataDirectoryError, InvalidEntryError

FILE: Final = "servers.json"
_FORMAT: Final = 1


class Role(StrEnum):
    """What a server is there for; only a license server is activated and reactivated."""

    LICENSE_SERVER = "license_server"
    SESSION_HOST = "session_host"
    OTHER = "other"

    @property
    def word(self) -> str:
        """The role as Server Manager shows it."""
        return _WORDS[self]

    @property
    def sentence(self) -> str:
        """What the role is, for whoever has to find the license server."""
        return _SENTENCES[self]


_WORDS: Final = {
    Role.LICENSE_SERVER: "License server",
    Role.SESSION_HOST: "Session host",
    Role.OTHER: "Other server",
}
_SENTENCES: Final = {
    Role.LICENSE_SERVER: "Issues licences; it is activated and reactivated.",
    Role.SESSION_HOST: "Asks a license server for its users’ licences; never activated itself.",
    Role.OTHER: "Has nothing to do with licensing.",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server on another machine. `address` and `token` belong to license servers only."""

    name: str
    role: Role
    address: str = ""
    token: str = ""


# What the demo shows beside the license server, so that there is one to be found.
DEMO: Final = (Server("HOST-01", Role.SESSION_HOST), Server("FILES-01", Role.OTHER))


def load(data: Path) -> tuple[Server, ...]:
    """Read the other servers, in the order in which they were added."""
    content = files.read(data / FILE)
    if content is None:
        return ()
    try:
        return tuple(_read(entry) for entry in json.loads(content)["servers"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataDirectoryError(
            f"{data / FILE} is damaged and cannot be read: put it back from a copy, or remove it "
            "and add the servers again."
        ) from error


def find(data: Path, name: str) -> Server | None:
    """Find a server by its name."""
    return next((server for server in load(data) if server.name == name), None)


def add(data: Path, server: Server, *, taken: str) -> Server:
    """Check and keep a server; `taken` is this server's own name. Raises InvalidEntryError."""
    checked = dataclasses.replace(server, name=_checked_name(server.name))
    if checked.role is Role.LICENSE_SERVER:
        checked = dataclasses.replace(
            checked, address=_checked_address(server.address), token=_checked_token(server.token)
        )
    else:
        checked = dataclasses.replace(checked, address="", token="")
    with files.locked(data):
        held = load(data)
        if checked.name.casefold() in {taken.casefold(), *(each.name.casefold() for each in held)}:
            raise InvalidEntryError("name", f"{checked.name} is listed already: choose another.")
        _save(data, (*held, checked))
    return checked


def remove(data: Path, name: str) -> None:
    """Take a server off the list; nothing is changed on its machine."""
    with files.locked(data):
        _save(data, tuple(server for server in load(data) if server.name != name))


def _save(data: Path, servers: tuple[Server, ...]) -> None:
    document = {"format": _FORMAT, "servers": [dataclasses.asdict(server) for server in servers]}
    files.write(data / FILE, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")


def _read(entry: dict[str, Any]) -> Server:
    name, address, token = (str(entry[key]) for key in ("name", "address", "token"))
    return Server(name, Role(entry["role"]), address, token)


def _checked_name(text: str) -> str:
    try:
        return installation.checked_name(text)
    except InvalidEntryError as error:
        raise InvalidEntryError("name", str(error)) from error


def _checked_address(text: str) -> str:
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    try:
        is_whole = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.path or parts.query:
        raise InvalidEntryError(
            "address",
            "Enter the address as the other license server prints it: https://, its name or "
            "number, a colon and the port.",
        )
    return url


def _checked_token(text: str) -> str:
    token = "".join(text.split())
    if not token or not token.isascii():
        raise InvalidEntryError(
            "token", "Enter the token that `license-server token` printed on that machine."
        )
    return token
