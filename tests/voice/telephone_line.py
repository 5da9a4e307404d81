"""What a telephone line makes of a voice: 300 to 3400 hertz, noise, and G.711 mu-law at 8 kHz."""

import math
from operator import mul
from random import Random

from phone_network.speaking_sound import (
    TELEPHONE_RATE,
    mu_law,
    resampled,
    samples_as_bytes,
    samples_of,
)

LOWEST, HIGHEST = 300, 3400  # hertz
TAPS = 60  # on either side
# G.711 mu-law back to 16 bits, by its definition.
DECODED = [
    (1 if code & 0x80 else -1) * ((((~code & 0x0F) << 3) + 0x84 << ((~code & 0x70) >> 4)) - 0x84)
    for code in range(256)
]


def _low_pass(hertz: float, tap: int) -> float:
    share = 2 * hertz / TELEPHONE_RATE
    return share if tap == 0 else math.sin(math.pi * share * tap) / (math.pi * tap)


BAND = [
    (_low_pass(HIGHEST, tap) - _low_pass(LOWEST, tap))
    * (0.54 + 0.46 * math.cos(math.pi * tap / (TAPS + 1)))
    for tap in range(-TAPS, TAPS + 1)
]


def through(sound: bytes, rate: int, *, noise: float | None, seed: str) -> bytes:
    """16-bit sound after the line, at `TELEPHONE_RATE`.

    `noise` is how many decibels white noise lies below the speech, over the whole of it; None for
    a line without any. The noise is that of the seed.
    """
    plain = samples_of(resampled(sound, rate)).tolist()
    padded = [0] * TAPS + plain + [0] * TAPS
    carried = [sum(map(mul, padded[n : n + len(BAND)], BAND)) for n in range(len(plain))]
    if noise is not None:
        power = sum(map(mul, carried, carried)) / len(carried)
        width = math.sqrt(power) * 10 ** (-noise / 20)
        draw = Random(seed).gauss
        carried = [each + draw(0, width) for each in carried]
    clipped = [max(-32768, min(32767, round(each))) for each in carried]
    return samples_as_bytes([DECODED[code] for code in mu_law(samples_as_bytes(clipped))])
