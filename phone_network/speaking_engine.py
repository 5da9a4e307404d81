"""The speech engine, espeak-ng, driven by `ctypes`: text in, samples and phonemes out.

The library comes in the wheel `espeakng-loader`. It is under the GPL and keeps its state in
globals, so only the worker's process (`speaking_worker`) ever loads it.
"""

import ctypes
from dataclasses import dataclass
from typing import Any, Final

import espeakng_loader

from phone_network.errors import SpeechError

RATE: Final = 22050  # samples a second, as the engine gives them
_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come by callback, none is played
_PHONEMES_IN_IPA: Final = 0x0001 | 0x0002
_DONT_EXIT: Final = 0x8000  # a missing data folder is an error code, not the process's end
_UTF8: Final = 1
_SPEED: Final = 1  # espeakRATE
_LIST_END, _CLAUSE_END, _PHONEME = 0, 5, 7


@dataclass(frozen=True, slots=True)
class Sound:
    """What the engine made: 16-bit samples, and phonemes in IPA with `|` between clauses."""

    samples: bytes
    phonemes: str

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.samples) / 2 / RATE


class _Name(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_void_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_CALLBACK: Final = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event)
)


class Engine:
    """The loaded library; one in a process."""

    def __init__(self) -> None:
        self._samples = bytearray()
        self._phonemes: list[str] = []
        self._callback = _CALLBACK(self._take)
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise SpeechError(f"The speech library can't be loaded: {error}.") from None
        data = espeakng_loader.get_data_path().encode()
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEMES_IN_IPA | _DONT_EXIT)
        if rate != RATE:
            raise SpeechError(f"The speech library did not start: it answered {rate}.")
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, words_per_minute: int) -> Sound:
        """Speak a text; raises `SpeechError` where the engine lacks the voice or fails.

        A name that the engine does not know leaves the voice before it in place, so its answer
        counts: nothing is ever spoken by another language's voice.
        """
        self._samples.clear()
        self._phonemes.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SpeechError(f"The speech engine has no voice named {voice!r}.")
        self._library.espeak_SetParameter(_SPEED, words_per_minute, 0)
        data = text.encode(errors="replace")
        failed = self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, _UTF8, None, None
        )
        if failed:
            raise SpeechError(f"The speech engine failed with {failed} at {text[:60]!r}.")
        return Sound(bytes(self._samples), "".join(self._phonemes).strip("|"))

    def _take(self, samples: int | None, count: int, events: Any) -> int:  # noqa: ANN401 -- a ctypes pointer
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, count * 2)
        index = 0
        while (event := events[index]).type != _LIST_END:
            if event.type == _PHONEME:
                self._phonemes.append(event.id.string.decode("utf-8", "replace"))
            elif event.type == _CLAUSE_END:
                self._phonemes.append("|")
            index += 1
        return 0
