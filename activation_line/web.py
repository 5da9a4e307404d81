"""The web application: the line's webhooks, the console, and the health page."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from activation_line.health import Check, examine
from activation_line.wiring import Line
from agent_console import create_blueprint as create_console
from ivr.status import create_status_blueprint
from ivr.webhooks import create_blueprint as create_webhooks

LARGEST_BODY = 1 << 20


def create_app(line: Line) -> Flask:
    """Build the application of one web process from its wired parts."""
    app = Flask("activation_line")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["TRUSTED_HOSTS"] = None
    app.register_blueprint(create_webhooks(line.voice), url_prefix="/voice")
    app.register_blueprint(create_status_blueprint(line.voice.status, line.routing))
    app.register_blueprint(create_console(line.console), url_prefix="/console")

    @app.get("/")
    def start() -> WerkzeugResponse:
        return redirect(url_for("health"))

    @app.get("/health")
    def health() -> tuple[Response | str, int]:
        checks = examine(line)
        is_well = all(check.ok for check in checks)
        status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html":
            page = render_template(
                "health.html",
                checks=checks,
                is_well=is_well,
                demo=line.settings.demo,
                host=line.settings.host,
            )
            return page, status
        return jsonify(_as_json(checks)), status

    @app.get("/health/live")
    def live() -> str:
        return "alive"

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return app


def _as_json(checks: tuple[Check, ...]) -> dict[str, object]:
    return {
        "ok": all(check.ok for check in checks),
        "checks": {check.name: {"ok": check.ok, "says": check.says} for check in checks},
    }
