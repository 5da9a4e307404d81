"""One-time link, log-in, log-out, password, and the first start."""

import dataclasses

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from license_server import event_log, files, installation, passwords
from license_server import state as states
from license_server.errors import InvalidEntryError
from license_server.pages.services import now, services

blueprint = Blueprint("entrance", __name__)
Page = str | tuple[str, int] | Response


@blueprint.get("/one-time/<token>")
def one_time(token: str) -> Page:
    """Log in once. HEAD, which link previews send, does not use the link up."""
    if request.method == "HEAD":
        return ""
    if not services().access.take_link(token, now()):
        return render_template("link_used.html"), 410
    # A page of its own, since a strict cookie is not sent along with a redirect that began in
    # another program or on another site.
    return render_template("come_in.html")


@blueprint.get("/log-in")
def log_in() -> Page:
    """Ask for the administrator's password."""
    state = states.find(services().data)
    has_password = state is not None and state.password_hash is not None
    return render_template("log_in.html", has_password=has_password)


@blueprint.post("/log-in")
def log_in_entered() -> Page:
    """Check the password."""
    refused = services().access.take_password(request.form.get("password", ""), now())
    if refused is not None:
        return render_template("log_in.html", has_password=True, error=refused), 403
    return redirect(url_for("manager.start"), 303)


@blueprint.post("/log-out")
def log_out() -> Page:
    """End the session."""
    session.clear()
    return redirect(url_for("entrance.log_in"), 303)


@blueprint.get("/first-start")
def first_start() -> Page:
    """Ask for product ID, product key, server name and password."""
    if states.find(services().data) is not None:
        return redirect(url_for("manager.servers"), 303)
    return render_template("first_start.html", typed={}, wrong="")


@blueprint.post("/first-start")
def first_start_entered() -> Page:
    """Install, or give the form back with what was typed and what is wrong."""
    form = request.form
    if states.find(services().data) is not None:
        return redirect(url_for("manager.servers"), 303)
    try:
        installation.install(
            services().data,
            product_id=form.get("product_id", ""),
            product_key=form.get("product_key", ""),
            server_name=form.get("server_name", ""),
            password=form.get("password", ""),
            now=now(),
        )
    except InvalidEntryError as error:
        page = render_template("first_start.html", typed=form, wrong=error.field, error=str(error))
        return page, 422
    services().access.log_in(now(), is_one_time=True)
    return redirect(url_for("manager.server"), 303)


@blueprint.get("/password")
def password() -> Page:
    """Ask for a new password; the old one too, except after a one-time link."""
    return render_template("password.html", asks_old=not session.get("one_time"))


@blueprint.post("/password")
def password_entered() -> Page:
    """Set the password; every other session ends."""
    data, asks_old = services().data, not session.get("one_time")
    try:
        if asks_old:
            _require_old(request.form.get("old_password", ""))
        fresh = passwords.hashed(request.form.get("password", ""))
    except InvalidEntryError as error:
        page = render_template(
            "password.html", asks_old=asks_old, wrong=error.field, error=str(error)
        )
        return page, 422
    with files.locked(data):
        states.save(data, dataclasses.replace(states.load(data), password_hash=fresh))
    event_log.record(data, event_log.Kind.ADMINISTRATOR_CHANGED, now())
    services().access.log_in(now(), is_one_time=False)
    return redirect(url_for("manager.server"), 303)


def _require_old(password: str) -> None:
    if not passwords.is_right(states.load(services().data).password_hash, password):
        raise InvalidEntryError("old_password", "That is not the password of now.")
