"""The process that answers where the line can't: `activation-line serve-fallback`."""

import os
from dataclasses import replace
from urllib.parse import urlsplit

from flask import Flask

import region_routing
from activation_line.logs import log_to_stderr
from activation_line.serving import serve
from activation_line.settings import Settings
from activation_line.voices import own_prompts
from ivr.fallback import FallbackServices, create_blueprint

LARGEST_BODY = 1 << 16
# An apology is made of what is in memory already.
THREADS = 8


def create_app(settings: Settings) -> Flask:
    """Build the application: the fallback webhook, and a page that says that it is there."""
    app = Flask("activation_line.fallback")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    services = FallbackServices(
        routing=region_routing.load(settings.routing_dir),
        prompts=own_prompts(settings),
        auth_tokens=settings.auth_tokens,
        public_base_url=settings.apology_base_url,
        site=urlsplit(settings.site_base_url).hostname or "",
        production=not settings.demo,
    )
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")

    @app.get("/health/live")
    def live() -> str:
        return "alive"

    return app


def serve_fallback(
    settings: Settings, *, port: int | None, host: str | None, as_json: bool
) -> None:
    """Serve until stopped. Needs no database."""
    if port is not None:
        settings = replace(settings, fallback_port=port)
    if host is not None:
        settings = replace(settings, fallback_host=host)
    log_to_stderr(settings.log_format)
    serve(
        create_app(settings),
        host=settings.fallback_host,
        port=settings.fallback_port,
        threads=THREADS,
        announce=lambda url: {"url": url, "pid": os.getpid()},
        as_json=as_json,
    )
