"""A TOML file with the line of every key, so that a problem can be told where it stands."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?")
KEY = re.compile(
    r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, and what to write instead."""

    file: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class Source:
    """One TOML file: its data, and what is wrong with it.

    `readable` is false where nothing can be said of what other files expect in it.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self.data: dict[str, Any] = {}
        self.readable = False
        self._lines: dict[str, int] = {}
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(path, 1, "file", f"can't be read: {error}."))
            return
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            # The parser gives no line where the text ends too early.
            line = int(found[1]) if found else text.count("\n") + 1
            problems.append(Problem(path, line, "file", f"is not TOML: {error}."))
            return
        self.readable = True
        self._lines = _lines_of_keys(text)

    def wrong(self, table: str, key: str, message: str) -> None:
        """Take note of a problem at a key of a table; at what holds it if the key is absent."""
        name = ".".join(filter(None, (table, key)))
        self._problems.append(Problem(self.path, self._line(name), name, message))

    def tables(self, *, beside: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
        """Every table of the file by its name; whatever else stands there is wrong."""
        for name, table in self.data.items():
            if isinstance(table, dict):
                yield name, table
            elif name not in beside:
                self.wrong("", name, f"is no table: write its keys below a line [{name}].")

    def _line(self, name: str) -> int:
        while name:
            if name in self._lines:
                return self._lines[name]
            name = name.rpartition(".")[0]
        return 1


def _lines_of_keys(text: str) -> dict[str, int]:
    """The line on which each table and key first stands, by its dotted name.

    A scan, not a parser: it is only asked about text that `tomllib` has taken.
    """
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.fullmatch(line):
            table = _plain(header[1])
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            name = ".".join(filter(None, (table, _plain(key[1]))))
            lines.setdefault(name, number)
    return lines


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
