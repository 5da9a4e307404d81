"""The command `phone-network say`: speak a text here, and say how long it takes."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from phone_network.errors import NetworkError, SettingsError
from phone_network.settings import FASTEST, SLOWEST, WORDS_PER_MINUTE
from phone_network.speaking import Speaker
from phone_network.speaking_sound import mu_law, mu_law_wav, resampled, wav
from phone_network.voices import DEFAULT_LANGUAGE


def say(arguments: Sequence[str]) -> None:
    """Speak a text; ends with status 2 and a sentence where that can't be."""
    options = _parser().parse_args(arguments)
    try:
        with Speaker(words_per_minute=options.words_per_minute) as speaker:
            spoken = speaker.speak(options.text, options.language)
        if options.wav is not None:
            _write(options.wav, _file(spoken.samples, spoken.rate, options.format))
    except NetworkError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- a command's own output
        sys.exit(2)
    print(f"{spoken.seconds:.2f} s")  # noqa: T201 -- as above
    if options.phonemes:
        print(spoken.read)  # noqa: T201 -- as above
        print(spoken.phonemes)  # noqa: T201 -- as above


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="phone-network say", description="Speak a text by the offline voice."
    )
    add = parser.add_argument
    add("text")
    add("--language", default=DEFAULT_LANGUAGE, metavar="TAG", help="BCP 47, like de-DE")
    add("--wav", type=Path, metavar="FILE", help="write the sound there")
    add(
        "--format",
        choices=["mu-law", "pcm"],
        default="mu-law",
        help="as the telephone has it (8 kHz mu-law, the default), or the engine's own samples",
    )
    add("--phonemes", action="store_true", help="print the text as it is read, and its phonemes")
    add(
        "--words-per-minute",
        type=_speed,
        default=WORDS_PER_MINUTE,
        metavar="N",
        help=f"{SLOWEST} to {FASTEST} (default {WORDS_PER_MINUTE})",
    )
    return parser


def _speed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and SLOWEST <= int(text[:4]) <= FASTEST):
        raise argparse.ArgumentTypeError(f"has to be a number from {SLOWEST} to {FASTEST}")
    return int(text)


def _file(samples: bytes, rate: int, form: str) -> bytes:
    if form == "pcm":
        return wav(samples, rate)
    return mu_law_wav(mu_law(resampled(samples, rate)))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(f"{path}: can't be written: {reason}.") from None
