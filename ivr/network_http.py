"""The stock client's HTTP side, for a network at another address and for a change of tokens."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

TIMEOUT = 10.0


class NetworkHttp(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The stock HTTP client, for a network at another address and for a change of tokens.

    `base` replaces scheme and host of every address. Where the network takes the auth token no
    more, the next one is tried, and kept: it has been promoted.
    """

    def __init__(self, base: str | None, auth_token_next: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self._base = urlsplit(base) if base else None
        self._next = auth_token_next
        self._promoted = False

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,  # noqa: ANN401 -- the stock client's own signature
        data: Any = None,  # noqa: ANN401 -- as above
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        *rest: Any,  # noqa: ANN401 -- as above
        **named: Any,  # noqa: ANN401 -- as above
    ) -> Response:
        """Send a request, as the stock client does."""
        if self._base is not None:
            parts = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
            url = urlunsplit(parts)
        other = (auth[0], self._next) if auth and self._next else None
        if other and self._promoted:
            auth, other = other, auth
        answer = super().request(method, url, params, data, headers, auth, *rest, **named)
        if other and answer.status_code == HTTPStatus.UNAUTHORIZED:
            retried = super().request(method, url, params, data, headers, other, *rest, **named)
            if retried.status_code != HTTPStatus.UNAUTHORIZED:
                self._promoted = not self._promoted
            return retried
        return answer
