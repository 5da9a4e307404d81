import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from license_server import activation, event_log

PAGE = "/reactivate/license-server-reactivation"


class Started:
    """A license server in a process of its own, used over HTTP."""

    def __init__(self, process: subprocess.Popen[str], facts: dict[str, Any]) -> None:
        self.process = process
        self.facts = facts
        self.cookie = ""

    def ask(self, verb: str, path: str, /, **form: str) -> http.client.HTTPResponse:
        parts = urlsplit(self.facts["url"])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {"Cookie": self.cookie, "Connection": "close"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(verb, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        self.text = answer.read().decode()
        connection.close()
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer

    def come_in(self) -> None:
        path = urlsplit(self.facts["one_time_link"]).path
        assert self.ask("GET", path).status == 200


@contextmanager
def started(data: Path, *words: str) -> Iterator[Started]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "license_server",
        "--data",
        str(data),
        "--port",
        "0",
        "--json",
    ]
    with subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield Started(process, json.loads(line))
        finally:
            process.kill()


def test_serves_until_it_is_told_to_stop(activated: Path) -> None:
    with started(activated) as server:
        assert server.facts["pid"] == server.process.pid
        assert server.ask("GET", "/manager").status == 303
        server.come_in()
        assert server.ask("GET", "/manager/server").status == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0


def test_a_killed_process_resumes_the_wizard(activated: Path, licence: SimpleNamespace) -> None:
    with started(activated) as first:
        first.come_in()
        first.ask("POST", "/manager/properties", action="ok", method="telephone", region="DE")
        assert first.ask("POST", "/reactivate/welcome", action="next").status == 303
        first.ask("GET", PAGE)
        asked = re.findall(r'id="license-server-id" data-code="(\d+)"', first.text)
        first.process.kill()
        first.process.wait(20)
    with started(activated) as second:
        second.come_in()
        assert second.ask("GET", "/reactivate").headers["Location"] == PAGE
        second.ask("GET", PAGE)
        assert re.findall(r'id="license-server-id" data-code="(\d+)"', second.text) == asked
        opened = activation.states.load(activated).request
        assert opened is not None
        new = licence.issue(opened.license_server_id, 2, at=opened.opened_at)
        done = second.ask("POST", PAGE, action="next", new_license_server_id=new)
        assert done.headers["Location"] == "/reactivate/completing"


def test_a_port_in_use_is_one_sentence(activated: Path) -> None:
    with started(activated) as server:
        port = str(urlsplit(server.facts["url"]).port)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "license_server", "--data", activated, "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr


def test_asks_a_simulated_clock(activated: Path) -> None:
    class Clock(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"now": "2031-03-02T09:00:00.5+00:00"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            del args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Clock) as clock:
        threading.Thread(target=clock.serve_forever, daemon=True).start()
        with started(activated, "--clock-url", f"http://127.0.0.1:{clock.server_port}/x") as server:
            # The health check at the start has logged it, before anybody looks.
            noted = event_log.entries(activated)
            last = next(entry for entry in reversed(noted) if "after" in entry)
            server.come_in()
            server.ask("GET", "/manager/server")
            assert "Certificate expired" in server.text
        clock.shutdown()
    assert (last["at"][:4], last["after"]) == ("2031", "expired")


@pytest.mark.parametrize("absent", ["twilio", "sqlalchemy", "clearinghouse"])
def test_needs_nothing_of_the_line(tmp_path: Path, absent: str) -> None:
    (tmp_path / absent).mkdir()
    (tmp_path / absent / "__init__.py").write_text("raise ImportError")
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(tmp_path), *filter(None, [environment.get("PYTHONPATH")])]
    )
    done = subprocess.run(
        [sys.executable, "-P", "-P", "-m", "license_server", "--data", tmp_path / "none", "status"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
