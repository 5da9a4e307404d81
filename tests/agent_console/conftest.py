"""A console with its house, a desk in it, and a way to act there."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, MetaData
from werkzeug.test import TestResponse

from tests.agent_console.console_house import TABLES, Act, House, build_house


@pytest.fixture(scope="session")
def tables() -> tuple[MetaData, ...]:
    return TABLES


@pytest.fixture
def house(tmp_path: Path, sqlite_engine: Engine) -> House:
    """A console on an empty store."""
    return build_house(tmp_path, engine=sqlite_engine)


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
