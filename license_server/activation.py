"""Activation by telephone: a license server ID goes out, a new license server ID comes in.

Who changes anything holds the directory's lock; the state file's replacement is the commit.
"""

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from codes import challenge as challenges
from codes import closing_code, license_server_id, line_code, new_license_server_id
from codes.errors import CodeError
from codes.new_license_server_id import NewLicenseServerID
from codes.proofs import Secret
from license_certificates import authority, keys, profile
from license_server import event_log, files, health, installation
from license_server import state as states
from license_server.errors import IDRefusedError, NoOpenRequestError
from license_server.event_log import Kind
from license_server.judging import judge
from license_server.machine import present
from license_server.model import Reason, WizardPage
from license_server.state import Request, State

__all__ = ["Acceptance", "Request", "accept", "cancel", "finish", "request", "status"]
status = health.status


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted new license server ID. `closing_code` is to be keyed to the line."""

    new_license_server_id: str
    issue: int
    closing_code: str
    valid_until: datetime
    is_root_new: bool


def request(
    data: Path,
    now: datetime,
    *,
    reason: Reason | None = None,
    private_key: ec.EllipticCurvePrivateKey | None = None,
) -> Request:
    """Open a request, or give the one that is open: its license server ID never changes.

    Without a reason the one that the certificate's state speaks for is taken. Its reason may rise
    to a compromised key later. `private_key` is for reproducible demos.
    """
    with files.locked(data):
        state = states.load(data)
        opened = state.request
        if opened is not None and _is_whole(data, state, opened):
            if reason is Reason.PRIVATE_KEY_COMPROMISED and opened.reason is not reason:
                opened = dataclasses.replace(opened, reason=reason)
                states.save(data, dataclasses.replace(state, request=opened), now)
                event_log.record(data, Kind.REASON_CHANGED, now, reason=reason)
            return opened
        secret = installation.secret(data)
        key, key_file = _own_key(data, state, private_key)
        proposed = health.status(data, now).proposed_reason
        opened = Request(
            license_server_id=license_server_id.make(
                secret, state.product_id, state.last_issue, keys.public_der(key)
            ),
            last_issue=state.last_issue,
            key_file=key_file,
            reason=reason or proposed,
            opened_at=now,
        )
        fresh = dataclasses.replace(
            state, request=opened, spare_key_file=None, completed=None, draft=()
        )
        states.save(data, fresh, now)
    event_log.record(
        data, Kind.REQUEST_OPENED, now, reason=opened.reason, last_issue=opened.last_issue
    )
    return opened


def accept(data: Path, new_id: str, now: datetime) -> Acceptance:
    """Verify a typed new license server ID with no network, and let the local CA sign for it.

    Raises IDRefusedError, which says why, and NoOpenRequestError; then nothing is changed. The ID
    that was accepted last is accepted again with the same outcome until the wizard is finished.
    """
    with files.locked(data):
        state = states.load(data)
        secret = installation.secret(data)
        again = _completed_with(state, new_id)
        if again is not None:
            return again
        if state.request is None:
            raise NoOpenRequestError(
                "This server has no open request: start the Reactivate Server Wizard first."
            )
        try:
            said = judge(state, secret, new_id, now)
        except IDRefusedError as error:
            event_log.record(data, Kind.ID_REFUSED, now, why=error.why, groups=error.groups)
            raise
        fresh = _sign(data, state, secret, new_license_server_id.compact(new_id), said, now)
        fresh = states.save(data, fresh, now)
    _tidy(data, fresh)
    completed = fresh.completed
    assert completed is not None  # noqa: S101 -- made just now, by _sign
    if completed.is_root_new:
        event_log.record(data, Kind.ROOT_RENEWED, now)
    event_log.record(
        data, Kind.ID_ACCEPTED, now, issue=said.issue, valid_until=said.last_moment.isoformat()
    )
    health.note(data, now)
    return Acceptance(
        completed.new_license_server_id,
        said.issue,
        completed.closing_code,
        said.last_moment,
        completed.is_root_new,
    )


def cancel(data: Path, now: datetime) -> None:
    """Give up the open request and its key; what was issued for it is of no use afterwards."""
    with files.locked(data):
        state = states.load(data)
        opened = state.request
        if opened is None:
            return
        cancelled = (*state.cancelled, opened.license_server_id)[-states.REMEMBERED :]
        fresh = dataclasses.replace(
            state, request=None, draft=(), page=WizardPage.WELCOME, cancelled=cancelled
        )
        fresh = states.save(data, fresh, now)
    _tidy(data, fresh)
    event_log.record(data, Kind.REQUEST_CANCELLED, now, reason=opened.reason)


def finish(data: Path) -> None:
    """Close the wizard's last page; the closing code is not shown any more."""
    with files.locked(data):
        state = states.load(data)
        if state.completed is not None:
            states.save(data, dataclasses.replace(state, completed=None))


def line_code_of(data: Path) -> str:
    """Give the four digits that only the true line can say first for the request.

    That is the open one, or the one that was completed and whose closing code is still shown.
    """
    state = states.load(data)
    asked = state.request or (state.held if state.completed else None)
    if asked is None:
        raise NoOpenRequestError("This server has no open request.")
    secret = installation.secret(data)
    return line_code.make(secret, state.product_id, asked.license_server_id)


def answer(data: Path, challenge: str) -> str:
    """Answer the four digits that a representative reads out when a key was compromised."""
    state = states.load(data)
    if state.request is None:
        raise NoOpenRequestError("This server has no open request.")
    secret = installation.secret(data)
    return challenges.answer(secret, state.product_id, state.request.license_server_id, challenge)


def _is_whole(data: Path, state: State, opened: Request) -> bool:
    # A request whose key is lost can't be finished; only then a new one takes its place.
    key = keys.read_key(files.read(data / opened.key_file))
    if key is None:
        return False
    own = license_server_id.make(
        installation.secret(data), state.product_id, opened.last_issue, keys.public_der(key)
    )
    return own == opened.license_server_id


def _own_key(
    data: Path, state: State, given: ec.EllipticCurvePrivateKey | None
) -> tuple[ec.EllipticCurvePrivateKey, str]:
    if given is None and state.spare_key_file is not None:
        spare = keys.read_key(files.read(data / state.spare_key_file))
        if spare is not None:
            return spare, state.spare_key_file
    key = given or keys.make_key()
    return key, installation.store_key(data, key)


def _sign(
    data: Path, state: State, secret: Secret, code: str, said: NewLicenseServerID, now: datetime
) -> State:
    opened = state.request
    assert opened is not None  # noqa: S101 -- the caller has looked
    key = keys.read_key(files.read(data / opened.key_file))
    if key is None:
        raise NoOpenRequestError(
            "The private key of this request is lost or damaged: start the wizard again for a "
            "new license server ID."
        )
    root_file, root_key_file = state.root_file, state.root_key_file
    ca = authority.read_authority(files.read(data / root_file), files.read(data / root_key_file))
    is_root_new = ca is None or opened.reason is Reason.PRIVATE_KEY_COMPROMISED
    if is_root_new:
        root_file, root_key_file = installation.store_root(data, state.server_name, now)
        ca = authority.read_authority(
            files.read(data / root_file), files.read(data / root_key_file)
        )
    assert ca is not None  # noqa: S101 -- read or made anew just now
    certificate = profile.issue(
        code,
        said,
        server_name=state.server_name,
        public_key=key.public_key(),
        issuer=ca[0],
        issuer_key=ca[1],
    )
    certificate_file = f"certificate-{said.issue:03}.pem"
    files.write(data / certificate_file, certificate)
    machine = present()
    held = states.Held(
        license_server_id=opened.license_server_id,
        new_license_server_id=code,
        issue=said.issue,
        key_file=opened.key_file,
        certificate_file=certificate_file,
        machine=machine,
        accepted_at=now,
    )
    closing = closing_code.make(secret, state.product_id, code)
    return dataclasses.replace(
        state,
        machine=machine,
        root_file=root_file,
        root_key_file=root_key_file,
        held=held,
        request=None,
        draft=(),
        page=WizardPage.WELCOME,
        completed=states.Completed(code, closing, is_root_new),
        accepted=(*state.accepted, code)[-states.REMEMBERED :],
        noted=(),
        deactivation=None,
    )


def _completed_with(state: State, text: str) -> Acceptance | None:
    done, held = state.completed, state.held
    if done is None or held is None or state.request is not None:
        return None
    with suppress(CodeError):
        if new_license_server_id.compact(text) == done.new_license_server_id:
            said = new_license_server_id.parse(done.new_license_server_id)
            return Acceptance(
                done.new_license_server_id,
                said.issue,
                done.closing_code,
                said.last_moment,
                done.is_root_new,
            )
    return None


def _tidy(data: Path, state: State) -> None:
    # Keys that nothing names any more are removed; after a crash the next acceptance does it.
    kept = {state.spare_key_file, state.root_file, state.root_key_file}
    if state.held is not None:
        kept |= {state.held.key_file, state.held.certificate_file}
    if state.request is not None:
        kept.add(state.request.key_file)
    for pattern in ("key-*.pem", "root-*.pem"):
        for path in data.glob(pattern):
            if path.name not in kept:
                with suppress(OSError):
                    path.unlink()
