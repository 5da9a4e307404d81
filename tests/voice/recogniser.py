"""A recogniser of single words in telephone sound: cepstra, and the nearest of known words.

Small enough to be read: no model, no training. What it hears is compared with the same words by
other speakers, stretched in time as it fits best (dynamic time warping).
"""

import cmath
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from phone_network.speaking_sound import TELEPHONE_RATE, samples_of

Frames = list[list[float]]
SIZE, LENGTH, STEP = 256, 200, 80  # of a spectrum, a frame and its step, in samples
BANDS, CEPSTRA = 16, 10
LOWEST, HIGHEST = 150, 3400  # hertz that a telephone carries
QUIET = 7.0  # a frame whose logarithm of energy is that far below the loudest is silence
ABOVE_NOISE = 1.5  # and a frame that is no more than that above the faintest one
PAUSE = 0.12  # seconds of silence that part two words
_WINDOW = [0.54 - 0.46 * math.cos(2 * math.pi * n / (LENGTH - 1)) for n in range(LENGTH)]
_REVERSED = [int(f"{n:08b}"[::-1], 2) for n in range(SIZE)]
_TURNS = [cmath.exp(-2j * math.pi * n / SIZE) for n in range(SIZE // 2)]


def _mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def _bands() -> list[list[tuple[int, float]]]:
    step = (_mel(HIGHEST) - _mel(LOWEST)) / (BANDS + 1)
    edges = [700 * (10 ** ((_mel(LOWEST) + step * n) / 2595) - 1) for n in range(BANDS + 2)]
    bands = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        weights = []
        for line in range(SIZE // 2):
            hertz = line * TELEPHONE_RATE / SIZE
            rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
            if (weight := min(rising, falling)) > 0:
                weights.append((line, weight))
        bands.append(weights)
    return bands


_BANDS = _bands()
_COSINES = [
    [math.cos(math.pi * order * (band + 0.5) / BANDS) for band in range(BANDS)]
    for order in range(1, CEPSTRA + 1)
]


def _spectrum(samples: list[float]) -> list[float]:
    values: list[complex] = [samples[n] for n in _REVERSED]
    size = 2
    while size <= SIZE:
        half, turn = size // 2, SIZE // size
        for start in range(0, SIZE, size):
            for n in range(start, start + half):
                turned = _TURNS[(n - start) * turn] * values[n + half]
                values[n], values[n + half] = values[n] + turned, values[n] - turned
        size *= 2
    return [abs(value) ** 2 for value in values[: SIZE // 2]]


def words(sound: bytes) -> list[Frames]:
    """Part 16-bit telephone sound at its pauses; each word as frames of cepstra."""
    samples = samples_of(sound)
    heard = []
    for start in range(0, len(samples) - LENGTH, STEP):
        frame = [samples[start + n] * _WINDOW[n] for n in range(LENGTH)]
        power = _spectrum(frame + [0.0] * (SIZE - LENGTH))
        heard.append([math.log(sum(power[n] * w for n, w in band) + 1e3) for band in _BANDS])
    energy = [sum(frame) / BANDS for frame in heard]
    floor = max(max(energy) - QUIET, min(energy) + ABOVE_NOISE)
    loud = [n for n, each in enumerate(energy) if each > floor]
    longest = PAUSE * TELEPHONE_RATE / STEP
    cuts = [n for n, (one, next_) in enumerate(pairwise(loud), 1) if next_ - one > longest]
    parts = [loud[a:b] for a, b in pairwise([0, *cuts, len(loud)])]
    return [_cepstra([heard[n] for n in part]) for part in parts]


def _cepstra(frames: Frames) -> Frames:
    """Shapes of spectra, less their mean: how loud and through what line does not count."""
    raw = [
        [sum(c * v for c, v in zip(row, frame, strict=True)) for row in _COSINES]
        for frame in frames
    ]
    means = [sum(column) / len(raw) for column in zip(*raw, strict=True)]
    return [[v - m for v, m in zip(frame, means, strict=True)] for frame in raw]


def nearest(heard: Frames, known: Mapping[str, Sequence[Frames]]) -> str:
    """Give the known word that fits best."""
    return min(known, key=lambda word: min(_distance(heard, each) for each in known[word]))


def _distance(one: Frames, other: Frames) -> float:
    row = [0.0, *([math.inf] * len(other))]
    for frame in one:
        new = [math.inf]
        for n, against in enumerate(other):
            new.append(math.dist(frame, against) + min(row[n], row[n + 1], new[n]))
        row = new
    return row[-1] / (len(one) + len(other))


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Count what was changed, lost or put in between.

    >>> edits("12345", "1245"), edits("12", "13"), edits("", "1")
    (1, 1, 1)
    """
    row = list(range(len(heard) + 1))
    for count, one in enumerate(said, 1):
        new = [count]
        for n, other in enumerate(heard):
            new.append(min(row[n + 1] + 1, new[n] + 1, row[n] + (one != other)))
        row = new
    return row[-1]
