"""What the events of the log mean, in words for administrators, and how grave each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from license_server.event_log import Kind
from license_server.model import CertificateState


class Level(StrEnum):
    """How grave an event is."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"

    @property
    def word(self) -> str:
        """The level as people read it."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Event:
    """One event as people read it. `at` is UTC in ISO 8601; `facts` are names and values."""

    at: str
    kind: str
    level: Level
    title: str
    meaning: str
    facts: tuple[tuple[str, str], ...]


_SAID: Final[Mapping[str, tuple[Level, str, str]]] = {
    Kind.INSTALLED: (
        Level.INFORMATION,
        "Installed",
        "Product ID and product key were entered; keys and local root were made.",
    ),
    Kind.REQUEST_OPENED: (
        Level.INFORMATION,
        "Request opened",
        "A license server ID was made; it stays the same until it is answered or cancelled.",
    ),
    Kind.REASON_CHANGED: (
        Level.WARNING,
        "Reason changed",
        "The administrator stated that the private key was compromised.",
    ),
    Kind.GROUP_RESTORED: (
        Level.WARNING,
        "Group restored",
        "One group was filled in from the other six, proven by the authenticator, after a yes.",
    ),
    Kind.REQUEST_CANCELLED: (
        Level.WARNING,
        "Request cancelled",
        "What was or will be issued for it is of no use.",
    ),
    Kind.ID_ACCEPTED: (
        Level.INFORMATION,
        "New license server ID accepted",
        "The server is activated and has a new certificate.",
    ),
    Kind.ID_REFUSED: (
        Level.WARNING,
        "New license server ID refused",
        "What was typed is not the ID that answers the open request; nothing was changed.",
    ),
    Kind.CERTIFICATE_STATE: (
        Level.WARNING,
        "Certificate state changed",
        "The health check finds another state than before.",
    ),
    Kind.CERTIFICATE_EXPIRING: (
        Level.WARNING,
        "Certificate about to expire",
        "Reactivate this server before it does.",
    ),
    Kind.CERTIFICATE_REPLACED: (
        Level.INFORMATION,
        "Certificate replaced",
        "The clearinghouse’s certificate took the place of the one of the local root.",
    ),
    Kind.GRACE: (
        Level.WARNING,
        "Grace is running",
        "The certificate expired; new licences end when the grace does. Reactivate this server.",
    ),
    Kind.GRACE_ENDED: (
        Level.ERROR,
        "Grace has ended",
        "Nobody new is licensed until this server is reactivated.",
    ),
    Kind.ANSWER_REFUSED: (
        Level.ERROR,
        "Answer refused",
        "What came from the clearinghouse, or from an answer file, could not be verified.",
    ),
    Kind.CLEARINGHOUSE_UNREACHABLE: (
        Level.WARNING,
        "Clearinghouse not reached",
        "The request stays open; check the connection, or use the web browser or the telephone.",
    ),
    Kind.CLEARINGHOUSE_REFUSED: (
        Level.WARNING,
        "Clearinghouse refused",
        "The request was answered with a refusal; its sentence says why.",
    ),
    Kind.CONFIRMED: (
        Level.INFORMATION,
        "Acceptance confirmed",
        "The clearinghouse knows that this server holds the new ID.",
    ),
    Kind.DEACTIVATION_BEGAN: (
        Level.WARNING,
        "Deactivation began",
        "The receipt was shown; from now on nobody new is licensed.",
    ),
    Kind.DEACTIVATION_CONFIRMED: (
        Level.INFORMATION,
        "Deactivation confirmed",
        "The clearinghouse confirmed it; the server can be activated again.",
    ),
    Kind.CONFIRMATION_REFUSED: (
        Level.WARNING,
        "Confirmation refused",
        "What was typed does not answer this server’s receipt.",
    ),
    Kind.ROOT_RENEWED: (
        Level.WARNING,
        "Local root made anew",
        "Export it and give it to the clients; they no longer trust the old one.",
    ),
    Kind.ROOT_EXPORTED: (
        Level.INFORMATION,
        "Local root exported",
        "Clients that are given the file trust this server’s certificate.",
    ),
    Kind.PROPERTIES_CHANGED: (Level.INFORMATION, "Properties changed", "OK was chosen."),
    Kind.NUMBERS_UPDATED: (
        Level.INFORMATION,
        "Numbers updated",
        "A signed table of numbers was taken; the pages show them from now on.",
    ),
    Kind.SIMULATION: (
        Level.WARNING,
        "Simulation began",
        "For practice: the state was brought about on purpose, and can be undone.",
    ),
    Kind.SIMULATION_ENDED: (
        Level.INFORMATION,
        "Simulation undone",
        "The files are as they were before it.",
    ),
    Kind.SERVER_LISTED: (
        Level.INFORMATION,
        "Server added",
        "Server Manager lists it; a license server can be administered from here.",
    ),
    Kind.SERVER_UNLISTED: (
        Level.INFORMATION,
        "Server taken off the list",
        "Nothing was changed on its machine.",
    ),
    Kind.REMOTE_REACTIVATED: (
        Level.INFORMATION,
        "Other server reactivated",
        "Its request was passed on from here, and it accepted the answer.",
    ),
    Kind.REMOTE_DEACTIVATED: (
        Level.WARNING,
        "Other server deactivated",
        "Its receipt was passed on from here, and it took the confirmation.",
    ),
    Kind.ADMISSION_GIVEN: (
        Level.WARNING,
        "Token made",
        "Whoever has it administers this server from another machine.",
    ),
    Kind.ADMISSIONS_ENDED: (
        Level.INFORMATION,
        "Tokens ended",
        "No other machine administers this server any more.",
    ),
    Kind.ADMISSION_REFUSED: (
        Level.WARNING,
        "Token refused",
        "Another machine asked without a token of this server.",
    ),
    Kind.ADMINISTRATOR_CHANGED: (
        Level.WARNING,
        "Password changed",
        "All other sessions have ended.",
    ),
    Kind.PACK_INSTALLED: (
        Level.INFORMATION,
        "License pack installed",
        "Licences of this pack can be issued.",
    ),
    Kind.PACK_REMOVED: (
        Level.WARNING,
        "License pack removed",
        "Nothing more is issued from it; what is issued goes on.",
    ),
    Kind.CLIENT_ENROLLED: (
        Level.INFORMATION,
        "Client enrolled",
        "A client got a certificate of the local root; it is no licence yet.",
    ),
    Kind.LICENCE_ISSUED: (Level.INFORMATION, "Licence issued", "A client got a licence."),
    Kind.LICENCE_RENEWED: (Level.INFORMATION, "Licence renewed", "A client’s licence goes on."),
    Kind.LICENCE_RELEASED: (
        Level.INFORMATION,
        "Licence released",
        "A client gave its licence back; another may have it.",
    ),
    Kind.LICENCE_REVOKED: (
        Level.WARNING,
        "Licence revoked",
        "An administrator took a licence back; another client may have it.",
    ),
    Kind.LICENCE_REFUSED: (
        Level.WARNING,
        "Licence refused",
        "A client asked and got none; the word says why.",
    ),
    Kind.LOGGED_IN: (Level.INFORMATION, "Logged in", "An administrator opened the pages."),
    Kind.LOG_IN_REFUSED: (Level.WARNING, "Log-in refused", "The password was wrong."),
}


def read(entry: Mapping[str, Any]) -> Event:
    """Read one line of the log; a kind that this version does not know shows by its word."""
    kind = str(entry.get("kind", ""))
    level, title_, meaning = _SAID.get(kind, (Level.INFORMATION, _plain(kind), ""))
    if kind == Kind.CERTIFICATE_STATE and entry.get("after") == CertificateState.VALID:
        level = Level.INFORMATION
    facts = tuple(
        (name.replace("_", " "), _text(value))
        for name, value in entry.items()
        if name not in ("at", "kind") and value not in (None, [], "")
    )
    return Event(str(entry.get("at", "")), kind, level, title_, meaning, facts)


def title(kind: str) -> str:
    """Name a kind of event."""
    return _SAID[kind][1] if kind in _SAID else _plain(kind)


def _plain(kind: str) -> str:
    return kind.replace(".", ": ").replace("_", " ").capitalize()


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).replace("_", " ") if isinstance(value, str) else str(value)
