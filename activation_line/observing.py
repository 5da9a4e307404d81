"""What the webhooks do, told to logs and figures.

A turn pays for this, so it is counted in microseconds: a key that leaves the call where it stands
is counted and not logged; the event log has it anyhow.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, Final, ParamSpec, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from structlog.typing import FilteringBoundLogger

from activation_line import logs
from activation_line.metrics import Metrics
from codes import case_number
from ivr.session import Step
from switchboard.model import Call

P = ParamSpec("P")
R = TypeVar("R")
REQUEST_ID: Final = "X-Request-ID"
VARIABLE: Final = "HTTP_X_REQUEST_ID"
GOOD_ID: Final = re.compile(r"[\w.:/+=-]{1,64}", re.ASCII)


class NumberedRequests:
    """A WSGI application whose requests have ids: the proxy's where it brings one, else drawn.

    The id is bound to what is logged, and handed back as a header. Around Flask and not in it,
    since its hooks would cost a turn several times as much.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._process = secrets.token_hex(6)
        self._numbers = count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        given = environ.get(VARIABLE)
        if given and GOOD_ID.fullmatch(given):
            number = given
        else:
            number = f"{self._process}-{next(self._numbers)}"
        logs.REQUEST.set(number)
        logs.CALL.set("")

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:  # noqa: ANN401 -- WSGI's own
            headers.append((REQUEST_ID, number))
            return start_response(status, headers, *rest)

        return self._app(environ, start)


class Observed:
    """Counts every turn, and logs a line for each that brings a call further, or fails to."""

    def __init__(self, metrics: Metrics, log: FilteringBoundLogger | None) -> None:
        self._metrics = metrics
        self._log = log

    def request(self, call_sid: str) -> None:
        """Bind the call to whatever is logged until the request is over."""
        logs.CALL.set(call_sid)

    def turn(self, call: Call, step: Step, to: Step, outcome: str, seconds: float) -> None:
        """Count, and log."""
        self._metrics.turn(step, outcome, seconds)
        if self._log is not None and (to is not step or outcome != "taken"):
            told: dict[str, str | float] = {"step": step.value, "to": to.value, "outcome": outcome}
            if call.case_number is not None:
                told["case"] = case_number.format(call.case_number)
            self._log.info("turn", ms=round(seconds * 1000, 1), **told)

    def failed(self, error: BaseException) -> None:
        """Count a turn that failed; the webhook has logged it."""
        self._metrics.failed(type(error).__name__)

    def telephony_failed(self) -> None:
        """Count what the network refused; the turn has logged it."""
        self._metrics.telephony_failed()

    def voice_refused(self, name: str) -> None:
        """Count it; whoever marked the voice has logged it."""
        self._metrics.voice_refused(name)

    def around(self, what: str, act: Callable[P, R]) -> Callable[P, R]:  # noqa: ARG002 -- the protocol's
        """Leave it as it is: a turn's time is told when it is over."""
        return act
