"""The license server's event log: JSON lines; codes never stand in it, only issue numbers."""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from license_server import files

FILE: Final = "events.jsonl"


class Kind(StrEnum):
    """What can happen at a license server."""

    INSTALLED = "installed"
    REQUEST_OPENED = "request.opened"
    REASON_CHANGED = "request.reason_changed"
    GROUP_RESTORED = "request.group_restored"
    REQUEST_CANCELLED = "request.cancelled"
    ID_ACCEPTED = "id.accepted"
    ID_REFUSED = "id.refused"
    CERTIFICATE_STATE = "certificate.state"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    CERTIFICATE_REPLACED = "certificate.replaced"
    GRACE = "grace.running"
    GRACE_ENDED = "grace.ended"
    ANSWER_REFUSED = "answer.refused"
    CLEARINGHOUSE_UNREACHABLE = "clearinghouse.unreachable"
    CLEARINGHOUSE_REFUSED = "clearinghouse.refused"
    CONFIRMED = "acceptance.confirmed"
    DEACTIVATION_BEGAN = "deactivation.began"
    DEACTIVATION_CONFIRMED = "deactivation.confirmed"
    CONFIRMATION_REFUSED = "deactivation.refused"
    ROOT_RENEWED = "root.renewed"
    ROOT_EXPORTED = "root.exported"
    PROPERTIES_CHANGED = "properties.changed"
    SERVER_LISTED = "server.listed"
    SERVER_UNLISTED = "server.unlisted"
    REMOTE_REACTIVATED = "remote.reactivated"
    REMOTE_DEACTIVATED = "remote.deactivated"
    ADMISSION_GIVEN = "administration.admitted"
    ADMISSIONS_ENDED = "administration.ended"
    ADMISSION_REFUSED = "administration.refused"
    ADMINISTRATOR_CHANGED = "administrator.changed"
    NUMBERS_UPDATED = "numbers.updated"
    SIMULATION = "simulation.began"
    SIMULATION_ENDED = "simulation.undone"
    PACK_INSTALLED = "pack.installed"
    PACK_REMOVED = "pack.removed"
    CLIENT_ENROLLED = "client.enrolled"
    LICENCE_ISSUED = "licence.issued"
    LICENCE_RENEWED = "licence.renewed"
    LICENCE_RELEASED = "licence.released"
    LICENCE_REVOKED = "licence.revoked"
    LICENCE_REFUSED = "licence.refused"
    LOGGED_IN = "administrator.logged_in"
    LOG_IN_REFUSED = "administrator.refused"


def record(
    data: Path, kind: Kind, now: datetime, **facts: str | int | bool | Sequence[int] | None
) -> None:
    """Add one event. `facts` must not hold a code, a key or a password."""
    entry = {"at": now.isoformat(), "kind": kind.value, **facts}
    files.append(data / FILE, json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def entries(data: Path) -> list[dict[str, Any]]:
    """Read all events, the oldest first; a line cut short by a crash is left out."""
    found = []
    for line in (files.read(data / FILE) or b"").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
