"""The texts: complete in every language, and recognised again when heard."""

import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spoken_prompts
from phone_network.speech import Rate
from spoken_prompts import CatalogueError, Recognised, UnknownPromptError
from spoken_prompts.catalogues import TEXTS, Catalogue, placeholders, read
from spoken_prompts.speech import TABLE, read_table, row

PROMPTS = spoken_prompts.load()
LANGUAGES = PROMPTS.languages
SATURDAY = datetime(2026, 12, 5, 9, tzinfo=ZoneInfo("UTC"))
MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))


def samples(language: str) -> tuple[dict[str, str], ...]:
    """Values as calls have them: short and long, with the commas and stops that they bring."""
    return (
        {
            "group": "3",
            "place": "2",
            "minutes": "1",
            "left": "0",
            "digits": "0142",
            "opens": PROMPTS.spoken_time(MONDAY, language),
            "date": PROMPTS.spoken_date(MONDAY.date(), language),
            "wanted": PROMPTS.language_name("pt-BR", language),
            "region": "St. Vincent",
            "site": "line.example",
        },
        {
            "group": "7",
            "place": "120",
            "minutes": "35",
            "left": "11",
            "digits": "482719350672",
            "opens": PROMPTS.spoken_time(SATURDAY, language),
            "date": PROMPTS.spoken_date(SATURDAY.date(), language),
            "wanted": PROMPTS.language_name("tlh", language),
            "region": "中国",
            "site": "help.line.example, for short",
        },
    )


@cache
def catalogue(language: str) -> Catalogue:
    path = TEXTS / TABLE
    return read(TEXTS, language, row(path, read_table(path), language))


def texts_of(language: str) -> Mapping[str, str]:
    return catalogue(language).texts


def spoken(prompt: str, language: str, number: int = 0) -> tuple[str, dict[str, str]]:
    text = PROMPTS.template(prompt, language)
    known = samples(language)[number]
    values = {name: known.get(name, f"some {name}") for name in placeholders(text)}
    shown = {
        name: PROMPTS.digits(value, language) if name == "digits" else value
        for name, value in values.items()
    }
    return PROMPTS.text(prompt, language, **shown), values


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_prompt(language: str) -> None:
    assert texts_of(language).keys() == PROMPTS.ids()


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_heard_text_is_recognised_with_its_values(language: str, number: int) -> None:
    for prompt in sorted(PROMPTS.ids()):
        text, values = spoken(prompt, language, number)
        heard = PROMPTS.recognise(text, language)
        assert heard == Recognised(prompt, values)


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


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_no_other_prompt_as_well(language: str, number: int) -> None:
    for prompt in sorted(PROMPTS.ids()):
        text, _ = spoken(prompt, language, number)
        assert PROMPTS.fitting(text, language) == {prompt}


@pytest.mark.parametrize("language", LANGUAGES)
@given(groups=st.lists(st.text("0123456789", min_size=1, max_size=5), min_size=1, max_size=7))
def test_groups_are_parted_by_a_longer_pause(language: str, groups: list[str]) -> None:
    said = PROMPTS.digits("-".join(groups), language)
    pauses = catalogue(language).speech.pauses
    parts = said.split(pauses.groups)
    assert [len(part.split(pauses.digits)) for part in parts] == [len(each) for each in groups]
    heard = PROMPTS.recognise(PROMPTS.text("case_number", language, digits=said), language)
    assert heard is not None
    assert heard.values["digits"] == "".join(groups)


def test_what_is_no_digit_is_not_spoken() -> None:
    with pytest.raises(ValueError, match="x"):
        PROMPTS.digits("12x", "en")
    with pytest.raises(UnknownPromptError):
        PROMPTS.digits("12", "xx")


# Keys one to five and zero, where they are named otherwise than the digits of a number.
KEYS = {
    "ja": ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ"),
    "ko": ("영 번", "일 번", "이 번", "삼 번", "사 번", "오 번"),
    "zh": ("零", "一", "二", "三", "四", "五"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_named_in_words_behind_what_they_do(language: str) -> None:
    """A figure before a full stop is an ordinal to some voices: "2." would be "second"."""
    texts = texts_of(language)
    assert [prompt for prompt, text in texts.items() if re.search(r"\d", text)] == []
    keys = KEYS.get(language) or [PROMPTS.digits(key, language) for key in "012345"]
    menu = texts["ask_reason"]
    places = [re.search(f"{key}[.。।]", menu) for key in (*keys[1:], keys[0])]
    found = [place.start() for place in places if place]
    assert len(found) == len(keys)
    assert found == sorted(found)


@pytest.mark.parametrize("language", ["de", "pl", "tr"])
def test_no_number_is_read_as_an_ordinal(language: str) -> None:
    texts = texts_of(language)
    assert [text for text in texts.values() if re.search(r"\{(group|place)\}\.", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_stand_by_themselves(language: str) -> None:
    """A voice makes a pause around them, and an ending can't be glued to a number."""
    joined = re.compile(r"\w\{digits\}|\{digits\}\w")
    assert [text for text in texts_of(language).values() if joined.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_ends(language: str) -> None:
    assert [text for text in texts_of(language).values() if text[-1] not in ".?。।"] == []


def test_a_menu_is_known_by_its_keys() -> None:
    assert PROMPTS.menus() >= {"ask_reason", "ask_deactivation", "ask_confirmation_typed"}
    assert not PROMPTS.menus() & {"welcome", "ask_product_id", "ask_group", "parity_wrong"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_menu_is_longer_than_fifteen_seconds(language: str) -> None:
    lengths = {prompt: Rate().seconds(spoken(prompt, language)[0]) for prompt in PROMPTS.menus()}
    assert {prompt: length for prompt, length in lengths.items() if length > 15} == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('[de]\nvoice = "de-DE"', "[de]", r"\[de\] voice: write the BCP 47 tag"),
        ("[de]", "[da]", r"no table \[de\]: write one"),
        ('"null", ', "", r"\[de\] digits: write ten different words"),
        ('"null"', '"eins"', r"\[de\] digits: write ten different words"),
        ('"null"', '"nu, ll"', r"\[de\] digits: write ten different words"),
        ('"null"', "0", r"\[de\] digits: write ten different words"),
        ("'um' H 'Uhr'", "'um' HHH", r"\[de\] hour: .* is no CLDR pattern"),
        ("[de]", "[de", r"languages\.toml can't be read"),
        ('voices = ["Polly.Vicki-Neural"', "voices = [1", r"\[de\] voices: write a list"),
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
    assert [PROMPTS.voice(language) for language in ("en", "pt", "zh")] == [
        "en-US",
        "pt-BR",
        "cmn-CN",
    ]
    assert all(PROMPTS.voices(language) for language in LANGUAGES)


def test_sixteen_languages_are_spoken() -> None:
    said = "ar de en es fr hi it ja ko nl pl pt ru sv tr zh"
    assert sorted(LANGUAGES) == said.split()


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
        ("fr", "Europe/Paris", (8, 5), "le lundi 30 novembre à 8 heures 5, heure d’Europe"),
        ("pt", "America/Sao_Paulo", (9, 0), "segunda-feira, 30 de novembro, às 9 horas, Horário"),
        ("it", "Europe/Rome", (8, 30), "lunedì 30 novembre alle ore 8:30, Ora dell’Europa"),
        ("nl", "Europe/Amsterdam", (8, 0), "op maandag 30 november om 8 uur, Midden-Europese tijd"),
        ("pl", "Europe/Warsaw", (8, 0), "poniedziałek, 30 listopada, godzina 8:00, czas"),
        ("sv", "Europe/Stockholm", (8, 0), "måndag den 30 november klockan 8, centraleuropeisk"),
        ("tr", "Europe/Istanbul", (8, 30), "30 Kasım Pazartesi, saat 8:30, Türkiye"),
        ("ru", "Europe/Moscow", (8, 0), "понедельник, 30 ноября, в 8:00, Москва"),
        ("ar", "Asia/Riyadh", (8, 0), "الاثنين 30 نوفمبر، الساعة 8 صباحًا، "),
        ("hi", "Asia/Kolkata", (8, 30), "सोमवार, 30 नवंबर, सुबह 8:30 बजे, भारत समय"),
        ("ja", "Asia/Tokyo", (8, 0), "11月30日月曜日、午前8時、日本時間"),
        ("zh", "Asia/Shanghai", (8, 30), "11月30日星期一，上午8点30分，中国时间"),
        ("ko", "Asia/Seoul", (8, 30), "11월 30일 월요일 오전 8시 30분, 대한민국 시간"),
    ],
)
def test_a_time_is_said_as_the_language_says_it_and_whose_it_is(
    language: str, zone: str, at: tuple[int, int], says: str
) -> None:
    monday = datetime(2026, 11, 30, *at, tzinfo=ZoneInfo(zone))
    assert PROMPTS.spoken_time(monday, language).startswith(says)
