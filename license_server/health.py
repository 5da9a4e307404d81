"""How a license server stands: its certificate's state, and what it proposes to do about it."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from license_server import certificates, event_log, files
from license_server import state as states
from license_server.machine import Machine, present
from license_server.model import CertificateState, Method, Reason
from license_server.state import State


@dataclass(frozen=True, slots=True)
class Status:
    """What Licensing Manager and the command line show. IDs are compact, times are UTC."""

    server_name: str
    product_id: str
    state: CertificateState
    proposed_reason: Reason | None
    issue: int
    current_license_server_id: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    is_clock_set_back: bool
    open_license_server_id: str | None
    method: Method
    region: str


def status(data: Path, now: datetime, machine: Machine | None = None) -> Status:
    """Examine the server as it stands on disk; changes nothing. Raises NotInstalledError."""
    state = states.load(data)
    found = examine(data, state, now, machine or present())
    return Status(
        server_name=state.server_name,
        product_id=state.product_id,
        state=found.state,
        proposed_reason=found.state.proposed_reason,
        issue=state.last_issue,
        current_license_server_id=state.held.new_license_server_id if state.held else None,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        is_clock_set_back=now < state.latest_time,
        open_license_server_id=state.request.license_server_id if state.request else None,
        method=state.properties.method,
        region=state.properties.region,
    )


def examine(data: Path, state: State, now: datetime, machine: Machine) -> certificates.Examination:
    """Run the health check on the files that the state names."""
    held = state.held
    if held is None:
        return certificates.Examination(CertificateState.NOT_ACTIVATED)
    return certificates.examine(
        files.read(data / held.certificate_file),
        files.read(data / held.key_file),
        files.read(data / state.root_file),
        new_id=held.new_license_server_id,
        recorded=held.machine,
        machine=machine,
        now=now,
    )


def note(data: Path, now: datetime) -> Status:
    """Examine the server, and log a change of its certificate's state once."""
    found = status(data, now)
    if states.load(data).seen is found.state:
        return found
    with files.locked(data):
        state = states.load(data)
        before = state.seen
        if before is not found.state:
            states.save(data, dataclasses.replace(state, seen=found.state))
    if before is not found.state:
        facts = {"before": before.value, "after": found.state.value}
        event_log.record(data, event_log.Kind.CERTIFICATE_STATE, now, **facts)
    return found


def certificate_paths(data: Path) -> tuple[Path, Path | None]:
    """Name the files of the local root certificate and of the server's own, if it has one."""
    state = states.load(data)
    own = None if state.held is None else data / state.held.certificate_file
    return data / state.root_file, own
