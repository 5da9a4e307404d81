"""Lengths put together from clauses: as long as the whole, and each part asked for once."""

import pytest

from phone_network.speaking import Speaker, is_installed
from phone_network.speaking_clauses import ClauseVoice


class CountingVoice:
    """A second for each letter, and half of one for each pause inside a text."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def seconds(self, text: str, language: str = "", speed: float = 1.0) -> float:  # noqa: ARG002
        self.asked.append(text)
        marks = sum(sign in ",." for sign in text[:-1])
        return (sum(sign.isalpha() for sign in text) + 0.5 * marks) / speed


def test_clauses_and_pauses_make_the_whole() -> None:
    plain, whole = CountingVoice(), CountingVoice()
    for text in ("one, two, three. Four.", "Hello.", "two, two, two"):
        assert ClauseVoice(plain).seconds(text, "en-US") == whole.seconds(text, "en-US"), text


def test_what_was_measured_once_is_not_measured_again() -> None:
    counting = CountingVoice()
    voice = ClauseVoice(counting)
    voice.seconds("one, two, three.")
    asked = len(counting.asked)
    assert voice.seconds("two, one, one, two, three.") > 0
    assert len(counting.asked) == asked


def test_a_language_and_a_speed_are_measured_for_themselves() -> None:
    voice = ClauseVoice(CountingVoice())
    assert voice.seconds("ab, cd.", speed=2.0) == pytest.approx(voice.seconds("ab, cd.") / 2)


@pytest.mark.skipif(not is_installed(), reason="the engine is not installed")
@pytest.mark.parametrize(
    "text",
    [
        "New ID, group 3: one, two, three, four, five.",
        "Your case number is one, two. zero, nine. Key it now.",
    ],
)
def test_the_engines_texts_are_as_long_as_their_clauses(text: str) -> None:
    with Speaker() as speaker:
        assert ClauseVoice(speaker).seconds(text, "en-US") == pytest.approx(
            speaker.seconds(text, "en-US"), abs=0.05
        )
