"""The system's clock, or the simulated one of a phone network, asked over HTTP."""

import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from license_server.errors import ClockError

_SECONDS: Final = 10.0
_OK: Final = 200


def clock(url: str | None) -> Callable[[], datetime]:
    """Choose the clock; raises ClockError for an address that cannot be one."""
    if url is None:
        return _system
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ClockError(f"{url} is no address of a clock: give one that begins with http://.")
    return lambda: _ask(url)


def _system() -> datetime:
    return datetime.now(UTC)


def _ask(url: str) -> datetime:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != _OK:
            raise ClockError(f"The clock at {url} answers {answer.status}: check --clock-url.")
        return datetime.fromisoformat(json.loads(body)["now"]).astimezone(UTC)
    except (OSError, http.client.HTTPException) as error:
        raise ClockError(f"The clock at {url} does not answer: is the phone network up?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ClockError(f"What {url} answers is no time: check --clock-url.") from error
    finally:
        connection.close()
