"""The texts: complete in every language, and recognised again when heard."""

import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spoken_prompts
from spoken_prompts import CatalogueError, UnknownPromptError
from spoken_prompts.catalogues import TEXTS, placeholders, read
from spoken_prompts.speech import TABLE, read_table, row

PROMPTS = spoken_prompts.load()
LANGUAGES = PROMPTS.languages
SAMPLES = {"group": "3", "place": "2", "digits": "82609", "opens": "Monday, 08:00"}


def texts_of(language: str) -> Mapping[str, str]:
    path = TEXTS / TABLE
    return read(TEXTS, language, row(path, read_table(path), language)).texts


def spoken(prompt: str, language: str) -> tuple[str, dict[str, str]]:
    text = texts_of(language)[prompt]
    values = {name: SAMPLES.get(name, f"some {name}") for name in placeholders(text)}
    shown = {
        name: PROMPTS.digits(value, language) if name == "digits" else value
        for name, value in values.items()
    }
    return PROMPTS.text(prompt, language, **shown), values


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_prompt(language: str) -> None:
    assert texts_of(language).keys() == PROMPTS.ids()


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
    with pytest.raises(UnknownPromptError, match="there are en, de"):
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


def test_a_text_spoken_in_english_is_recognised_as_well(folder: Path) -> None:
    german = folder / "de.po"
    text = german.read_text("utf-8")
    german.write_text(re.sub(r"Ihr Leitungscode .*?\. ", "", text), "utf-8")
    with pytest.raises(CatalogueError, match=r"de\.po: line_code has the values \[\]"):
        spoken_prompts.load(folder=folder)
    start = text.index('msgid "line_code"')
    german.write_text(text[:start] + text[text.index('msgid "case_number"') :], "utf-8")
    prompts = spoken_prompts.load(folder=folder)
    assert prompts.missing("de") == {"line_code"}
    assert prompts.missing("en") == frozenset()
    spoken_text = prompts.text("line_code", "de", digits=prompts.digits("8260", "de"))
    assert spoken_text.startswith("Your line code is acht, zwo, sechs, null.")
    heard = prompts.recognise(spoken_text, "de")
    assert heard is not None
    assert (heard.prompt_id, heard.values["digits"]) == ("line_code", "8260")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", sorted(PROMPTS.ids()))
def test_a_text_is_no_other_prompt_as_well(prompt: str, language: str) -> None:
    text, _ = spoken(prompt, language)
    assert PROMPTS.fitting(text, language) == {prompt}


@pytest.mark.parametrize("language", LANGUAGES)
@given(groups=st.lists(st.text("0123456789", min_size=1, max_size=5), min_size=1, max_size=7))
def test_groups_are_parted_by_a_longer_pause(language: str, groups: list[str]) -> None:
    said = PROMPTS.digits("-".join(groups), language)
    assert [len(part.split(", ")) for part in said.split(". ")] == [len(each) for each in groups]
    heard = PROMPTS.recognise(PROMPTS.text("case_number", language, digits=said), language)
    assert heard is not None
    assert heard.values["digits"] == "".join(groups)


def test_what_is_no_digit_is_not_spoken() -> None:
    with pytest.raises(ValueError, match="x"):
        PROMPTS.digits("12x", "en")
    with pytest.raises(UnknownPromptError):
        PROMPTS.digits("12", "xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_named_in_words(language: str) -> None:
    """A figure before a full stop is an ordinal to some voices: "2." would be "second"."""
    texts = texts_of(language)
    assert [prompt for prompt, text in texts.items() if re.search(r"\d", text)] == []
    words = PROMPTS.digits("123450", language).split(", ")
    menu = texts["ask_reason"]
    places = [menu.index(f" {word}.") for word in words]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('[de]\nvoice = "de-DE"', "[de]", r"\[de\] voice: write the BCP 47 tag"),
        ("[de]", "[nl]", r"no table \[de\]: write one"),
        ('"null", ', "", r"\[de\] digits: write ten different words"),
        ('"null"', '"eins"', r"\[de\] digits: write ten different words"),
        ('"null"', '"nu, ll"', r"\[de\] digits: write ten different words"),
        ('"null"', "0", r"\[de\] digits: write ten different words"),
        ("'um' H 'Uhr'", "'um' HHH", r"\[de\] hour: .* is no CLDR pattern"),
        ("[de]", "[de", r"languages\.toml can't be read"),
        ("[de]\n", "[de]\nvoices = [1]\n", r"\[de\] voices: write a list"),
        ("[de]\n", '[de]\npauses = [", "]\n', r"\[de\] pauses: write two"),
        ("[de]\n", '[de]\npauses = [", ", 3]\n', r"\[de\] pauses: write two"),
        ("[de]\n", '[de]\npauses = [", ", ", "]\n', r"\[de\] pauses: write two"),
    ],
)
def test_a_language_that_cannot_be_spoken_is_refused(
    folder: Path, old: str, new: str, says: str
) -> None:
    table = folder / "languages.toml"
    text = table.read_text("utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=says):
        spoken_prompts.load(("en", "de"), folder)


@pytest.mark.parametrize("brace", ["{Wieder", "hören}", "{}", "{0}", "{group!r}", "{group:>3}"])
def test_a_brace_that_would_fail_in_a_call_is_refused(folder: Path, brace: str) -> None:
    german = folder / "de.po"
    german.write_text(german.read_text("utf-8").replace("Auf Wiederhören", brace), "utf-8")
    with pytest.raises(CatalogueError, match=r"de\.po: goodbye has a brace"):
        spoken_prompts.load(folder=folder)


def test_a_text_that_english_lacks_is_refused(folder: Path) -> None:
    english = folder / "en.po"
    english.write_text(english.read_text("utf-8").replace('"Goodbye."', '""'), "utf-8")
    with pytest.raises(CatalogueError, match=r"de\.po: goodbye is no prompt of the English"):
        spoken_prompts.load(folder=folder)


def test_a_missing_catalogue_is_told_and_english_is_needed(folder: Path) -> None:
    (folder / "de.po").unlink()
    with pytest.raises(CatalogueError, match=r"de\.po can't be read"):
        spoken_prompts.load(folder=folder)
    with pytest.raises(CatalogueError, match="English"):
        spoken_prompts.load(("de",))


def test_voices_are_those_of_the_table() -> None:
    assert [PROMPTS.voice(language) for language in ("en", "de", "es")] == [
        "en-US",
        "de-DE",
        "es-ES",
    ]


def test_a_text_without_its_value_is_refused(folder: Path) -> None:
    spanish = folder / "es.po"
    spanish.write_text(spanish.read_text("utf-8").replace("número {place}", "número 1"), "utf-8")
    with pytest.raises(CatalogueError, match=r"queue_position has the values \[\]"):
        spoken_prompts.load(folder=folder)


@pytest.mark.parametrize(
    ("language", "zone", "at", "says"),
    [
        ("en", "America/Chicago", (7, 0), "on Monday, November 30, at 7 AM, Central Time"),
        ("en", "Europe/London", (7, 30), "on Monday, November 30, at 7:30 AM, United Kingdom Time"),
        ("en", "UTC", (13, 0), "on Monday, November 30, at 1 PM, Coordinated Universal Time"),
        ("de", "Europe/Berlin", (7, 0), "am Montag, dem 30. November, um 7 Uhr, Mitteleuropäische"),
        ("es", "Europe/Madrid", (8, 30), "el lunes, 30 de noviembre, a las 8:30, hora de Europa"),
    ],
)
def test_a_time_is_said_as_the_language_says_it_and_whose_it_is(
    language: str, zone: str, at: tuple[int, int], says: str
) -> None:
    monday = datetime(2026, 11, 30, *at, tzinfo=ZoneInfo(zone))
    assert PROMPTS.spoken_time(monday, language).startswith(says)
