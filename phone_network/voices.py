"""Which voice speaks a language here, and which names of voices a `<Say>` may ask for.

The names follow the vendor's documentation as far as it is public; `voices.toml` holds them.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

DEFAULT_LANGUAGE: Final = "en-US"
_POLLY: Final = re.compile(r"polly\.(\w+?)(?:-(?:neural|generative|long-form))?", re.ASCII)
_GOOGLE: Final = re.compile(r"google\.([a-z]{2,3}-[a-z]{2})-[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class EngineVoice:
    """A voice of the speech engine, and what has to be made of a text before it can read it."""

    name: str
    reading: str = "plain"


@dataclass(frozen=True, slots=True)
class _Table:
    engine: dict[str, EngineVoice]
    families: tuple[tuple[frozenset[str], frozenset[str]], ...]  # names, languages
    polly: dict[str, frozenset[str]]  # language -> names
    google: frozenset[str]


@functools.cache
def _table() -> _Table:
    text = resources.files("phone_network").joinpath("voices.toml").read_text("utf-8")
    rows: dict[str, Any] = tomllib.loads(text)
    return _Table(
        engine={
            tag.lower(): EngineVoice(row["voice"], row.get("reading", "plain"))
            for tag, row in rows["engine"].items()
        },
        families=tuple(
            (_lower(rows[family]["voices"]), _lower(rows[family]["languages"]))
            for family in ("basic", "alice")
        ),
        polly={tag.lower(): _lower(names) for tag, names in rows["polly"].items()},
        google=_lower(rows["google"]["languages"]),
    )


def _lower(names: list[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


@functools.lru_cache(maxsize=256)
def engine_voice(language: str) -> EngineVoice | None:
    """Give the engine's voice for a BCP 47 tag; None where the engine has none."""
    parts = (language or DEFAULT_LANGUAGE).lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        if voice := _table().engine.get("-".join(parts[:length])):
            return voice
    return None


@functools.lru_cache(maxsize=1024)
def refusal(voice: str, language: str) -> str | None:
    """Say why the network does not take a `<Say>`'s `voice` and `language`; None where it does."""
    name, tag = voice.strip().lower(), language.strip().lower()
    table = _table()
    if not name:
        known = tag in _spoken()
        return None if known or not tag else f"There is no voice for the language {language!r}."
    languages = _languages_of(name, table)
    if languages is None:
        return f"There is no voice named {voice!r}."
    if tag and tag not in languages:
        return f"The voice {voice!r} does not speak {language!r}."
    return None


def _languages_of(name: str, table: _Table) -> frozenset[str] | None:
    for names, languages in table.families:
        if name in names:
            return languages
    if found := _POLLY.fullmatch(name):
        spoken = frozenset(tag for tag, names in table.polly.items() if found[1] in names)
        return spoken or None
    if (found := _GOOGLE.fullmatch(name)) and found[1] in table.google:
        return frozenset({found[1]})
    return None


@functools.cache
def _spoken() -> frozenset[str]:
    table = _table()
    families = [languages for _, languages in table.families]
    return frozenset(table.polly).union(table.google, *families)
