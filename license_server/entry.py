"""A new license server ID as it is typed into seven fields, judged field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from codes.errors import CodeError, InvalidCharacter
from codes.groups import NEW_LICENSE_SERVER_ID
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


def read(form: Mapping[str, str]) -> tuple[str, ...]:
    """Read the seven fields `group1` to `group7`, or the one field `new_license_server_id`.

    A whole ID in any one field is laid over all seven. Nothing typed is lost: what does not fit
    stays in the last field.
    """
    whole = form.get("new_license_server_id", "")
    groups = tuple(form.get(f"group{number}", "").strip() for number in range(1, COUNT + 1))
    return spread((whole, *groups[1:]) if whole.strip() else groups)


def spread(groups: Sequence[str]) -> tuple[str, ...]:
    """Lay what is typed over seven fields, where a field holds more than its own group."""
    texts = [text[:_LONGEST].strip() for text in groups][:COUNT]
    texts += [""] * (COUNT - len(texts))
    longest = max(texts, key=lambda text: len(signs(text)))
    if len(signs(longest)) <= WIDTH:
        return tuple(signs(text) for text in texts)
    # A whole ID pasted into one field stands for itself; else the fields are read on.
    is_whole = len(signs(longest)) >= NEW_LICENSE_SERVER_ID.length
    every = signs(longest if is_whole else "".join(texts))
    cut = [every[at : at + WIDTH] for at in range(0, WIDTH * (COUNT - 1), WIDTH)]
    return (*cut, every[WIDTH * (COUNT - 1) :])


def verdicts(groups: Sequence[str]) -> tuple[Verdict, ...]:
    """Judge every field by itself; blind to what the whole says."""
    return tuple(_verdict(number, group) for number, group in enumerate(groups, 1))


def require_whole(groups: Sequence[str]) -> None:
    """Refuse an ID of which fields are empty, too short or too long, and name them."""
    if not any(groups):
        return
    sizes = {number: len(group) for number, group in enumerate(groups, 1)}
    wrong = [number for number, size in sizes.items() if size != WIDTH]
    if not wrong:
        return
    said = [
        f"group {number} is empty"
        if not sizes[number]
        else f"group {number} has {sizes[number]} of {WIDTH} digits"
        if sizes[number] < WIDTH
        else f"group {number} has {sizes[number]} digits instead of {WIDTH}"
        for number in wrong
    ]
    text = ", ".join(said)
    raise IDRefusedError("invalid_length", f"{text[0].upper()}{text[1:]}: complete it.", wrong)


def _verdict(number: int, group: str) -> Verdict:
    if not group:
        return Verdict(number, Mark.EMPTY, "")
    try:
        digits = NEW_LICENSE_SERVER_ID.compact(group)
    except InvalidCharacter:
        return Verdict(number, Mark.BAD, "digits only")
    except CodeError as error:  # pragma: no cover -- compact knows no other fault
        return Verdict(number, Mark.BAD, str(error))
    if len(digits) < WIDTH:
        return Verdict(number, Mark.SHORT, f"{WIDTH - len(digits)} more")
    if len(digits) > WIDTH:
        return Verdict(number, Mark.BAD, "too long")
    if NEW_LICENSE_SERVER_ID.is_good(number, digits):
        return Verdict(number, Mark.GOOD, "good")
    return Verdict(number, Mark.BAD, "wrong")
