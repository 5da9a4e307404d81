"""Signed requests of the telephone network, and the CPU time that an application takes for them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

BASE: Final = "https://line.example"
TOKEN: Final = "12345"  # noqa: S105 -- a benchmark's own
ACCOUNT: Final = "AC" + "0" * 32
NUMBER: Final = "+12025550142"
CALLER: Final = "+12025550199"
PARTIES: Final = ("Called", "Caller", "From", "To")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A signed request of the network, as bytes."""

    path: str
    query: str
    body: bytes
    signature: str

    def environ(self) -> Environ:
        """The request as a WSGI server hands it over."""
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "REQUEST_URI": f"{self.path}?{self.query}" if self.query else self.path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": "line.example",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(self.body)),
            "HTTP_X_TWILIO_SIGNATURE": self.signature,
            "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN": self.signature,  # another for each request
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }


def post(path: str, call_sid: str, *, caller: str = CALLER, **fields: str) -> Post:
    """A request with the fields that the network's own example has."""
    form = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": "in-progress",
        "Called": NUMBER,
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "To": NUMBER,
        **{f"{who}{what}": "" for who in PARTIES for what in ("City", "State", "Zip")},
        **{f"{who}Country": "US" for who in PARTIES},
        **fields,
    }
    signature = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    path, _, query = path.partition("?")
    return Post(path, query, urlencode(form).encode(), signature)


def send(app: Application, sent: Post) -> bytes:
    """One request through a WSGI application; its document."""
    status: list[str] = []
    body = b"".join(app(sent.environ(), lambda given, *_: status.append(given)))
    if not status[0].startswith("20"):
        raise AssertionError(f"{sent.path}: {status[0]}")
    return body


def cpu_of(app: Application, posts: Sequence[Post], answer: bytes = b"") -> float:
    """CPU microseconds of one request, on average. Every answer has to hold `answer`."""
    begun = time.process_time_ns()
    answers = [send(app, sent) for sent in posts]
    taken = time.process_time_ns() - begun
    for body in answers:
        if answer not in body or b"went wrong" in body:
            raise AssertionError(f"This is no answer to {posts[0].path}: {body!r}")
    return taken / len(posts) / 1e3
