"""`activation-line prompts`: texts that are missing, outdated or not approved; approving them."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click

import spoken_prompts
from activation_line.clock import system_clock
from activation_line.commands.prompt_lengths import lengths
from activation_line.commands.working import show_json
from activation_line.settings import load
from activation_line.voices import NETWORKS_OWN, own_prompts, spoken_by
from spoken_prompts import Approval, ApprovalError, Prompts, RefusedVoices
from spoken_prompts.approvals import keep, read_approvals
from spoken_prompts.prompts import FALLBACK
from spoken_prompts.refused_voices import read as read_refused

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
languages_argument = click.argument("languages", nargs=-1)
approvals_option = click.option(
    "--approvals",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of approvals; the one in the data directory if left out.",
)


@click.group()
def commands() -> None:
    """Prompts: list, missing, changed, unreviewed, show, approve, lengths, voices, retry-voice."""


commands.add_command(lengths)


@dataclass(frozen=True, slots=True)
class Overview:
    """One language in a line."""

    language: str
    name: str
    state: str
    production: bool
    missing: int
    changed: int
    unreviewed: int
    approved_by: str
    approved_on: str


@commands.command("list")
@approvals_option
@as_json_option
def list_all(approvals: Path | None, *, as_json: bool) -> None:
    """List all languages.

    Beside each its state, and whether calls may be in it in production.
    """
    prompts = _with_approvals(approvals)
    found = [_overview(prompts, language) for language in prompts.languages]
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        counts = f"{each.missing} missing, {each.changed} changed, {each.unreviewed} unreviewed"
        spoken = "spoken" if each.production else "English instead"
        approved = (
            f", approved by {each.approved_by} on {each.approved_on}" if each.approved_by else ""
        )
        click.echo(
            f"{each.language:<4}{each.name:<12}{each.state:<10}{counts}; "
            f"in production {spoken}{approved}"
        )


@commands.command()
@languages_argument
@as_json_option
def missing(languages: tuple[str, ...], *, as_json: bool) -> None:
    """Name the texts that a language lacks.

    They are spoken in English. Status 1 if there are any.
    """
    prompts = spoken_prompts.load()
    _tell({each: sorted(prompts.missing(each)) for each in _asked(prompts, languages)}, as_json)


@commands.command()
@languages_argument
@as_json_option
def changed(languages: tuple[str, ...], *, as_json: bool) -> None:
    """Show the texts whose English was changed after they were translated.

    Status 1 if there are any.
    """
    prompts = spoken_prompts.load()
    found = {
        language: [
            {
                "prompt": prompt,
                "translated_from": source,
                "english": prompts.template(prompt, FALLBACK),
                "text": prompts.template(prompt, language),
            }
            for prompt, source in sorted(prompts.changed(language).items())
        ]
        for language in _asked(prompts, languages)
    }
    if as_json:
        show_json(found)
    else:
        for language, texts in found.items():
            for each in texts:
                click.echo(f"{language} {each['prompt']}")
                click.echo(f"  translated from: {each['translated_from']}")
                click.echo(f"  English now:     {each['english']}")
                click.echo(f"  text:            {each['text']}")
        click.echo(_sum(found))
    sys.exit(1 if any(found.values()) else 0)


@commands.command()
@languages_argument
@approvals_option
@as_json_option
def unreviewed(languages: tuple[str, ...], approvals: Path | None, *, as_json: bool) -> None:
    """Name what nobody has approved as it is now.

    Status 1 if there is any.
    """
    prompts = _with_approvals(approvals)
    _tell({each: sorted(prompts.unreviewed(each)) for each in _asked(prompts, languages)}, as_json)


@commands.command()
@click.argument("language")
@click.argument("prompt_ids", nargs=-1)
@as_json_option
def show(language: str, prompt_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Show a language's texts beside the English ones, to be read or listened to."""
    prompts = spoken_prompts.load()
    wanted = prompt_ids or sorted(prompts.ids())
    found = [
        {
            "prompt": prompt,
            "english": prompts.template(prompt, FALLBACK),
            "text": prompts.template(prompt, language),
        }
        for prompt in wanted
    ]
    if as_json:
        show_json(found)
        return
    for each in found:
        click.echo(each["prompt"])
        if language != FALLBACK:
            click.echo(f"  {each['english']}")
        click.echo(f"  {each['text']}")


@commands.command()
@click.argument("language")
@click.option("--by", required=True, help="Who has listened to all of it.")
@approvals_option
def approve(language: str, by: str, approvals: Path | None) -> None:
    """Record that a person has listened to a language's texts and approves them.

    All texts, digits and times, in the voice in which callers will hear them. Whatever is changed
    afterwards is a draft again by itself.
    """
    settings = load(os.environ)
    path = approvals or settings.prompt_approvals_file
    held = read_approvals(path)
    prompts = own_prompts(settings, path)
    behind = prompts.missing(language) | prompts.changed(language).keys()
    if behind:
        raise ApprovalError(
            f"{language} lacks texts, or has some that are older than their English: "
            f"{', '.join(sorted(behind))}. Translate these first."
        )
    approval = Approval(by, system_clock().date(), prompts.heard(language))
    keep(path, {**held, language: approval})
    click.echo(
        f"{prompts.language_name(language, FALLBACK)} is approved by {by}: "
        f"{len(prompts.ids())} texts. Start the line anew, and calls are in it."
    )


@commands.command()
@approvals_option
@as_json_option
def voices(approvals: Path | None, *, as_json: bool) -> None:
    """List which voice speaks each language.

    And what the network has refused, and who has heard it. Status 1 where one is refused.
    """
    settings = load(os.environ)
    refused = read_refused(settings.refused_voices_file)
    found = list(spoken_by(own_prompts(settings, approvals), refused))
    if as_json:
        show_json([asdict(each) for each in found])
    else:
        for each in found:
            heard = f"heard by {each.heard_by}" if each.heard_by else "nobody has heard it"
            instead = f", refused: {', '.join(each.refused)}" if each.refused else ""
            voice = each.voice or NETWORKS_OWN
            click.echo(f"{each.language:<4}{each.tag:<7}{voice:<26}{heard}{instead}")
    sys.exit(1 if any(each.refused for each in found) else 0)


@commands.command()
@click.argument("names", nargs=-1, required=True, metavar="VOICE...")
def retry_voice(names: tuple[str, ...]) -> None:
    """Ask the network again for voices that it refused.

    Running processes do so within a second.
    """
    cleared = RefusedVoices(load(os.environ).refused_voices_file).clear(names)
    for name in names:
        said = "is asked for again." if name in cleared else "was not refused."
        click.echo(f"{name} {said}")


def _with_approvals(path: Path | None) -> Prompts:
    return own_prompts(load(os.environ), path)


def _asked(prompts: Prompts, languages: tuple[str, ...]) -> Iterator[str]:
    return iter(languages or prompts.languages)


def _overview(prompts: Prompts, language: str) -> Overview:
    approval = prompts.approval(language)
    return Overview(
        language,
        prompts.language_name(language, FALLBACK),
        prompts.state(language).value,
        prompts.is_allowed(language, production=True),
        len(prompts.missing(language)),
        len(prompts.changed(language)),
        len(prompts.unreviewed(language)),
        approval.by if approval else "",
        approval.on.isoformat() if approval else "",
    )


def _tell(found: Mapping[str, list[str]], as_json: bool) -> None:  # noqa: FBT001 -- the option's
    if as_json:
        show_json(found)
    else:
        for language, prompts in found.items():
            for prompt in prompts:
                click.echo(f"{language} {prompt}")
        click.echo(_sum(found))
    sys.exit(1 if any(found.values()) else 0)


def _sum(found: Mapping[str, list[str]] | Mapping[str, list[dict[str, str]]]) -> str:
    count = sum(len(each) for each in found.values())
    return f"{count} in {len(found)} languages."
