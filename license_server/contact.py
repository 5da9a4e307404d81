"""Who the clearinghouse is told that asks: taken from Properties, confirmed in the wizards."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, Final

from license_server.errors import InvalidEntryError
from license_server.state import Properties

LONGEST: Final = 200
ACTIVATING: Final = frozenset({"first_name", "last_name", "company", "country"})
DEACTIVATING: Final = frozenset({"first_name", "last_name"})
_SENTENCES: Final = {
    "first_name": "Enter your first name.",
    "last_name": "Enter your last name.",
    "company": "Enter the name of your company.",
    "country": "Choose the country or region of your company.",
    "email": "Enter your e-mail address: over the internet it is required.",
    "phone": "Enter your phone number.",
}


def typed(held: Properties, texts: Mapping[str, str]) -> Properties:
    """Put what was typed over what Properties hold; nothing is judged."""
    names = (name for name in _SENTENCES if name in texts)
    said: dict[str, Any] = {name: " ".join(texts[name].split())[:LONGEST] for name in names}
    return dataclasses.replace(held, **said)


def require(
    properties: Properties, required: Collection[str], countries: Collection[str] | None = None
) -> None:
    """Refuse what is missing or cannot be; the first fault is raised as InvalidEntryError.

    `countries` holds the ISO 3166 codes that can be chosen; None where the country is not asked.
    """
    for name, sentence in _SENTENCES.items():
        if name in required and not getattr(properties, name):
            raise InvalidEntryError(name, sentence)
        if not getattr(properties, name).isprintable():
            raise InvalidEntryError(name, "This holds signs that cannot be printed: type it again.")
    if countries is not None and properties.country not in countries:
        raise InvalidEntryError("country", "Choose the country or region from the list.")
    _require_address(properties.email)


def _require_address(email: str) -> None:
    local, at, domain = email.rpartition("@")
    if email and (not local or not at or not domain or " " in email):
        raise InvalidEntryError(
            "email", "This is no e-mail address: it looks like name@company.example."
        )
