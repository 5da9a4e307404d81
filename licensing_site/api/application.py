"""The API as a WSGI application: routes from the operations, every no as problem+json."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from data_store import StoreError
from licensing_site.api import automatic, packs, products, records
from licensing_site.api.answering import Answering
from licensing_site.api.document import build
from licensing_site.api.operations import Operation
from licensing_site.api.problems import KINDS, PROBLEM_TYPE, Problem
from licensing_site.limits import Limiter
from licensing_site.services import Services

log = logging.getLogger(__name__)

MOUNT: Final = "/api/v1"
LARGEST_BODY: Final = 64 * 1024
OPERATIONS: Final = (
    *automatic.OPERATIONS,
    *products.OPERATIONS,
    *records.OPERATIONS,
    *packs.OPERATIONS,
)

_TRY_AGAIN_SECONDS: Final = 5
_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.NOT_FOUND: (
        "unknown_path",
        "There is nothing at this path: compare it with the API's document, openapi.json.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "The path doesn't take this method: see the header Allow.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "body_too_large",
        f"The body is larger than {LARGEST_BODY // 1024} KiB: send the document alone.",
    ),
}
_UNCLEAR: Final = ("bad_request", "The request can't be understood: compare it with openapi.json.")


def create_api(services: Services, limiter: Limiter) -> Flask:
    """Build the API; `public_base_url` of the services is the address before `/api/v1`.

    `limiter` bears with whoever shows no token: programs ask quicker than people.
    """
    # The website's own look and icon serve here as well.
    app = Flask(__name__.rpartition(".")[0], static_folder="../static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.merge_slashes = False
    address = services.public_base_url + MOUNT
    document = build(OPERATIONS, address)
    answering = Answering(services, limiter, document)
    for operation in OPERATIONS:
        app.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            endpoint=operation.id,
            view_func=_view(answering, operation),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    _add_pages(app, document)
    _add_troubles(app, f"{address}/")
    return app


def _view(answering: Answering, operation: Operation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return answering.answer(operation, path)

    return view


def _add_pages(app: Flask, document: Mapping[str, Any]) -> None:
    """The document for programs, and the same for people."""
    published = json.dumps(document, ensure_ascii=False)

    def openapi() -> Response:
        return Response(published, mimetype="application/json")

    def reference() -> str:
        return render_template("api/reference.html", document=document, kinds=KINDS)

    for path, view in (("/openapi.json", openapi), ("/", reference)):
        app.add_url_rule(path, view_func=view, provide_automatic_options=False)


def _add_troubles(app: Flask, reference: str) -> None:
    def show(problem: Problem) -> Response:
        body = json.dumps(problem.document(reference))
        response = Response(body, status=problem.status, mimetype=PROBLEM_TYPE)
        response.headers.update(problem.headers)
        return response

    @app.errorhandler(Problem)
    def said(problem: Problem) -> Response:
        return show(problem)

    @app.errorhandler(HTTPException)
    def unanswered(error: HTTPException) -> Response:
        code, sentence = _WORDS.get(error.code or 0, _UNCLEAR)
        headers = {}
        if isinstance(error, MethodNotAllowed):
            headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return show(Problem(code, sentence, headers=headers))

    @app.errorhandler(StoreError)
    def stuck(error: StoreError) -> Response:
        log.error("no answer to %s %s", request.method, request.path, exc_info=error)
        sentence = "The register can't be reached just now: try again in a while."
        headers = {"Retry-After": str(_TRY_AGAIN_SECONDS)}
        return show(Problem("store_unavailable", sentence, headers=headers))

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("no answer to %s %s", request.method, request.path, exc_info=error)
        sentence = "Something is wrong here, and was noted: try again later."
        return show(Problem("internal_error", sentence))

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response
