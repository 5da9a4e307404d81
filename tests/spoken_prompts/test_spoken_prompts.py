"""The texts: complete in every language, and recognised again when heard."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spoken_prompts
from spoken_prompts import CatalogueError, UnknownPromptError
from spoken_prompts.catalogues import TEXTS, placeholders, read

PROMPTS = spoken_prompts.load()
LANGUAGES = PROMPTS.languages
SAMPLES = {"group": "3", "place": "2", "digits": "82609", "opens": "Monday, 08:00"}


def spoken(prompt: str, language: str) -> tuple[str, dict[str, str]]:
    text = read(TEXTS, language).texts[prompt]
    values = {name: SAMPLES[name] for name in placeholders(text)}
    shown = {
        name: PROMPTS.digits(value, language) if name == "digits" else value
        for name, value in values.items()
    }
    return PROMPTS.text(prompt, language, **shown), values


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_prompt(language: str) -> None:
    assert set(read(TEXTS, language).texts) == PROMPTS.ids()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", sorted(PROMPTS.ids()))
def test_a_heard_text_is_recognised_with_its_values(prompt: str, language: str) -> None:
    text, values = spoken(prompt, language)
    heard = PROMPTS.recognise(text, language)
    assert heard is not None
    assert (heard.prompt_id, dict(heard.values)) == (prompt, values)


@pytest.mark.parametrize("language", LANGUAGES)
@given(digits=st.text("0123456789", min_size=1, max_size=35))
def test_digits_are_heard_as_they_were_said(language: str, digits: str) -> None:
    text = PROMPTS.text("line_code", language, digits=PROMPTS.digits(digits, language))
    heard = PROMPTS.recognise(text, language)
    assert heard is not None
    assert heard.values["digits"] == digits


def test_free_speech_is_nobodys_prompt() -> None:
    assert PROMPTS.recognise("What was that again?", "en") is None


def test_an_unknown_prompt_or_language_is_named() -> None:
    with pytest.raises(UnknownPromptError, match="'hello_there'"):
        PROMPTS.text("hello_there", "en")
    with pytest.raises(UnknownPromptError, match="there are en, de, es"):
        PROMPTS.text("welcome", "xx")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEXTS, tmp_path / "texts"))


def test_a_text_that_a_language_lacks_is_spoken_in_english(folder: Path) -> None:
    german = folder / "de.po"
    german.write_text(
        german.read_text("utf-8").replace('msgstr "Auf Wiederhören."', 'msgstr ""'), "utf-8"
    )
    assert spoken_prompts.load(folder=folder).text("goodbye", "de") == "Goodbye."


def test_a_language_without_a_voice_is_refused(folder: Path) -> None:
    (folder / "languages.toml").write_text('[en]\nvoice = "en-US"\nstate = "draft"\n', "utf-8")
    with pytest.raises(CatalogueError, match="voice and state of 'de'"):
        spoken_prompts.load(folder=folder)


def test_a_text_without_its_value_is_refused(folder: Path) -> None:
    spanish = folder / "es.po"
    spanish.write_text(spanish.read_text("utf-8").replace("número {place}", "número 1"), "utf-8")
    with pytest.raises(CatalogueError, match=r"queue_position has the values \[\]"):
        spoken_prompts.load(folder=folder)


def test_a_time_is_said_as_the_language_says_it() -> None:
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert PROMPTS.spoken_time(monday, "en") == "Monday, 08:00"
    assert PROMPTS.spoken_time(monday, "de") == "Montag, 08:00"
    assert PROMPTS.spoken_time(monday, "es") == "lunes, 08:00"
