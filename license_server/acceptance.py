"""What an accepted new license server ID changes: the certificate signed, the state that names it.

The clearinghouse signs where its answer came whole, else the local CA does.
"""

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from codes import closing_code, license_server_id, new_license_server_id
from codes.errors import CodeError
from codes.new_license_server_id import NewLicenseServerID
from codes.proofs import Secret
from license_certificates import keys, profile, revocation
from license_certificates.authority import read_authority
from license_server import event_log, files, health, installation
from license_server import state as states
from license_server.errors import NoOpenRequestError
from license_server.event_log import Kind
from license_server.machine import present
from license_server.model import Method, Reason, WizardPage
from license_server.state import State


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted new license server ID. `closing_code` is to be keyed to the line."""

    new_license_server_id: str
    issue: int
    closing_code: str
    valid_until: datetime
    is_root_new: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """What the clearinghouse signed: certificate, and issuing CA and root in one (all PEM)."""

    certificate: bytes
    chain: bytes
    case_number: str


def conclude(
    data: Path,
    state: State,
    secret: Secret,
    said: NewLicenseServerID,
    code: str,
    now: datetime,
    signed: Signed | None = None,
) -> State:
    """Write the files that a verified ID calls for; gives the state that is still to be saved."""
    opened = state.request
    assert opened is not None  # noqa: S101 -- the caller has looked
    key = keys.read_key(files.read(data / opened.key_file))
    if key is None:
        raise NoOpenRequestError(
            "The private key of this request is lost or damaged: start the wizard again for a "
            "new license server ID."
        )
    fresh, is_root_new = _with_root(data, state, now)
    certificate = signed.certificate if signed else b""
    if signed is None:
        root = _local_ca(data, fresh)
        assert root is not None  # noqa: S101 -- read or made anew just now
        certificate = profile.issue(
            code,
            said,
            server_name=state.server_name,
            public_key=key.public_key(),
            issuer=root[0],
            issuer_key=root[1],
        )
    machine = present()
    held = states.Held(
        license_server_id=opened.license_server_id,
        new_license_server_id=code,
        issue=said.issue,
        key_file=opened.key_file,
        certificate_file=f"certificate-{said.issue:03}.pem",
        machine=machine,
        accepted_at=now,
        chain_file=f"chain-{said.issue:03}.pem" if signed else None,
    )
    files.write(data / held.certificate_file, certificate)
    if signed is not None and held.chain_file is not None:
        files.write(data / held.chain_file, signed.chain)
    closing = closing_code.make(secret, state.product_id, code)
    came_by = Method.AUTOMATIC if signed else Method.TELEPHONE
    if state.properties.method is Method.WEB:
        came_by = Method.WEB
    return dataclasses.replace(
        fresh,
        # What a clock that was ahead left behind is over: the ID was judged by the clock of now.
        latest_time=now,
        machine=machine,
        held=held,
        request=None,
        draft=(),
        page=WizardPage.WELCOME,
        completed=states.Completed(code, closing, is_root_new, came_by),
        accepted=(*state.accepted, code)[-states.REMEMBERED :],
        noted=(),
        unconfirmed=states.Unconfirmed(signed.case_number, closing) if signed else None,
        deactivation=None,
    )


def announce(data: Path, state: State, now: datetime) -> Acceptance:
    """Do what follows once the state is saved: log it, remove what nothing names any more."""
    done, held = state.completed, state.held
    assert done is not None  # noqa: S101 -- made just now, by `conclude`
    assert held is not None  # noqa: S101 -- as above
    tidy(data, state)
    said = new_license_server_id.parse(done.new_license_server_id)
    if done.is_root_new:
        event_log.record(data, Kind.ROOT_RENEWED, now)
    signer = "clearinghouse" if held.chain_file else "local root"
    until = said.last_moment.isoformat()
    event_log.record(
        data, Kind.ID_ACCEPTED, now, issue=said.issue, valid_until=until, signed_by=signer
    )
    health.note(data, now)
    return _acceptance(done, said)


def replace(data: Path, state: State, held: states.Held, certificate: bytes, chain: bytes) -> State:
    """Put the clearinghouse's certificate in place of the local one; the state is not yet saved."""
    names = f"certificate-{held.issue:03}-clearinghouse.pem", f"chain-{held.issue:03}.pem"
    files.write(data / names[0], certificate)
    files.write(data / names[1], chain)
    fresh = dataclasses.replace(held, certificate_file=names[0], chain_file=names[1])
    return dataclasses.replace(state, held=fresh)


def of_held(secret: Secret, state: State, held: states.Held) -> Acceptance:
    """Give the acceptance of what the server holds."""
    said = new_license_server_id.parse(held.new_license_server_id)
    closing = closing_code.make(secret, state.product_id, held.new_license_server_id)
    is_root_new = state.completed is not None and state.completed.is_root_new
    return Acceptance(
        held.new_license_server_id, held.issue, closing, said.last_moment, is_root_new
    )


def again(state: State, text: str) -> Acceptance | None:
    """Give what was accepted last, if it is this ID and the wizard still shows its last page."""
    done, held = state.completed, state.held
    if done is None or held is None or state.request is not None:
        return None
    with suppress(CodeError):
        if new_license_server_id.compact(text) == done.new_license_server_id:
            return _acceptance(done, new_license_server_id.parse(done.new_license_server_id))
    return None


def tidy(data: Path, state: State) -> None:
    """Remove the keys that nothing names any more; after a crash the next acceptance does it."""
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


def _acceptance(done: states.Completed, said: NewLicenseServerID) -> Acceptance:
    return Acceptance(
        done.new_license_server_id,
        said.issue,
        done.closing_code,
        said.last_moment,
        done.is_root_new,
    )


def _local_ca(
    data: Path, state: State
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    return read_authority(
        files.read(data / state.root_file), files.read(data / state.root_key_file)
    )


def _with_root(data: Path, state: State, now: datetime) -> tuple[State, bool]:
    """Make the local CA anew where it is damaged or may be in other hands."""
    ca = _local_ca(data, state)
    is_compromised = (
        state.request is not None and state.request.reason is Reason.PRIVATE_KEY_COMPROMISED
    )
    if ca is not None and not is_compromised:
        return state, False
    lists = state.revocation_files
    held = state.held
    if ca is not None and held is not None and held.chain_file is None:
        # The last act of the CA that is given up: it says that its certificate no longer holds.
        serial = int(held.new_license_server_id)
        mark = license_server_id.key_hash(keys.public_der(ca[0]))
        name = f"crl-{mark}.pem"
        files.write(data / name, revocation.make_list(*ca, [(serial, now)], 1, now))
        lists = (*lists, name)[-states.REMEMBERED :]
    root_file, root_key_file = installation.store_root(data, state.server_name, now)
    fresh = dataclasses.replace(
        state, root_file=root_file, root_key_file=root_key_file, revocation_files=lists
    )
    return fresh, True
