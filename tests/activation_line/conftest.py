"""A line of real parts in a directory of its own; only the telephone network is played."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from activation_line.settings import Settings, load
from activation_line.wiring import Line, bootstrap


@dataclass
class PlayedNetwork:
    """A network's REST side and clock: knows no call, and takes the token unless told not to."""

    url: str = ""
    status: str = "404 Not Found"
    body: bytes = b'{"code": 20404, "message": "not found", "status": 404}'
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.asked.append(environ["PATH_INFO"])
        headers = [("Content-Type", "application/json")]
        if environ["PATH_INFO"] == "/control/v1/clock":
            start_response("200 OK", headers)
            return [b'{"now": "2026-03-02T09:00:00.123456+00:00"}']
        start_response(self.status, headers)
        return [self.body]


class Silent(WSGIRequestHandler):
    """Says nothing on stderr."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def network() -> Iterator[PlayedNetwork]:
    played = PlayedNetwork()
    server = make_server("127.0.0.1", 0, played, handler_class=Silent)
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environment(tmp_path: Path, network: PlayedNetwork) -> dict[str, str]:
    """Settings as a person sets them, of a line beside the played network."""
    return {
        "ACTIVATION_LINE_DATA_DIR": str(tmp_path / "line"),
        "ACTIVATION_LINE_PUBLIC_BASE_URL": "https://line.example",
        "ACTIVATION_LINE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "ACTIVATION_LINE_TWILIO_AUTH_TOKEN": "not-for-logs",
        "ACTIVATION_LINE_TWILIO_API_URL": network.url,
        "ACTIVATION_LINE_PORT": "0",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load(environment)


@pytest.fixture
def wire(environment: dict[str, str]) -> Iterator[Callable[..., Line]]:
    """Wires a line: `wire(demo="1")` sets ACTIVATION_LINE_DEMO."""
    wired: list[Line] = []

    def make(**changed: str) -> Line:
        given = {f"ACTIVATION_LINE_{name.upper()}": value for name, value in changed.items()}
        wired.append(bootstrap(load(environment | given)))
        return wired[-1]

    yield make
    for line in wired:
        line.close()
