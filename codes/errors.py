"""What can be wrong with a code, each with a stable word for machines and a sentence for people."""

# ruff: noqa: N818 -- the names say what is wrong; that they are errors is said by CodeError

from collections.abc import Sequence
from typing import ClassVar


class CodeError(Exception):
    """Any fault of a code; `code` never changes, `str()` is what a person is told.

    `groups` holds the numbers (from 1) of the groups that are known to be wrong.

    >>> raise InvalidGroups("Group 2 is wrong.", (2,))
    Traceback (most recent call last):
    codes.errors.InvalidGroups: Group 2 is wrong.
    """

    code: ClassVar[str] = "code_error"

    def __init__(self, message: str, groups: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.groups = tuple(groups)


class InvalidCharacter(CodeError):
    """A sign that no code of this kind can hold."""

    code = "invalid_character"


class LetterForDigit(InvalidCharacter):
    """A letter that looks like a digit (O, l, I) where only digits can stand."""

    code = "letter_for_digit"


class InvalidLength(CodeError):
    """Too few or too many digits; `groups` names where, if one slip of a finger explains it."""

    code = "invalid_length"


class OtherKind(CodeError):
    """A faultless code, but not of the kind that is wanted here."""

    code = "other_kind"


class InvalidGroups(CodeError):
    """Groups whose check digit does not fit."""

    code = "invalid_groups"


class InvalidParity(CodeError):
    """Every group is well-formed and yet one of them is wrong; nobody can say which."""

    code = "invalid_parity"


class NotAuthentic(CodeError):
    """A well-formed code that was not made with this product key for this license server."""

    code = "not_authentic"


class WrongProduct(CodeError):
    """A product key whose last character does not fit the product ID."""

    code = "wrong_product"


class NotRestorable(CodeError):
    """More is missing than one group, or the proof does not stand behind what was computed."""

    code = "not_restorable"


class InvalidField(CodeError):
    """A value that does not fit into the digits that a code has for it."""

    code = "invalid_field"


class ParityUnreachable(CodeError):
    """The parity group would need a fifth digit: draw the made-up part again."""

    code = "parity_unreachable"


def named(groups: Sequence[int]) -> str:
    """Name groups in a sentence.

    >>> named((2,)), named((2, 5)), named((1, 2, 5))
    ('group 2', 'groups 2 and 5', 'groups 1, 2 and 5')
    """
    *most, last = map(str, groups)
    return f"groups {', '.join(most)} and {last}" if most else f"group {last}"
