"""What the caller keyed, group by group, told from the event log (which holds no digits)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from clearinghouse.model import Request
from codes import license_server_id, product_id
from switchboard.events import Event, EventKind
from switchboard.model import Call

Digits = Mapping[str, Sequence[str | None]]

_SHAPES: Final = {
    "product_id": ("Product ID", 4),
    "license_server_id": ("License server ID", 7),
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

    @property
    def typed(self) -> str:
        """What is known of it, as a field is filled: up to the first group that is missing."""
        known = takewhile(lambda group: group.digits is not None, self.groups)
        return "-".join(group.digits or "" for group in known)


def known_digits(call: Call, request: Request | None) -> Digits:
    """Give the groups whose digits are known: the request's, else what the line shares."""
    if request is not None:
        return {
            "product_id": product_id.split(request.product_id),
            "license_server_id": license_server_id.split(request.license_server_id),
        }
    shared = json.loads(call.shared) if call.shared else {}
    return {kind: tuple(shared.get(kind) or ()) for kind in _SHAPES}


def follow(events: Iterable[Event], digits: Digits) -> tuple[KeyedCode, ...]:
    """Fold a call's events; `digits` holds the groups that are known, by kind."""
    verdicts: dict[tuple[str, int], list[bool]] = {}
    for event in events:
        if event.kind == EventKind.DIGITS_KEYED and event.data.get("group"):
            key = (str(event.data["code"]), int(event.data["group"]))
            verdicts.setdefault(key, []).append(bool(event.data["ok"]))
    return tuple(
        KeyedCode(kind, name, _groups(kind, count, verdicts, digits.get(kind, ())))
        for kind, (name, count) in _SHAPES.items()
    )


def _groups(
    kind: str,
    count: int,
    verdicts: dict[tuple[str, int], list[bool]],
    digits: Sequence[str | None],
) -> tuple[KeyedGroup, ...]:
    groups = []
    for number in range(1, count + 1):
        keyed = verdicts.get((kind, number), [])
        known = digits[number - 1] if number <= len(digits) else None
        good = True if known else (keyed[-1] if keyed else None)
        groups.append(KeyedGroup(number, known, good, len(keyed)))
    return tuple(groups)
