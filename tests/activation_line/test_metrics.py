"""Figures for Prometheus: what is counted, and who may see it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from activation_line.demo import seed
from activation_line.figures import Figures
from activation_line.metrics import Metrics
from activation_line.web import create_app
from activation_line.wiring import Line

BASE, TOKEN = "https://line.example", "not-for-logs"
HEADERS = {"Authorization": "Bearer figures"}


def post(client: FlaskClient, path: str, **fields: str) -> None:
    form = {"CallSid": "CA1", "To": "+12025550142", "From": "+12025550199", **fields}
    signed = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    answer = client.post(path, data=form, headers={"X-Twilio-Signature": signed})
    assert answer.status_code in {200, 204}


def figures(page: str) -> dict[str, float]:
    """Every figure by its name and labels."""
    found = re.findall(r"^(activation_line_\S+) (\S+)$", page, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_the_page_is_there_for_whoever_brings_the_token(wire: Callable[..., Line]) -> None:
    hidden = create_app(wire()).test_client()
    assert hidden.get("/metrics", headers=HEADERS).status_code == 404
    client = create_app(wire(metrics_token="figures")).test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    answer = client.get("/metrics", headers=HEADERS)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")


def test_turns_are_counted_by_step_and_outcome(wire: Callable[..., Line]) -> None:
    client = create_app(wire(metrics_token="figures", clock_url="")).test_client()
    post(client, "/voice/incoming", CallStatus="ringing")
    post(client, "/voice/wait")  # it does not wait
    for _ in range(2):
        post(client, "/voice/status", CallStatus="completed")
    found = figures(client.get("/metrics", headers=HEADERS).text)
    turns = {name: value for name, value in found.items() if "turns_total" in name}
    assert turns['activation_line_turns_total{outcome="taken",step="arriving"}'] == 1
    assert sum(turns.values()) == found["activation_line_turn_seconds_count"] == 4


def test_a_turn_that_fails_is_counted(
    wire: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = wire(metrics_token="figures")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    client = create_app(line).test_client()
    monkeypatch.setattr("switchboard.calls.start", broken)
    post(client, "/voice/incoming", CallStatus="ringing")
    found = figures(client.get("/metrics", headers=HEADERS).text)
    assert found['activation_line_turn_failures_total{kind="RuntimeError"}'] == 1


def test_the_house_is_looked_at_and_the_register_counted_from_then_on(
    wire: Callable[..., Line], tmp_path
) -> None:
    line, metrics = wire(demo="1"), Metrics()
    house = Figures(line, metrics)
    house.look()
    seed(line, tmp_path / "server", number=1, now=line.clock())
    client = create_app(line).test_client()
    post(client, "/voice/incoming", CallStatus="ringing")
    house.look()
    house.look()
    found = figures(metrics.page().decode())
    assert found['activation_line_register_events_total{action="id.issued"}'] == 1
    assert found['activation_line_calls_waiting{centre="americas"}'] == 0
    assert found["activation_line_calls_live"] in {0, 1}  # in opening hours it is live
