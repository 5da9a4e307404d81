"""Restoring the one group of a code that is missing or wrong.

It spends the redundancy that finds mistakes, so a proof of its own has to stand behind it, and
whoever calls it asks a person for a yes before the code is used.
"""

from collections.abc import Callable, Iterator, Sequence

from codes.errors import NotRestorable, named
from codes.groups import Shape


def restore(
    shape: Shape,
    groups: Sequence[str | None],
    is_authentic: Callable[[str], bool],
    proof: str,
) -> str:
    """Give the whole code where one group is missing (None) or wrong and the proof confirms it.

    Where every group looks right and only the parity is wrong, each is tried in turn.
    `is_authentic` is the proof, and `proof` is what people call it. Raises NotRestorable.

    >>> from codes.groups import PRODUCT_ID
    >>> restore(PRODUCT_ID, ["00298", "77276", "6931", "09389"], lambda code: True, "register")
    '00298772766931009389'
    """
    if len(groups) != shape.count:
        raise NotRestorable(
            f"The {shape.name} has {shape.count} groups: give each, or none for it."
        )
    kept = [
        group if group is not None and shape.is_good(number, group) else None
        for number, group in zip(shape.numbers, groups, strict=True)
    ]
    missing = tuple(number for number in shape.numbers if kept[number - 1] is None)
    if len(missing) > 1:
        raise NotRestorable(
            f"Only one group can be restored, but {named(missing)} of the {shape.name} "
            "are missing or wrong: type them again.",
            missing,
        )
    found = [code for code in _candidates(shape, kept, missing) if is_authentic(code)]
    if len(found) != 1:
        raise NotRestorable(
            f"The {shape.name} cannot be restored: the {proof} does not confirm what the other "
            "groups give. Another group must be wrong: compare all of them with the original.",
            missing,
        )
    return found[0]


def _candidates(
    shape: Shape, groups: Sequence[str | None], missing: tuple[int, ...]
) -> Iterator[str]:
    whole = "".join(group or "" for group in groups)
    if not missing and shape.parity_holds(whole):
        yield whole
        return
    for number in missing or shape.numbers:
        code = shape.fill([*groups[: number - 1], None, *groups[number:]])
        if code is not None:
            yield code
