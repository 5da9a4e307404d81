"""Reads the forms sent to the REST API, and refuses what can't be used by its number."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from phone_network.calls import Callback
from phone_network.messages import Source

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]

Values = Mapping[str, str]
MAX_TWIML: Final = 4000
MORE_INFO: Final = "https://www.twilio.com/docs/errors/"


class RestError(Exception):
    """A refusal, with the documented number."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> web.Response:
        """Give it as the API answers it."""
        return web.json_response(
            {
                "code": self.code,
                "message": self.message,
                "more_info": f"{MORE_INFO}{self.code}",
                "status": self.status,
            },
            status=self.status,
        )


def not_found(what: str) -> RestError:
    """Say that something doesn't exist."""
    return RestError(404, 20404, f"The requested resource {what} was not found")


async def read(request: web.Request) -> Values:
    """Give the fields of a form, one value of each name."""
    try:
        data = await request.post()
    except ValueError:
        raise RestError(400, 20001, "The form can't be read") from None
    return {name: value for name, value in data.items() if isinstance(value, str)}


def needed(form: Values, name: str, code: int) -> str:
    """Give a field that has to be there."""
    value = form.get(name, "").strip()
    if not value:
        raise RestError(400, code, f"No {name!r} is specified")
    return value


def address(text: str) -> str:
    """Refuse what is neither a telephone number nor a client."""
    if not re.fullmatch(r"client:[^\s]{1,256}|\+?[0-9*#\s().-]{1,40}", text):
        raise RestError(400, 21217, f"Phone number {text!r} is not valid")
    return text


def url(text: str) -> str:
    """Give an absolute http(s) URL; raises 21205."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise RestError(400, 21205, f"Url is not a valid URL: {text}")
    return text


def source(form: Values) -> Source | None:
    """Give where the document comes from: Url wins over Twiml; None without either."""
    if address := form.get("Url", ""):
        return Source(url(address), form.get("Method", "POST").upper())
    if (document := form.get("Twiml")) is None:
        return None
    if len(document) > MAX_TWIML:
        raise RestError(400, 32018, f"Twiml is longer than {MAX_TWIML} characters")
    return Source(twiml=document)


async def callback(request: web.Request, form: Values, name: str) -> Callback | None:
    """Give where progress is to be reported; None where nobody asked."""
    target = form.get(name, "")
    if not target:
        return None
    events = [
        word
        for value in (await request.post()).getall(f"{name}Event", [])
        if isinstance(value, str)
        for word in value.split()
    ]
    method = form.get(f"{name}Method", "POST").upper()
    return Callback(url(target), method, tuple(events) or ("completed",))


def seconds(form: Values, usual: float) -> float:
    """Give the ringing time, held inside its bounds."""
    return float(min(max(whole(form.get("Timeout"), int(usual)), 1), 600))


def whole(text: str | None, usual: int) -> int:
    """Give a whole number, or the usual one."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) else usual


def flag(form: Values, name: str) -> bool | None:
    """Give a field as yes or no, or None where it is neither."""
    text = form.get(name, "").strip().lower()
    return text == "true" if text in {"true", "false"} else None


def conference_document(name: str, form: Values) -> str:
    """Write the document that a leg called into a conference runs."""
    renamed = {
        "Muted": "muted",
        "Beep": "beep",
        "StartConferenceOnEnter": "startConferenceOnEnter",
        "EndConferenceOnExit": "endConferenceOnExit",
        "WaitUrl": "waitUrl",
        "WaitMethod": "waitMethod",
        "Label": "participantLabel",
        "MaxParticipants": "maxParticipants",
        "ConferenceStatusCallback": "statusCallback",
        "ConferenceStatusCallbackMethod": "statusCallbackMethod",
        "ConferenceStatusCallbackEvent": "statusCallbackEvent",
    }
    attributes = "".join(
        f" {attribute}={quoteattr(form[key])}" for key, attribute in renamed.items() if key in form
    )
    noun = f"<Conference{attributes}>{escape(name)}</Conference>"
    return f"<Response><Dial>{noun}</Dial></Response>"
