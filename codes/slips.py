"""One slip of a finger: a key that was dropped or doubled shifts every digit after it.

The digits are laid on their groups in every way that one slip allows; the way in which most
groups hold shows where it happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class SlipKind(StrEnum):
    """What the finger did."""

    DROPPED = "dropped"
    DOUBLED = "doubled"


_SIZE: Final = {SlipKind.DROPPED: -1, SlipKind.DOUBLED: 1}


@dataclass(frozen=True, slots=True)
class Slip:
    """A key too few or too many in one group (numbered from 1)."""

    group: int
    kind: SlipKind


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay digits on groups: each group's digits, the slip assumed, what is left.

    `laid` is in the order of the targets; the last piece may be short.
    """

    laid: tuple[tuple[int, str], ...]
    slip: Slip | None
    surplus: str


def lay(digits: str, targets: tuple[int, ...], width: int, slip: Slip | None = None) -> Layout:
    """Lay digits on the target groups in order, `width` on each, but one more or less on a slip.

    >>> lay("123450987", (2, 3), 5).laid
    ((2, '12345'), (3, '0987'))
    >>> lay("1234009876", (2, 3), 5, Slip(2, SlipKind.DROPPED))
    Layout(laid=((2, '1234'), (3, '00987')), slip=Slip(group=2, kind=<SlipKind.DROPPED: \
'dropped'>), surplus='6')
    """
    laid = []
    start = 0
    for group in targets:
        if start >= len(digits):
            break
        stop = start + width
        if slip is not None and slip.group == group:
            stop += _SIZE[slip.kind]
        laid.append((group, digits[start:stop]))
        start = stop
    return Layout(tuple(laid), slip, digits[start:])


def layouts(digits: str, targets: tuple[int, ...], width: int) -> Iterator[Layout]:
    """Give every layout: the straight one first, then one for each slip that is possible.

    A slip is possible where a whole group's worth of digits follows from it: the groups after it
    are the only witnesses. In the last target group the count of digits is the witness.
    """
    yield lay(digits, targets, width)
    for group in targets[: len(digits) // width + 1] if digits else ():
        for kind in SlipKind:
            layout = lay(digits, targets, width, Slip(group, kind))
            last, piece = layout.laid[-1]
            ends_here = group == targets[-1] and not layout.surplus
            if last > group or (last == group and ends_here and len(piece) == _SIZE[kind] + width):
                yield layout


def explains(slip: Slip, keyed: str, group: str) -> bool:
    """Tell whether `keyed` is what the slip makes of the true `group`.

    >>> explains(Slip(1, SlipKind.DROPPED), "1245", "12345")
    True
    >>> explains(Slip(1, SlipKind.DOUBLED), "124345", "12345")
    True
    >>> explains(Slip(1, SlipKind.DROPPED), "1246", "12345")
    False
    """
    long, short = (group, keyed) if slip.kind is SlipKind.DROPPED else (keyed, group)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
