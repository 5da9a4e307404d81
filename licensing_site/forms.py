"""What was typed goes from page to page in a cookie: one per form, encrypted, for two hours.

The address of a form's pages holds a made-up handle; it opens nothing without the cookie, which
the browser sends to those pages alone. So two forms may be open side by side, any process can
answer any page, and neither a code nor a name ever stands in an address or in a log.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import request
from werkzeug.exceptions import Gone
from werkzeug.wrappers import Response

from data_store import Cipher, StoreError

LIFE: Final = timedelta(hours=2)
_COOKIE: Final = "form"
_UNTIL: Final = "until"
_GONE: Final = (
    "What was typed is kept for two hours, in this browser alone. Begin again: the same product ID "
    "and license server ID give the same new license server ID. If this page comes at once, the "
    "browser refuses cookies: allow them for this site, or use another browser."
)


class Forms:
    """Keeps what was typed into forms, with their browsers."""

    def __init__(self, cipher: Cipher, clock: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._clock = clock

    @staticmethod
    def new_handle() -> str:
        """Make the handle of a new form."""
        return secrets.token_urlsafe(9)

    def read(self, handle: str) -> dict[str, str]:
        """Read what was typed into a form. Raises Gone where it isn't there, or too old."""
        try:
            sealed = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "").encode("ascii"))
            held: dict[str, str] = json.loads(self._cipher.decrypt(sealed, _context(handle)))
        except (UnicodeError, binascii.Error, StoreError) as error:
            raise Gone(_GONE) from error
        if self._clock() >= datetime.fromisoformat(held.pop(_UNTIL)):
            raise Gone(_GONE)
        return held

    def keep(
        self, response: Response, path: str, handle: str, values: Mapping[str, str]
    ) -> Response:
        """Have the browser keep a form for its pages, which are at and below the path."""
        until = (self._clock() + LIFE).astimezone(UTC).isoformat()
        plain = json.dumps({**values, _UNTIL: until}, ensure_ascii=False).encode()
        sealed = self._cipher.encrypt(plain, _context(handle))
        response.set_cookie(
            _COOKIE,
            base64.urlsafe_b64encode(sealed).decode("ascii"),
            max_age=LIFE,
            path=path,
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )
        return response

    @staticmethod
    def forget(response: Response, path: str) -> Response:
        """Have the browser forget a form."""
        response.delete_cookie(
            _COOKIE, path=path, secure=request.is_secure, httponly=True, samesite="Strict"
        )
        return response


def _context(handle: str) -> bytes:
    return f"licensing-site-form|{handle}".encode()
