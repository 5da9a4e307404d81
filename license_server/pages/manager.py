"""Licensing Manager: the console tree, this server, its Properties, its local root."""

import dataclasses
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

import region_routing
from license_server import configuration as configurations
from license_server import event_log, files, health, installation, telephone
from license_server import properties as properties_rules
from license_server import state as states
from license_server.errors import InvalidEntryError
from license_server.model import Method
from license_server.pages import menu, remote
from license_server.pages.property_fields import AUTOCOMPLETE, FIELDS, TABS
from license_server.pages.services import now, services
from license_server.remote import servers as others
from license_server.state import Properties

blueprint = Blueprint("manager", __name__)
Page = str | tuple[str, int] | Response

_LONGEST: Final = 200


@blueprint.get("/")
def start() -> Page:
    """Lead to where work begins."""
    return redirect(url_for("server_manager.start"), 303)


@blueprint.app_context_processor
def _console() -> dict[str, object]:
    """What the console tree and the Action menu need on every page that shows them."""
    return {
        "menu_of": menu.of,
        "menu_of_remote": menu.of_remote,
        "tree_nodes": menu.nodes,
        "page_at": menu.first_page,
        "listed_servers": _listed,
        "now": now,
    }


@blueprint.get("/manager")
def servers() -> Page:
    """All servers, with each one's activation state."""
    status = health.note(services().data, now())
    return render_template("servers.html", status=status, remote_statuses=remote.glances())


@blueprint.get("/manager/server")
def server() -> Page:
    """This server's state, certificate and IDs."""
    return render_template("server.html", status=health.note(services().data, now()))


@blueprint.get("/manager/configuration")
def configuration() -> Page:
    """Review Configuration: each check with its finding and what to do."""
    data = services().data
    return render_template(
        "configuration.html",
        status=health.note(data, now()),
        checks=configurations.review(data, services().routing, now()),
    )


@blueprint.get("/manager/root.pem")
def root() -> Page:
    """Download the local root certificate, for the clients on this network to trust."""
    configurations.note_export(services().data, now())
    disposition = {"Content-Disposition": 'attachment; filename="local-root.pem"'}
    body = installation.root_pem(services().data)
    return Response(body, mimetype="application/x-pem-file", headers=disposition)


@blueprint.get("/manager/properties")
def properties() -> Page:
    """Properties, opened at its first tab or the one that is asked for."""
    held = states.load(services().data).properties
    return _sheet(held, request.args.get("tab", "connection"))


@blueprint.post("/manager/properties")
def properties_entered() -> Page:
    """OK saves all tabs, Cancel none; a tab's button turns to it and loses nothing."""
    form = request.form
    if form.get("action") == "cancel":
        return redirect(url_for("manager.server"), 303)
    data = services().data
    typed = _typed(states.load(data).properties, form)
    if "tab" in form:
        return _sheet(typed, form["tab"])
    try:
        properties_rules.require_region(typed, services().routing)
        properties_rules.require_country(typed)
    except InvalidEntryError as error:
        tab = "connection" if error.field == "region" else "required"
        return _sheet(typed, tab, error), 422
    with files.locked(data):
        state = states.load(data)
        states.save(data, dataclasses.replace(state, properties=typed))
    facts = {"method": typed.method.value, "region": typed.region}
    event_log.record(data, event_log.Kind.PROPERTIES_CHANGED, now(), **facts)
    return redirect(url_for("manager.server"), 303)


def _listed() -> tuple[others.Server, ...]:
    listed = others.load(services().data)
    return tuple(each for each in listed if each.role is others.Role.LICENSE_SERVER)


def _sheet(held: Properties, tab: str, error: InvalidEntryError | None = None) -> str:
    return render_template(
        "properties.html",
        status=health.status(services().data, now()),
        properties=held,
        tabs=TABS,
        fields=FIELDS,
        autocomplete=AUTOCOMPLETE,
        tab=tab if tab in TABS else "connection",
        methods=list(Method),
        regions=telephone.choices(services().routing),
        countries=region_routing.countries(telephone.PAGE_LANGUAGE),
        wrong=error.field if error else "",
        error=str(error) if error else "",
    )


def _typed(held: Properties, form: MultiDict[str, str]) -> Properties:
    names = {entry.name for entry in dataclasses.fields(Properties)} - {"method"}
    texts = {name: " ".join(form[name].split())[:_LONGEST] for name in names if name in form}
    method = form.get("method", held.method)
    chosen = Method(method) if method in list(Method) else held.method
    return dataclasses.replace(held, method=chosen, **texts)
