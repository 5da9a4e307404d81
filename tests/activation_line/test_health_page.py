"""The health page: for people and for programs, well or in trouble."""

import socket
import threading
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from activation_line.database import newest
from activation_line.web import create_app
from activation_line.wiring import Line
from data_store import transaction
from tests.activation_line.conftest import PlayedNetwork

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def line(wire: Callable[..., Line]) -> Line:
    return wire(demo="1")


@pytest.fixture
def browser(line: Line) -> FlaskClient:
    return create_app(line).test_client()


def test_a_person_sees_a_page_that_says_it_is_a_demo(browser: FlaskClient) -> None:
    page = browser.get("/health", headers=HTML)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "All is well." in page.text
    assert page.text.count("</span> well<") == 6
    assert "Demo data. Listens on 127.0.0.1 only." in page.text
    assert page.headers["Content-Security-Policy"] == "default-src 'self'"
    assert browser.get("/").location == "/health"


def test_a_production_line_does_not_call_itself_a_demo(wire: Callable[..., Line]) -> None:
    assert "Demo" not in create_app(wire()).test_client().get("/health", headers=HTML).text


def test_a_program_gets_the_same_as_json(browser: FlaskClient, network: PlayedNetwork) -> None:
    answer = browser.get("/health", headers=JSON)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["ok"] is True
    checks = answer.json["checks"]
    assert checks["telephone network"] == {
        "ok": True,
        "says": f"Simulated, at {network.url}.",
        "warns": False,
    }
    assert checks["database"]["says"].startswith("sqlite, schema ")
    assert checks["register"]["says"] == "0 products."
    assert checks["representatives"]["says"] == "0 of 0 available."


def test_in_trouble_without_the_telephone_network(wire: Callable[..., Line]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        gone = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        browser = create_app(wire(twilio_api_url=gone)).test_client()
        answer, page = (browser.get("/health", headers=wanted) for wanted in (JSON, HTML))
    assert (answer.status_code, page.status_code) == (503, 503)
    assert answer.json is not None
    assert answer.json["ok"] is False
    ill = {name for name, check in answer.json["checks"].items() if not check["ok"]}
    assert ill == {"telephone network"}
    assert "Something is in trouble." in page.text
    assert page.text.count("</span> in trouble<") == 1
    assert f"No answer at {gone}: Connection refused." in page.text


@pytest.mark.parametrize(
    ("change", "ill"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", {"database"}),
        ("ALTER TABLE products RENAME TO gone", {"register"}),
        ("ALTER TABLE representatives RENAME TO gone", {"representatives"}),
    ],
)
def test_in_trouble_with_the_database(
    browser: FlaskClient, line: Line, change: str, ill: set[str]
) -> None:
    with transaction(line.engine) as connection:
        connection.execute(text(change))
    answer = browser.get("/health", headers=JSON)
    assert answer.status_code == 503
    assert answer.json is not None
    assert {name for name, check in answer.json["checks"].items() if not check["ok"]} == ill


def test_alive_says_only_that_the_process_answers(
    browser: FlaskClient, network: PlayedNetwork
) -> None:
    assert browser.get("/health/live").text == "alive"
    assert network.asked == []


def test_it_is_ready_until_it_is_stopped_or_the_schema_is_another(
    line: Line, browser: FlaskClient
) -> None:
    assert browser.get("/health/ready").status_code == 200
    with transaction(line.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    migrating = browser.get("/health/ready")
    assert migrating.status_code == 503
    assert migrating.json is not None
    assert not migrating.json["checks"]["database"]["ok"]
    with transaction(line.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": newest()})
    line.voice.live_feed.close()
    stopping = browser.get("/health/ready")
    assert stopping.status_code == 503
    assert stopping.json is not None
    assert stopping.json["checks"]["process"]["says"] == "It is being stopped."
    assert browser.get("/health/live").status_code == 200


def test_anybody_may_read_the_status_document(browser: FlaskClient) -> None:
    document = browser.get("/status.json").json
    assert document is not None
    assert document["up"] is True
    assert {"name", "open", "waiting", "longest_wait_minutes"} == set(
        document["centres"]["americas"]
    )


def test_a_line_that_is_let_go_asks_the_database_no_more(line: Line, browser: FlaskClient) -> None:
    before = set(threading.enumerate())
    assert browser.get("/status.json").json["up"] is True
    (probing,) = set(threading.enumerate()) - before
    line.close()
    assert not probing.is_alive()
