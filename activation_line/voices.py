"""The prompts with the approvals and voices of whoever runs the line; which voice speaks what."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import spoken_prompts
from activation_line.settings import Settings
from spoken_prompts import Prompts, Refusal
from spoken_prompts.approvals import read_approvals
from spoken_prompts.refused_voices import read
from spoken_prompts.speech import TABLE

NETWORKS_OWN = "the network's own"


def own_prompts(settings: Settings, approvals: Path | None = None) -> Prompts:
    """The prompts as callers hear them. Raises `CatalogueError` and `ApprovalError`.

    `approvals` is a file in place of the data directory's.
    """
    held = read_approvals(approvals or settings.prompt_approvals_file)
    return spoken_prompts.load(approvals=held, voices=settings.voices_file)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One language's voice: what is asked for now, and what is passed over.

    `heard_by` is who approved this language with these voices as they stand in the table, empty
    where nobody has.
    """

    language: str
    tag: str
    voice: str
    refused: tuple[str, ...]
    heard_by: str


def spoken_by(prompts: Prompts, refused: dict[str, Refusal]) -> Iterator[Spoken]:
    """Each language's voice."""
    for language in prompts.languages:
        names = prompts.voices(language)
        voice = next((name for name in names if name not in refused), "")
        passed_over = tuple(name for name in names if name in refused)
        approval = prompts.approval(language)
        same = f"{TABLE}:voice" not in prompts.unreviewed(language)
        heard_by = approval.by if approval and same else ""
        yield Spoken(language, prompts.voice(language), voice, passed_over, heard_by)


def trouble(settings: Settings, prompts: Prompts) -> list[str]:
    """Each voice that is passed over, in a sentence. Raises `RefusedVoicesError`."""
    refused = read(settings.refused_voices_file)
    return [
        f"{name} is refused since {refused[name].at:%Y-%m-%d} ({refused[name].code}); "
        f"{each.language} is spoken by {each.voice or NETWORKS_OWN}"
        for each in spoken_by(prompts, refused)
        for name in each.refused
    ]
