"""Review Configuration: what is set up, what is not, and what to do about it, in words."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from license_server import event_log, health, installation
from license_server import state as states
from license_server.errors import DataDirectoryError
from license_server.event_log import Kind
from license_server.health import Status
from license_server.model import CertificateState, Method
from license_server.state import State
from region_routing import RoutingTable

_OLD_NUMBERS: Final = timedelta(days=365)
REQUIRED: Final = {
    "first_name": "first name",
    "last_name": "last name",
    "company": "company",
    "country": "country or region",
}


class Mark(StrEnum):
    """How a check ended; shown as a word, never as a colour alone."""

    GOOD = "good"
    ATTENTION = "attention"
    WRONG = "wrong"

    @property
    def word(self) -> str:
        """The mark as people read it."""
        return {"good": "In order", "attention": "Look at this", "wrong": "Not in order"}[self]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `todo` is empty where nothing is to be done."""

    name: str
    mark: Mark
    finding: str
    todo: str = ""


def review(data: Path, routing: RoutingTable, now: datetime) -> tuple[Check, ...]:
    """Look at everything that keeps a license server from licensing, or will; changes nothing."""
    state, status = states.load(data), health.status(data, now)
    return (
        _activation(status),
        _certificate(status, now),
        _clock(state, status, now),
        _method(state, routing),
        _information(state),
        _root(data),
        _numbers(routing, now),
    )


def note_export(data: Path, now: datetime) -> None:
    """Record that the local root, as it is now, was exported for the clients."""
    event_log.record(data, Kind.ROOT_EXPORTED, now, root=_fingerprint(data))


def _activation(status: Status) -> Check:
    if status.current_license_server_id is None:
        return Check(
            "Activation",
            Mark.WRONG,
            "This server was never activated: it gives temporary licences only.",
            "Choose Activate Server in the Action menu.",
        )
    return Check("Activation", Mark.GOOD, f"Activated; it holds issue {status.issue}.")


def _certificate(status: Status, now: datetime) -> Check:
    name, until = "Certificate", status.valid_until
    match status.state:
        case CertificateState.NOT_ACTIVATED:
            return Check(name, Mark.WRONG, "There is none yet; activation brings it.")
        case CertificateState.VALID if until is not None:
            left = (until - now).days
            said = f"Valid until {until.day} {until:%B %Y} (UTC), {_days(left)} from now."
            if left >= health.EXPIRING.days:
                return Check(name, Mark.GOOD, said)
            return Check(name, Mark.ATTENTION, said, "Reactivate this server before then.")
        case CertificateState.CLOCK_WRONG:
            return Check(name, Mark.WRONG, "It begins later than this computer’s clock says.")
        case state:
            todo = "Choose Advanced, Reactivate Server in the Action menu."
            return Check(name, Mark.WRONG, f"{state.word}.", todo)


def _clock(state: State, status: Status, now: datetime) -> Check:
    name, shown = "Clock", f"{now.day} {now:%B %Y, %H:%M} UTC"
    if status.is_clock_set_back:
        last = state.latest_time
        return Check(
            name,
            Mark.WRONG,
            f"It says {shown}, earlier than the last request or acceptance, "
            f"{last.day} {last:%B %Y, %H:%M} UTC.",
            "Set this computer’s clock.",
        )
    if status.state is CertificateState.CLOCK_WRONG:
        return Check(name, Mark.WRONG, f"It says {shown}.", "Set this computer’s clock.")
    return Check(name, Mark.GOOD, f"It says {shown}; compare it with another one.")


def _method(state: State, routing: RoutingTable) -> Check:
    name, properties = "Connection method", state.properties
    if properties.method is not Method.TELEPHONE:
        return Check(name, Mark.GOOD, f"{properties.method.label}.")
    if properties.region not in routing.regions:
        return Check(
            name,
            Mark.WRONG,
            "Telephone, but no country or region is chosen, so that no number can be shown.",
            "Choose it in Properties, tab Connection Method.",
        )
    region = routing.region_name(properties.region)
    return Check(name, Mark.GOOD, f"Telephone, from {region}.")


def _information(state: State) -> Check:
    name, properties = "Information", state.properties
    missing = [label for field, label in REQUIRED.items() if not getattr(properties, field)]
    if not missing:
        return Check(name, Mark.GOOD, "Name, company and country are filled in.")
    # By telephone and web browser nobody needs them; the automatic method sends them.
    mark = Mark.WRONG if properties.method is Method.AUTOMATIC else Mark.ATTENTION
    listed = ", ".join(missing)
    return Check(
        name, mark, f"Missing: {listed}.", "Fill it in in Properties, tab Required Information."
    )


def _root(data: Path) -> Check:
    name = "Local root certificate"
    try:
        present = _fingerprint(data)
    except DataDirectoryError as error:
        return Check(name, Mark.WRONG, str(error))
    exported = {entry.get("root") for entry in event_log.entries(data)}
    if present in exported:
        return Check(
            name, Mark.GOOD, "Exported as it is now; clients that hold it trust this server."
        )
    return Check(
        name,
        Mark.ATTENTION,
        "Never exported as it is now: clients cannot trust this server’s certificate.",
        "Export the local root certificate and give it to the clients.",
    )


def _numbers(routing: RoutingTable, now: datetime) -> Check:
    day = routing.as_of
    said = f"Of {day.day} {day:%B %Y}."
    if now.date() - day <= _OLD_NUMBERS:
        return Check("Telephone numbers", Mark.GOOD, said)
    return Check(
        "Telephone numbers",
        Mark.ATTENTION,
        f"{said} That is more than a year ago.",
        "Bring a new table on a stick: license-server update-numbers FILE.",
    )


def _fingerprint(data: Path) -> str:
    return hashlib.sha256(installation.root_pem(data)).hexdigest()[:16]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
