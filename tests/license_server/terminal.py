"""A real terminal of the system, with a command in a process of its own."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

INSIDE = Path(__file__).with_name("inside.py")
WAIT = 60


class Terminal:
    """What somebody at a dumb terminal of 80 columns sees and types."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, INSIDE, "terminal", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "dumb", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        )
        os.close(slave)
        self.text = ""
        self._read = 0

    def read_until(self, wanted: str) -> str:
        """Wait for a text that follows what was read before; gives all up to it."""
        while wanted not in self.text[self._read :]:
            assert select.select([self.master], [], [], WAIT)[0], self.text
            try:
                self.text += os.read(self.master, 4096).decode("ascii").replace("\r", "")
            except OSError as error:
                raise AssertionError(f"It ended before {wanted!r}:\n{self.text}") from error
        start, self._read = self._read, self.text.index(wanted, self._read) + len(wanted)
        return self.text[start : self._read]

    def answer(self, question: str, text: str) -> str:
        """Wait for a question and type a line; gives what stood before."""
        before = self.read_until(question)
        self.type(f"{text}\n")
        return before

    def type(self, text: str) -> None:
        os.write(self.master, text.encode("ascii"))

    def close(self) -> int:
        """Wait for the end; gives the exit status."""
        try:
            return self.process.wait(WAIT)
        finally:
            self.process.kill()
            os.close(self.master)
