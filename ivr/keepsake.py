"""What the network carries for a call: a signed cookie with its case number and language.

The network keeps cookies for each call and brings them to every address of the line, so whoever
has to apologise for the line can name the case without a database. It is signed with the auth
token that the network knows anyhow; what was changed on the way counts as nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE: Final = "call"
PATH: Final = "/voice"
CACHED: Final = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a call without a database."""

    case_number: str
    language: str


class Keepsake:
    """Writes and reads the cookie. The first of the tokens signs, any of them is believed."""

    def __init__(self, auth_tokens: Sequence[str], *, is_secure: bool) -> None:
        # The serializer takes its keys from the oldest to the newest.
        self._serializer = URLSafeSerializer(list(reversed(auth_tokens)), salt="call's case")
        self._is_secure = is_secure
        self._sign = lru_cache(CACHED)(self._signed)

    def leave(
        self, response: Response, held: str | None, case_number: str, language: str
    ) -> Response:
        """Give the call its cookie, unless what it holds already says the same."""
        value = self._sign(case_number, language)
        if held != value:
            response.set_cookie(
                COOKIE, value, path=PATH, secure=self._is_secure, httponly=True, samesite="Strict"
            )
        return response

    def find(self, incoming: Request) -> Kept | None:
        """What the call brings; None where it has no case yet, or a cookie that is not ours."""
        try:
            case_number, language = self._serializer.loads(incoming.cookies.get(COOKIE, ""))
        except (BadSignature, TypeError, ValueError):
            return None
        return Kept(case_number, language)

    def _signed(self, case_number: str, language: str) -> str:
        return str(self._serializer.dumps([case_number, language]))
