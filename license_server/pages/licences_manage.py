"""The Manage Licenses Wizard: packs come from another license server, or all are given anew.

Where it stands is kept on disk.
"""

import dataclasses
from typing import Final

from flask import Blueprint, render_template, request

from license_server import link
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.clients import installing, managing, store
from license_server.clients.managing import MIGRATE, REASONS, REBUILD, Managing
from license_server.errors import CodeRefusedError, InvalidEntryError, NotActivatedError
from license_server.model import Method
from license_server.pages import licences_place as place
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, leave

blueprint = Blueprint("licences_manage", __name__, url_prefix="/licences/manage")
_REFUSED: Final = (ClearinghouseRefused, CodeRefusedError, NotActivatedError)


@blueprint.get("")
def welcome() -> Page:
    """Open the wizard where it was left."""
    draft = managing.load(services().data)
    return _welcome() if draft is None else place.to(draft.page)


@blueprint.post("")
def welcome_left() -> Page:
    """Next begins; Cancel leaves."""
    if request.form.get("action") == "cancel":
        return leave()
    try:
        installing.held_by(place.state())
    except NotActivatedError as error:
        return _welcome(str(error)), 409
    draft = managing.load(services().data)
    return place.at("action_selection", Managing()) if draft is None else place.to(draft.page)


@blueprint.get("/action-selection")
def action_selection() -> Page:
    """The page Action Selection: migrate, or rebuild the database, and why."""
    draft = place.draft()
    if draft is None or draft.is_deleted:
        return place.to("welcome")
    return _selection(draft)


@blueprint.post("/action-selection")
def action_selection_left() -> Page:
    """Next leads to what was chosen; what was entered is kept, whatever button was chosen."""
    draft, action = place.draft(), request.form.get("action")
    if draft is None or draft.is_deleted or action == "cancel":
        return place.ended(draft)
    choice = request.form.get("choice", "")
    reason = request.form.get(f"{choice}_reason", "")
    draft = dataclasses.replace(draft, choice=choice, reason=reason)
    if action == "back":
        managing.forget(services().data)
        return place.to("welcome")
    if choice not in REASONS:
        return _selection(draft, "Choose what is to be done.", "choice"), 422
    if reason not in REASONS[choice]:
        return _selection(draft, "Choose the reason of what is to be done.", "reason"), 422
    page = "confirm_deletion" if choice == REBUILD else "source_license_server_information"
    return place.at(page, draft)


@blueprint.get("/source-license-server-information")
def source_license_server_information() -> Page:
    """The page Source License Server Information."""
    draft = place.draft(MIGRATE)
    return place.to("welcome") if draft is None else _source(draft)


@blueprint.post("/source-license-server-information")
def source_license_server_information_left() -> Page:
    """Next checks what the source is called; it is kept, whatever button was chosen."""
    draft, action = place.draft(MIGRATE), request.form.get("action")
    if draft is None or action == "cancel":
        return place.ended(draft)
    draft = dataclasses.replace(
        draft,
        source_name=request.form.get("source_name", "").strip(),
        is_source_absent=request.form.get("is_source_absent") == "yes",
        source_id=request.form.get("source_id", "").strip(),
    )
    if action == "back":
        return place.at("action_selection", draft)
    held = place.state().held
    try:
        managing.require_source(draft, held.new_license_server_id if held else "")
    except InvalidEntryError as error:
        managing.save(services().data, draft)
        return _source(draft, error), 422
    return place.at("source_reminder", draft)


@blueprint.get("/source-reminder")
def source_reminder() -> Page:
    """The page that reminds of the licences on the source."""
    draft = place.draft(MIGRATE)
    if draft is None or not draft.source_name:
        return place.to("welcome")
    return render_template("source_reminder.html", draft=draft)


@blueprint.post("/source-reminder")
def source_reminder_left() -> Page:
    """Next leads to the license code."""
    draft, action = place.draft(MIGRATE), request.form.get("action")
    if draft is None or action == "cancel":
        return place.ended(draft)
    back = "source_license_server_information"
    return place.at(back if action == "back" else "license_code", draft)


@blueprint.get("/confirm-deletion")
def confirm_deletion() -> Page:
    """The page Confirm Deletion of Licenses."""
    draft = place.draft(REBUILD)
    return place.to("welcome") if draft is None or draft.is_deleted else _deletion()


@blueprint.post("/confirm-deletion")
def confirm_deletion_left() -> Page:
    """Next removes the packs, if the box is ticked; by the automatic method all come at once."""
    draft, action = place.draft(REBUILD), request.form.get("action")
    if draft is None or draft.is_deleted or action == "cancel":
        return place.ended(draft)
    if action == "back":
        return place.at("action_selection", draft)
    if request.form.get("confirm") != "yes":
        sentence = "Tick the box, or choose Cancel: without it nothing is removed."
        return _deletion(sentence, "confirm"), 422
    try:
        installing.held_by(place.state())
        is_automatic = place.state().properties.method is Method.AUTOMATIC
        return _recovered(draft) if is_automatic else _removed(draft)
    except (*_REFUSED, ClearinghouseUnreachable) as error:
        status = 502 if isinstance(error, ClearinghouseUnreachable) else 422
        return _deletion(str(error), getattr(error, "why", error.code)), status


def _recovered(draft: Managing) -> Page:
    data = services().data
    codes = _codes()
    packs = installing.recover_automatically(data, link.load(data), now())
    given = {pack.license_code for pack in packs}
    done = dataclasses.replace(
        draft,
        is_deleted=True,
        installed=tuple(pack.number for pack in packs),
        # What the clearinghouse did not give stays to be asked for by its code, or left out.
        remaining=tuple(code for code in codes if code not in given),
    )
    return place.at("license_code" if done.remaining else "completing", done)


def _removed(draft: Managing) -> Page:
    done = dataclasses.replace(draft, is_deleted=True, remaining=_codes())
    # The codes are kept before the packs go: whatever stops this, none is lost.
    following = place.at("license_code", done)
    installing.remove_all(services().data, now())
    return following


def _codes() -> tuple[str, ...]:
    data = services().data
    packs = [] if store.is_damaged(data) else installing.installed(data)
    return tuple(pack.license_code for pack in packs)


def _welcome(error: str = "") -> str:
    return render_template("manage_welcome.html", state=place.state(), error=error)


def _selection(draft: Managing, error: str = "", why: str = "") -> str:
    return render_template(
        "action_selection.html", draft=draft, reasons=REASONS, error=error, why=why
    )


def _source(draft: Managing, error: InvalidEntryError | None = None) -> str:
    return render_template(
        "source_license_server_information.html",
        draft=draft,
        wrong=error.field if error else "",
        error=str(error) if error else "",
    )


def _deletion(error: str = "", why: str = "") -> str:
    data = services().data
    is_damaged = store.is_damaged(data)
    return render_template(
        "confirm_deletion.html",
        packs=[] if is_damaged else installing.installed(data),
        is_damaged=is_damaged,
        is_automatic=place.state().properties.method is Method.AUTOMATIC,
        error=error,
        why=why,
    )
