"""The account's auth tokens: one signs, a second may stand by, and takes over when it is promoted.

The vendor's REST API for it: `POST` and `DELETE /v1/AuthTokens/Secondary`, and
`POST /v1/AuthTokens/Promote`, which voids the token that signed until then.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from phone_network.forms import RestError, not_found

ROOT = "/v1/AuthTokens"


@dataclass(slots=True)
class AuthTokens:
    """Which tokens hold now. `primary` signs webhooks; requests may be made with either."""

    account_sid: str
    primary: str = field(repr=False)
    secondary: str = field(default="", repr=False)

    def held(self) -> tuple[str, ...]:
        """The tokens that authenticate a request."""
        return (self.primary, self.secondary) if self.secondary else (self.primary,)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Make a second token; one that stands by already is in the way."""
        if self.secondary:
            raise RestError(409, 20009, "A secondary auth token exists already")
        self.secondary = secrets.token_hex(16)
        shown = self._shape(request, secondary_auth_token=self.secondary)
        return web.json_response(shown, status=201)

    async def promote(self, request: web.Request) -> web.StreamResponse:
        """Let the second token sign; the first is void from now on."""
        if not self.secondary:
            raise not_found(request.path)
        self.primary, self.secondary = self.secondary, ""
        return web.json_response(self._shape(request, auth_token=self.primary))

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Drop the second token."""
        if not self.secondary:
            raise not_found(request.path)
        self.secondary = ""
        return web.Response(status=204)

    def _shape(self, request: web.Request, **token: str) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "account_sid": self.account_sid,
            "date_created": now,
            "date_updated": now,
            "url": str(request.url),
            **token,
        }
