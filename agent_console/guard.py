"""What every request passes: where it comes from, who is logged in, what a page may load."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response
from werkzeug.exceptions import Forbidden

from agent_console.sessions import LIFETIME

_COOKIE: Final = "console"
_SECURE_COOKIE: Final = "__Host-console"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})


def is_cross_site(request: Request) -> bool:
    """Tell whether another site's page had the browser send this.

    Browsers say so by `Sec-Fetch-Site`, older ones by `Origin`; a client that sends neither is
    no browser, so no foreign page can have made it send a cookie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _OWN_SITE
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def refuse_cross_site(request: Request) -> None:
    """Raise 403 for an act that another site's page set off."""
    if request.method not in _SAFE_METHODS and is_cross_site(request):
        raise Forbidden("This act came from another site's page. Open the console and do it there.")


def read_token(request: Request) -> str | None:
    """Give the session's token that the browser sent."""
    return request.cookies.get(_SECURE_COOKIE if request.is_secure else _COOKIE)


def hand_out_token(request: Request, response: Response, token: str) -> None:
    """Give the browser its token, in a cookie that no script and no other site can use."""
    response.set_cookie(
        _SECURE_COOKIE if request.is_secure else _COOKIE,
        token,
        max_age=timedelta(seconds=LIFETIME.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def take_back_token(request: Request, response: Response) -> None:
    """Have the browser forget its token."""
    name = _SECURE_COOKIE if request.is_secure else _COOKIE
    response.delete_cookie(name, secure=request.is_secure, httponly=True, samesite="Lax", path="/")


def content_security_policy(voice_device_url: str | None) -> str:
    """Write the policy: own files only, and the voice device's origin where there is one."""
    device = [] if voice_device_url is None else [_origin(voice_device_url)]
    sockets = [origin.replace("http", "ws", 1) for origin in device]
    sources = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *device],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'", *device, *sockets],
        "media-src": ["'self'", *device],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


def harden(response: Response, policy: str) -> Response:
    """Set the headers that every answer of the console carries."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.status_code != HTTPStatus.NOT_MODIFIED and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
