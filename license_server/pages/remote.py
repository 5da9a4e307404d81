"""License servers on other machines: their state, their Properties, and their wizards.

The Manager's machine forwards what the automatic method sends; the other one needs no internet.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import region_routing
from license_server import health, link, telephone
from license_server.clearinghouse_api import ClearinghouseRefused
from license_server.errors import InvalidEntryError, LicenseServerError
from license_server.model import DeactivationCause, Reason
from license_server.pages.property_fields import FIELDS as PROPERTY_FIELDS
from license_server.pages.property_fields import TABS as PROPERTY_TABS
from license_server.pages.services import now, services
from license_server.remote import forwarding, servers
from license_server.remote.client import Remote, RemoteRefusedError, RemoteStatus
from license_server.remote.servers import Role, Server

blueprint = Blueprint("remote", __name__, url_prefix="/manager/remote/<name>")
Page = str | tuple[str, int] | Response

_MOST_AT_ONCE: Final = 8
CONTACT: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "country": "Country or region",
    "email": "E-mail",
    "phone": "Telephone",
}
_OPTIONAL: Final = {"phone"}
_FIELDS: Final = tuple(field for names in PROPERTY_FIELDS.values() for field in names)
_WIZARDS: Final = {"activate": "Activate", "reactivate": "Reactivate", "deactivate": "Deactivate"}


@dataclass(frozen=True, slots=True)
class Glance:
    """A listed license server and how it stands, or why that is not known."""

    server: Server
    status: RemoteStatus | None
    error: str = ""


def glances() -> list[Glance]:
    """Ask all listed license servers at once."""
    listed = [each for each in servers.load(services().data) if each.role is Role.LICENSE_SERVER]
    if not listed:
        return []
    with ThreadPoolExecutor(max_workers=min(len(listed), _MOST_AT_ONCE)) as pool:
        return list(pool.map(_glance, listed))


@blueprint.get("")
def server(name: str) -> Page:
    """The other server's state, certificate and IDs."""
    return _page("remote_server.html", name)


@blueprint.get("/properties")
def properties(name: str) -> Page:
    """The other server's Properties; how it is reached stands in Server Manager."""
    try:
        return _properties(name, Remote(_found(name)).properties())
    except LicenseServerError:
        return redirect(url_for("remote.server", name=name), 303)


@blueprint.post("/properties")
def properties_entered(name: str) -> Page:
    """OK keeps them over there, Cancel does not."""
    if request.form.get("action") != "cancel":
        typed = {field: request.form[field] for field in _FIELDS if field in request.form}
        try:
            Remote(_found(name)).keep_properties(typed)
        except LicenseServerError as error:
            return _properties(name, typed, str(error)), _status_of(error)
    return redirect(url_for("remote.server", name=name), 303)


@blueprint.get("/<wizard>")
def begin(name: str, wizard: str) -> Page:
    """Open the wizard at its first page."""
    _require_wizard(wizard)
    first = "information_needed" if wizard == "deactivate" else "welcome"
    return redirect(url_for(f"remote.{first}", name=name, wizard=wizard), 303)


@blueprint.get("/<wizard>/welcome")
def welcome(name: str, wizard: str) -> Page:
    """What will happen, and that this machine needs the internet, not the other one."""
    _require_wizard(wizard)
    return _page("remote_welcome.html", name, wizard=wizard, title=_WIZARDS[wizard])


@blueprint.get("/<wizard>/information-needed")
def information_needed(name: str, wizard: str) -> Page:
    """The contact as the other server's Properties have it, and the reason or cause."""
    _require_wizard(wizard)
    return _information(name, wizard)


@blueprint.post("/<wizard>/information-needed")
def information_given(name: str, wizard: str) -> Page:
    """Keep the contact over there, and send what is asked for by this machine's internet."""
    _require_wizard(wizard)
    action = request.form.get("action")
    if action == "cancel":
        return redirect(url_for("remote.server", name=name), 303)
    if action == "back":
        return redirect(url_for("remote.begin", name=name, wizard=wizard), 303)
    far = Remote(_found(name))
    typed = {field: " ".join(request.form.get(field, "").split()) for field in CONTACT}
    try:
        _require_contact(typed)
        word = _chosen(wizard)
        far.keep_properties(typed)
        _carry_out(wizard, far, word)
    except LicenseServerError as error:
        return _information(name, wizard, typed=typed, error=error), _status_of(error)
    return redirect(url_for("remote.completing", name=name, wizard=wizard), 303)


@blueprint.get("/<wizard>/completing")
def completing(name: str, wizard: str) -> Page:
    """The last page."""
    _require_wizard(wizard)
    return _page("remote_completing.html", name, wizard=wizard, title=_WIZARDS[wizard])


@blueprint.post("/<wizard>/completing")
def completed(name: str, wizard: str) -> Page:
    """Finish closes the wizard."""
    del wizard
    return redirect(url_for("remote.server", name=name), 303)


def _properties(name: str, typed: Mapping[str, Any], error: str = "") -> str:
    return _page(
        "remote_properties.html",
        name,
        tabs=PROPERTY_TABS,
        fields=PROPERTY_FIELDS,
        typed=typed,
        countries=region_routing.countries(telephone.PAGE_LANGUAGE),
        error=error,
    )


def _information(
    name: str,
    wizard: str,
    *,
    typed: dict[str, str] | None = None,
    error: LicenseServerError | None = None,
) -> str:
    far = Remote(_found(name))
    held: dict[str, Any] = {}
    if typed is None:
        try:
            held = far.properties()
        except LicenseServerError as failed:
            error = failed
    wrong = error.field if isinstance(error, InvalidEntryError) else ""
    choices = list(DeactivationCause) if wizard == "deactivate" else _reasons(wizard)
    return _page(
        "remote_information.html",
        name,
        wizard=wizard,
        title=_WIZARDS[wizard],
        fields=CONTACT,
        optional=_OPTIONAL,
        typed=typed or {field: str(held.get(field, "")) for field in CONTACT},
        countries=region_routing.countries(telephone.PAGE_LANGUAGE),
        choices=choices,
        picked=request.form.get("why", ""),
        wrong=wrong,
        error=str(error) if error else "",
        why=getattr(error, "why", getattr(error, "code", "")),
        refused=error if isinstance(error, ClearinghouseRefused) else None,
    )


def _reasons(wizard: str) -> list[Reason]:
    if wizard == "activate":
        return []
    return [reason for reason in Reason if reason is not Reason.FIRST_ACTIVATION]


def _carry_out(wizard: str, far: Remote, word: Reason | DeactivationCause | None) -> None:
    data = services().data
    known = link.load(data)
    if isinstance(word, DeactivationCause):
        forwarding.deactivate(data, far, known, now(), word)
    elif wizard != "deactivate":
        forwarding.reactivate(data, far, known, now(), word)


def _chosen(wizard: str) -> Reason | DeactivationCause | None:
    word = request.form.get("why", "")
    if wizard == "activate":
        return None
    kinds: type[Reason | DeactivationCause] = (
        DeactivationCause if wizard == "deactivate" else Reason
    )
    if word not in list(kinds):
        what = "cause" if wizard == "deactivate" else "reason"
        raise InvalidEntryError("why", f"Choose the {what}.")
    return kinds(word)


def _require_contact(typed: dict[str, str]) -> None:
    for field, label in CONTACT.items():
        if field not in _OPTIONAL and not typed[field]:
            raise InvalidEntryError(field, f"{label} is needed by this method: enter it.")


def _page(template: str, name: str, **more: object) -> str:
    chosen = _found(name)
    return render_template(
        template,
        status=health.status(services().data, now()),
        chosen=chosen,
        far=_glance(chosen),
        **more,
    )


def _glance(server: Server) -> Glance:
    try:
        return Glance(server, Remote(server).status())
    except LicenseServerError as error:
        return Glance(server, None, str(error))


def _found(name: str) -> Server:
    found = servers.find(services().data, name)
    if found is None or found.role is not Role.LICENSE_SERVER:
        _missing()
    return found


def _require_wizard(wizard: str) -> None:
    if wizard not in _WIZARDS:
        _missing()


def _missing() -> NoReturn:
    abort(404, "No license server of that name is listed.")


def _status_of(error: LicenseServerError) -> int:
    kinds = InvalidEntryError | ClearinghouseRefused | RemoteRefusedError
    return 422 if isinstance(error, kinds) else 503
