"""Speaks texts by the offline engine: how long each takes, and its sound.

The engine runs in a process of its own, over pipes. What was spoken once is kept by its content:
the length of everything, the sound of the last few minutes. Where the engine is not installed,
dies, or lacks a language, lengths come from a rate, and the log says so once for each reason.
"""

import contextlib
import importlib.util
import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from phone_network.errors import SpeechError
from phone_network.speech import Rate

LOG: Final = logging.getLogger(__name__)
ENGINE_PACKAGE: Final = "espeakng_loader"
RATE: Final = 22050  # samples a second, unless the engine says another
_NOT_INSTALLED: Final = "The speech engine is not installed (package espeakng-loader)."
_SOUND_BYTES: Final = 32 * 1024 * 1024
_LENGTHS: Final = 20_000
_PATIENCE: Final = 20.0  # seconds until a worker that does not answer is ended
_LONGEST: Final = 4096  # characters of one text, as the vendor's voices take at most
_SLOWEST, _FASTEST = 80, 450  # words a minute that the engine's voices bear


class EngineError(SpeechError):
    """The engine does not start at all: asking again would not help."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a text became: its length, its phonemes, how the engine read it, and its sound."""

    seconds: float
    phonemes: str
    read: str
    samples: bytes = field(repr=False, default=b"")
    rate: int = RATE


def is_installed() -> bool:
    """Whether the package that brings the engine is there."""
    return importlib.util.find_spec(ENGINE_PACKAGE) is not None


class Speaker:
    """A voice whose lengths are those of real sound; `with Speaker() as speaker` ends its process.

    It may be used from several threads; one text is spoken at a time.
    """

    def __init__(self, *, words_per_minute: int = 150, rate: Rate | None = None) -> None:
        self._words_per_minute = words_per_minute
        self._rate = rate if rate is not None else Rate()
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._lengths: OrderedDict[tuple[str, str, float], float] = OrderedDict()
        self._sounds: OrderedDict[tuple[str, str, float], Utterance] = OrderedDict()
        self._kept = 0
        self._said: set[str] = set()
        self._unusable = "" if is_installed() else _NOT_INSTALLED

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Start the worker ahead of the first text; it gets ready by itself."""
        with self._lock, contextlib.suppress(SpeechError):
            self._ready()

    def seconds(self, text: str, language: str = "", speed: float = 1.0) -> float:
        """Give how long a text takes, to the hundredth of a second."""
        key = (text, language, speed)
        with self._lock:
            if (known := self._lengths.get(key)) is not None:
                self._lengths.move_to_end(key)
                return known
            try:
                length = round(self._ask(key, sound=False).seconds, 2)
            except SpeechError as error:
                self._say_once(str(error))
                length = self._rate.seconds(text, language, speed)
            self._lengths[key] = length
            if len(self._lengths) > _LENGTHS:
                self._lengths.popitem(last=False)
            return length

    def speak(self, text: str, language: str = "", speed: float = 1.0) -> Utterance:
        """Give a text's sound and phonemes; raises `SpeechError` where it can't be spoken."""
        key = (text, language, speed)
        with self._lock:
            if (known := self._sounds.get(key)) is not None:
                self._sounds.move_to_end(key)
                return known
            spoken = self._ask(key, sound=True)
            self._sounds[key] = spoken
            self._kept += len(spoken.samples)
            while self._kept > _SOUND_BYTES and len(self._sounds) > 1:
                self._kept -= len(self._sounds.popitem(last=False)[1].samples)
            return spoken

    def close(self) -> None:
        """End the worker; a later text starts another."""
        with self._lock:
            self._drop()

    def _ask(self, key: tuple[str, str, float], *, sound: bool) -> Utterance:
        text, language, speed = key
        if len(text) > _LONGEST:
            raise SpeechError(f"A text may have {_LONGEST} characters, not {len(text)}.")
        wanted = round(self._words_per_minute * speed)
        request = {
            "text": text.replace("\0", " "),
            "language": language,
            "words_per_minute": min(max(wanted, _SLOWEST), _FASTEST),
            "sound": sound,
        }
        for _ in range(2):  # a worker that died is replaced once for each text
            try:
                return self._ready().ask(request)
            except (OSError, EOFError):
                self._drop()
            except EngineError as error:
                self._drop()
                self._unusable = str(error)
                raise
        raise SpeechError("The speech engine's process died twice at the same text.")

    def _ready(self) -> "_Worker":
        if self._unusable:
            raise SpeechError(self._unusable)
        if self._worker is None:
            self._worker = _Worker()
        return self._worker

    def _drop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _say_once(self, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            LOG.warning("%s Lengths come from a rate instead.", reason)


class _Worker:
    """The engine's process. Its methods raise `OSError` or `EOFError` where it has died."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "phone_network.speaking_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._rate = 0

    def ask(self, request: dict[str, Any]) -> Utterance:
        """Have one text spoken; raises `SpeechError` with the worker's reason."""
        assert self._process.stdin is not None  # noqa: S101 -- opened as a pipe above
        watch = threading.Timer(_PATIENCE, self._process.kill)
        watch.start()
        try:
            if not self._rate:
                self._rate = self._greeting()
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._read()
            samples = self._take(answer["bytes"])
        finally:
            watch.cancel()
        return Utterance(answer["seconds"], answer["phonemes"], answer["read"], samples, self._rate)

    def close(self) -> None:
        """End the process: its input ends, and where that does not help it is killed."""
        assert self._process.stdin is not None  # noqa: S101 -- as above
        assert self._process.stdout is not None  # noqa: S101 -- as above
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _greeting(self) -> int:
        try:
            return int(self._read()["rate"])
        except SpeechError as error:
            raise EngineError(str(error)) from None

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 -- as above
        line = self._process.stdout.readline()
        if not line:
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SpeechError(answer["error"])
        return answer

    def _take(self, count: int) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 -- as above
        data = self._process.stdout.read(count)
        if len(data) != count:
            raise EOFError
        return data
