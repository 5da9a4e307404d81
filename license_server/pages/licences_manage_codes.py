"""The Manage Licenses Wizard's second half: license codes and license pack IDs, one by one.

License codes of removed packs are kept until each is installed again or left out.
"""

import dataclasses
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from codes.groups import LICENSE_CODE, LICENSE_PACK_ID
from license_server import entry, link
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.clients import installing, managing
from license_server.clients.installing import SourceActiveError
from license_server.clients.managing import MIGRATE, REBUILD, Managing
from license_server.clients.model import Pack
from license_server.errors import CodeRefusedError, LicenseServerError, NotActivatedError
from license_server.model import Method
from license_server.pages import licences_place as place
from license_server.pages.licences_codes import code_page, pack_page
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page

blueprint = Blueprint("licences_manage_codes", __name__, url_prefix="/licences/manage")
_NAME: Final = "Manage Licenses Wizard"
_REFUSED: Final = (ClearinghouseRefused, CodeRefusedError, NotActivatedError, SourceActiveError)


@blueprint.get("/license-code")
def license_code() -> Page:
    """The page License Code; the next code of a removed pack is filled in."""
    draft = place.draft()
    if draft is None or not _is_ready(draft):
        return place.to("welcome")
    code = draft.license_code or next(iter(draft.remaining), "")
    return _code_page(draft, entry.spread((code,), LICENSE_CODE))


@blueprint.post("/license-code")
def license_code_left() -> Page:
    """Next checks the code; by the automatic method it is sent at once."""
    data = services().data
    draft, action = place.draft(), request.form.get("action")
    if draft is None or not _is_ready(draft) or action == "cancel":
        return place.ended(draft)
    if action == "back" and draft.choice == MIGRATE:
        return place.at("source_reminder", draft)
    if action == "skip":
        return _following(dataclasses.replace(draft, remaining=draft.remaining[1:]))
    groups = entry.read(request.form, LICENSE_CODE)
    try:
        code = installing.checked_code("".join(groups))
    except CodeRefusedError as error:
        return _code_page(draft, groups, error), 422
    draft = dataclasses.replace(
        draft, license_code=code, groups=(), page="obtain_client_license_pack"
    )
    managing.save(data, draft)
    is_automatic = place.state().properties.method is Method.AUTOMATIC
    return _fetched(draft) if is_automatic else place.to(draft.page)


@blueprint.get("/obtain-client-license-pack")
def obtain_client_license_pack() -> Page:
    """The page Obtain Client License Pack: what to enter or read out, and what is typed here."""
    draft = place.draft()
    if draft is None or not draft.license_code:
        return place.to("welcome")
    return _pack_page(draft)


@blueprint.post("/obtain-client-license-pack")
def obtain_client_license_pack_left() -> Page:
    """Next verifies the license pack ID; Send asks the clearinghouse for it."""
    data = services().data
    draft, action = place.draft(), request.form.get("action")
    if draft is None or not draft.license_code or action == "cancel":
        return place.ended(draft)
    draft = dataclasses.replace(draft, groups=entry.read(request.form, LICENSE_PACK_ID))
    managing.save(data, draft)
    if action == "back":
        return place.at("license_code", draft)
    if action == "send":
        return _fetched(draft)
    text = "".join(draft.groups)
    try:
        pack = installing.install(data, draft.license_code, text, now(), source=draft.source_name)
    except (CodeRefusedError, NotActivatedError) as error:
        return _pack_page(draft, error), 422
    return _installed(draft, pack)


@blueprint.get("/completing")
def completing() -> Page:
    """The last page: what was installed."""
    draft = place.draft()
    if draft is None or draft.page != "completing":
        return place.to("welcome")
    packs = [
        pack for pack in installing.installed(services().data) if pack.number in draft.installed
    ]
    return render_template("manage_completing.html", packs=packs, draft=draft)


@blueprint.post("/completing")
def completing_left() -> Page:
    """Finish closes the wizard; Another takes one more license code."""
    draft = place.draft()
    if draft is not None and request.form.get("action") == "another":
        return place.at("license_code", draft)
    managing.forget(services().data)
    return redirect(url_for("licences.packs"), 303)


def _fetched(draft: Managing) -> Page:
    data, code = services().data, draft.license_code
    try:
        if draft.choice == MIGRATE:
            pack = installing.migrate_automatically(
                data, link.load(data), code, now(), draft.source_name
            )
        else:
            pack = installing.install_automatically(data, link.load(data), code, now())
    except ClearinghouseUnreachable as error:
        return _pack_page(draft, error), 502
    except _REFUSED as error:
        return _pack_page(draft, error), 422
    return _installed(draft, pack)


def _installed(draft: Managing, pack: Pack) -> Page:
    remaining = tuple(code for code in draft.remaining if code != pack.license_code)
    numbers = (*draft.installed, pack.number)
    return _following(dataclasses.replace(draft, remaining=remaining, installed=numbers))


def _following(draft: Managing) -> Page:
    page = "license_code" if draft.remaining else "completing"
    return place.at(page, dataclasses.replace(draft, license_code="", groups=()))


def _is_ready(draft: Managing) -> bool:
    return draft.is_deleted or (draft.choice == MIGRATE and bool(draft.source_name))


def _code_page(
    draft: Managing, groups: tuple[str, ...], error: CodeRefusedError | None = None
) -> str:
    more: dict[str, Any] = {
        "remaining": len(draft.remaining),
        "has_no_back": draft.choice == REBUILD,
    }
    return code_page(_NAME, groups, error, **more)


def _pack_page(draft: Managing, error: LicenseServerError | None = None) -> str:
    return pack_page(_NAME, draft.license_code, draft.groups, error, managing=draft)
