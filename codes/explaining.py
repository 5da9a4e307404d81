"""What a code is or may be, told group by group, and what a repair would give.

>>> print(*explain("00298-77286-69310-09389").lines, sep=chr(10))
20 digits: a product ID.
  group 1  00298  good
  group 2  77286  wrong
  group 3  69310  good
  group 4  09389  good
If only group 2 is wrong, it was 77276. The parity gives that and proves nothing: compare it \
with the original.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from codes import license_pack_id, license_server_id, new_license_server_id, product_id, product_key
from codes.errors import CodeError, named
from codes.groups import SHAPES, Shape
from codes.slips import SlipKind, lay
from codes.typed import digits

_SHORT: Final = {
    4: "a line code, a closing code or a challenge",
    6: "the answer to a challenge",
}
_KEY_LENGTH: Final = 25
_KEY: Final = (
    "25 characters: it may be a product key. Only together with its product ID its last character "
    "can be checked. Never say a product key on the telephone."
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sentences about one code, and whether the code is well-formed."""

    lines: tuple[str, ...]
    is_good: bool


def explain(text: str) -> Explanation:
    """Explain a typed code; raises InvalidCharacter for what is neither digits nor product key."""
    if _may_be_key(text):
        return Explanation((_KEY,), is_good=True)
    code = digits(text)
    if len(code) in _SHORT:
        line = f"{len(code)} digits: it may be {_SHORT[len(code)]}. It holds no check digit."
        return Explanation((line,), is_good=True)
    shapes = [shape for shape in SHAPES.values() if shape.length == len(code)]
    if shapes:
        return _explain_groups(code, shapes)
    return Explanation(tuple(_explain_length(code)), is_good=False)


def _may_be_key(text: str) -> bool:
    try:
        key = product_key.compact(text)
    except CodeError:
        return False
    return len(key) == _KEY_LENGTH and not key.isdigit()


def _explain_groups(code: str, shapes: Sequence[Shape]) -> Explanation:
    shape = shapes[0]
    wrong = shape.wrong_groups(code)
    groups = shape.split(code)
    names = " or ".join(f"a {shape.name}" for shape in shapes)
    lines = [f"{len(code)} digits: {names}."]
    lines += [
        f"  group {number}  {group}  {'wrong' if number in wrong else 'good'}"
        for number, group in enumerate(groups, 1)
    ]
    if not wrong and shape.parity_holds(code):
        if shape.has_parity:
            lines.append("  parity   good")
        lines += [line for each in shapes if (line := _contents(each.kind, code))]
        return Explanation(tuple(lines), is_good=True)
    lines += _repairs(shape, groups, wrong)
    return Explanation(tuple(lines), is_good=False)


def _repairs(shape: Shape, groups: tuple[str, ...], wrong: tuple[int, ...]) -> Iterator[str]:
    if not shape.has_parity:
        yield f"A {shape.name} cannot be repaired, for it has no parity. Type {named(wrong)} again."
        return
    if len(wrong) > 1:
        swapped = shape.swapped_sentence("".join(groups), wrong)
        yield swapped or (
            "Nothing can be repaired: only one group can be computed from the others. "
            "Type the wrong ones again."
        )
        return
    if not wrong:
        yield "  parity   wrong"
        yield "One group is wrong though each looks right. It may be any of these:"
    for number in wrong or shape.numbers:
        whole = shape.fill([*groups[: number - 1], None, *groups[number:]])
        group = None if whole is None else shape.split(whole)[number - 1]
        if not wrong:
            if group is not None:
                yield f"  group {number}, if it was {group}"
        elif group is None:
            yield f"Group {number} is not the only wrong one: no digits in it fit the others."
        else:
            yield (
                f"If only group {number} is wrong, it was {group}. "
                "The parity gives that and proves nothing: compare it with the original."
            )


def _explain_length(code: str) -> Iterator[str]:
    yield f"{len(code)} digits: no code has that many."
    lengths: dict[int, list[str]] = {}
    for shape in SHAPES.values():
        lengths.setdefault(shape.length, []).append(shape.name)
        slip = shape.find_slip(code)
        if slip is not None:
            is_dropped = slip.kind is SlipKind.DROPPED
            what = "a key was dropped" if is_dropped else "a key was doubled"
            yield f"It may be a {shape.name}: {what} in group {slip.group}."
            groups = [
                None if number == slip.group else group
                for number, group in lay(code, shape.numbers, shape.width, slip).laid
            ]
            if shape.has_parity and (whole := shape.fill(groups)) is not None:
                group = shape.split(whole)[slip.group - 1]
                yield f"If all else is right, that group was {group}: compare it with the original."
    known = "; ".join(
        f"{length} digits: {' or '.join(names)}" for length, names in sorted(lengths.items())
    )
    yield f"What there is: {known}."


def _contents(kind: str, code: str) -> str:
    teller = _TELLERS.get(kind)
    return teller(code) if teller else ""


def _tell_product(code: str) -> str:
    said = product_id.parse(code)
    return f"It says: product family {said.family:04}, serial number {said.serial:08}."


def _tell_request(code: str) -> str:
    said = license_server_id.parse(code)
    issue = f"{said.last_issue:03}" if said.last_issue else "none or lost"
    return (
        f"As a license server ID it says: last accepted issue number {issue}, "
        f"key hash {said.key_hash}, request proof {said.proof}."
    )


def _tell_permission(code: str) -> str:
    said = new_license_server_id.parse(code)
    return (
        f"As a new license server ID it says: issue number {said.issue:03}, issued in "
        f"{said.first_day:%Y-%m}, valid until {said.last_moment:%Y-%m-%d}, "
        f"authenticator {said.authenticator}."
    )


def _tell_pack(code: str) -> str:
    said = license_pack_id.parse(code)
    kinds = {license_pack_id.PER_DEVICE: "per device", license_pack_id.PER_USER: "per user"}
    if said.kind not in kinds:
        return "A license pack ID it can't be."
    return (
        f"As a license pack ID it says: pack {said.number:04}, version {said.version}, "
        f"{kinds[said.kind]}, quantity {said.quantity}."
    )


_TELLERS: Final[Mapping[str, Callable[[str], str]]] = {
    "product_id": _tell_product,
    "license_server_id": _tell_request,
    "new_license_server_id": _tell_permission,
    "license_pack_id": _tell_pack,
}
