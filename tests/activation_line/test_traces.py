"""Traces: what is in them, that nothing of a caller is, and what is said without the packages."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator

from activation_line import settings as module
from activation_line import tracing, web
from activation_line.metrics import Metrics
from activation_line.observing import Observed
from activation_line.settings import SettingsError, load
from activation_line.wiring import Line
from clearinghouse import Actor, Policy
from codes import license_server_id, product_id, product_key
from data_store import prepared, transaction
from ivr.observer import UNOBSERVED

PRODUCT = product_id.random(Random(1))
KEY = product_key.make(PRODUCT, bytes(15))
SERVER = license_server_id.assemble(product_key.secret(KEY), PRODUCT, 0, "0123456789012345")
CALL = "CA" + "1234567890abcdef" * 2
CALLER = "+12025550199"


class Spans:
    """What an application sent, and the application."""

    def __init__(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        export = pytest.importorskip("opentelemetry.sdk.trace.export")
        memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
        sdk = pytest.importorskip("opentelemetry.sdk.trace")
        self.exporter = memory.InMemorySpanExporter()
        provider = sdk.TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(export.SimpleSpanProcessor(self.exporter))
        monkeypatch.setattr(prepared, "_send", prepared._send)
        monkeypatch.setattr(tracing, "sending_to", lambda _url: provider)
        line = replace(line, settings=replace(line.settings, traces_url="http://collector.example"))
        self.line = line
        self.app: Flask = web.create_app(line)
        self.client = self.app.test_client()

    def post(self, path: str, **fields: str) -> int:
        form = {"CallSid": CALL, "To": "+12025550142", "From": CALLER, **fields}
        validator = RequestValidator(self.line.settings.twilio_auth_token)
        signature = validator.compute_signature(self.line.settings.public_base_url + path, form)
        return self.client.post(
            path, data=form, headers={"X-Twilio-Signature": signature}
        ).status_code

    def named(self, name: str) -> list:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]


@pytest.fixture
def spans(wire: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    line = wire(demo="1")
    with transaction(line.engine) as conn:
        line.clearinghouse.add_product(
            conn,
            product_id=PRODUCT,
            product_key=KEY,
            name="Product",
            policy=Policy(),
            actor=Actor("administrator", "test"),
            now=line.clock(),
        )
    return Spans(line, monkeypatch)


def everything(span) -> str:
    """All that a collector would be told of a span, but when it was and its own ids."""
    told = json.loads(span.to_json())
    kept = ("name", "kind", "status", "attributes", "events", "links")
    return json.dumps({name: told[name] for name in kept})


def test_a_call_s_spans_nest_and_say_what_was_done(spans: Spans) -> None:
    assert spans.post("/voice/incoming", CallStatus="ringing") == 200
    assert spans.post("/voice/turn", Digits=PRODUCT) == 200
    assert spans.post("/voice/turn", Digits=SERVER) == 200
    request = spans.named("POST /voice/turn")[-1]
    turn = spans.named("turn")[-1]
    assert turn.parent.span_id == request.context.span_id
    assert turn.attributes["step"] == "license_server_id"
    assert (turn.attributes["outcome"], turn.attributes["language"]) == ("taken", "en")
    inside = [
        span
        for span in spans.exporter.get_finished_spans()
        if span.parent is not None and span.context.trace_id == turn.context.trace_id
    ]
    kinds = {span.attributes["kind"] for span in inside if span.name == "command"}
    assert "OpenRequest" in kinds
    assert {"SELECT calls", "UPDATE calls", "INSERT events"} <= {span.name for span in inside}
    assert request.attributes["well"] is True


def test_no_span_holds_a_digit_of_a_caller(spans: Spans) -> None:
    assert spans.post("/voice/incoming", CallStatus="ringing") == 200
    for keys in (PRODUCT, SERVER, "1", "*", "0"):
        assert spans.post("/voice/turn", Digits=keys) == 200
    assert spans.post("/voice/called-back/4711/12/status", CallStatus="busy") == 204
    assert spans.post("/voice/fallback", ErrorCode="11200", ErrorUrl="https://x.example/1") == 200
    assert spans.post("/voice/status", CallStatus="completed") == 204
    spans.client.get(f"/console/{CALLER}")
    found = spans.exporter.get_finished_spans()
    assert len(found) > 40
    names = {span.name for span in found}
    assert "POST /voice/called-back/{}/{}/status" in names
    for span in found:
        assert not re.search(r"[0-9]", everything(span)), everything(span)


def test_an_error_is_named_and_not_quoted(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spans.post("/voice/incoming", CallStatus="ringing") == 200

    def fails(*_: object) -> None:
        raise ValueError(f"wrong: {PRODUCT}")

    monkeypatch.setattr("ivr.turns.advance", fails)
    assert spans.post("/voice/turn", Digits=PRODUCT) == 200
    request = spans.named("POST /voice/turn")[-1]
    assert (request.status.is_ok, request.status.description) == (False, "ValueError")
    for span in spans.exporter.get_finished_spans():
        assert PRODUCT not in span.to_json()


def test_a_log_line_names_its_trace(spans: Spans) -> None:
    answer = spans.client.get("/health/live")
    (span,) = spans.named("GET /health/live")
    assert answer.headers["X-Request-ID"] == f"{span.context.trace_id:032x}"
    # A proxy's own number is kept.
    answer = spans.client.get("/health/live", headers={"X-Request-ID": "proxy-7"})
    assert answer.headers["X-Request-ID"] == "proxy-7"


def test_off_means_off(wire: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_url: str) -> None:
        raise AssertionError("nobody wants traces")

    monkeypatch.setattr(tracing, "sending_to", refuse)
    send = prepared._send
    web.create_app(wire(demo="1"))
    assert prepared._send is send

    def act() -> None:
        """Is given back as it is, so that nothing stands around it."""

    for observer in (UNOBSERVED, Observed(Metrics(), None)):
        assert observer.around("turn", act) is act


@pytest.mark.parametrize("gone", ["opentelemetry", "opentelemetry.exporter"])
def test_traces_without_their_packages_are_refused_in_a_sentence(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    def absent(name: str) -> object:
        if name.startswith(gone):
            raise ModuleNotFoundError(name)
        return object()

    monkeypatch.setattr(module, "find_spec", absent)
    environment["ACTIVATION_LINE_TRACES_URL"] = "http://collector.example:4318"
    with pytest.raises(SettingsError) as refused:
        load(environment)
    (problem,) = refused.value.problems
    assert "install activation-line[traces]" in problem
    del environment["ACTIVATION_LINE_TRACES_URL"]
    assert load(environment).traces_url == ""


def test_spans_are_sent_to_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    sent: list[str] = []

    def take(self: object, spans: list) -> object:
        sent.extend(f"{self._endpoint} {span.name}" for span in spans)  # type: ignore[attr-defined]
        return sys.modules["opentelemetry.sdk.trace.export"].SpanExportResult.SUCCESS

    monkeypatch.setattr(exporter.OTLPSpanExporter, "export", take)
    provider = tracing.sending_to("http://collector.example:4318")
    assert provider.resource.attributes["service.name"] == "activation-line"
    provider.get_tracer("test").start_span("one").end()
    provider.shutdown()
    assert sent == ["http://collector.example:4318/v1/traces one"]
    logging.getLogger("opentelemetry").handlers.clear()
