"""Every prompt in every language, spoken once: its length, its level, and how it is read.

What the checks can't tell is whether a person follows it; nobody has listened to any of it.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import spoken_prompts
from activation_line.commands import prompt_lengths
from activation_line.commands.prompt_lengths import Length, measure, with_values
from phone_network.speaking import Speaker
from phone_network.voices import refusal
from tests.activation_line.test_commands import command

PROMPTS = spoken_prompts.load()
DIGITS = tomllib.loads(
    (Path(__file__).parents[1] / "phone_network" / "digit_phonemes.toml").read_text("utf-8")
)["words"]
# Scripts of the languages that the engine can't read as they are written.
# Small Latin letters are left: a web address is spelled.
UNREAD = {"ja": re.compile(r"[\u3400-\u9fffA-Z]"), "zh": re.compile(r"[\u3400-\u9fff]")}


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as held:
        yield held


@cache
def lengths(language: str, speaker: Speaker) -> tuple[Length, ...]:
    return tuple(measure(PROMPTS, language, speaker))


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_every_prompt_is_within_bounds(language: str, speaker: Speaker) -> None:
    found = lengths(language, speaker)
    assert {each.prompt for each in found} == PROMPTS.ids() - PROMPTS.missing(language)
    assert any(each.menu for each in found)
    assert [(each.prompt, each.seconds, each.faults()) for each in found if each.faults()] == []


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_every_sentence_is_a_breath_of_its_own(language: str, speaker: Speaker) -> None:
    # One that the engine runs into the next has no pause, and nobody can write it down.
    for each in lengths(language, speaker):
        stops = len(re.findall(r"[.?!](?=\s|$)|[।。？؟]", each.text))
        assert each.phonemes.count("|") >= stops - 1, each.text


@pytest.mark.parametrize("language", UNREAD)
def test_no_sign_is_left_that_the_engine_can_not_read(language: str, speaker: Speaker) -> None:
    for each in lengths(language, speaker):
        assert not UNREAD[language].search(each.read), each.read


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_every_digit_word_stands_in_the_table_of_phonemes(language: str) -> None:
    voice = PROMPTS.voice(language)
    table = DIGITS["ar-AE" if voice == "arb" else voice]
    digits = PROMPTS.digits("0-1-2-3-4-5-6-7-8-9", language)
    words = re.findall(r"[^\s.,،、，。।]+", digits)
    assert [word for word in words if word not in table] == []
    assert len(words) == 10


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_every_voice_that_is_asked_for_is_one_of_the_networks(language: str) -> None:
    voice = PROMPTS.voice(language)
    assert refusal("", voice) is None
    assert [name for name in PROMPTS.voices(language) if refusal(name, voice)] == []


def test_values_are_filled_in_as_a_call_does() -> None:
    assert with_values(PROMPTS, "case_number", "en").startswith(
        "Your case number is four, eight, two, seven. one, nine, three, five. "
        "zero, six, seven, two."
    )
    assert "November 30, at 7:30" in with_values(PROMPTS, "line_helps", "en")
    assert with_values(PROMPTS, "ask_group", "en").startswith("Please key only group 7 again")


def test_lengths_by_command() -> None:
    told = command("prompts", "lengths", "en", "--all")
    lines = told.stdout.splitlines()
    assert told.exit_code == 0
    assert lines[0].startswith(f"en  {len(PROMPTS.ids())} prompts, ")
    assert any(line.endswith(" goodbye") for line in lines)
    assert lines[-1] == f"0 of {len(PROMPTS.ids())} out of bounds."


def test_what_is_out_of_bounds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_lengths, "LONGEST_MENU", 3.0)
    monkeypatch.setattr(prompt_lengths, "SHORTEST", 1.0)
    monkeypatch.setattr(prompt_lengths, "FAINTEST", 0.0)
    told = command("prompts", "lengths", "en", "--json")
    faults = {each["prompt"]: each["faults"] for each in json.loads(told.stdout)}
    assert told.exit_code == 1
    assert faults["ask_reason"] == ["a menu longer than 3 s", "fainter than 0 dB"]
    assert faults["goodbye"] == ["shorter than 1.0 s", "fainter than 0 dB"]
