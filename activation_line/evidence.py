"""What a call left behind: the register's request, the event log, and the certificate."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from shutil import which

from activation_line import compromised
from activation_line.compromised import Before
from activation_line.house import House
from activation_line.register_access import opened
from clearinghouse import Refusal, RefusalCode, Request, RequestState, audit
from codes import case_number, license_server_id, new_license_server_id, product_id
from data_store import reading
from license_server import health
from license_server.model import Reason
from switchboard import calls, events
from switchboard.events import Event, EventKind


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found afterwards. `well` is the verdict; `faults` says what is missing for it."""

    request: Request | None
    ended_by: str
    digits_keyed: int
    simulated_seconds: float
    certificate: str
    faults: tuple[str, ...]
    before: str | None = None
    """What became of the number before, where its key was compromised."""

    @property
    def well(self) -> bool:
        """Whether everything held."""
        return not self.faults

    def summary(self, *, wall_seconds: float) -> str:
        """The figures of the run, for people."""
        rows = [("Digits keyed", str(self.digits_keyed))]
        if self.request is not None:
            asked, new = self.request, self.request.new_license_server_id
            rows = [
                ("Product ID", product_id.format(asked.product_id)),
                ("License server ID", license_server_id.format(asked.license_server_id)),
                ("New license server ID", new_license_server_id.format(new) if new else "none"),
                ("Case number", case_number.format(asked.case_number)),
                ("Request", asked.state.value),
                *rows,
            ]
        if self.before is not None:
            rows.append(("Earlier ID", self.before))
        rows += [
            ("Call ended by", self.ended_by),
            ("Certificate", self.certificate),
            ("Simulated duration", f"{self.simulated_seconds:.1f} s"),
            ("Wall time", f"{wall_seconds:.1f} s"),
        ]
        lines = [f"{name:<22} {value}" for name, value in rows]
        verdict = "Everything held." if self.well else "Not reactivated:"
        return "\n".join(["", *lines, "", verdict, *(f"  - {fault}" for fault in self.faults)])


def collect(
    house: House,
    call_sid: str,
    began: datetime | None,
    ended: datetime | None,
    hung_up: str | None,
    *,
    reason: Reason,
    before: Before | None = None,
) -> Evidence:
    """Read the register, the log and the license server's files; believe nobody's word.

    `before` is what the license server held where its key was compromised.
    """
    settings = house.settings
    with opened(settings) as register, reading(register.engine) as conn:
        call = calls.load(conn, call_sid)
        happened = events.of_call(conn, call.id) if call else []
        asked = (
            register.clearinghouse.request(conn, call.request_id)
            if call and call.request_id
            else None
        )
        broken = audit.verify(conn)
        is_void = before is not None and compromised.is_revoked(
            before, register.clearinghouse, conn
        )
    data = house.demo.license_server_dir
    now = ended or house.plan.start
    if now is None:
        raise ValueError("Evidence is collected of a call on virtual time.")
    status = health.status(data, now)
    verified = _openssl(house, now)
    faults = [f"the caller hung up: {hung_up}"] if hung_up else []
    if _refusals(happened):
        faults += _refusals(happened)
    if asked is None or asked.state is not RequestState.CONFIRMED:
        faults.append(f"the request is {asked.state.value if asked else 'missing'}, not confirmed")
    if asked is not None and asked.reason is not None and asked.reason.value != reason.value:
        faults.append(f"the register has another reason: {asked.reason.value}")
    if before is not None:
        faults += [] if is_void else ["the register still trusts the number before"]
        faults += compromised.faults(before, data)
    if EventKind.ID_CONFIRMED not in {event.kind for event in happened}:
        faults.append("no closing code was keyed to the line")
    if asked is None or status.current_license_server_id != asked.new_license_server_id:
        faults.append("the license server holds no new license server ID")
    if verified is not None:
        faults.append(verified)
    if broken is not None:
        faults.append(f"the audit is broken at entry {broken.number}: {broken.problem}")
    return Evidence(
        request=asked,
        ended_by=(call.ended_by if call else None) or "nobody",
        digits_keyed=sum(
            int(event.data["digits"]) for event in happened if event.kind is EventKind.DIGITS_KEYED
        ),
        simulated_seconds=(ended - began).total_seconds() if began and ended else 0.0,
        certificate="accepted by openssl verify" if verified is None else verified,
        faults=tuple(faults),
        before=None if before is None else "revoked" if is_void else "not revoked",
    )


def _refusals(happened: list[Event]) -> list[str]:
    return [
        str(Refusal(RefusalCode(event.data["code"])))
        for event in happened
        if event.kind is EventKind.REQUEST_REFUSED
    ]


def _openssl(house: House, now: datetime) -> str | None:
    """Ask a separate program whether it believes the certificate; None if it does."""
    program = which("openssl")
    if program is None:
        return "openssl was not found, so nobody but ourselves has verified the certificate"
    root, leaf = health.certificate_paths(house.demo.license_server_dir)
    if leaf is None:
        return "the license server has no certificate"
    at = str(int(now.timestamp()))
    done = subprocess.run(  # noqa: S603 -- a fixed program, its own files
        [program, "verify", "-x509_strict", "-attime", at, "-CAfile", str(root), str(leaf)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("error")]
        return f"openssl verify refuses the certificate: {'; '.join(said) or done.stderr.strip()}"
    return None
