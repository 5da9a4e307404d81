"""The speech engine's own process: one JSON line in, one JSON line and the samples out.

A request is `{"text", "language", "words_per_minute", "sound"}`. The answer says `seconds`,
`phonemes`, `read` (the text as the engine got it) and `bytes`, the number of sample bytes that
follow the line (16 bits, little endian, one channel, `rate` a second; none unless `sound` is
true). What can't be spoken is answered with `error`, a sentence. The process ends when its input
does, so it never outlives whoever started it.
"""

import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any, BinaryIO

from phone_network.errors import SpeechError
from phone_network.speaking_engine import RATE, Engine
from phone_network.speaking_words import readable
from phone_network.voices import engine_voice


def main() -> None:
    """Answer requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started it
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Speak what is asked for; the first line says whether there is an engine at all."""
    try:
        engine = Engine()
    except SpeechError as error:
        _answer(answers, {"error": str(error)})
        return
    _answer(answers, {"rate": RATE})
    for line in requests:
        try:
            job = _job(json.loads(line))
        except SpeechError as error:
            _answer(answers, {"error": str(error)})
            continue
        if hasattr(os, "fork"):
            _speak_apart(engine, job, answers)
        else:
            _speak(engine, job, answers)


@dataclass(frozen=True, slots=True)
class _Job:
    """A text as the engine gets it."""

    read: str
    voice: str
    words_per_minute: int
    sound: bool


def _job(request: dict[str, Any]) -> _Job:
    language = request["language"]
    voice = engine_voice(language)
    if voice is None:
        raise SpeechError(f"The speech engine has no voice for {language!r}.")
    read = readable(request["text"], voice)
    return _Job(read, voice.name, request["words_per_minute"], request["sound"])


def _speak_apart(engine: Engine, job: _Job, answers: BinaryIO) -> None:
    """Speak in a copy of this process, whose engine has never spoken.

    The engine's state after one text changes the length of the next by a hundredth of a second,
    and a text that it can't bear would take it down. A copy has neither trouble.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "wb") as answer:
                _speak(engine, job, answer)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        spoken = answer.read()
    os.waitpid(child, 0)
    if spoken:
        answers.write(spoken)
        answers.flush()
    else:
        _answer(answers, {"error": f"The speech engine broke down at {job.read[:60]!r}."})


def _speak(engine: Engine, job: _Job, answers: BinaryIO) -> None:
    try:
        sound = engine.say(job.read, job.voice, job.words_per_minute)
    except SpeechError as error:
        _answer(answers, {"error": str(error)})
        return
    samples = sound.samples if job.sound else b""
    facts = {
        "seconds": sound.seconds,
        "phonemes": sound.phonemes,
        "read": job.read,
        "bytes": len(samples),
    }
    _answer(answers, facts, samples)


def _answer(answers: BinaryIO, facts: dict[str, Any], samples: bytes = b"") -> None:
    answers.write(json.dumps(facts).encode() + b"\n" + samples)
    answers.flush()


if __name__ == "__main__":
    main()
