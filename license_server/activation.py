"""Activation: a license server ID goes out, a new license server ID comes in and is accepted.

Who changes anything holds the directory's lock; the state file's replacement is the commit.
"""

import dataclasses
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from codes import challenge as challenges
from codes import license_server_id, line_code, new_license_server_id
from license_certificates import keys
from license_server import acceptance, event_log, files, health, installation
from license_server import state as states
from license_server.acceptance import Acceptance
from license_server.errors import IDRefusedError, NoOpenRequestError
from license_server.event_log import Kind
from license_server.judging import judge
from license_server.model import Reason, WizardPage
from license_server.state import Request, State

__all__ = ["Acceptance", "Request", "accept", "cancel", "finish", "request", "status"]
status = health.status


def request(
    data: Path,
    now: datetime,
    *,
    reason: Reason | None = None,
    private_key: ec.EllipticCurvePrivateKey | None = None,
) -> Request:
    """Open a request, or give the one that is open: its license server ID never changes.

    Without a reason the one that the certificate's state speaks for is taken. Another reason may
    be given later; a compromised key stays one. `private_key` is for reproducible demos.
    """
    with files.locked(data):
        state = states.load(data)
        opened = state.request
        if opened is not None and _is_whole(data, state, opened):
            final = (reason, Reason.PRIVATE_KEY_COMPROMISED)
            if reason is not None and opened.reason not in final:
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
        again = acceptance.again(state, new_id)
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
        code = new_license_server_id.compact(new_id)
        fresh = acceptance.conclude(data, state, secret, said, code, now)
        fresh = states.save(data, fresh, now)
    return acceptance.announce(data, fresh, now)


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
    acceptance.tidy(data, fresh)
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
