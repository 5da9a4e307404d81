"""What the webhooks do, told to logs and figures; a turn's cost here is counted in microseconds."""

import logging
import secrets

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from activation_line.metrics import Metrics
from codes import case_number
from ivr.session import Step
from switchboard.model import Call

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
LONGEST_ID = 64


def number_requests(app: Flask) -> None:
    """Bind an id to every request, the proxy's own where it brings one, and hand it back."""

    @app.before_request
    def bind() -> None:
        clear_contextvars()
        given = request.headers.get(REQUEST_ID, "")
        is_good = given.isascii() and given.isprintable() and len(given) <= LONGEST_ID
        g.request_id = given if given and is_good else secrets.token_hex(8)
        bind_contextvars(request=g.request_id)

    @app.after_request
    def hand_back(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.request_id
        return response


class Observed:
    """Logs a line for each turn and counts it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def request(self, call_sid: str) -> None:
        """Bind the call to whatever is logged until the request is over."""
        bind_contextvars(call=call_sid)

    def turn(self, call: Call, step: Step, outcome: str, seconds: float) -> None:
        """Log and count."""
        self._metrics.turn(step, outcome, seconds)
        if log.isEnabledFor(logging.INFO):
            told = {"step": step.value, "outcome": outcome, "ms": round(seconds * 1000, 1)}
            if call.case_number is not None:
                told["case"] = case_number.format(call.case_number)
            log.info("turn", extra=told)

    def failed(self, error: BaseException) -> None:
        """Count a turn that failed; the webhook has logged it."""
        self._metrics.failed(type(error).__name__)

    def telephony_failed(self) -> None:
        """Count what the network refused."""
        self._metrics.telephony_failed()
