"""What `deploy/` holds: units that systemd takes, and a proxy that keeps the signed address."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from twilio.request_validator import RequestValidator

from activation_line.apology import create_app as create_fallback
from activation_line.cli import main
from activation_line.serving import free_port
from activation_line.settings import PREFIX, Settings
from activation_line.web import create_app
from activation_line.wiring import Line
from tests.serving import Served

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/activation-line/bin/activation-line"
SEARCHED = f"{os.environ.get('PATH', '')}:/usr/sbin"
NGINX = shutil.which("nginx", path=SEARCHED)
TOKEN, BASE = "not-for-logs", "https://line.example"


def known_variables() -> set[str]:
    names = {f"{PREFIX}{item.name.upper()}" for item in fields(Settings)}
    return names | {f"{name}_FILE" for name in names}


@pytest.mark.parametrize("path", [*UNITS, DEPLOY / "Containerfile"], ids=lambda path: path.name)
def test_every_setting_that_is_set_exists(path: Path) -> None:
    named = set(re.findall(rf"{PREFIX}\w+(?==)", path.read_text("utf-8")))
    assert named
    assert named <= known_variables()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_exists(path: Path) -> None:
    (words,) = re.findall(rf"^ExecStart={PROGRAM} (.+)$", path.read_text("utf-8"), re.MULTILINE)
    shown = CliRunner().invoke(main, [*words.split(), "--help"])
    assert shown.exit_code == 0, shown.output


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_every_unit(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.write_text(path.read_text("utf-8").replace(PROGRAM, sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if path.name in line]
    assert (done.returncode, ours) == (0, [])


def as_deployed(tmp_path: Path, ports: dict[str, int]) -> Path:
    """The settings that are shipped, at other ports and without TLS."""
    shipped = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = re.sub(r"^\s+ssl_certificate.*\n", "", shipped, flags=re.MULTILINE)
    for old, new in ports.items():
        assert old in text
        text = text.replace(old, f"127.0.0.1:{new}")
    (tmp_path / "line.conf").write_text(text, "utf-8")
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = tmp_path / "whole.conf"
    whole.write_text(
        f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include {tmp_path}/line.conf;\n}}\n",
        "utf-8",
    )
    return whole


@pytest.fixture
def proxy(wire: Callable[..., Line], tmp_path: Path) -> Iterator[int]:
    """The line and its fallback behind nginx; the port."""
    if NGINX is None:
        pytest.skip("nginx isn't installed")
    line = wire(metrics_token="figures")
    apps = [Served(create_app(line)), Served(create_fallback(line.settings))]
    port = free_port()
    behind = [int(app.address.rpartition(":")[2]) for app in apps]
    conf = as_deployed(
        tmp_path,
        {
            "443 ssl": port,
            "127.0.0.1:5080": behind[0],
            "127.0.0.1:5081": behind[1],
            "127.0.0.1:5443": free_port(),
        },
    )
    process = subprocess.Popen([NGINX, "-p", tmp_path, "-c", conf, "-e", "stderr"])
    try:
        for _ in range(100):
            if listens(port):
                break
            assert process.poll() is None, "nginx ended"
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()
        for app in apps:
            app.stop()


def listens(port: int) -> bool:
    try:
        ask(port, "GET", "/").close()
    except (OSError, HTTPException):
        return False
    return True


def ask(port: int, method: str, target: str, **headers: str) -> HTTPResponse:
    """One request with exactly this target."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    form = {"CallSid": "CA1", "CallStatus": "completed", "To": "+12025550142"}
    signed = RequestValidator(TOKEN).compute_signature(BASE + target, form)
    sent = {
        "Host": "line.example",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signed,
        **headers,
    }
    connection.request(method, target, urlencode(form) if method == "POST" else None, sent)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize(
    "target",
    [
        "/voice/status",
        "/voice/status?",
        "/voice/status?a=%2Fb%7Ec&a=%2f",
        "/voice/status?call=CA1&endpoint=client%3Aanna%20b",
        "/voice/representative-status?call=CA1&endpoint=client%3Aanna",
    ],
)
def test_the_signed_address_passes_the_proxy(proxy: int, target: str) -> None:
    assert ask(proxy, "POST", target).status == 204


def test_no_header_of_a_client_changes_what_is_signed(proxy: int) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert ask(proxy, "POST", "/voice/status", **forged).status == 204
    signed = RequestValidator(TOKEN).compute_signature(
        "http://evil.example/voice/status", {"CallSid": "CA1"}
    )
    forged["X-Twilio-Signature"] = signed
    assert ask(proxy, "POST", "/voice/status", **forged).status == 403


def test_the_fallback_is_another_process_and_inner_pages_stay_inside(proxy: int) -> None:
    apology = ask(proxy, "POST", "/voice/fallback")
    assert apology.status == 200
    assert b"Something went wrong" in apology.body  # type: ignore[attr-defined]
    # The line numbers its answers, the fallback does not.
    assert apology.headers["X-Request-ID"] is None
    assert ask(proxy, "GET", "/console/").headers["X-Request-ID"]
    for inner in ("/metrics", "/health", "/health/ready"):
        assert ask(proxy, "GET", inner, Authorization="Bearer figures").status == 404
