"""Sound as files and as the telephone has it: 16-bit samples, 8 kHz, mu-law, WAV.

In plain Python, since the standard library has lost its own tools for it; half a second for a
prompt is enough for a command. The telephone page gets the engine's samples as they are.
"""

import array
import functools
import math
import struct
import sys
from operator import mul
from typing import Final

TELEPHONE_RATE: Final = 8000
_TAPS: Final = 24  # on either side of the place between the samples
_BIAS, _CLIP = 0x84, 32635  # of G.711 mu-law
_MU_LAW_FORMAT, _PCM_FORMAT = 7, 1


def samples_of(data: bytes) -> "array.array[int]":
    """Read little-endian 16-bit samples."""
    samples = array.array("h", data)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def level(data: bytes) -> float:
    """Give the root mean square of 16-bit samples in decibels below full scale.

    >>> round(level(samples_as_bytes([16384, -16384] * 50)), 1)
    -6.0
    """
    samples = samples_of(data)
    power = sum(map(mul, samples, samples)) / max(len(samples), 1)
    return 10 * math.log10(max(power, 1e-9) / 32768**2)


def samples_as_bytes(samples: list[int]) -> bytes:
    """Write 16-bit samples, little endian."""
    return struct.pack(f"<{len(samples)}h", *samples)


def resampled(data: bytes, rate: int, wanted: int = TELEPHONE_RATE) -> bytes:
    """Bring 16-bit samples to a lower rate by a windowed sinc, so that nothing folds back."""
    samples = [0] * _TAPS + samples_of(data).tolist() + [0] * (_TAPS + 1)
    count = (len(data) // 2) * wanted // rate
    common = math.gcd(rate, wanted)
    phases, step = wanted // common, rate // common
    filters = [_filter(phase / phases, wanted / rate) for phase in range(phases)]
    made = []
    for index in range(count):
        whole, phase = divmod(index * step, phases)
        window = samples[whole : whole + 2 * _TAPS + 1]
        value = sum(map(mul, window, filters[phase]))
        made.append(max(-32768, min(32767, round(value))))
    return samples_as_bytes(made)


@functools.lru_cache(maxsize=2048)
def _filter(offset: float, cutoff: float) -> tuple[float, ...]:
    """Give the weights of the samples around a place `offset` after the middle one."""
    weights = []
    for tap in range(-_TAPS, _TAPS + 1):
        distance = tap - offset
        x = math.pi * distance * cutoff * 0.92
        window = 0.54 + 0.46 * math.cos(math.pi * distance / (_TAPS + 1))
        weights.append((math.sin(x) / x if x else 1.0) * window)
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def mu_law(data: bytes) -> bytes:
    """Write 16-bit samples as G.711 mu-law.

    >>> mu_law(samples_as_bytes([0, -1, 32767, -32768])).hex()
    'ff7f8000'
    """
    return bytes(map(_mu_law, samples_of(data)))


@functools.lru_cache(maxsize=65536)
def _mu_law(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def wav(data: bytes, rate: int) -> bytes:
    """Wrap 16-bit samples as a WAV file."""
    return _riff(struct.pack("<HHIIHH", _PCM_FORMAT, 1, rate, rate * 2, 2, 16), b"", data)


def mu_law_wav(data: bytes) -> bytes:
    """Wrap mu-law bytes of 8 kHz as a WAV file."""
    kind = struct.pack("<HHIIHHH", _MU_LAW_FORMAT, 1, TELEPHONE_RATE, TELEPHONE_RATE, 1, 8, 0)
    fact = b"fact" + struct.pack("<II", 4, len(data))
    return _riff(kind, fact, data)


def _riff(kind: bytes, fact: bytes, data: bytes) -> bytes:
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + fact
    body += b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body
