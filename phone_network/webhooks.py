"""Requests applications as the vendor does: signed, with cookies, limits and time-outs."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote, urldefrag, urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from phone_network import errors
from phone_network.errors import DocumentError
from phone_network.signature import sign
from phone_network.twiml import MAX_BYTES

TOTAL_SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 5.0
MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD: Final = frozenset({307, 308})
_HEADERS: Final = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answered in the end."""

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs in seconds and retries, from a URL's fragment (`#ct=..&rt=..&tt=..&rc=..`)."""

    connect: float = CONNECT_SECONDS
    read: float = TOTAL_SECONDS
    total: float = TOTAL_SECONDS
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


def limits(fragment: str) -> Limits:
    """Read the overrides of a fragment; what is out of bounds is brought inside."""
    found = dict(re.findall(r"(?:^|&)(ct|rt|tt|rc|rp)=([^&]*)", fragment))

    def milliseconds(name: str, usual: float, high: int) -> float:
        text = found.get(name, "")
        if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
            return usual
        return min(max(int(text), 100), high) / 1000

    retries = found.get("rc", "")
    return Limits(
        milliseconds("ct", CONNECT_SECONDS, 10_000),
        milliseconds("rt", TOTAL_SECONDS, 15_000),
        milliseconds("tt", TOTAL_SECONDS, 15_000),
        min(int(retries), 5) if re.fullmatch(r"[0-9]", retries, re.ASCII) else 1,
        frozenset(found["rp"].split(",")) if "rp" in found else frozenset({"ct"}),
    )


class Requester(Protocol):
    """Whoever brings a request to an application, over HTTP or in one process."""

    async def request(
        self,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        cookies: aiohttp.CookieJar,
        token: str,
    ) -> Answer:
        """Request a URL and give its answer; raises `DocumentError` with the documented number."""


class Webhooks:
    """An HTTP client for one network; each call keeps its own cookies.

    `auth_token` tells the token that signs just now.
    """

    def __init__(self, auth_token: Callable[[], str]) -> None:
        self._auth_token = auth_token
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
            trust_env=False,
            connector=aiohttp.TCPConnector(limit=0),
        )

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        cookies: aiohttp.CookieJar,
        token: str,
    ) -> Answer:
        """Request a URL and give its answer; raises `DocumentError` with the documented number."""
        target, fragment = urldefrag(url)
        bounds = limits(fragment)
        try:
            async with asyncio.timeout(min(bounds.total, TOTAL_SECONDS)):
                return await self._with_retries(target, method, parameters, cookies, bounds, token)
        except TimeoutError:
            raise DocumentError(
                errors.RETRIEVAL_FAILED, f"No complete answer within {bounds.total:g} seconds."
            ) from None

    async def _with_retries(
        self,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        cookies: aiohttp.CookieJar,
        bounds: Limits,
        token: str,
    ) -> Answer:
        for attempt in range(bounds.retries + 1):
            last = attempt == bounds.retries
            try:
                answer = await self._follow(url, method, parameters, cookies, bounds, token)
            except DocumentError as error:
                reason = "ct" if error.code in _CONNECTING else "rt"
                if last or not bounds.policy & {reason, "all"}:
                    raise
                continue
            family = f"{answer.status // 100}xx"
            if answer.status < 400:  # noqa: PLR2004 -- HTTP's line between good and bad
                return answer
            if last or not bounds.policy & {family, "all"}:
                raise DocumentError(
                    errors.RETRIEVAL_FAILED, f"The answer was HTTP {answer.status}."
                )
        raise AssertionError("the last attempt returns or raises")

    async def _follow(
        self,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        cookies: aiohttp.CookieJar,
        bounds: Limits,
        token: str,
    ) -> Answer:
        form = list(parameters.items())
        if method == "GET" and form:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(form)}"
            form = []
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._once(url, method, form, cookies, bounds, token)
            location = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not location:
                return answer
            url = urldefrag(urljoin(answer.url, location)).url
            if answer.status not in _KEEPS_METHOD:
                method, form = "GET", []
        raise DocumentError(errors.TOO_MANY_REDIRECTS, f"More than {MAX_REDIRECTS} redirects.")

    async def _once(
        self,
        url: str,
        method: str,
        form: list[tuple[str, str]],
        cookies: aiohttp.CookieJar,
        bounds: Limits,
        token: str,
    ) -> Answer:
        assert self._session is not None, "start() comes first"  # noqa: S101 -- own misuse
        address = _address(url)
        text = str(address)
        headers = {
            **_HEADERS,
            "X-Twilio-Signature": sign(text, form, self._auth_token()),
            "I-Twilio-Idempotency-Token": token,
        }
        try:
            async with self._session.request(
                method,
                address,
                data=urlencode(form).encode() if method == "POST" else None,
                headers=headers
                | (
                    {"Content-Type": "application/x-www-form-urlencoded"}
                    if method == "POST"
                    else {}
                ),
                cookies={
                    name: morsel.value for name, morsel in cookies.filter_cookies(address).items()
                },
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=bounds.connect, sock_read=bounds.read
                ),
            ) as response:
                cookies.update_cookies(response.cookies, address)
                return Answer(
                    text,
                    response.status,
                    response.headers.get("Content-Type", ""),
                    await _body(response),
                    response.headers.copy(),
                )
        except (aiohttp.ServerTimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _documented(error) from error


_CONNECTING: Final = frozenset({errors.CONNECTION_FAILED, errors.BAD_HOST, errors.TLS_FAILED})


def _documented(error: Exception) -> DocumentError:  # noqa: PLR0911 -- one for each kind
    match error:
        case aiohttp.ConnectionTimeoutError():
            return DocumentError(errors.CONNECTION_FAILED, "No connection within the time limit.")
        case aiohttp.ServerTimeoutError():
            return DocumentError(errors.RETRIEVAL_FAILED, "The answer stopped coming.")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return DocumentError(errors.TLS_FAILED, "The TLS connection failed.")
        case aiohttp.ClientConnectorDNSError():
            return DocumentError(errors.BAD_HOST, "The host name is not known.")
        case aiohttp.ClientConnectorError():
            return DocumentError(errors.CONNECTION_FAILED, "Nobody answers at that address.")
        case aiohttp.InvalidURL():
            return DocumentError(errors.INVALID_URL, "The URL is not valid.")
        case aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return DocumentError(errors.PROTOCOL_VIOLATION, "The answer breaks HTTP's rules.")
        case _:
            return DocumentError(errors.CONNECTION_FAILED, "The connection was closed.")


def _address(url: str) -> URL:
    """Keep a URL as it is written, so that what is signed is what is sent."""
    try:
        urlsplit(url).port  # noqa: B018 -- raises where the port is none
        return URL(quote(url, safe="%/:=&?~#+!$,;'@()*[]-._|"), encoded=True)
    except ValueError:
        raise DocumentError(errors.INVALID_URL, f"The URL {url!r} is not valid.") from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            response.close()
            raise DocumentError(errors.TOO_LARGE, f"The answer is larger than {MAX_BYTES} bytes.")
    return bytes(body)
