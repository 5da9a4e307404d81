"""What the caller keyed, group by group, told from the event log (which holds no digits)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from switchboard.events import Event, EventKind

from codes import license_server_id, product_id

_SHAPES: Final = {
    "product_id": ("Product ID", 4, product_id.split),
    "license_server_id": ("License server ID", 7, license_server_id.split),
}


@dataclass(frozen=True, slots=True)
class KeyedGroup:
    """One group: its digits where they are known, good or bad (None: not keyed), and tries."""

    number: int
    digits: str | None
    good: bool | None
    tries: int


@dataclass(frozen=True, slots=True)
class KeyedCode:
    """One ID as it was keyed."""

    kind: str
    name: str
    groups: tuple[KeyedGroup, ...]


def follow(events: Iterable[Event], codes: dict[str, str]) -> tuple[KeyedCode, ...]:
    """Fold a call's events; `codes` holds the whole IDs (compact) once a request is open."""
    verdicts: dict[tuple[str, int], list[bool]] = {}
    for event in events:
        if event.kind == EventKind.DIGITS_KEYED and event.data.get("group"):
            key = (str(event.data["code"]), int(event.data["group"]))
            verdicts.setdefault(key, []).append(bool(event.data["ok"]))
    return tuple(
        KeyedCode(kind, name, _groups(kind, count, verdicts, split(codes.get(kind, ""))))
        for kind, (name, count, split) in _SHAPES.items()
    )


def _groups(
    kind: str,
    count: int,
    verdicts: dict[tuple[str, int], list[bool]],
    digits: tuple[str, ...],
) -> tuple[KeyedGroup, ...]:
    groups = []
    for number in range(1, count + 1):
        keyed = verdicts.get((kind, number), [])
        known = digits[number - 1] if len(digits) == count else None
        good = True if known else (keyed[-1] if keyed else None)
        groups.append(KeyedGroup(number, known, good, len(keyed)))
    return tuple(groups)
