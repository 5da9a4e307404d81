"""A code as it is typed into a field per group, judged field by field.

That is a new license server ID, where no other shape is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from codes.errors import InvalidCharacter, named
from codes.groups import NEW_LICENSE_SERVER_ID, Shape
from codes.typed import signs
from license_server.errors import IDRefusedError

COUNT: Final = NEW_LICENSE_SERVER_ID.count
WIDTH: Final = NEW_LICENSE_SERVER_ID.width
_LONGEST: Final = 200


class Mark(StrEnum):
    """How one field stands."""

    EMPTY = "empty"
    SHORT = "short"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One field's mark and what is said beside it."""

    group: int
    mark: Mark
    message: str


def read(form: Mapping[str, str], shape: Shape = NEW_LICENSE_SERVER_ID) -> tuple[str, ...]:
    """Read the fields `group1`, `group2` and so on, or the one field that is named by the kind.

    A whole code in any one field is laid over all. Nothing typed is lost: what does not fit stays
    in the last field.
    """
    whole = form.get(shape.kind, "")
    groups = tuple(form.get(f"group{number}", "").strip() for number in shape.numbers)
    return spread((whole, *groups[1:]) if whole.strip() else groups, shape)


def spread(groups: Sequence[str], shape: Shape = NEW_LICENSE_SERVER_ID) -> tuple[str, ...]:
    """Lay what is typed over all fields, where a field holds more than its own group."""
    texts = [text[:_LONGEST].strip() for text in groups][: shape.count]
    texts += [""] * (shape.count - len(texts))
    longest = max(texts, key=lambda text: len(signs(text)))
    if len(signs(longest)) <= WIDTH:
        return tuple(signs(text) for text in texts)
    # A whole code pasted into one field stands for itself; else the fields are read on.
    is_whole = len(signs(longest)) >= shape.length
    every = signs(longest if is_whole else "".join(texts))
    last = WIDTH * (shape.count - 1)
    return (*(every[at : at + WIDTH] for at in range(0, last, WIDTH)), every[last:])


def verdicts(groups: Sequence[str]) -> tuple[Verdict, ...]:
    """Judge every field by itself; blind to what the whole says."""
    return tuple(_verdict(number, group) for number, group in enumerate(groups, 1))


def require_whole(groups: Sequence[str]) -> None:
    """Refuse an ID of which fields are empty or short, and say of each what is wrong with it.

    Where only the last field has a wrong length, the whole is left to the code's own check: it
    finds the one digit, dropped or doubled, that shifted all that follow.
    """
    if not any(groups) or all(len(group) == WIDTH for group in groups[:-1]):
        return
    marks = {verdict.group: verdict.mark for verdict in verdicts(groups)}
    parts = [
        _named([number for number, mark in marks.items() if mark is wanted], said)
        for wanted, said in (
            (Mark.EMPTY, ("is empty", "are empty")),
            (Mark.SHORT, ("is too short", "are too short")),
            (Mark.BAD, ("is wrong", "are wrong")),
        )
    ]
    text = ", ".join(filter(None, parts))
    wrong = [number for number, mark in marks.items() if mark is not Mark.GOOD]
    sentence = f"{text[0].upper()}{text[1:]}: compare with what was read to you."
    raise IDRefusedError("invalid_length", sentence, wrong)


def _named(numbers: Sequence[int], said: tuple[str, str]) -> str:
    return f"{named(numbers)} {said[len(numbers) > 1]}" if numbers else ""


def _verdict(number: int, group: str) -> Verdict:
    if not group:
        return Verdict(number, Mark.EMPTY, "")
    try:
        digits = NEW_LICENSE_SERVER_ID.compact(group)
    except InvalidCharacter:
        return Verdict(number, Mark.BAD, "digits only")
    missing = WIDTH - len(digits)
    if missing > 0:
        return Verdict(number, Mark.SHORT, f"{missing} more")
    if missing < 0:
        return Verdict(number, Mark.BAD, "too long")
    is_good = NEW_LICENSE_SERVER_ID.is_good(number, digits)
    return Verdict(number, Mark.GOOD, "good") if is_good else Verdict(number, Mark.BAD, "wrong")
