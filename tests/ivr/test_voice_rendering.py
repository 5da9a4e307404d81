"""Spoken actions as TwiML."""

from xml.etree import ElementTree as ET

import pytest

import spoken_prompts
from ivr.actions import Ask, HangUp, JoinConference, Listen, Say, Spoken, WaitInQueue
from ivr.render import Renderer, prompts_in

RENDERER = Renderer(spoken_prompts.load())


def verbs(*spoken: Spoken, language: str = "en") -> list[ET.Element]:
    document = RENDERER.document(spoken, language, "europe")
    return list(ET.fromstring(document))  # noqa: S314 -- our own document


def test_a_code_is_asked_until_hash_or_a_pause() -> None:
    (gather,) = verbs(Ask((Say("welcome"), Say("ask_product_id")), seconds=6))
    assert gather.attrib == {
        "input": "dtmf",
        "action": "/voice/turn",
        "method": "POST",
        "timeout": "6",
        "finishOnKey": "#",
        "actionOnEmptyResult": "true",
    }
    assert [child.tag for child in gather] == ["Say", "Say"]


def test_a_menu_ends_with_its_one_key_whichever_it_is() -> None:
    (gather,) = verbs(Ask((Say("ask_reason"),), digits=1))
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")


def test_digits_are_spoken_one_by_one() -> None:
    (say,) = verbs(Say("line_code", (("digits", "7140"),)))
    assert "7140" not in str(say.text)
    assert spoken_prompts.load().digits("7140", "en") in str(say.text)


@pytest.mark.parametrize(("language", "tag"), [("en", "en-US"), ("de", "de-DE"), ("es", "es-")])
def test_a_voice_speaks_its_own_language(language: str, tag: str) -> None:
    (say,) = verbs(Say("goodbye"), language=language)
    assert str(say.get("language")).startswith(tag)
    assert say.text == spoken_prompts.load().text("goodbye", language)


def test_waiting_talking_and_the_end() -> None:
    enqueue, dial, hang_up = verbs(WaitInQueue(), JoinConference("call-7"), HangUp())
    assert (enqueue.text, enqueue.get("waitUrl"), enqueue.get("action")) == (
        "europe",
        "/voice/wait",
        "/voice/left-queue",
    )
    conference = dial.find("Conference")
    assert conference is not None
    assert (conference.text, conference.get("endConferenceOnExit")) == ("call-7", "false")
    assert hang_up.tag == "Hangup"


def test_who_waits_is_listened_to_at_the_address_that_the_network_asks_again() -> None:
    (gather,) = verbs(Listen((Say("waiting_keys"),), 15))
    assert gather.attrib == {
        "input": "dtmf",
        "action": "/voice/wait",
        "method": "POST",
        "timeout": "15",
        "numDigits": "1",
        "finishOnKey": "",
        "actionOnEmptyResult": "true",
    }
    assert [child.tag for child in gather] == ["Say"]


def test_the_prompts_of_a_turn_are_known_in_order() -> None:
    assert prompts_in((Say("connecting"), Ask((Say("welcome"), Say("ask_product_id"))))) == [
        "connecting",
        "welcome",
        "ask_product_id",
    ]
