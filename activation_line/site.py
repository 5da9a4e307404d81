"""The licensing site's process: the website for people, the API for license servers, over TLS."""

import os
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as WerkzeugResponse

from activation_line import tls
from activation_line.clock import system_clock
from activation_line.health import examine_store
from activation_line.production import refuse_demo_data
from activation_line.serving import address, free_port, serve
from activation_line.settings import Settings
from activation_line.wiring import Line, bootstrap
from licensing_site import create_site_blueprint
from licensing_site.api import MOUNT, create_api
from licensing_site.limits import Limiter
from licensing_site.services import Services

# From one address without a token: so many at once, then one more each second.
BURST: Final = 60
SECONDS: Final = 1.0
LARGEST_BODY: Final = 1 << 20
WEBSITE: Final = "/licensing"


def create_site_app(line: Line) -> Flask:
    """Build the licensing site's application from the line's wired parts."""
    settings = line.settings
    services = Services(
        engine=line.engine,
        clearinghouse=line.clearinghouse,
        cipher=line.register.cipher,
        routing=line.routing,
        clock=line.clock,
        # Whoever is to wait does so by the machine's clock, whatever the line takes for the time.
        limiter=Limiter(system_clock),
        public_base_url=site_url(settings),
        demo=settings.demo,
    )
    api = create_api(services, Limiter(system_clock, burst=BURST, seconds=SECONDS))
    app = Flask("activation_line")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(create_site_blueprint(services), url_prefix=WEBSITE)

    @app.get("/")
    def start() -> WerkzeugResponse:
        return redirect(url_for("site.select_option"))

    @app.get("/health")
    def health() -> tuple[Response, int]:
        checks = examine_store(line)
        is_well = all(check.ok for check in checks)
        shown = [{"name": check.name, "ok": check.ok, "says": check.says} for check in checks]
        status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify({"ok": is_well, "checks": shown}), status

    @app.get("/health/live")
    def live() -> str:
        return "alive"

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]  # Flask's own way to wrap
        app.wsgi_app, {MOUNT: api}
    )
    if settings.site_tls == tls.OFF:
        # Then a proxy stands before it, and says who asks, and by which scheme.
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]  # as above
    return app


def site_url(settings: Settings) -> str:
    """How customers reach the site: as the settings say, else where it listens."""
    secure = settings.site_tls != tls.OFF
    return settings.site_base_url or address(settings.site_host, settings.site_port, secure=secure)


def serve_site(settings: Settings, *, port: int | None, host: str | None, as_json: bool) -> None:
    """Serve until stopped. Refuses demo accounts unless the settings say that this is a demo."""
    port = settings.site_port if port is None else port
    # The pages show the address, so it has to be known before it listens.
    settings = replace(
        settings, site_port=port or free_port(), site_host=host or settings.site_host
    )
    line = bootstrap(settings)
    refuse_demo_data(line)
    names = {settings.site_host, urlsplit(site_url(settings)).hostname or settings.site_host}
    found = tls.prepare(settings, sorted(names), system_clock())

    def announce(url: str) -> Mapping[str, object]:
        trusted = None if found is None or found.authority is None else str(found.authority)
        facts = {"url": url, "ca_file": trusted, "pid": os.getpid()}
        return {name: value for name, value in facts.items() if as_json or value is not None}

    serve(
        create_site_app(line),
        host=settings.site_host,
        port=settings.site_port,
        threads=settings.threads,
        announce=announce,
        as_json=as_json,
        tls=found,
    )
