"""English digits, as a call reads them out, recognised again from their telephone sound.

The recogniser knows the digits from other voices of the same engine: other accents, other throats.
It shows that no digit is lost, doubled or mistaken for another in this sound. It does not show
that a person follows it.
"""

from collections.abc import Iterator
from functools import cache

import pytest

import spoken_prompts
from phone_network.speaking import Speaker
from phone_network.speaking_engine import Engine
from phone_network.speaking_sound import mu_law, resampled, samples_as_bytes
from tests.voice.recogniser import Frames, edits, nearest, words

PROMPTS = spoken_prompts.load()
OTHER_SPEAKERS = ("en", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us+f3", "en+m3")
GROUPS = ("01234", "56789", "97531", "86420", "55009", "11688")
# G.711 mu-law back to 16 bits, by its definition.
DECODED = [
    (1 if code & 0x80 else -1) * ((((~code & 0x0F) << 3) + 0x84 << ((~code & 0x70) >> 4)) - 0x84)
    for code in range(256)
]


@cache
def known() -> dict[str, list[Frames]]:
    engine = Engine()
    found: dict[str, list[Frames]] = {}
    for digit in "0123456789":
        for speaker in OTHER_SPEAKERS:
            spoken = engine.say(PROMPTS.digits(digit, "en") + ".", speaker, 150)
            (word,) = words(resampled(spoken.samples, 22050))
            found.setdefault(digit, []).append(word)
    return found


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as held:
        yield held


def telephone_sound(speaker: Speaker, group: str) -> bytes:
    """A group as the line reads it, after G.711."""
    spoken = speaker.speak(PROMPTS.digits(group, "en") + ".", PROMPTS.voice("en"))
    coded = mu_law(resampled(spoken.samples, spoken.rate))
    return samples_as_bytes([DECODED[each] for each in coded])


def test_digits_are_recognised_from_their_sound(speaker: Speaker) -> None:
    wrong = {}
    for group in GROUPS:
        parts = words(telephone_sound(speaker, group))
        heard = "".join(nearest(each, known()) for each in parts)
        if heard != group:
            wrong[group] = heard
    mistakes = sum(edits(said, heard) for said, heard in wrong.items())
    print(f"{mistakes} of {sum(map(len, GROUPS))} wrong", wrong)
    assert mistakes == 0


def test_a_digit_that_is_left_out_is_missed(speaker: Speaker) -> None:
    parts = words(telephone_sound(speaker, "0123"))
    assert len(parts) == 4
    assert edits("01234", [nearest(each, known()) for each in parts]) == 1
