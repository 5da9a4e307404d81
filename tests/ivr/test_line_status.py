"""The status document: known without asking the database when somebody reads it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from data_store import transaction
from ivr import status as line_status
from ivr.status import ProbedStatus, Status, create_status_blueprint
from switchboard import calls, queues


@pytest.fixture
def probed(house) -> Iterator[ProbedStatus]:
    services = house.services
    status = ProbedStatus(services.engine, services.clearinghouse, services.routing, house.time)
    yield status
    status.close()


def document_of(house, source) -> dict[str, object]:
    app = Flask("test")
    app.register_blueprint(create_status_blueprint(source, house.services.routing))
    answer = app.test_client().get("/status.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_who_is_open_and_who_waits(house, telephone, probed) -> None:
    telephone.rings()
    with transaction(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        queues.enqueue(conn, call, house.time() - timedelta(seconds=61))
    document = document_of(house, probed)
    assert document["up"] is True
    centres = document["centres"]
    assert centres["americas"] == {
        "name": "Americas",
        "open": True,
        "waiting": 1,
        "longest_wait_minutes": 2,
    }
    assert centres["pacific"]["open"] is False
    assert centres["pacific"]["waiting"] == 0


def test_a_database_that_fails_is_down(house, probed, monkeypatch) -> None:
    def fails(*_arguments: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(house.services.clearinghouse, "product_exists", fails)
    assert probed.probe() == Status(is_up=False)
    assert document_of(house, probed) == {"up": False, "at": None, "centres": {}}


def test_a_probe_that_hangs_is_down(house, probed, monkeypatch) -> None:
    held = threading.Event()

    def hangs(*_arguments: object) -> None:
        held.wait(10)

    monkeypatch.setattr(house.services.clearinghouse, "product_exists", hangs)
    monkeypatch.setattr(line_status, "PROBE_SECONDS", 0.01)
    monkeypatch.setattr(line_status, "PATIENCE_SECONDS", 0.0)
    assert probed.read() == Status(is_up=False)
    held.set()


def test_what_comes_back_is_up_again(house, probed, monkeypatch) -> None:
    monkeypatch.setattr(line_status, "PROBE_SECONDS", 0.01)
    working = house.services.clearinghouse.product_exists
    probes: list[bool] = []
    seen = threading.Event()

    def at_first_not(*arguments: object) -> bool:
        probes.append(True)
        if len(probes) == 1:
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        seen.set()
        return bool(working(*arguments))

    monkeypatch.setattr(house.services.clearinghouse, "product_exists", at_first_not)
    assert probed.probe().is_up is False
    probed.read()
    assert seen.wait(10)
    assert probed.probe().is_up is True


def test_a_clock_that_fails_for_once_changes_nothing(house, monkeypatch) -> None:
    """As simulated time does while the network that owns it starts again."""
    monkeypatch.setattr(line_status, "PROBE_SECONDS", 0.01)
    asked: list[bool] = []
    again = threading.Event()

    def clock() -> datetime:
        asked.append(True)
        if len(asked) == 2:
            raise ConnectionError("gone")
        if len(asked) > 3:
            again.set()
        return house.time()

    services = house.services
    probed = ProbedStatus(services.engine, services.clearinghouse, services.routing, clock)
    try:
        assert probed.read().is_up
        assert again.wait(10)
        assert probed.read().is_up
    finally:
        probed.close()
