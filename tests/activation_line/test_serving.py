"""Serving: the address is told in one line, and what is under way is finished before the end."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from activation_line.people import Role, make_account
from activation_line.serving import ListenError, free_port, require_free
from activation_line.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Tells when a request is under way, and answers it only once nobody new is let in.
SLOW = """
import itertools, socket
from activation_line.serving import serve

def app(environ, start_response):
    print("under way", flush=True)
    for _ in itertools.count():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(environ["SERVER_PORT"]))):
                break
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"finished"]

serve(app, host="127.0.0.1", port=0, threads=2, as_json={as_json},
      announce=lambda url: {{"url": url, "colour": "green"}},
      on_stop=lambda: print("stopping", flush=True))
print("over", flush=True)
"""


@contextmanager
def started(
    *words: str, env: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], Callable[[], str]]]:
    process = subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=env,
    )
    out, errors = process.stdout, process.stderr
    assert out is not None
    assert errors is not None
    with out, errors:
        try:
            yield process, out.readline
        finally:
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="terminate() kills there")
def test_a_request_under_way_is_finished() -> None:
    with started("-c", SLOW.format(as_json=True)) as (process, read):
        facts = json.loads(read())
        assert facts["colour"] == "green"
        connection = HTTPConnection("127.0.0.1", urlsplit(facts["url"]).port or 0, timeout=30)
        connection.request("GET", "/")
        assert read() == "under way\n"
        process.terminate()
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"finished")
        connection.close()
        assert [read(), read()] == ["stopping\n", "over\n"]
        assert process.wait(timeout=30) == 0


def test_a_person_gets_a_line_for_each_fact() -> None:
    with started("-c", SLOW.format(as_json=False)) as (_, read):
        assert read().startswith("url: http://127.0.0.1:")
        assert read() == "colour: green\n"


@pytest.mark.skipif(sys.platform == "win32", reason="terminate() kills there")
def test_the_line_ends_though_a_console_follows_it(
    settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "three blind mice"
    make_account(settings, login="anna", name="Anna", password=password, role=Role.ADMINISTRATOR)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with started("-m", "activation_line", "serve", "--json") as (process, read):
        port = urlsplit(json.loads(read())["url"]).port
        console = HTTPConnection("127.0.0.1", port or 0, timeout=30)
        form = urlencode({"login": "anna", "password": password})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        console.request("POST", "/console/login", form, headers)
        welcomed = console.getresponse()
        welcomed.read()
        cookie = str(welcomed.headers["Set-Cookie"]).split(";")[0]
        console.request("GET", "/console/stream", headers={"Cookie": cookie})
        stream = console.getresponse()
        assert stream.readline().startswith(b":")
        process.terminate()
        stream.read()  # comes to an end
        assert process.wait(timeout=30) == 0
        console.close()


def test_a_free_port_is_free_and_a_taken_one_is_not() -> None:
    require_free("127.0.0.1", free_port())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ListenError, match="in use by another program"):
            require_free("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(ListenError, match="no address of this computer"):
        require_free("no-such-host.invalid", 80)
