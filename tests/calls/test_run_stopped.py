"""Whoever stops a run leaves no process behind, and nothing else leaks into it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from activation_line import processes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent to single processes")
PIDS = re.compile(r"Processes: phone-network (\d+), line (\d+), license-server (\d+)\.")
VICTIMS = ("phone-network", "line", "license-server")


@contextmanager
def running(data: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "activation_line", "run", "--once", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


def rest_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = process.stdout.read()
    process.wait(60)
    return said


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_mid_call_it_ends_its_processes(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path / "demo") as process:
        said = lines_until(process, "Group 2, I have it.")
        found = PIDS.search(said)
        assert found is not None, said
        process.send_signal(number)
        last = rest_of(process)
    assert process.returncode != 0
    assert "Traceback" not in last
    assert [pid for pid in map(int, found.groups()) if lives(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", ["Starting the phone network", "Starting the license server"])
def test_stopped_while_it_starts_it_ends_what_it_started(
    tmp_path: Path, words: str, number: signal.Signals
) -> None:
    with running(tmp_path / "demo") as process:
        lines_until(process, words)
        process.send_signal(number)
        last = rest_of(process)
    assert process.returncode != 0
    assert "Traceback" not in last
    assert holders_of(tmp_path) == []


def holders_of(directory: Path) -> list[str]:
    """The processes whose command line names the directory: all but the line's does."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [line for line in listed if str(directory) in line]


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_process_that_dies_ends_the_run_in_a_sentence(tmp_path: Path, victim: str) -> None:
    with running(tmp_path / "demo") as process:
        said = lines_until(process, "Group 2, I have it.")
        found = PIDS.search(said)
        assert found is not None, said
        pids = dict(zip(VICTIMS, found.groups(), strict=True))
        os.kill(int(pids[victim]), signal.SIGKILL)
        last = rest_of(process)
    assert process.returncode == 1, last
    assert "Traceback" not in last
    assert "Error: " in last.splitlines()[-1], last
    assert [pid for pid in map(int, pids.values()) if lives(pid)] == []


def test_settings_of_another_line_do_not_reach_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVATION_LINE_DATABASE_URL", "sqlite:////nowhere/real.db")
    monkeypatch.setenv("ACTIVATION_LINE_SETTINGS", "/nowhere/settings.toml")
    with running(tmp_path / "demo") as process:
        lines_until(process, "Processes: ")
        process.send_signal(signal.SIGINT)
        rest_of(process)


def test_a_process_that_is_not_of_the_line_is_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(processes.StartError, match=r"The mute did not start"):
        processes.start("mute", ["http.server", "--bind", "127.0.0.1", "0"], tmp_path)
    assert holders_of(tmp_path) == []
