"""The line's processes on one computer: start, wait until each listens, restart, stop."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import IO

START_PATIENCE = 60.0
STOP_PATIENCE = 10.0


class StartError(Exception):
    """A process ended, or said nothing, before it listened. The message says which and why."""


@dataclass(slots=True)
class Running:
    """A process that listens. `facts` is the JSON line that it printed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[str]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def stop(self) -> None:
        """End it; it is given time to finish what is under way."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def start(
    name: str, command: Sequence[str], log_dir: Path, environment: Mapping[str, str] | None = None
) -> Running:
    """Start `python -m <command>` and wait for its JSON line. Raises `StartError`.

    What it writes to stderr is appended to `<log_dir>/<name>.log`.
    """
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    given = dict(environment or {})
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 -- the line's own commands, no shell
            [sys.executable, "-m", *command],
            env={**os.environ, **given, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            encoding="utf-8",
        )
    running = Running(name, tuple(command), given, log, process)
    running.facts = _first_line(running)
    return running


def restart(running: Running) -> Running:
    """Start a process that has ended with the same command and surroundings."""
    return start(running.name, running.command, running.log.parent, running.environment)


def _first_line(running: Running) -> Mapping[str, str]:
    lines: Queue[str] = Queue()
    stdout = running.process.stdout
    if stdout is None:  # pragma: no cover -- it was asked for as a pipe
        raise StartError(f"The {running.name} has no output to read.")
    threading.Thread(target=_read, args=(stdout, lines), daemon=True).start()
    try:
        line = lines.get(timeout=START_PATIENCE)
    except Empty:
        running.stop()
        raise StartError(
            f"The {running.name} did not listen within {START_PATIENCE:.0f} seconds: "
            f"see {running.log}."
        ) from None
    try:
        facts = json.loads(line)
    except json.JSONDecodeError:
        running.stop()
        raise StartError(f"The {running.name} did not start: {_last_words(running)}") from None
    return {str(name): str(value) for name, value in facts.items()}


def _read(stdout: IO[str], lines: "Queue[str]") -> None:
    """Hand the first line on, then drain the rest, so that the process never blocks on it."""
    with stdout:
        lines.put(stdout.readline())
        for _ in stdout:
            pass


def _last_words(running: Running) -> str:
    running.process.wait(STOP_PATIENCE)
    lines = running.log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"it ended with status {running.process.returncode}."
