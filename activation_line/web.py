"""The web application: the line's webhooks, the console, health and figures."""

from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest
from http import HTTPStatus
from wsgiref.types import WSGIApplication

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response as WerkzeugResponse

from activation_line import tracing
from activation_line.health import Check, examine, examine_readiness
from activation_line.logs import turn_log
from activation_line.metrics import Metrics
from activation_line.observing import NumberedRequests, Observed
from activation_line.wiring import Line
from agent_console import create_blueprint as create_console
from ivr.observer import Observer
from ivr.status import create_status_blueprint
from ivr.webhooks import create_blueprint as create_webhooks

LARGEST_BODY = 1 << 20


def create_app(line: Line, metrics: Metrics | None = None) -> Flask:
    """Build the application of one web process from its wired parts."""
    app = Flask("activation_line")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["TRUSTED_HOSTS"] = None
    metrics = metrics or Metrics()
    observer, watched = _observing(line, metrics)
    voice = replace(line.voice, observer=observer)
    app.register_blueprint(create_webhooks(voice), url_prefix="/voice")
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

    @app.get("/health/ready")
    def ready() -> tuple[Response, int]:
        checks = examine_readiness(line)
        is_ready = all(check.ok for check in checks)
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify(_as_json(checks)), status

    @app.get("/metrics")
    def figures() -> Response:
        token = line.settings.metrics_token
        if not token:
            return Response(status=HTTPStatus.NOT_FOUND)
        given = request.headers.get("Authorization", "")
        if not compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        return Response(metrics.page(), content_type=CONTENT_TYPE_LATEST)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    app.wsgi_app = watched(app.wsgi_app)  # type: ignore[assignment,method-assign]  # Flask's
    return app


def _observing(
    line: Line, metrics: Metrics
) -> tuple[Observer, Callable[[WSGIApplication], WSGIApplication]]:
    """Who is told of the turns, and what stands around the application."""
    observed = Observed(metrics, turn_log())
    url = line.settings.traces_url
    if not url:
        return observed, NumberedRequests
    traces = tracing.sending_to(url)
    tracing.trace_statements(line.engine, traces)
    return tracing.Traced(observed, traces), lambda app: tracing.TracedRequests(
        NumberedRequests(app), traces
    )


def _as_json(checks: tuple[Check, ...]) -> dict[str, object]:
    return {
        "ok": all(check.ok for check in checks),
        "checks": {
            check.name: {"ok": check.ok, "says": check.says, "warns": check.warns}
            for check in checks
        },
    }
