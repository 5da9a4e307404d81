"""A console with its house, a desk in it, and a way to act there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.agent_console.console_house import Act, House, build_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A console on a database of its own."""
    built = build_house(tmp_path)
    yield built
    built.engine.dispose()


@pytest.fixture
def desk(house: House) -> FlaskClient:
    """A representative, logged in and available."""
    client = house.log_in()
    client.post("/console/presence", data={"presence": "available"})
    return client


@pytest.fixture
def do(desk: FlaskClient) -> Act:
    """Do an act with the call in hand, as a script does; the answer is the desk as JSON."""

    def act(name: str, **fields: str) -> TestResponse:
        call = desk.get("/console/desk.json").get_json()["call"]
        return desk.post(
            f"/console/calls/{call['id']}/{name}",
            data=fields,
            headers={"Accept": "application/json"},
        )

    return act
