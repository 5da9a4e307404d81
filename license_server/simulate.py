"""For trainers: brings about, really, what makes a license server ask for a new ID; and undoes it.

Nothing here pretends in a message: the files on disk and the recorded facts are changed, and the
health check finds what it would find in earnest. What was changed is kept beside it, so that `undo`
can put it back; a reactivation ends a simulation too.
"""

import dataclasses
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from codes import new_license_server_id
from license_certificates.authority import read_authority
from license_certificates.keys import read_key
from license_certificates.profile import issue
from license_server import event_log, files
from license_server import state as states
from license_server.errors import LicenseServerError
from license_server.machine import Machine
from license_server.state import Held, State

FILE: Final = "simulation.json"
COPY: Final = "simulation-certificate.pem"
LEAK: Final = "leaked-private-key.pem"
_AHEAD: Final = timedelta(days=14)
_DAMAGE: Final = 32
_ELSEWHERE: Final = "0" * 64
_OLDER: Final = "an older system, license server 0"


class What(StrEnum):
    """What can be simulated."""

    EXPIRE = "expire"
    CORRUPT = "corrupt"
    UPGRADE = "upgrade"
    REDEPLOY = "redeploy"
    COMPROMISE = "compromise"
    CLOCK_BACK = "clock-back"

    @property
    def sentence(self) -> str:
        """What was done, for whoever did it."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    What.EXPIRE: "The certificate was replaced by one for the same ID and key that the local root "
    "signed and that ran out at the end of last month.",
    What.CORRUPT: "Bytes in the middle of the certificate's file were overwritten.",
    What.UPGRADE: "The recorded system is an older one, as if this machine had been upgraded "
    "since.",
    What.REDEPLOY: "The recorded machine is another one, as if this data directory had been "
    "restored elsewhere.",
    What.COMPROMISE: f"The private key was copied to {LEAK}, as if somebody had taken it. The "
    "server cannot notice that: reactivate it with the reason private_key_compromised.",
    What.CLOCK_BACK: "The latest time on record lies two weeks ahead, as if the clock had been set "
    "back.",
}


class SimulationError(LicenseServerError):
    """A simulation that cannot begin, or nothing to undo; nothing was changed."""

    code = "simulation"


@dataclass(frozen=True, slots=True)
class _Record:
    """What `undo` needs; `issue` tells whether the server was reactivated since."""

    what: What
    issue: int
    identity: str
    system: str
    latest_time: str


def begin(data: Path, what: What, now: datetime) -> None:
    """Bring one state about; raises SimulationError where another simulation runs."""
    with files.locked(data):
        state = states.load(data)
        running = active(data)
        if running is not None:
            raise SimulationError(
                f"The simulation {running} runs already: end it first with "
                "license-server simulate undo."
            )
        held = state.held
        if held is None and what is not What.CLOCK_BACK:
            raise SimulationError(
                f"{what} needs an activated license server: activate this one first."
            )
        machine = held.machine if held else state.machine
        record = _Record(
            what, state.last_issue, machine.identity, machine.system, state.latest_time.isoformat()
        )
        if held is not None:
            files.write(data / COPY, files.read(data / held.certificate_file) or b"")
        files.write(data / FILE, json.dumps(dataclasses.asdict(record)).encode() + b"\n")
        if what is What.CLOCK_BACK:
            states.save(data, dataclasses.replace(state, latest_time=now + _AHEAD))
        elif held is not None:
            _bring_about(data, state, held, what, now)
    event_log.record(data, event_log.Kind.SIMULATION, now, what=what.value)


def undo(data: Path, now: datetime) -> What:
    """Put back what a simulation changed; raises SimulationError where none runs."""
    with files.locked(data):
        state, what = states.load(data), active(data)
        record = _read(data)
        if record is None or what is None:
            _forget(data)
            raise SimulationError(
                "There is nothing to undo: no simulation runs, or the server was reactivated "
                "since, which ended it."
            )
        held = state.held
        if what is What.CLOCK_BACK:
            known = datetime.fromisoformat(record.latest_time)
            states.save(data, dataclasses.replace(state, latest_time=max(known, now)))
        elif held is not None:
            machine = Machine(record.identity, record.system)
            states.save(
                data, dataclasses.replace(state, held=dataclasses.replace(held, machine=machine))
            )
            files.write(data / held.certificate_file, files.read(data / COPY) or b"")
        _forget(data)
    event_log.record(data, event_log.Kind.SIMULATION_ENDED, now, what=what.value)
    return what


def active(data: Path) -> What | None:
    """Name the simulation that runs; None where there is none or a reactivation has ended it."""
    record = _read(data)
    if record is None or record.issue != states.load(data).last_issue:
        return None
    return record.what


def _bring_about(data: Path, state: State, held: Held, what: What, now: datetime) -> None:
    path = data / held.certificate_file
    match what:
        case What.EXPIRE:
            files.write(path, _expired(data, state, held, now))
        case What.CORRUPT:
            content = files.read(path) or b""
            middle = len(content) // 2
            files.write(path, content[:middle] + bytes(_DAMAGE) + content[middle + _DAMAGE :])
        case What.UPGRADE:
            _record_machine(data, state, held, Machine(held.machine.identity, _OLDER))
        case What.REDEPLOY:
            _record_machine(data, state, held, Machine(_ELSEWHERE, held.machine.system))
        case What.COMPROMISE:
            files.write(data / LEAK, files.read(data / held.key_file) or b"")


def _record_machine(data: Path, state: State, held: Held, machine: Machine) -> None:
    fresh = dataclasses.replace(held, machine=machine)
    states.save(data, dataclasses.replace(state, held=fresh))


def _expired(data: Path, state: State, held: Held, now: datetime) -> bytes:
    key = read_key(files.read(data / held.key_file))
    ca = read_authority(files.read(data / state.root_file), files.read(data / state.root_key_file))
    if key is None or ca is None:
        _forget(data)
        raise SimulationError("The local root or the key is damaged already: reactivate first.")
    said = new_license_server_id.parse(held.new_license_server_id)
    months = new_license_server_id.month_number(now) - 1
    past = dataclasses.replace(said, month=max(0, months - said.months), months=said.months)
    if past.last_moment >= now:
        past = dataclasses.replace(past, month=max(0, months), months=0)
    return issue(
        held.new_license_server_id,
        past,
        server_name=state.server_name,
        public_key=key.public_key(),
        issuer=ca[0],
        issuer_key=ca[1],
    )


def _read(data: Path) -> _Record | None:
    content = files.read(data / FILE)
    try:
        document = json.loads(content or b"")
        return _Record(**{**document, "what": What(document["what"])})
    except (ValueError, KeyError, TypeError):
        return None


def _forget(data: Path) -> None:
    for name in (FILE, COPY, LEAK):
        with suppress(OSError):
            (data / name).unlink()
