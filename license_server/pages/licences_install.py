"""The Install Licenses Wizard; where it stands is kept on disk."""

import dataclasses
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from codes.groups import LICENSE_CODE, LICENSE_PACK_ID
from license_server import entry, link
from license_server import state as states
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.clients import draft as drafts
from license_server.clients import installing, store
from license_server.clients.draft import Draft
from license_server.clients.installing import PROGRAMS
from license_server.errors import CodeRefusedError, LicenseServerError, NotActivatedError
from license_server.model import Method
from license_server.pages.licences_codes import code_page, pack_page
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, leave

blueprint = Blueprint("licences_install", __name__, url_prefix="/licences")
_NAME: Final = "Install Licenses Wizard"


@blueprint.get("/install")
def install() -> Page:
    """Open the Install Licenses Wizard where it was left."""
    draft = drafts.load(services().data)
    if draft is None:
        return render_template("install_welcome.html", state=_state())
    if draft.installed is not None:
        return _to("completing")
    return _to("obtain_client_license_pack" if draft.license_code else "license_code")


@blueprint.post("/install")
def install_left() -> Page:
    """Next begins; Cancel leaves."""
    if request.form.get("action") == "cancel":
        return leave()
    try:
        installing.held_by(_state())
    except NotActivatedError as error:
        page = render_template("install_welcome.html", state=_state(), error=str(error))
        return page, 409
    drafts.save(services().data, Draft())
    return _to("license_program")


@blueprint.get("/install/license-program")
def license_program() -> Page:
    """The page License Program."""
    draft = drafts.load(services().data)
    if draft is None:
        return _to("install")
    return render_template("license_program.html", programs=PROGRAMS, draft=draft)


@blueprint.post("/install/license-program")
def license_program_left() -> Page:
    """Next keeps the program."""
    draft = drafts.load(services().data)
    action = request.form.get("action")
    if draft is None or action == "cancel":
        return _ended()
    if action == "back":
        drafts.forget(services().data)
        return _to("install")
    program = request.form.get("program", "")
    if program not in PROGRAMS:
        page = render_template(
            "license_program.html",
            programs=PROGRAMS,
            draft=draft,
            error="Choose the program under which the licences were bought.",
        )
        return page, 422
    drafts.save(services().data, dataclasses.replace(draft, program=program))
    return _to("license_code")


@blueprint.get("/install/license-code")
def license_code() -> Page:
    """The page License Code."""
    draft = drafts.load(services().data)
    return (
        _to("install")
        if draft is None
        else _code_page(entry.spread((draft.license_code,), LICENSE_CODE))
    )


@blueprint.post("/install/license-code")
def license_code_left() -> Page:
    """Next checks the code; by the automatic method it is sent at once."""
    data = services().data
    draft = drafts.load(data)
    action = request.form.get("action")
    if draft is None or action == "cancel":
        return _ended()
    if action == "back":
        return _to("license_program")
    groups = entry.read(request.form, LICENSE_CODE)
    try:
        code = installing.checked_code("".join(groups))
    except CodeRefusedError as error:
        return _code_page(groups, error), 422
    draft = dataclasses.replace(draft, license_code=code, groups=())
    drafts.save(data, draft)
    if _state().properties.method is not Method.AUTOMATIC:
        return _to("obtain_client_license_pack")
    return _fetched(draft)


@blueprint.get("/install/obtain-client-license-pack")
def obtain_client_license_pack() -> Page:
    """The page Obtain Client License Pack: what to enter or read out, and what is typed here."""
    draft = drafts.load(services().data)
    if draft is None or not draft.license_code:
        return _to("install")
    return _pack_page(draft)


@blueprint.post("/install/obtain-client-license-pack")
def obtain_client_license_pack_left() -> Page:
    """Next verifies the license pack ID; Send asks the clearinghouse for it."""
    data = services().data
    draft = drafts.load(data)
    action = request.form.get("action")
    if draft is None or not draft.license_code or action == "cancel":
        return _ended()
    draft = dataclasses.replace(draft, groups=entry.read(request.form, LICENSE_PACK_ID))
    drafts.save(data, draft)
    if action == "back":
        return _to("license_code")
    if action == "send":
        return _fetched(draft)
    try:
        pack = installing.install(
            data, draft.license_code, "".join(draft.groups), now(), draft.program
        )
    except (CodeRefusedError, NotActivatedError) as error:
        return _pack_page(draft, error), 422
    return _completed(draft, pack.number)


@blueprint.get("/install/completing")
def completing() -> Page:
    """The last page: what was installed."""
    data = services().data
    draft = drafts.load(data)
    if draft is None or draft.installed is None:
        return _to("install")
    with store.opened(data) as rows:
        pack = next((each for each in rows.packs() if each.number == draft.installed), None)
    return render_template("install_completing.html", pack=pack, draft=draft)


@blueprint.post("/install/completing")
def completing_left() -> Page:
    """Finish closes the wizard."""
    drafts.forget(services().data)
    return redirect(url_for("licences.packs"), 303)


@blueprint.post("/install/check")
def check() -> tuple[dict[str, object], int] | dict[str, object]:
    """Judge the groups typed so far, for the ticks beside the fields."""
    document = request.get_json(silent=True)
    typed = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return {"error": "Send the groups as a list of texts."}, 400
    shape = LICENSE_CODE if len(typed) == LICENSE_CODE.count else LICENSE_PACK_ID
    groups = entry.spread(typed, shape)
    marks = zip(entry.verdicts(groups), groups, strict=True)
    said = [
        {"group": mark.group, "text": text, "mark": mark.mark.value, "message": mark.message}
        for mark, text in marks
    ]
    return {"groups": said, "whole": ""}


def _fetched(draft: Draft) -> Page:
    data = services().data
    try:
        pack = installing.install_automatically(
            data, link.load(data), draft.license_code, now(), draft.program
        )
    except ClearinghouseUnreachable as error:
        return _pack_page(draft, error), 502
    except (ClearinghouseRefused, CodeRefusedError, NotActivatedError) as error:
        return _pack_page(draft, error), 422
    return _completed(draft, pack.number)


def _completed(draft: Draft, number: int) -> Page:
    drafts.save(services().data, dataclasses.replace(draft, installed=number))
    return _to("completing")


def _ended() -> Page:
    drafts.forget(services().data)
    return leave()


def _state() -> states.State:
    return states.load(services().data)


def _to(page: str) -> Response:
    return redirect(url_for(f".{page}"), 303)


def _code_page(groups: tuple[str, ...], error: CodeRefusedError | None = None) -> str:
    return code_page(_NAME, groups, error)


def _pack_page(draft: Draft, error: LicenseServerError | None = None) -> str:
    return pack_page(_NAME, draft.license_code, draft.groups, error)
