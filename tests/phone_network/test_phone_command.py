"""The command, its settings and its pages."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phone_network.errors import SettingsError
from phone_network.settings import load, plain_number

COMMAND = [sys.executable, "-m", "phone_network"]
GOOD = """
port = 8080
[account]
sid = "AC00000000000000000000000000000001"
[clock]
kind = "virtual"
start = 2026-03-02T09:00:00Z
[behaviour]
buffer_keys = true
characters_per_second = 20
unreachable = "busy"
[[numbers]]
number = "+1 202-555-0100"
voice_url = "http://127.0.0.1:5000/voice"
"""


def test_settings_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(GOOD, "utf-8")
    settings = load(path)
    assert settings.numbers[0].number == "+12025550100"
    assert settings.virtual
    assert settings.start is not None
    assert settings.start.isoformat() == "2026-03-02T09:00:00+00:00"
    assert settings.rules.buffer_keys
    assert settings.rules.rate.characters == 20
    assert (settings.unreachable, settings.port) == ("busy", 8080)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = ", "not TOML"),
        ('port = "80"', "port has to be of type int"),
        ("prot = 80", "no setting named prot"),
        ("[[numbers]]\nnumber = '12'\nvoice_url = 'http://a/'", "international form"),
        (
            "[[numbers]]\nnumber = '+12025550100'\nvoice_url = '/voice'",
            "voice_url has to be an absolute",
        ),
        ("[account]\nsid = 'AC1'", "32 hexadecimal digits"),
        ("[clock]\nkind = 'lunar'", 'has to be "real" or "virtual"'),
        ("[behaviour]\nunreachable = 'gone'", "has to be one of"),
        ("[behaviour]\ncharacters_per_second = 0", "above zero"),
        ("numbers = [1]", "has to be a table"),
    ],
)
def test_wrong_settings_name_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "network.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"network\.toml") as caught:
        load(path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("dialled", "plain"),
    [
        ("+1 (202) 555-0100", "+12025550100"),
        ("0049 30 1", "+49301"),
        ("client:anna", "client:anna"),
        ("anonymous", "anonymous"),
    ],
)
def test_numbers_as_people_dial_them(dialled: str, plain: str) -> None:
    assert plain_number(dialled) == plain


def test_command_listens_says_so_in_json_and_stops() -> None:
    with subprocess.Popen(
        [*COMMAND, "--json", "--clock", "virtual", "--start", "2026-03-02T09:00:00+00:00"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        with urllib.request.urlopen(f"{facts['control']}/clock", timeout=10) as answer:  # noqa: S310 -- its own
            assert json.load(answer)["now"] == "2026-03-02T09:00:00.000000+00:00"
        assert facts["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "already in use" in done.stderr


def test_every_page_says_that_it_is_simulated(in_world: Callable[..., None]) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = "<Response><say>&lt;b></say><Bold/></Response>"
        caller = await world.call(from_="<script>x</script>")
        await caller.until("ended")
        for path in ("/", "/telephone"):
            async with world.http.get(world.net.url + path) as answer:
                text = await answer.text()
                assert "Simulated phone network" in text
                assert "script-src" not in answer.headers["Content-Security-Policy"]
                assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
                assert "<script>x" not in text
                assert "style=" not in text
        async with world.http.get(f"{world.net.url}/client/device.js") as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        async with world.http.get(f"{world.net.url}/control/v1/calls") as answer:
            calls = (await answer.json())["calls"]
        kinds = [entry["kind"] for entry in calls[0]["timeline"]]
        assert kinds[:3] == ["call", "request", "answer"]
        assert kinds.count("warning") == 2

    in_world(scenario)
