"""Digits one by one, as each language says them on the telephone.

A number is written out in words, a comma after each: voices pause there, and no voice reads
"12345" as a number. German says "zwo" for 2, as its telephone operators do, since "zwei" and
"drei" are mistaken for each other on a bad line.
"""

WORDS: dict[str, tuple[str, ...]] = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "de": ("null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "es": ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}
PAUSE = ", "


def say(digits: str, language: str) -> str:
    """The digits in words.

    >>> say("207", "de")
    'zwo, null, sieben'
    """
    words = WORDS[language]
    return PAUSE.join(words[int(digit)] for digit in digits)


def hear(words: str, language: str) -> str | None:
    """The digits of what `say` makes; None where it is anything else.

    >>> hear("zwo, null, sieben", "de")
    '207'
    >>> hear("two hundred", "en") is None
    True
    """
    spoken = WORDS[language]
    heard = words.split(PAUSE)
    if not set(heard) <= set(spoken):
        return None
    return "".join(str(spoken.index(word)) for word in heard)
