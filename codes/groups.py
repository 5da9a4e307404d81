"""What all grouped kinds share: their shapes, checking group by group, and mending one group."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from codes import checks, slips, typed
from codes.errors import (
    CodeError,
    InvalidField,
    InvalidGroups,
    InvalidLength,
    InvalidParity,
    OtherKind,
    ParityUnreachable,
    named,
)

_Plan = tuple[tuple[int, int, int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many groups a kind of code has, how wide they are, and whether a parity closes it.

    >>> PRODUCT_ID.length
    20
    """

    kind: str
    name: str
    count: int
    width: int = 5
    has_parity: bool = True
    length: int = field(init=False)
    numbers: tuple[int, ...] = field(init=False)
    _plan: _Plan = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = tuple(range(1, self.count + 1))
        plan = tuple(
            (
                (number - 1) * self.width,
                number * self.width,
                number,
                checks.check_digits(number, self.width - 1),
            )
            for number in numbers
        )
        object.__setattr__(self, "length", self.count * self.width)
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "_plan", plan)

    def compact(self, text: str) -> str:
        """Read typed text as ASCII digits, however many; raises InvalidCharacter."""
        return typed.digits(text, self.name, self.width)

    def split(self, text: str) -> tuple[str, ...]:
        """Cut typed text into its groups; the last one is short where digits are missing."""
        code = self.compact(text)
        return tuple(code[at : at + self.width] for at in range(0, len(code), self.width))

    def format(self, text: str) -> str:
        """Write a code as people read it, with hyphens between the groups."""
        return "-".join(self.split(text))

    def is_good(self, number: int, group: str) -> bool:
        """Tell whether one group of ASCII digits has the right length and check digit."""
        if len(group) != self.width:
            return False
        *_, table = self._plan[number - 1]
        data, check = divmod(int(group), 10)
        return table[data] == check

    def wrong_groups(self, code: str) -> tuple[int, ...]:
        """List the groups of a compact code whose check digits do not fit."""
        wrong = []
        for start, stop, number, table in self._plan:
            data, check = divmod(int(code[start:stop]), 10)
            if table[data] != check:
                wrong.append(number)
        return tuple(wrong)

    def parity_holds(self, code: str) -> bool:
        """Tell whether the parity over all groups of a compact code is right."""
        return not self.has_parity or not checks.parity(self._data(code))

    def is_valid(self, text: str) -> bool:
        """Tell whether typed text is a code of this shape; plain ASCII takes a fast way."""
        code = text.replace("-", "")
        if not (code.isascii() and code.isdigit()):
            try:
                code = self.compact(text)
            except CodeError:
                return False
        if len(code) != self.length:
            return False
        total = 0
        for start, stop, number, table in self._plan:
            data, check = divmod(int(code[start:stop]), 10)
            if table[data] != check:
                return False
            total += number * data
        return not self.has_parity or total % checks.MODULUS == 0

    def validate(self, text: str) -> str:
        """Give the compact code, or raise the error that says what is wrong and where."""
        code = self.compact(text)
        if len(code) != self.length:
            raise self._length_error(code)
        if wrong := self.wrong_groups(code):
            raise InvalidGroups(self._groups_sentence(code, wrong), wrong)
        if not self.parity_holds(code):
            raise InvalidParity(
                f"One group of the {self.name} is wrong, though each looks right by itself: "
                "compare every group with the original."
            )
        return code

    def find_slip(self, code: str) -> slips.Slip | None:
        """Find the one key, dropped or doubled, that explains a compact code's wrong length.

        All other groups must hold, and the parity must give the group back from what was keyed.
        """
        if abs(len(code) - self.length) != 1:
            return None
        for layout in slips.layouts(code, self.numbers, self.width):
            slip = layout.slip
            if slip is None or layout.surplus:
                continue
            laid = dict(layout.laid)
            keyed = laid.pop(slip.group)
            if all(self.is_good(number, group) for number, group in laid.items()) and (
                self.witnesses(slip, keyed, [laid.get(number) for number in self.numbers])
            ):
                return slip
        return None

    def witnesses(self, slip: slips.Slip, keyed: str, groups: Sequence[str | None]) -> bool:
        """Tell whether the one missing group, computed from the others, became `keyed` by the slip.

        Always so for a kind without parity: nothing can be computed there.
        """
        if not self.has_parity:
            return True
        whole = self.fill(groups)
        start = (slip.group - 1) * self.width
        return whole is not None and slips.explains(slip, keyed, whole[start : start + self.width])

    def fill(self, groups: Sequence[str | None]) -> str | None:
        """Compute the one missing group (None) of a code by its parity; no proof that it is true.

        >>> PRODUCT_ID.fill(["00298", None, "69310", "09389"])
        '00298772766931009389'
        """
        data = checks.missing_data([None if group is None else int(group[:-1]) for group in groups])
        return (
            None
            if data is None
            else "".join(
                self.assemble_group(number, data) if group is None else group
                for number, group in enumerate(groups, 1)
            )
        )

    def assemble_group(self, number: int, data: int) -> str:
        """Write one group: its data with zeros, and its check digit.

        >>> PRODUCT_ID.assemble_group(1, 29)
        '00298'
        """
        text = str(data).zfill(self.width - 1)
        return text + checks.check_digit(number, text)

    def assemble(self, data: str) -> str:
        """Put check digits to the data digits and, where the kind has one, the parity group.

        >>> PRODUCT_ID.assemble("002977276931")
        '00298772766931009389'
        """
        step = self.width - 1
        parts = [data[at : at + step] for at in range(0, len(data), step)]
        groups: list[str | None] = [
            self.assemble_group(number, int(part)) for number, part in enumerate(parts, 1)
        ]
        if not self.has_parity:
            return "".join(filter(None, groups))
        code = self.fill([*groups, None])
        if code is None:
            raise ParityUnreachable(
                f"No parity group of four digits fits this {self.name}: "
                "draw the made-up part again."
            )
        return code

    def data(self, code: str) -> str:
        """Take the data digits out of a compact code, without check digits and parity group."""
        last = self.count - self.has_parity
        return "".join(code[start : stop - 1] for start, stop, *_ in self._plan[:last])

    def _data(self, code: str) -> list[int]:
        return [int(code[start : stop - 1]) for start, stop, *_ in self._plan]

    def _length_error(self, code: str) -> CodeError:
        for other in SHAPES.values():
            if other.length == len(code) and other.is_valid(code):
                return OtherKind(
                    f"This is not a {self.name}: with {other.length} digits it is a {other.name}. "
                    f"Type the {self.name}; it has {self.length} digits."
                )
        slip = self.find_slip(code)
        if slip is not None:
            what = (
                "a digit is missing"
                if slip.kind is slips.SlipKind.DROPPED
                else "a digit is too many"
            )
            return InvalidLength(
                f"In group {slip.group} of the {self.name} {what}: type that group again.",
                (slip.group,),
            )
        return InvalidLength(
            f"The {self.name} has {self.length} digits, but {len(code)} were given: "
            "compare it with the original.",
            range(len(code) // self.width + 1, self.count + 1),
        )

    def swapped_sentence(self, code: str, wrong: tuple[int, ...]) -> str | None:
        """Say so where the two wrong groups of a compact code have only changed places."""
        if len(wrong) != 2:  # noqa: PLR2004 -- a pair is two
            return None
        first, second = wrong
        groups = list(self.split(code))
        groups[first - 1], groups[second - 1] = groups[second - 1], groups[first - 1]
        if not self.is_valid("".join(groups)):
            return None
        return f"{named(wrong).capitalize()} of the {self.name} have changed places."

    def _groups_sentence(self, code: str, wrong: tuple[int, ...]) -> str:
        verb, them = ("are", "them") if len(wrong) > 1 else ("is", "it")
        return self.swapped_sentence(code, wrong) or (
            f"{named(wrong).capitalize()} of the {self.name} {verb} wrong: "
            f"compare {them} with the original and type {them} again."
        )


PRODUCT_ID: Final = Shape("product_id", "product ID", 4)
LICENSE_SERVER_ID: Final = Shape("license_server_id", "license server ID", 7)
NEW_LICENSE_SERVER_ID: Final = Shape("new_license_server_id", "new license server ID", 7)
DEACTIVATION_RECEIPT: Final = Shape("deactivation_receipt", "deactivation receipt", 3)
DEACTIVATION_CONFIRMATION: Final = Shape(
    "deactivation_confirmation", "deactivation confirmation", 3
)
LICENSE_CODE: Final = Shape("license_code", "license code", 5)
LICENSE_PACK_ID: Final = Shape("license_pack_id", "license pack ID", 7)
CASE_NUMBER: Final = Shape("case_number", "case number", 3, width=4, has_parity=False)

SHAPES: Final = {
    shape.kind: shape
    for shape in (
        PRODUCT_ID,
        LICENSE_SERVER_ID,
        NEW_LICENSE_SERVER_ID,
        DEACTIVATION_RECEIPT,
        DEACTIVATION_CONFIRMATION,
        LICENSE_CODE,
        LICENSE_PACK_ID,
        CASE_NUMBER,
    )
}


def number(value: int, digits: int, name: str, least: int = 0) -> str:
    """Write a number with its zeros, or raise InvalidField where it has no room.

    >>> number(7, 3, "issue number")
    '007'
    """
    if not least <= value < 10**digits:
        raise InvalidField(
            f"The {name} must lie between {least} and {10**digits - 1}, but it is {value}."
        )
    return str(value).zfill(digits)
