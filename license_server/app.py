"""The Flask application: the pages put together, their guards and their headers."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from codes import deactivation_receipt, license_server_id, product_id
from license_server import access, files, numbers
from license_server import state as states
from license_server.errors import LicenseServerError
from license_server.pages import (
    call,
    entrance,
    events,
    licences,
    licences_install,
    licences_manage,
    licences_manage_codes,
    manager,
    remote,
    server_manager,
    services,
    wizard,
    wizard_deactivate,
)
from license_server.pages.services import Services
from region_routing import RoutingTable

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LARGEST_REQUEST: Final = 64 * 1024
_OPEN: Final = {"entrance.one_time", "entrance.log_in", "entrance.log_in_entered", "static"}
_UNINSTALLED: Final = {"entrance.first_start", "entrance.first_start_entered"}


def create_app(
    data: Path,
    *,
    clock: Callable[[], datetime],
    routing: RoutingTable | None = None,
    host: str = "127.0.0.1",
    is_demo: bool = False,
) -> Flask:
    """Make the application over a data directory, which is made where there is none."""
    states.find(data)
    files.make_directory(data)
    secret = access.load_secret(data)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secret,
        # Browsers share cookies between the ports of a host: each server needs its own name.
        SESSION_COOKIE_NAME=f"license_server_{secret[:8]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[services.KEY] = Services(
        data=data,
        clock=clock,
        routing=routing or numbers.load(data),
        access=access.Access(data),
        host=host,
        is_demo=is_demo,
    )
    parts = (entrance, server_manager, manager, remote, events, wizard, wizard_deactivate, call)
    packs = (licences, licences_install, licences_manage, licences_manage_codes)
    for part in (*parts, *packs):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(wizard.activate)
    if routing is None:
        app.before_request(_renewal(numbers.stamp(data)))
    app.before_request(_guard)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(LicenseServerError, _own_error)
    app.context_processor(lambda: {"is_demo": is_demo, "host": host})
    app.add_template_filter(_long_date, "long_date")
    app.add_template_filter(_hours, "hours")
    app.add_template_filter(product_id.split, "product_groups")
    app.add_template_filter(license_server_id.split, "server_groups")
    app.add_template_filter(deactivation_receipt.split, "receipt_groups")
    app.add_template_filter(license_server_id.format, "server_id")
    app.add_template_filter(product_id.format, "product_id")
    return app


def _renewal(loaded: tuple[int, int]) -> Callable[[], None]:
    """Let a table of numbers that was taken meanwhile count from the next page on."""

    def renew() -> None:
        nonlocal loaded
        parts = services.services()
        found = numbers.stamp(parts.data)
        if found != loaded:
            table = numbers.load(parts.data)
            current_app.extensions[services.KEY] = dataclasses.replace(parts, routing=table)
            loaded = found

    return renew


def one_time_path(app: Flask) -> str:
    """Make a one-time link's path."""
    parts: Services = app.extensions[services.KEY]
    return f"/one-time/{parts.access.make_link()}"


def _guard() -> Response | tuple[str, int] | None:
    parts = services.services()
    if not access.is_own_host(request, parts.host):
        return _message("Not this server", "Open the address that the license server printed."), 403
    if request.method not in ("GET", "HEAD") and access.is_cross_site(request):
        return _message(
            "Refused", "Another site sent this. Use the pages of this license server itself."
        ), 403
    if request.endpoint in _OPEN or request.endpoint is None:
        return None
    return _lead(parts, request.endpoint)


def _lead(parts: Services, endpoint: str) -> Response | tuple[str, int] | None:
    """Lead whoever is not logged in to the log-in, and everybody to the first start before it."""
    if not parts.access.is_logged_in(services.now()):
        if endpoint.endswith((".check", ".restorable")):
            return _message("Log in", "The session has ended: log in again."), 401
        return redirect(url_for("entrance.log_in"), 303)
    if states.find(parts.data) is None and endpoint not in _UNINSTALLED:
        return redirect(url_for("entrance.first_start"), 303)
    return None


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _http_error(error: HTTPException) -> tuple[str, int]:
    return _message(
        error.name, error.description or "", "Go back and try again."
    ), error.code or 500


def _own_error(error: LicenseServerError) -> tuple[str, int]:
    return _message("That did not work", str(error)), 503


def _message(title: str, *sentences: str) -> str:
    return render_template("message.html", title=title, sentences=sentences)


def _long_date(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _hours(span: timedelta) -> str:
    hours, seconds = divmod(int(span.total_seconds()), 3600)
    return f"{hours} h {seconds // 60} min"
