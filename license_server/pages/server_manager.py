"""Server Manager, the page that work begins on: which servers there are, and which one licenses."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from license_server import event_log, health
from license_server.errors import InvalidEntryError
from license_server.pages.services import now, services
from license_server.remote import servers
from license_server.remote.servers import Role, Server

blueprint = Blueprint("server_manager", __name__, url_prefix="/server")
Page = str | tuple[str, int] | Response


@blueprint.get("/manager")
def start() -> Page:
    """List the servers with their roles; Tools leads to Licensing Manager."""
    return render_template(
        "server_manager.html",
        status=health.note(services().data, now()),
        others=servers.load(services().data),
        demo_servers=servers.DEMO if services().is_demo else (),
        roles=Role,
    )


@blueprint.get("/add")
def add() -> Page:
    """Ask for a server to list."""
    return _form(Server("", Role.LICENSE_SERVER))


@blueprint.post("/add")
def add_entered() -> Page:
    """Keep the server, or give the form back with what is wrong."""
    form, data = request.form, services().data
    role = form.get("role", "")
    typed = Server(
        form.get("name", ""),
        Role(role) if role in list(Role) else Role.OTHER,
        form.get("address", ""),
        form.get("token", ""),
    )
    if form.get("action") == "cancel":
        return redirect(url_for("server_manager.start"), 303)
    try:
        kept = servers.add(data, typed, taken=health.status(data, now()).server_name)
    except InvalidEntryError as error:
        return _form(typed, error), 422
    event_log.record(data, event_log.Kind.SERVER_LISTED, now(), name=kept.name, role=kept.role)
    return redirect(url_for("server_manager.start"), 303)


@blueprint.post("/remove")
def remove() -> Page:
    """Take a server off the list."""
    data, name = services().data, request.form.get("name", "")
    if servers.find(data, name) is not None:
        servers.remove(data, name)
        event_log.record(data, event_log.Kind.SERVER_UNLISTED, now(), name=name)
    return redirect(url_for("server_manager.start"), 303)


def _form(typed: Server, error: InvalidEntryError | None = None) -> str:
    return render_template(
        "server_add.html",
        typed=typed,
        roles=list(Role),
        license_server=Role.LICENSE_SERVER,
        wrong=error.field if error else "",
        error=str(error) if error else "",
    )
