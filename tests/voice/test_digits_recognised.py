"""English digits, as a call reads them out, recognised again from their telephone sound.

The recogniser knows the digits from other voices of the same engine: other accents, other throats,
over the same kind of line. It shows that no digit is lost, doubled or mistaken for another in this
sound. It does not show that a person follows it.
"""

import os
from functools import cache
from random import Random

import pytest

import spoken_prompts
from phone_network.speaking import RATE
from phone_network.speaking_engine import Engine
from phone_network.voices import engine_voice
from tests.voice.recogniser import Frames, edits, nearest, words
from tests.voice.telephone_line import through

PROMPTS = spoken_prompts.load()
OTHER_SPEAKERS = ("en", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us+f3", "en+m3")
# Groups of five at each line; more of them by `DIGIT_GROUPS=100`, with `--timeout 3000`.
GROUPS = int(os.environ.get("DIGIT_GROUPS", "4"))
DIGITS = "0123456789"
# Decibels of noise below the speech, and the share of digits that have to be understood: of a
# hundred groups all were, on each line.
LINES = [(None, 0.99), (25.0, 0.99), (20.0, 0.98)]


@cache
def engine() -> Engine:
    return Engine()


def sound(digits: str, voice: str, noise: float | None, pace: int = 150) -> bytes:
    """Digits as the line reads them, over a line."""
    spoken = engine().say(PROMPTS.digits(digits, "en") + ".", voice, pace)
    return through(spoken.samples, RATE, noise=noise, seed=f"{voice} {digits}")


@cache
def known(noise: float | None) -> dict[str, list[Frames]]:
    """Each digit by every other speaker, over a line of the same noise."""
    return {
        digit: [max(words(sound(digit, who, noise)), key=len) for who in OTHER_SPEAKERS]
        for digit in DIGITS
    }


def callers_voice() -> str:
    """The voice that English prompts are spoken by."""
    voice = engine_voice(PROMPTS.voice("en"))
    assert voice is not None
    assert voice.name not in OTHER_SPEAKERS
    return voice.name


def heard(group: str, noise: float | None, pace: int = 150) -> str:
    parts = words(sound(group, callers_voice(), noise, pace))
    return "".join(nearest(each, known(noise)) for each in parts)


@pytest.mark.parametrize(("noise", "least"), LINES)
def test_groups_are_recognised_from_their_sound(noise: float | None, least: float) -> None:
    draw = Random(5)
    groups = ["".join(draw.choices(DIGITS, k=5)) for _ in range(GROUPS)]
    wrong = {group: found for group in groups if (found := heard(group, noise)) != group}
    mistakes = sum(edits(said, found) for said, found in wrong.items())
    share = 1 - mistakes / (5 * GROUPS)
    print(f"noise {noise}: {mistakes} of {5 * GROUPS} digits wrong, {share:.4f} right", wrong)
    assert share >= least


@pytest.mark.parametrize("pace", [120, 190])
def test_slow_and_fast_digits_are_recognised(pace: int) -> None:
    for group in ("01234", "56789"):
        assert heard(group, None, pace) == group


def test_a_digit_that_is_left_out_is_missed() -> None:
    found = heard("0123", None)
    assert len(found) == 4
    assert edits("01234", found) == 1


def test_one_digit_said_for_another_is_noticed() -> None:
    assert edits("01834", heard("01234", None)) == 1
