"""Every text from right to left, and with accents: values, recognition, digits and markup hold."""

from datetime import datetime
from functools import cache
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from ivr.actions import HangUp, Say
from ivr.render import Renderer
from spoken_prompts import Prompts, Recognised
from spoken_prompts.catalogues import TEXTS, placeholders, read
from spoken_prompts.pseudo import ACCENTED, OVERRIDE, POP, RIGHT_TO_LEFT, make
from spoken_prompts.speech import TABLE, read_table, row

PSEUDO = (RIGHT_TO_LEFT, ACCENTED)
CODE = "20714-30965-11118"


@cache
def prompts() -> Prompts:
    path = TEXTS / TABLE
    english = read(TEXTS, "en", row(path, read_table(path), "en"))
    return Prompts({"en": english, **{tag: make(english, tag) for tag in PSEUDO}})


def values_of(prompt: str) -> dict[str, str]:
    opens = prompts().spoken_time(datetime(2026, 11, 30, 7, 30, tzinfo=ZoneInfo("UTC")), "en")
    known = dict.fromkeys(("group", "place", "minutes", "left"), "3")
    known |= {"digits": CODE, "opens": opens}
    names = placeholders(prompts().template(prompt, "en"))
    return {name: known.get(name, f"some {name}") for name in names}


@pytest.mark.parametrize("tag", PSEUDO)
def test_every_text_is_another_one_and_nothing_is_lost(tag: str) -> None:
    for prompt in prompts().ids():
        english, text = prompts().template(prompt, "en"), prompts().template(prompt, tag)
        assert text != english
        assert placeholders(text) == placeholders(english)
        assert text.count(OVERRIDE) == text.count(POP)
    assert prompts().missing(tag) == frozenset()
    assert prompts().changed(tag) == {}


@pytest.mark.parametrize("tag", PSEUDO)
def test_every_text_is_recognised_with_its_values(tag: str) -> None:
    for prompt in prompts().ids():
        values = values_of(prompt)
        shown = {**values, "digits": prompts().digits(CODE, tag)}
        text = prompts().text(prompt, tag, **shown)
        assert all(shown[name] in text for name in values)
        if "digits" in values:
            values["digits"] = CODE.replace("-", "")
        assert prompts().recognise(text, tag) == Recognised(prompt, values)
        assert prompts().fitting(text, tag) == {prompt}


@pytest.mark.parametrize("tag", PSEUDO)
def test_every_text_goes_through_markup(tag: str) -> None:
    renderer = Renderer(prompts())
    for prompt in prompts().ids():
        values = values_of(prompt)
        say = Say(prompt, tuple(values.items()))
        document = renderer.document((say, HangUp()), tag, "")
        (said, _) = ET.fromstring(document)  # noqa: S314 -- our own document
        shown = {**values, "digits": prompts().digits(CODE, tag)}
        assert said.text == prompts().text(prompt, tag, **shown)


def test_a_text_from_right_to_left_keeps_its_spaces() -> None:
    assert prompts().text("goodbye", RIGHT_TO_LEFT) == f"{OVERRIDE}Goodbye.{POP}"
    said = prompts().text("read_back_group", RIGHT_TO_LEFT, group="3", digits="x")
    assert said == f"{OVERRIDE}Group{POP} 3{OVERRIDE}:{POP} x{OVERRIDE}.{POP}"


def test_any_other_tag_is_refused() -> None:
    path = TEXTS / TABLE
    english = read(TEXTS, "en", row(path, read_table(path), "en"))
    with pytest.raises(KeyError):
        make(english, "ar")
