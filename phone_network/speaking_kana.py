"""Japanese as the speech engine can read it: kanji become kana, as they are pronounced.

The engine knows no kanji. MeCab with the IPA dictionary, which `fugashi` and `ipadic` bring,
finds the words and how each is pronounced in its place (the particle wa is not read as "ha").
Numbers with their counters are read by a table: no dictionary has their changing sounds.
"""

import functools
import re
import unicodedata
from typing import Any, Final

import fugashi
import ipadic

from phone_network.speaking_words import rows

_DIGITS: Final = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュー")
_HUNDREDS: Final = {1: "ヒャク", 3: "サンビャク", 6: "ロッピャク", 8: "ハッピャク"}
_THOUSANDS: Final = {1: "セン", 3: "サンゼン", 8: "ハッセン"}
_LARGE: Final = ((10**8, "オク"), (10**4, "マン"))
_LONGEST: Final = 12  # digits of a number that is read as a number
_PRONUNCIATION: Final = 8  # place of it in an entry of the IPA dictionary
_ABBREVIATION: Final = re.compile(r"(?<![A-Za-z])[A-Z]{1,5}(?![A-Za-z])")  # said by its letters
_JOINS: Final = {"助詞", "助動詞"}  # particles and endings lean on the word before
# Numbers in kanji, before the counters whose sounds the dictionary gets wrong; neither the word
# for "enough" nor a fraction.
_KANJI: Final = "一二三四五六七八九"
_WRITTEN: Final = re.compile(
    rf"(?<![{_KANJI}十百千])(?!十分)[{_KANJI}]?十?[{_KANJI}]?(?<=[{_KANJI}十])"
    rf"(?=(?:けた|桁|分(?!の[{_KANJI}\d])))"
)
_STOPS: Final = str.maketrans({"、": ", ", "。": ". ", "，": ", ", "．": ". "})


def kana(text: str) -> str:
    """Give a Japanese text in katakana, with spaces between words."""
    text = _numbers(unicodedata.normalize("NFKC", text))
    for word, reading in rows("words", "ja").items():
        text = text.replace(word, reading)
    letters = rows("letters", "ja")
    text = _ABBREVIATION.sub(lambda found: "".join(map(letters.__getitem__, found[0])), text)
    read = ""
    for word in _tagger()(text):
        feature = word.feature
        known = len(feature) > _PRONUNCIATION and feature[_PRONUNCIATION] != "*"
        said = feature[_PRONUNCIATION] if known else word.surface
        leans = feature[0] in _JOINS or feature[1] in {"接尾", "非自立"}
        read += said if leans or not read else f" {said}"
    return " ".join(read.translate(_STOPS).split()).replace(" ,", ",").replace(" .", ".")


@functools.cache
def _tagger() -> Any:  # noqa: ANN401 -- fugashi is untyped
    return fugashi.GenericTagger(ipadic.MECAB_ARGS)


def _numbers(text: str) -> str:
    text = _WRITTEN.sub(lambda found: str(_value(found[0])), text)
    counters = sorted(rows("counters"), key=len, reverse=True)
    pattern = rf"(\d{{1,{_LONGEST}}})({'|'.join(counters)})?"
    return re.sub(pattern, lambda found: _counted(int(found[1]), found[2]), text)


def _value(kanji: str) -> int:
    """Read a number below a hundred.

    >>> _value("三十"), _value("十二"), _value("六")
    (30, 12, 6)
    """
    before, ten, after = kanji.rpartition("十")
    tens = (_KANJI.index(before) + 1 if before else 1) if ten else 0
    return tens * 10 + (_KANJI.index(after) + 1 if after else 0)


def _counted(number: int, counter: str | None) -> str:
    if counter is None:
        return number_in_kana(number)
    row = rows("counters", counter)
    if whole := row.get("whole", {}).get(str(number)):
        return str(whole)
    before, end = _parted(number)
    if joined := row.get("joined", {}).get(end):
        return before + str(joined)
    if changed := row.get("ends", {}).get(end):
        return before + str(changed) + str(row["said"])
    return number_in_kana(number) + str(row["said"])


def _parted(number: int) -> tuple[str, str]:
    """Part a number before the digit, or the ten, that its counter may change."""
    tens, ones = divmod(number % 100, 10)
    if ones or not tens:
        return (number_in_kana(number - ones) if number > ones else ""), str(ones)
    above = number_in_kana(number - tens * 10) if number > tens * 10 else ""
    return above + (_DIGITS[tens] if tens > 1 else ""), "10"


def number_in_kana(number: int) -> str:
    """Say a whole number.

    >>> number_in_kana(11), number_in_kana(3600), number_in_kana(0)
    ('ジューイチ', 'サンゼンロッピャク', 'ゼロ')
    """
    if number == 0:
        return _DIGITS[0]
    said = ""
    for size, name in _LARGE:
        if number >= size:
            said += number_in_kana(number // size) + name
            number %= size
    thousands, hundreds, tens, ones = (int(digit) for digit in f"{number:04d}")
    if thousands:
        said += _THOUSANDS.get(thousands, _DIGITS[thousands] + "セン")
    if hundreds:
        said += _HUNDREDS.get(hundreds, _DIGITS[hundreds] + "ヒャク")
    if tens:
        said += ("" if tens == 1 else _DIGITS[tens]) + "ジュー"
    return said + (_DIGITS[ones] if ones else "")
