"""Ticks: the groups of a code as it is typed, judged one by one."""

from dataclasses import asdict, dataclass
from typing import Final

from flask import Blueprint, request

from codes.errors import CodeError, named
from codes.groups import SHAPES, Shape

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Tick:
    """One group: its digits, whether it is good, bad or short, and that in words."""

    group: int
    digits: str
    mark: str
    says: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A code's groups, and what is to be said of the whole."""

    groups: tuple[Tick, ...]
    message: str


def judge(kind: str, text: str) -> Judged:
    """Judge what is typed so far; a group that is not yet whole is not wrong."""
    shape = SHAPES[kind]
    try:
        digits = shape.compact(text[:_LONGEST])
    except CodeError as error:
        return Judged((), str(error))
    pieces = shape.split(digits)[: shape.count]
    ticks = tuple(_tick(shape, number, piece) for number, piece in enumerate(pieces, 1))
    return Judged(ticks, _message(shape, digits, ticks))


def add_pages(site: Blueprint) -> None:
    """Add what the form's script asks."""
    site.add_url_rule("/check", "check", _check, methods=["POST"])


def _check() -> dict[str, object] | tuple[dict[str, object], int]:
    document = request.get_json(silent=True)
    kind = document.get("kind") if isinstance(document, dict) else None
    text = document.get("text") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in SHAPES or not isinstance(text, str):
        return {"error": "Send the kind of code and its text."}, 400
    return asdict(judge(kind, text))


def _tick(shape: Shape, number: int, piece: str) -> Tick:
    missing = shape.width - len(piece)
    if missing:
        return Tick(number, piece, "short", f"{missing} more")
    if shape.is_good(number, piece):
        return Tick(number, piece, "good", "good")
    return Tick(number, piece, "bad", "wrong")


def _message(shape: Shape, digits: str, ticks: tuple[Tick, ...]) -> str:
    if len(digits) >= shape.length:
        try:
            shape.validate(digits)
        except CodeError as error:
            return str(error)
        return "It is complete, and every group fits."
    wrong = [tick.group for tick in ticks if tick.mark == "bad"]
    return f"Compare {named(wrong)} with the wizard's page." if wrong else ""
