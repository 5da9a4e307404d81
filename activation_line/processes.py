"""The line's processes on one computer: start, wait until each listens, restart, stop."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from activation_line.settings import PREFIX

START_PATIENCE = 60.0
STOP_PATIENCE = 10.0


class StartError(Exception):
    """A process ended, or said nothing, before it listened. The message says which and why."""


@dataclass(slots=True)
class Running:
    """A process that listens. `facts` is the JSON line that it printed.

    `log` is shared with those that it followed; `logged_before` is their part of it, in bytes.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[str]
    logged_before: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
    reader: threading.Thread | None = None

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
            except BaseException:
                self.process.kill()
                raise
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.reader is not None:
            self.reader.join(STOP_PATIENCE)


def start(
    name: str,
    command: Sequence[str],
    log_dir: Path,
    environment: Mapping[str, str] | None = None,
    *,
    patience: float = START_PATIENCE,
) -> Running:
    """Start `python -m <command>` and wait `patience` seconds for its JSON line.

    It ends when this process does (`activation_line.leash`), whatever ends this one.
    What it writes to stderr is appended to `<log_dir>/<name>.log`. Raises `StartError`.
    """
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    given = dict(environment or {})
    # Settings that were meant for another line, perhaps a real one, must not leak into this.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    running = None
    try:
        with _signals_held_back(), log.open("ab") as sink:
            before = sink.tell()
            process = subprocess.Popen(  # noqa: S603 -- the line's own commands, no shell
                [sys.executable, "-m", "activation_line.leash", *command],
                env={**inherited, **given, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                encoding="utf-8",
            )
            running = Running(name, tuple(command), given, log, process, before)
        running.facts = _first_line(running, patience)
    except BaseException:
        # Nobody else knows of it yet: interrupted here, it would be left behind.
        if running is not None:
            running.stop()
        raise
    return running


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let Ctrl+C and SIGTERM wait: a process that is just being made is known to nobody."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for arrived in came[:1]:
            signal.raise_signal(arrived)


def restart(running: Running) -> Running:
    """Start a process that has ended with the same command and surroundings."""
    running.stop()
    return start(running.name, running.command, running.log.parent, running.environment)


def _first_line(running: Running, patience: float) -> Mapping[str, str]:
    lines: Queue[str] = Queue()
    stdout = running.process.stdout
    if stdout is None:  # pragma: no cover -- it was asked for as a pipe
        raise StartError(f"The {running.name} has no output to read.")
    reader = running.reader = threading.Thread(target=_read, args=(stdout, lines), daemon=True)
    reader.start()
    try:
        line = lines.get(timeout=patience)
    except Empty:
        raise StartError(
            f"The {running.name} did not listen within {patience:g} seconds: see {running.log}."
        ) from None
    if not line:  # it closed its output, so it is ending by itself
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(STOP_PATIENCE)
    try:
        facts = json.loads(line)
        return {str(name): str(value) for name, value in facts.items()}
    except (json.JSONDecodeError, AttributeError):
        running.stop()
        why = _last_words(running, line.strip())
        raise StartError(f"The {running.name} did not start: {why}") from None


def _read(stdout: IO[str], lines: "Queue[str]") -> None:
    """Hand the first line on, then drain the rest, so that the process never blocks on it."""
    with stdout:
        lines.put(stdout.readline())
        for _ in stdout:
            pass


def _last_words(running: Running, said: str) -> str:
    """What it wrote to its log last, this time; else what it said instead of its facts."""
    with running.log.open("rb") as log:
        log.seek(running.logged_before)
        lines = log.read().decode("utf-8", "replace").strip().splitlines()
    if lines:
        return lines[-1]
    return f"it said {said!r}." if said else f"it ended with status {running.process.returncode}."
