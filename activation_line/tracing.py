"""Traces for OpenTelemetry, where a collector's address is set: request, turn, command, statement.

Without that setting none of its packages is imported, and a turn costs what it did. The extra
`traces` brings them. A span says what was done and how long it took, and never for whom: no digit
that was keyed, no number, no name of a call. The log has the calls, each line with the request's
id, and that is the trace's.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy import Engine, event

from activation_line.observing import VARIABLE
from data_store import prepared
from ivr.observer import Observer
from ivr.session import Step
from switchboard.model import Call

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

P = ParamSpec("P")
R = TypeVar("R")
NAME: Final = "activation-line"
STARTED: Final = "traced_since"
# What a statement does and to which table; the rest of it is nobody's business here.
STATEMENT: Final = re.compile(
    r"\s*(?:WITH\b.*?\)\s*)?(SELECT|INSERT|UPDATE|DELETE|BEGIN|PRAGMA|SET)\b"
    r"(?:.*?\b(?:FROM|INTO|UPDATE)\s+([a-z_]+)|\s+([a-z_]+))?",
    re.IGNORECASE | re.DOTALL,
)


def sending_to(url: str) -> "TracerProvider":
    """Make spans that a thread sends to a collector's address, without its `/v1/traces`."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 -- an extra
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 -- as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 -- as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 -- as above

    provider = TracerProvider(resource=Resource.create({"service.name": NAME}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    return provider


class Traced:
    """An observer that hands everything on to another, and has a span around what it observes."""

    def __init__(self, inner: Observer, provider: "TracerProvider") -> None:
        self._inner = inner
        self._tracer = provider.get_tracer(NAME)

    def request(self, call_sid: str) -> None:
        """Hand on: a span says nothing of whose call it is."""
        self._inner.request(call_sid)

    def turn(self, call: Call, step: Step, to: Step, outcome: str, seconds: float) -> None:
        """Say in the turn's span where it led."""
        from opentelemetry.trace import get_current_span  # noqa: PLC0415 -- an extra

        told = {"step": step.value, "to": to.value, "outcome": outcome, "language": call.language}
        get_current_span().set_attributes(told)
        self._inner.turn(call, step, to, outcome, seconds)

    def failed(self, error: BaseException) -> None:
        """Mark the request's span."""
        from opentelemetry.trace import (  # noqa: PLC0415 -- an extra
            Status,
            StatusCode,
            get_current_span,
        )

        # The error's message may quote what was keyed.
        get_current_span().set_status(Status(StatusCode.ERROR, type(error).__name__))
        self._inner.failed(error)

    def telephony_failed(self) -> None:
        """Hand on."""
        self._inner.telephony_failed()

    def voice_refused(self, name: str) -> None:
        """Hand on."""
        self._inner.voice_refused(name)

    def around(self, what: str, act: Callable[P, R]) -> Callable[P, R]:
        """Put a span of that name around an act; of a command, with its kind."""

        @wraps(act)
        def traced(*args: P.args, **more: P.kwargs) -> R:
            with _span(self._tracer, what) as span:
                if what == "command":
                    span.set_attribute("kind", type(args[-1]).__name__)
                return act(*args, **more)

        return self._inner.around(what, traced)


class TracedRequests:
    """A WSGI application with a span around each request; the request's id is the trace's."""

    def __init__(self, app: WSGIApplication, provider: "TracerProvider") -> None:
        self._app = app
        self._tracer = provider.get_tracer(NAME)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request."""
        from opentelemetry.trace import format_trace_id  # noqa: PLC0415 -- an extra

        path = re.sub(r"[0-9]+", "{}", environ.get("PATH_INFO", ""))
        with _span(self._tracer, f"{environ['REQUEST_METHOD']} {path}") as span:
            environ.setdefault(VARIABLE, format_trace_id(span.get_span_context().trace_id))

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:  # noqa: ANN401 -- WSGI's own
                span.set_attribute("well", status < "5")
                return start_response(status, headers, *rest)

            return self._app(environ, start)


@contextmanager
def _span(tracer: "Tracer", name: str) -> Iterator[Any]:
    """A span that never quotes an error: its message may hold what was keyed."""
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def trace_statements(engine: Engine, provider: "TracerProvider") -> None:
    """Have a span for each statement: its verb and its table, never its text or its values.

    Those of the engine, and the prepared ones of the process, which go to the driver by themselves.
    """
    tracer = provider.get_tracer(NAME)

    def around(send: Callable[..., Any]) -> Callable[..., Any]:
        def traced(conn: Any, text: str, *rest: Any) -> Any:  # noqa: ANN401 -- as it came
            with _span(tracer, _what(text)):
                return send(conn, text, *rest)

        return traced

    prepared.watch(around)

    @event.listens_for(engine, "before_cursor_execute")
    def begins(_conn: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's own
        setattr(context, STARTED, time.time_ns())

    @event.listens_for(engine, "after_cursor_execute")
    def ended(_conn: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: Any) -> None:  # noqa: ANN401 -- as above
        tracer.start_span(_what(sql), start_time=getattr(context, STARTED)).end()


def _what(sql: str) -> str:
    """A statement's verb and table.

    >>> _what("SELECT calls.id FROM calls WHERE calls.caller = ?"), _what("PRAGMA wal_checkpoint")
    ('SELECT calls', 'PRAGMA wal_checkpoint')
    """
    found = STATEMENT.match(sql)
    if found is None:
        return "statement"
    return " ".join(filter(None, (found[1].upper(), found[2] or found[3])))
