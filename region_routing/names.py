"""Names of countries and languages for people, by the Unicode CLDR; codes are what is kept."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

# Two-letter codes that the CLDR names and ISO 3166-1 does not assign.
_NOT_ASSIGNED: Final = frozenset(
    "AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split()  # noqa: SIM905 -- reads as a list of codes
)
_LETTERS: Final = 2


@cache
def countries(language: str = "en") -> tuple[tuple[str, str], ...]:
    """List every country of ISO 3166-1, code and name, in the order of the names.

    >>> dict(countries("en"))["DE"], dict(countries("fr"))["DE"], len(countries())
    ('Germany', 'Allemagne', 249)
    """
    names = Locale.parse(language, sep="-").territories
    assigned = (str(code) for code in names if str(code) not in _NOT_ASSIGNED)
    pairs = [(code, str(names[code])) for code in assigned if _is_two_letters(code)]
    return in_order(pairs)


def in_order(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Pairs of code and name as people look for them: "Åland Islands" with the A, not behind Z.

    >>> in_order([("ZW", "Zimbabwe"), ("AX", "Åland Islands")])
    (('AX', 'Åland Islands'), ('ZW', 'Zimbabwe'))
    """
    return tuple(sorted(pairs, key=lambda pair: _plain(pair[1])))


def language_name(tag: str, language: str = "en") -> str:
    """Name a language that a line speaks; one that nobody knows is named by its tag.

    >>> language_name("de"), language_name("pt-BR"), language_name("de", "de")
    ('German', 'Portuguese (Brazil)', 'Deutsch')
    """
    try:
        found = Locale.parse(tag, sep="-").get_display_name(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return tag
    return found or tag


def _is_two_letters(code: str) -> bool:
    # The CLDR also names regions of the United Nations, by three digits.
    return len(code) == _LETTERS and code.isalpha()


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in folded if not unicodedata.combining(sign)).casefold()
