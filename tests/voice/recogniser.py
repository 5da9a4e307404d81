"""A recogniser of single words in telephone sound: cepstra, and the nearest of known words.

Small enough to be read: no model, no training. What it hears is compared with the same words by
other speakers over the same line, stretched in time as it fits best (dynamic time warping).
"""

import cmath
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from phone_network.speaking_sound import TELEPHONE_RATE, samples_of

Frames = list[list[float]]
SIZE, LENGTH, STEP = 256, 200, 80  # of a spectrum, a frame and its step, in samples
HALF = SIZE // 2
BANDS, CEPSTRA = 16, 10
LOWEST, HIGHEST = 300, 3400  # hertz that a telephone carries
QUIET = 7.0  # a frame whose logarithm of energy is that far below the loudest is silence
ABOVE_NOISE = 1.5  # and a frame that is no more than that above the faint ones
PAUSE = 0.12  # seconds of silence that part two words
MARGIN = 4  # frames before and behind a word that belong to it: a faint f or n
SHORTEST = 0.08  # seconds of a word; what is shorter is a click
_WINDOW = [0.54 - 0.46 * math.cos(2 * math.pi * n / (LENGTH - 1)) for n in range(LENGTH)]
_PADDING = [0.0] * (SIZE - LENGTH)
_REVERSED = [int(f"{n:07b}"[::-1], 2) for n in range(HALF)]
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


def spectrum(samples: Sequence[float]) -> list[float]:
    """The power at each of `HALF` frequencies of `SIZE` samples.

    Two real samples make one complex one, so the transform has half the size.
    """
    values = [complex(samples[2 * n], samples[2 * n + 1]) for n in _REVERSED]
    size = 2
    while size <= HALF:
        half, turn = size // 2, SIZE // size
        turns = _TURNS[: half * turn : turn]
        for start in range(0, HALF, size):
            lower = values[start : start + half]
            upper = [t * v for t, v in zip(turns, values[start + half : start + size], strict=True)]
            values[start : start + half] = [a + b for a, b in zip(lower, upper, strict=True)]
            values[start + half : start + size] = [a - b for a, b in zip(lower, upper, strict=True)]
        size *= 2
    mirrored = [values[0].conjugate(), *(value.conjugate() for value in values[:0:-1])]
    return [
        abs((one + other) / 2 - 0.5j * turn * (one - other)) ** 2
        for one, other, turn in zip(values, mirrored, _TURNS, strict=True)
    ]


def words(sound: bytes) -> list[Frames]:
    """Part 16-bit telephone sound at its pauses; each word as frames of cepstra."""
    samples = samples_of(sound)
    heard = []
    for start in range(0, len(samples) - LENGTH, STEP):
        frame = [s * w for s, w in zip(samples[start : start + LENGTH], _WINDOW, strict=True)]
        power = spectrum(frame + _PADDING)
        heard.append([math.log(sum(power[n] * w for n, w in band) + 1e3) for band in _BANDS])
    energy = [sum(frame) / BANDS for frame in heard]
    faint = sorted(energy)[len(energy) // 20]
    floor = max(max(energy) - QUIET, faint + ABOVE_NOISE)
    loud = [n for n, each in enumerate(energy) if each > floor]
    longest = PAUSE * TELEPHONE_RATE / STEP
    cuts = [n for n, (one, next_) in enumerate(pairwise(loud), 1) if next_ - one > longest]
    parts = [loud[a:b] for a, b in pairwise([0, *cuts, len(loud)])]
    shortest = SHORTEST * TELEPHONE_RATE / STEP
    return [
        _cepstra(heard[max(0, part[0] - MARGIN) : part[-1] + 1 + MARGIN])
        for part in parts
        if len(part) >= shortest
    ]


def _cepstra(frames: Frames) -> Frames:
    """Shapes of spectra, without their loudness.

    Their mean is left in: without it "nine" is taken for "five", since a telephone carries little
    of what else tells an n from a v.
    """
    return [
        [sum(c * v for c, v in zip(row, frame, strict=True)) for row in _COSINES]
        for frame in frames
    ]


def nearest(heard: Frames, known: Mapping[str, Sequence[Frames]]) -> str:
    """Give the known word that fits best."""
    best, found = math.inf, ""
    for word, examples in known.items():
        for each in examples:
            distance = _distance(heard, each, best)
            if distance < best:
                best, found = distance, word
    return found


def _distance(one: Frames, other: Frames, limit: float) -> float:
    """How far two words are from each other; infinite as soon as it is beyond the limit."""
    length = len(one) + len(other)
    row = [0.0, *([math.inf] * len(other))]
    for frame in one:
        least = last = math.inf
        new = [last]
        for against, (diagonal, above) in zip(other, pairwise(row), strict=True):
            last = math.dist(frame, against) + min(diagonal, above, last)
            new.append(last)
            least = min(least, last)
        if least >= limit * length:
            return math.inf
        row = new
    return row[-1] / length


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
