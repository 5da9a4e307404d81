"""Codes as people type and paste them: any space, any hyphen, the digits of any script."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from codes.errors import InvalidCharacter, InvalidLength, LetterForDigit

# Signs that are used as hyphens without being called one (category Pd) by Unicode: minus sign,
# modifier minus, hyphen bullet, superscript and subscript minus, heavy minus.
_MORE_HYPHENS: Final = frozenset("\u2212\u02d7\u2043\u207b\u208b\u2796")
_LOOKALIKES: Final = {"O": "0", "o": "0", "L": "1", "l": "1", "I": "1", "i": "1"}


def is_separator(character: str) -> bool:
    r"""Tell whether a sign only sets groups apart: space, hyphen, or an invisible mark.

    Invisible marks (category Cf, the soft hyphen among them) come along with pasted text.

    >>> [is_separator(sign) for sign in (" ", "-", "\u2013", "\u2212", ".", "1")]
    [True, True, True, True, False, False]
    """
    return (
        character.isspace()
        or character in _MORE_HYPHENS
        or unicodedata.category(character) in ("Pd", "Cf")
    )


def signs(text: str) -> str:
    """Drop what only sets groups apart."""
    return "".join(sign for sign in text if not is_separator(sign))


def digits(text: str, name: str = "code", width: int = 5) -> str:
    """Read typed text as ASCII digits; `name` and the group's `width` serve the error alone.

    >>> digits("１２３４５ ‒ ٦٧٨٩٠")
    '1234567890'
    >>> digits("12O45")
    Traceback (most recent call last):
    codes.errors.LetterForDigit: The code holds digits only, but sign 3 is the letter O: \
type the digit 0 if that is what you see.
    """
    bare = text.replace("-", "")
    if bare.isascii() and bare.isdigit():
        return bare
    bare = signs(text)
    found = [unicodedata.decimal(sign, None) for sign in bare]
    for place, (sign, value) in enumerate(zip(bare, found, strict=True), 1):
        if value is None:
            raise _refusal(sign, place, name, (place - 1) // width + 1)
    return "".join(map(str, found))


def _refusal(sign: str, place: int, name: str, group: int) -> InvalidCharacter:
    plain = unicodedata.normalize("NFKC", sign)
    where = f"The {name} holds digits only, but sign {place} is"
    if plain in _LOOKALIKES:
        return LetterForDigit(
            f"{where} the letter {plain}: type the digit {_LOOKALIKES[plain]} "
            "if that is what you see.",
            (group,),
        )
    shown = plain if plain.isprintable() else unicodedata.name(sign, f"U+{ord(sign):04X}")
    return InvalidCharacter(f"{where} “{shown}”: leave it out or type the right digit.", (group,))


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A code of a few digits without groups and check digits: it is compared, never mended.

    >>> ShortCode("line code", 4).validate("71 40")
    '7140'
    >>> ShortCode("line code", 4).validate("714")
    Traceback (most recent call last):
    codes.errors.InvalidLength: The line code has 4 digits, but 3 were given: type all of them.
    """

    name: str
    length: int

    def compact(self, text: str) -> str:
        """Read typed text as ASCII digits."""
        return digits(text, self.name, self.length)

    def validate(self, text: str) -> str:
        """Give the compact code, or raise what is wrong with it."""
        code = self.compact(text)
        if len(code) != self.length:
            raise InvalidLength(
                f"The {self.name} has {self.length} digits, but {len(code)} were given: "
                "type all of them."
            )
        return code

    def is_valid(self, text: str) -> bool:
        """Tell whether the text has the form of this code."""
        try:
            self.validate(text)
        except (InvalidCharacter, InvalidLength):
            return False
        return True
