"""Installing license packs: a license code goes out, a license pack ID comes in and is verified.

No network is needed for the second half: the ID is bound to this server and to the code.
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from codes import license_code as license_codes
from codes import license_pack_id
from codes.errors import CodeError, InvalidLength
from license_server import event_log, installation
from license_server import state as states
from license_server.clearinghouse_api import ClearinghouseRefused, ClearinghouseUnreachable, api_of
from license_server.clients import rules, store
from license_server.clients.model import Kind, Pack
from license_server.errors import CodeRefusedError, LicenseServerError, NotActivatedError
from license_server.event_log import Kind as Event
from license_server.link import Link
from license_server.state import Held, State

DEFAULT_PROGRAM: Final = "License pack"
PROGRAMS: Final = (DEFAULT_PROGRAM, "Volume agreement", "Service provider agreement", "Other")
_KINDS: Final = {
    license_pack_id.PER_DEVICE: Kind.PER_DEVICE,
    license_pack_id.PER_USER: Kind.PER_USER,
}


class PackRefusedError(CodeRefusedError):
    """A typed license code or license pack ID is not accepted."""

    code = "pack_refused"


class SourceActiveError(LicenseServerError):
    """The license server that has the pack was not deactivated, so it is not migrated."""

    code = "source_active"


def checked_code(text: str) -> str:
    """Check a license code as far as that goes without the clearinghouse; gives it compact."""
    try:
        return license_codes.validate(text)
    except CodeError as error:
        raise _refused(error, text, "Type the license code: five groups.") from error


def held_by(state: State) -> Held:
    """Give what an activated server holds; raises NotActivatedError for any other."""
    if state.held is None or state.deactivation is not None:
        raise NotActivatedError(
            "License packs are installed on an activated license server: activate this one first."
        )
    return state.held


def install(
    data: Path, license_code: str, text: str, now: datetime, program: str = "", source: str = ""
) -> Pack:
    """Take a license pack ID. The same one may be taken again; one given anew replaces the old.

    `source` names the license server that the pack was migrated from, for the event log. Raises
    PackRefusedError, NotActivatedError; then nothing is changed.
    """
    pack = _verified(data, license_code, text, now, program)
    with store.opened(data) as rows:
        known = next((each for each in rows.packs() if each.number == pack.number), None)
        if known is not None and known.license_pack_id == pack.license_pack_id:
            return known
        rows.put_pack(pack)
    _note(data, pack, now, {"source": source} if source else {})
    return pack


def install_automatically(
    data: Path, link: Link | None, license_code: str, now: datetime, program: str = ""
) -> Pack:
    """Send a license code to the clearinghouse and take the license pack ID that it gives.

    Raises as `install` does, ClearinghouseUnreachable and ClearinghouseRefused.
    """
    code = checked_code(license_code)
    asked = _asked(data) | {"license_code": code}
    answer = api_of(link).packs(asked)
    return install(data, code, str(answer.get("license_pack_id", "")), now, program)


def migrate_automatically(
    data: Path, link: Link | None, license_code: str, now: datetime, source: str
) -> Pack:
    """Ask the clearinghouse for a pack of another license server, and take the license pack ID.

    Raises as `install_automatically` does, and SourceActiveError.
    """
    code = checked_code(license_code)
    asked = _asked(data) | {"license_code": code}
    try:
        answer = api_of(link).migration(asked)
    except ClearinghouseRefused as error:
        if error.why != "license_code_used":
            raise
        raise SourceActiveError(
            f"The clearinghouse did not migrate this pack. It says: {error} Nothing was changed. "
            f"Deactivate {source} (Advanced, Deactivate Server), then send again. Where {source} "
            "no longer functions, choose Telephone in Properties and call: a representative can "
            "migrate the pack."
        ) from error
    return install(data, code, str(answer.get("license_pack_id", "")), now, source=source)


def recover_automatically(data: Path, link: Link | None, now: datetime) -> list[Pack]:
    """Rebuild the database: the clearinghouse gives all packs anew, which replace what is there.

    Nothing is removed before all are verified. A damaged file is set aside. Raises as
    `install_automatically` does; then nothing is changed.
    """
    answer = api_of(link).recovery(_asked(data))
    given = answer.get("packs")
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise ClearinghouseUnreachable(
            "The clearinghouse gave no list of license packs, so nothing was removed. "
            "Try again later, or use another method."
        )
    is_damaged = store.is_damaged(data)
    known = {} if is_damaged else {pack.number: pack for pack in installed(data)}
    packs = []
    for each in given:
        code, text = str(each.get("license_code", "")), str(each.get("license_pack_id", ""))
        pack = _verified(data, code, text, now, "")
        before = known.pop(pack.number, None)
        program = before.program if before else pack.program
        packs.append(dataclasses.replace(pack, program=program))
    if is_damaged:
        store.set_aside(data, now)
    with store.opened(data) as rows:
        rows.remove_packs()
        for pack in packs:
            rows.put_pack(pack)
    for gone in known.values():
        event_log.record(data, Event.PACK_REMOVED, now, pack=gone.number)
    for pack in packs:
        _note(data, pack, now, {})
    return packs


def installed(data: Path) -> list[Pack]:
    """Read the installed packs."""
    with store.opened(data) as rows:
        return rows.packs()


def remove_all(data: Path, now: datetime) -> int:
    """Take all packs away, to be given anew; gives how many. What is issued goes on.

    A damaged file is set aside: of what stood in it nothing can be read.
    """
    if store.is_damaged(data):
        store.set_aside(data, now)
    with store.opened(data) as rows:
        packs = rows.packs()
        rows.remove_packs()
    for pack in packs:
        event_log.record(data, Event.PACK_REMOVED, now, pack=pack.number)
    return len(packs)


def _verified(data: Path, license_code: str, text: str, now: datetime, program: str) -> Pack:
    code = checked_code(license_code)
    state = states.load(data)
    held = held_by(state)
    try:
        said = license_pack_id.verify(
            installation.secret(data), state.product_id, held.new_license_server_id, code, text
        )
    except CodeError as error:
        raise _refused(error, text, "Type the license pack ID: seven groups.") from error
    if said.version > rules.SERVER_VERSION:
        raise PackRefusedError(
            "version",
            f"This pack is of version {said.version}, but this license server issues up to version "
            f"{rules.SERVER_VERSION}: install it on a newer license server.",
        )
    return Pack(
        number=said.number,
        version=said.version,
        kind=_KINDS[said.kind],
        quantity=said.quantity,
        license_pack_id=license_pack_id.compact(text),
        license_code=code,
        program=program or DEFAULT_PROGRAM,
        installed_at=now,
    )


def _note(data: Path, pack: Pack, now: datetime, more: Mapping[str, str]) -> None:
    event_log.record(
        data,
        Event.PACK_INSTALLED,
        now,
        pack=pack.number,
        version=pack.version,
        quantity=pack.quantity,
        **more,
    )


def _asked(data: Path) -> dict[str, str]:
    """Say which license server asks. Raises NotActivatedError."""
    state = states.load(data)
    held = held_by(state)
    return {
        "product_id": state.product_id,
        "new_license_server_id": held.new_license_server_id,
    }


def _refused(error: CodeError, text: str, nothing: str) -> PackRefusedError:
    if isinstance(error, InvalidLength) and not any(sign.isalnum() for sign in text):
        return PackRefusedError("empty", nothing)
    return PackRefusedError(error.code, str(error), error.groups)
