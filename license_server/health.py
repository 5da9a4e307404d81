"""How a license server stands: its certificate's state, and what it proposes to do about it."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from license_server import certificates, event_log, files
from license_server import state as states
from license_server.machine import Machine, present
from license_server.model import (
    CertificateState,
    DeactivationCause,
    Licensing,
    Method,
    Reason,
)
from license_server.state import Deactivation, State

EXPIRING: Final = timedelta(days=30)
GRACE: Final = timedelta(hours=72)
# A clock that a time service puts right by minutes was not set back.
_CORRECTION: Final = timedelta(hours=1)
_GRACE_STEPS: Final = (72, 48, 24)
_TEMPORARY: Final = frozenset(
    {
        CertificateState.NOT_ACTIVATED,
        CertificateState.CORRUPTED,
        CertificateState.UPGRADED,
        CertificateState.REDEPLOYED,
    }
)


@dataclass(frozen=True, slots=True)
class Status:
    """What Licensing Manager and the command line show. IDs are compact, times are UTC.

    `grace_ends` is None but where the certificate expired; nobody new is licensed afterwards.
    """

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
    is_deactivated: bool = False
    is_deactivation_confirmed: bool = False
    is_expiring: bool = False
    grace_ends: datetime | None = None
    may_license: Licensing = Licensing.TEMPORARY

    @property
    def proposed_cause(self) -> DeactivationCause | None:
        """The cause of a deactivation that the certificate's state speaks for."""
        return self.state.proposed_cause


def status(data: Path, now: datetime, machine: Machine | None = None) -> Status:
    """Examine the server as it stands on disk; changes nothing. Raises NotInstalledError."""
    state = states.load(data)
    found = examine(data, state, now, machine or present())
    return Status(
        server_name=state.server_name,
        product_id=state.product_id,
        state=found.state,
        proposed_reason=_proposed(found.state, state.deactivation),
        issue=state.last_issue,
        current_license_server_id=state.held.new_license_server_id if state.held else None,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        is_clock_set_back=now < state.latest_time,
        open_license_server_id=state.request.license_server_id if state.request else None,
        method=state.properties.method,
        region=state.properties.region,
        is_deactivated=state.deactivation is not None,
        is_deactivation_confirmed=_is_confirmed(state.deactivation),
        is_expiring=_is_expiring(found, now),
        grace_ends=_grace_ends(found),
        may_license=_may_license(found, state, now),
    )


def examine(data: Path, state: State, now: datetime, machine: Machine) -> certificates.Examination:
    """Run the health check on the files that the state names."""
    held = state.held
    if held is None:
        return certificates.Examination(CertificateState.NOT_ACTIVATED)
    return certificates.examine(
        files.read(data / held.certificate_file),
        files.read(data / held.key_file),
        files.read(data / (held.chain_file or state.root_file)),
        new_id=held.new_license_server_id,
        recorded=held.machine,
        machine=machine,
        now=now,
    )


def note(data: Path, now: datetime) -> Status:
    """Examine the server, and log once what is new: its certificate's state, a time running out."""
    found = status(data, now)
    if not _news(states.load(data), found, now):
        return found
    with files.locked(data):
        state = states.load(data)
        news = _news(state, found, now)
        if news:
            noted = (*state.noted, *(mark for mark, _, _ in news if mark))
            states.save(data, dataclasses.replace(state, seen=found.state, noted=noted))
    for _, kind, facts in news:
        event_log.record(data, kind, now, **facts)
    return found


def certificate_paths(data: Path) -> tuple[Path, Path | None]:
    """Name the files of what the server's certificate leads to and of itself, if it has one."""
    state = states.load(data)
    if state.held is None:
        return data / state.root_file, None
    above = state.held.chain_file or state.root_file
    return data / above, data / state.held.certificate_file


def _news(
    state: State, found: Status, now: datetime
) -> list[tuple[str, event_log.Kind, dict[str, str | int]]]:
    """List what is to be logged: the mark by which it is noted, the kind, the facts."""
    news: list[tuple[str, event_log.Kind, dict[str, str | int]]] = []
    if state.seen is not found.state:
        changed: dict[str, str | int] = {"before": state.seen.value, "after": found.state.value}
        news.append(("", event_log.Kind.CERTIFICATE_STATE, changed))
    if found.is_expiring and found.valid_until is not None:
        days: dict[str, str | int] = {"days_left": (found.valid_until - now).days}
        news.append(("expiring", event_log.Kind.CERTIFICATE_EXPIRING, days))
    if found.grace_ends is not None:
        left = (found.grace_ends - now).total_seconds() / 3600
        step = next((step for step in reversed(_GRACE_STEPS) if 0 < left <= step), None)
        if step is not None:
            hours: dict[str, str | int] = {"hours_left": round(left)}
            news.append((f"grace {step}", event_log.Kind.GRACE, hours))
        elif left <= 0:
            news.append(("grace 0", event_log.Kind.GRACE_ENDED, {}))
    return [entry for entry in news if not entry[0] or entry[0] not in state.noted]


def _proposed(found: CertificateState, begun: Deactivation | None) -> Reason | None:
    # The clearinghouse knows of a deactivation once it has confirmed it: then the server begins
    # anew. Until then its cause says what is wrong with the server.
    if begun is None:
        return found.proposed_reason
    return Reason.FIRST_ACTIVATION if _is_confirmed(begun) else begun.cause.reason


def _is_confirmed(begun: Deactivation | None) -> bool:
    return begun is not None and begun.confirmed_at is not None


def _is_expiring(found: certificates.Examination, now: datetime) -> bool:
    until = found.valid_until
    return found.state is CertificateState.VALID and until is not None and until - now <= EXPIRING


def _grace_ends(found: certificates.Examination) -> datetime | None:
    is_over = found.state is CertificateState.EXPIRED
    return found.valid_until + GRACE if is_over and found.valid_until is not None else None


def _may_license(found: certificates.Examination, state: State, now: datetime) -> Licensing:
    ends = _grace_ends(found)
    is_set_back = now < state.latest_time - _CORRECTION
    if state.deactivation is not None or is_set_back:
        return Licensing.NONE
    if found.state is CertificateState.VALID or (ends is not None and now <= ends):
        return Licensing.ALL
    return Licensing.TEMPORARY if found.state in _TEMPORARY else Licensing.NONE
