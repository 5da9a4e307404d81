"""First start in the terminal: product ID, product key, server name and password."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from license_server import installation, passwords
from license_server import state as states
from license_server.errors import AlreadyInstalledError, InvalidEntryError
from license_server.installation import Installation
from license_server.terminal.console import Console

_QUESTIONS = {
    "product_id": "Product ID (twenty digits, as on the licence):",
    "product_key": "Product key (25 characters):",
    "server_name": "Name for this server, such as LICENSE-01:",
    "password": "Password for the pages (Enter: none, they open by one-time link only):",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What is known already; None is still to be asked."""

    product_id: str | None = None
    product_key: str | None = None
    server_name: str | None = None
    password: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing has to be asked; a password is nobody's duty."""
        return None not in (self.product_id, self.product_key, self.server_name)


def install(data: Path, given: Given, now: datetime) -> Installation:
    """Install from what is given; raises InvalidEntryError for what is missing or wrong."""
    return installation.install(
        data,
        product_id=given.product_id or "",
        product_key=given.product_key or "",
        server_name=given.server_name or "",
        password=given.password or None,
        now=now,
    )


def ask(console: Console, data: Path, given: Given, clock: Callable[[], datetime]) -> Installation:
    """Ask for what is missing until the server is installed; a wrong answer is asked again."""
    if states.find(data) is not None:
        raise AlreadyInstalledError(f"{data} holds a license server already.")
    console.title("First start", "Install a license server")
    while True:
        while missing := [name for name in _QUESTIONS if getattr(given, name) is None]:
            given = _answered(console, given, missing[0], _QUESTIONS[missing[0]])
        try:
            return install(data, given, clock())
        except InvalidEntryError as error:
            console.say(str(error))
            given = dataclasses.replace(given, **{error.field: None})


def _answered(console: Console, given: Given, name: str, question: str) -> Given:
    while True:
        text = console.ask(question)
        try:
            match name:
                case "product_key":
                    installation.checked_product(given.product_id or "", text)
                case "server_name":
                    installation.checked_name(text)
                case "password" if text:
                    passwords.hashed(text)
            return dataclasses.replace(given, **{name: text})
        except InvalidEntryError as error:
            console.say(str(error))
            if error.field != name:
                return dataclasses.replace(given, **{error.field: None})
