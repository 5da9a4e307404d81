"""Processes of the line: started, told apart when they fail, started again, stopped."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from activation_line import processes
from activation_line.processes import StartError

SPEAKS = """
import json, os, sys, threading
print("a note", file=sys.stderr, flush=True)
print(json.dumps({"pid": os.getpid(), "colour": os.environ.get("COLOUR")}), flush=True)
print("more than a pipe holds " * 10_000, flush=True)
print("a last word", file=sys.stderr, flush=True)
threading.Event().wait()
"""
SILENT = "import threading; threading.Event().wait()"
DIES = "import sys; sys.exit('No settings: set one.')"
VANISHES = "raise SystemExit(3)"
BABBLES = "print('Hello', flush=True); import threading; threading.Event().wait()"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Makes a module of a program; gives the command that runs it."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def make(program: str) -> list[str]:
        (tmp_path / "a_program.py").write_text(program, "utf-8")
        return ["a_program"]

    return make


def test_a_process_that_listens_says_its_facts(
    module: Callable[[str], list[str]], tmp_path: Path
) -> None:
    running = processes.start("line", module(SPEAKS), tmp_path / "logs", {"COLOUR": "green"})
    try:
        assert running.facts == {"pid": str(running.pid), "colour": "green"}
    finally:
        running.stop()
    assert running.process.returncode is not None
    running.stop()  # once more does no harm


def test_it_is_started_again_as_it_was_and_its_log_is_kept(
    module: Callable[[str], list[str]], tmp_path: Path
) -> None:
    first = processes.start("line", module(SPEAKS), tmp_path / "logs", {"COLOUR": "green"})
    first.process.kill()
    first.process.wait()
    second = processes.restart(first)
    second.stop()
    assert second.facts["colour"] == "green"
    assert second.facts["pid"] != first.facts["pid"]
    assert second.log.read_text("utf-8").count("a note") == 2


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (DIES, "The line did not start: No settings: set one."),
        (VANISHES, "The line did not start: it ended with status 3."),
        (BABBLES, "The line did not start: it said 'Hello'."),
    ],
)
def test_a_process_that_does_not_start_tells_why(
    module: Callable[[str], list[str]], tmp_path: Path, program: str, says: str
) -> None:
    with pytest.raises(StartError) as caught:
        processes.start("line", module(program), tmp_path / "logs")
    assert str(caught.value) == says


def test_a_process_that_never_speaks_is_ended(
    module: Callable[[str], list[str]], tmp_path: Path
) -> None:
    with pytest.raises(StartError) as caught:
        processes.start("line", module(SILENT), tmp_path / "logs", patience=0.05)
    log = tmp_path / "logs" / "line.log"
    assert str(caught.value) == f"The line did not listen within 0.05 seconds: see {log}."


HOLDS_ON = """
import json, os, socket, threading
held = socket.create_connection(("127.0.0.1", int(os.environ["HELD"])))
print(json.dumps({"pid": os.getpid()}), flush=True)
threading.Event().wait()
"""
PARENT = """
import sys, threading
from pathlib import Path
from activation_line import processes
child = processes.start("line", ["a_program"], Path(sys.argv[1]), {"HELD": sys.argv[2]})
print(child.pid, flush=True)
threading.Event().wait()
"""


def test_a_child_ends_with_a_parent_that_was_killed(
    module: Callable[[str], list[str]], tmp_path: Path
) -> None:
    module(HOLDS_ON)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        held = str(listener.getsockname()[1])
        command = [sys.executable, "-c", PARENT, str(tmp_path / "logs"), held]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
            child, _ = listener.accept()
            assert parent.stdout is not None
            assert int(parent.stdout.readline()) != parent.pid
            parent.kill()
        with child:
            child.settimeout(30)
            assert child.recv(1) == b""  # the child's end has closed
