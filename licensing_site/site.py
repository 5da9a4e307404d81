"""The website's blueprint: its guards, its headers, its pages put together."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
)
from werkzeug.wrappers import Response

from data_store import StoreError
from licensing_site import wording
from licensing_site.forms import Forms
from licensing_site.pages import checking, giving, options, reactivating, request_files
from licensing_site.pages.walk import Walk
from licensing_site.services import Services

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LARGEST_REQUEST: Final = 64 * 1024
_TOO_LARGE: Final = (
    "What was sent is larger than anything that this site takes. Go back and choose another file, "
    "or begin at Select Option."
)
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def create_site_blueprint(services: Services) -> Blueprint:
    """Make the website for the web-browser method; mount it at `/licensing`."""
    site = Blueprint("site", __name__, template_folder="templates", static_folder="static")
    forms = Forms(services.cipher, services.browser_clock)
    activate, reactivate = reactivating.walks(services, forms)
    install, manage = giving.licensing(services, forms)
    walks: tuple[Walk | request_files.RequestFiles, ...] = (
        activate,
        install,
        reactivate,
        manage,
        giving.deactivating(services, forms),
        request_files.RequestFiles(services),
    )
    options.add_pages(site, walks)
    checking.add_pages(site)
    for walk in walks:
        walk.add_pages(site)
    site.add_url_rule("/<path:unknown>", "unknown", _unknown)
    site.before_request(lambda: _guard(services))
    site.after_request(_with_headers)
    site.register_error_handler(HTTPException, _refused_by_http)
    site.register_error_handler(StoreError, _without_store)
    site.context_processor(lambda: {"demo": services.demo, "judged": checking.judge})
    return site


def _unknown(unknown: str) -> Response:
    raise NotFound(f"There is no page “{unknown}” here: begin at Select Option.")


def _guard(services: Services) -> None:
    """Refuse what another site sent, what is too large, and what comes too often."""
    request.max_content_length = _LARGEST_REQUEST
    if request.method in _READS:
        return
    if _is_cross_site():
        raise Forbidden("Another site sent this. Use the pages of this site itself.")
    if request.endpoint == "site.check":
        return  # it asks nothing of the register, and comes with every key
    wait = services.limiter.take(request.remote_addr or "")
    if wait:
        raise TooManyRequests(
            f"Too much was sent from your address. Wait {wording.long_wait(wait)}, then go back "
            "and send it again; what you typed is still there.",
            retry_after=wait,
        )


def _is_cross_site() -> bool:
    """Tell whether a browser says that another site's page made it send this."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "site.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _refused_by_http(error: HTTPException) -> Response:
    says = _TOO_LARGE if isinstance(error, RequestEntityTooLarge) else error.description
    response = _message(error.name, says or "", error.code or 500)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _without_store(_error: StoreError) -> Response:
    says = (
        "The register can't be reached at the moment. Nothing was changed: go back and try again "
        "in a minute."
    )
    response = _message("Service Unavailable", says, HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "60"
    return response


def _message(title: str, says: str, status: int) -> Response:
    return make_response(render_template("site/message.html", title=title, says=says), status)
