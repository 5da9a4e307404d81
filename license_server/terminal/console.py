"""The terminal as the wizards see it: plain lines of 79 columns, and questions.

Nothing here moves a cursor or colours a word, so that it works on any terminal and in a log.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

WIDTH: Final = 79
LONGEST: Final = 1000
# What a terminal of few signs would show as question marks.
_PLAIN: Final = str.maketrans(
    {
        "\u2013": "-",
        "\u2014": "-",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)


class InputEndedError(Exception):
    """Nobody is there to answer any more: the input ended."""


class Console:
    """Writes lines and asks questions. Ctrl+C goes through as KeyboardInterrupt."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self._source = source
        self._target = target

    def title(self, wizard: str, page: str) -> None:
        """Begin a page by the wizard's name and its own."""
        self.line()
        self.line(f"=== {wizard}: {page} ===")
        self.line()

    def say(self, text: str, indent: str = "") -> None:
        """Write sentences, broken where a line is full."""
        for line in textwrap.wrap(
            text.translate(_PLAIN), WIDTH, initial_indent=indent, subsequent_indent=indent
        ):
            self.line(line)

    def line(self, text: str = "") -> None:
        """Write one line as it is."""
        encoding = self._target.encoding or "utf-8"
        shown = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
        self._target.write(f"{shown}\n")
        self._target.flush()

    def facts(self, facts: Mapping[str, str]) -> None:
        """Write names and values in two columns."""
        wide = max(map(len, facts), default=0) + 2
        for name, value in facts.items():
            head, *rest = textwrap.wrap(value.translate(_PLAIN), WIDTH - wide) or ["-"]
            self.line(f"{name:<{wide}}{head}")
            for more in rest:
                self.line(f"{'':<{wide}}{more}")

    def groups(self, name: str, groups: Sequence[str]) -> None:
        """Write a code in groups, with the number of each above it."""
        wide = max(len(name), 20) + 2
        self.line(f"{'':<{wide}}" + "  ".join(f"{n:^5}" for n, _ in enumerate(groups, 1)).rstrip())
        self.line(f"{name:<{wide}}" + "  ".join(groups))

    def ask(self, question: str) -> str:
        """Ask for one line; raises InputEndedError where there is none."""
        self._target.write(f"{question.translate(_PLAIN)} ")
        self._target.flush()
        answer = self._source.readline()
        if not answer:
            self.line()
            raise InputEndedError
        if not self._source.isatty():
            # Where no terminal shows what is typed, the log does.
            self.line(answer.rstrip("\r\n"))
        return answer.strip()[:LONGEST]

    def agrees(self, question: str) -> bool:
        """Ask for a yes or a no; Enter is no."""
        while True:
            answer = self.ask(f"{question} [y/N]").lower()
            if answer in ("y", "yes"):
                return True
            if answer in ("", "n", "no"):
                return False
            self.line("Type y for yes or n for no.")

    def choose(self, question: str, keys: Mapping[str, str], default: str = "") -> str:
        """Ask for one of several keys, each with its meaning; gives the key, Enter the default."""
        for key, meaning in keys.items():
            self.say(f"{key:<4}{meaning}", "  ")
        shown = f" [{default}]" if default else ""
        while True:
            answer = self.ask(f"{question}{shown}") or default
            found = [key for key in keys if key.lower() == answer.lower()]
            if found:
                return found[0]
            self.line(f"Type one of these: {', '.join(keys)}.")
