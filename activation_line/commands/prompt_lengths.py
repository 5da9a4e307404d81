"""`activation-line prompts lengths`: how long every prompt takes to say, by the offline voice.

It is the simulated network's voice, not the one that callers hear on a real network; the two
differ by as much as two persons do. Values are filled in with the longest that come.
"""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import mean
from string import Formatter
from typing import Final
from zoneinfo import ZoneInfo

import click
from babel import Locale

from activation_line.commands.working import show_json
from phone_network.speaking import Speaker
from phone_network.speaking_sound import level
from spoken_prompts import Prompts, load

LONGEST_MENU: Final = 15.0
LONGEST: Final = 20.0
SHORTEST: Final = 0.4
FAINTEST: Final = -30.0  # decibels below full scale, over the whole prompt
# A closed centre opens on a Monday in November at half past seven: long names, and minutes.
OPENS: Final = datetime(2026, 11, 30, 7, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DIGITS: Final = {
    "ask_call_back": "72",
    "ask_call_back_later": "72",
    "case_number": "4827-1935-0672",
    "case_number_kept": "4827-1935-0672",
    "line_code": "8260",
}
ONE_GROUP: Final = "48271"
REGION: Final = "BA"  # of a long name in most languages
SITE: Final = "licensing.example.com"
NUMBERS: Final = {"minutes": "35"}
SMALL_NUMBER: Final = "7"


@dataclass(frozen=True, slots=True)
class Length:
    """One prompt in one language: its text with values, and what the voice made of it."""

    language: str
    prompt: str
    menu: bool
    seconds: float
    level: float
    text: str
    read: str
    phonemes: str

    def faults(self) -> list[str]:
        """What is out of bounds, in words."""
        found = []
        if self.menu and self.seconds > LONGEST_MENU:
            found.append(f"a menu longer than {LONGEST_MENU:.0f} s")
        if self.seconds > LONGEST:
            found.append(f"longer than {LONGEST:.0f} s")
        if self.seconds < SHORTEST:
            found.append(f"shorter than {SHORTEST} s")
        if self.level < FAINTEST:
            found.append(f"fainter than {FAINTEST:.0f} dB")
        return found


def measure(prompts: Prompts, language: str, speaker: Speaker) -> Iterator[Length]:
    """Have every prompt of a language spoken once.

    A text that the language lacks is left out: `missing` names it, and English has its length.
    Raises `SpeechError` where the voice is not installed or lacks the language.
    """
    menus = prompts.menus()
    for prompt in sorted(prompts.ids() - prompts.missing(language)):
        text = with_values(prompts, prompt, language)
        spoken = speaker.speak(text, prompts.voice(language))
        yield Length(
            language,
            prompt,
            prompt in menus,
            round(spoken.seconds, 2),
            round(level(spoken.samples), 1),
            text,
            spoken.read,
            spoken.phonemes,
        )


def with_values(prompts: Prompts, prompt: str, language: str) -> str:
    """Fill a prompt's text in with long values, as a call does."""
    template = prompts.template(prompt, language)
    values: dict[str, str] = {}
    for _, name, _, _ in Formatter().parse(template):
        match name:
            case None:
                continue
            case "digits":
                values[name] = prompts.digits(DIGITS.get(prompt, ONE_GROUP), language)
            case "opens":
                values[name] = prompts.spoken_time(OPENS, language)
            case "date":
                values[name] = prompts.spoken_date(OPENS.date(), language)
            case "region":
                values[name] = Locale.parse(language, sep="-").territories[REGION]
            case "site":
                values[name] = SITE
            case "wanted":
                names = (prompts.language_name(each, language) for each in prompts.languages)
                values[name] = max(names, key=len)
            case _:
                values[name] = NUMBERS.get(name, SMALL_NUMBER)
    return prompts.text(prompt, language, **values)


@click.command()
@click.argument("languages", nargs=-1)
@click.option("--all", "every", is_flag=True, help="A line for each prompt, longest first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def lengths(languages: tuple[str, ...], *, every: bool, as_json: bool) -> None:
    """Say how long prompts take to say.

    Each is spoken once by the offline voice, with long values. Status 1 where a menu is longer
    than 15 seconds, or a prompt is too long, too short or too faint.
    """
    prompts = load()
    with Speaker() as speaker:
        found = [
            each
            for language in languages or prompts.languages
            for each in measure(prompts, language, speaker)
        ]
    faulty = [each for each in found if each.faults()]
    if as_json:
        show_json([{**asdict(each), "faults": each.faults()} for each in found])
        sys.exit(1 if faulty else 0)
    for language in languages or prompts.languages:
        ours = [each for each in found if each.language == language]
        click.echo(_line(language, ours))
        for each in sorted(ours, key=lambda one: -one.seconds) if every else ():
            click.echo(f"  {each.seconds:6.2f} s {each.level:6.1f} dB  {each.prompt}")
    for each in faulty:
        click.echo(f"{each.language} {each.prompt}, {each.seconds} s: {', '.join(each.faults())}")
    click.echo(f"{len(faulty)} of {len(found)} out of bounds.")
    sys.exit(1 if faulty else 0)


def _line(language: str, found: list[Length]) -> str:
    longest = max(found, key=lambda each: each.seconds)
    menu = max((each for each in found if each.menu), key=lambda each: each.seconds)
    return (
        f"{language:<4}{len(found)} prompts, {mean(each.seconds for each in found):.1f} s on "
        f"average; longest {longest.seconds:.1f} s ({longest.prompt}); "
        f"longest menu {menu.seconds:.1f} s ({menu.prompt}); "
        f"faintest {min(each.level for each in found):.0f} dB"
    )
