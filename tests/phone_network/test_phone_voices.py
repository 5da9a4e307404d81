"""Voices and their names, what a text becomes before it is read, and the digits' phonemes."""

import math
import subprocess
import sys
import tomllib
import unicodedata
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from phone_network import voices
from phone_network.errors import SpeechError
from phone_network.speaking import Speaker
from phone_network.speaking_kana import kana, number_in_kana
from phone_network.speaking_sound import level, mu_law, resampled, samples_as_bytes, samples_of
from phone_network.speaking_words import readable
from phone_network.voices import EngineVoice, engine_voice, refusal

TABLE = tomllib.loads(Path(__file__).with_name("digit_phonemes.toml").read_text("utf-8"))
DIGITS = [
    (language, word, phonemes)
    for language, words in TABLE["words"].items()
    for word, phonemes in words.items()
]


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as held:
        yield held


def heard(phonemes: str, language: str) -> str:
    """Phonemes in the table's notation: no stress, the engine's spellings in IPA."""
    phonemes = unicodedata.normalize("NFC", phonemes)
    for engine, ipa in {**TABLE["notation"]["all"], **TABLE["notation"].get(language, {})}.items():
        phonemes = phonemes.replace(engine, ipa)
    return phonemes


@pytest.mark.parametrize(("language", "word", "phonemes"), DIGITS)
def test_digits_are_pronounced_as_the_language_has_them(
    speaker: Speaker, language: str, word: str, phonemes: str
) -> None:
    phonemes = TABLE["deviations"].get(language, {}).get(word, phonemes)
    alone = speaker.speak(word, language)
    assert heard(alone.phonemes, language) == phonemes
    among = speaker.speak(f"{word}, {word}. {word}", language).phonemes.split("|")
    assert [heard(each, language) for each in among] == [phonemes] * 3


@pytest.mark.parametrize("language", TABLE["words"])
def test_no_two_digits_of_a_language_sound_the_same(language: str) -> None:
    sounds = [phonemes for word, phonemes in TABLE["words"][language].items()]
    assert len(sounds) == len(set(sounds))


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en-US", "en-us"),
        ("en-gb", "en"),
        ("en_GB", "en"),
        ("en-NZ", "en-us"),
        ("de-AT", "de"),
        ("es-MX", "es-419"),
        ("", "en-us"),
        ("cmn-Hans-CN", "cmn-latn-pinyin"),
    ],
)
def test_the_longest_tag_that_fits_counts(tag: str, name: str) -> None:
    voice = engine_voice(tag)
    assert voice is not None
    assert voice.name == name


def test_a_language_without_a_voice_is_said_so() -> None:
    assert engine_voice("eo") is None


@pytest.mark.parametrize(
    ("voice", "language", "reason"),
    [
        ("", "", None),
        ("", "de-DE", None),
        ("", "sv-SE", None),
        ("", "xx-YY", "There is no voice for the language 'xx-YY'."),
        ("woman", "fr", None),
        ("woman", "pl-PL", "The voice 'woman' does not speak 'pl-PL'."),
        ("alice", "pl-PL", None),
        ("alice", "tr-TR", "The voice 'alice' does not speak 'tr-TR'."),
        ("Polly.Vicki", "de-DE", None),
        ("Polly.Vicki-Neural", "", None),
        ("polly.vicki-neural", "de-de", None),
        ("Polly.Vicki", "fr-FR", "The voice 'Polly.Vicki' does not speak 'fr-FR'."),
        ("Polly.Aditi", "hi-IN", None),
        ("Polly.Aditi", "en-IN", None),
        ("Polly.Hal", "en-US", "There is no voice named 'Polly.Hal'."),
        ("Google.tr-TR-Standard-A", "tr-TR", None),
        ("Google.en-GB-Chirp3-HD-Leda", "", None),
        ("Google.xx-YY-Standard-A", "", "There is no voice named 'Google.xx-YY-Standard-A'."),
        (
            "Google.tr-TR-Standard-A",
            "de-DE",
            "The voice 'Google.tr-TR-Standard-A' does not speak 'de-DE'.",
        ),
        ("robot", "", "There is no voice named 'robot'."),
    ],
)
def test_voices_are_taken_by_name_and_language(voice: str, language: str, reason: str) -> None:
    assert refusal(voice, language) == reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("電話番号を入力してください。", "デンワ バンゴーヲ ニューリョク シテクダサイ."),
        ("受付時間外です。", "ウケツケ ジカンガイデス."),
        ("ラインコードは、ゴ、ナナ、です。", "ライン コードワ, ゴ, ナナ, デス."),
        ("１１月３０日月曜日", "ジューイチガツサンジューニチ ゲツヨービ"),
        ("午前7時10分", "ゴゼン シチジジュップン"),
        ("4月20日9時4分", "シガツハツカクジヨンプン"),
        ("11分、20分、100分", "ジューイップン, ニジュップン, ヒャクフン"),
        ("7つの数字", "ナナツノ スージ"),
        ("ご希望の方は、", "ゴ キボー ノカタワ,"),
        ("三十分後、一分。", "サンジュップンゴ, イップン."),
        ("六けた、十二桁", "ロッケタ, ジューニケタ"),
        ("十分です", "ジューブンデス"),
        ("三分の一", "サンブンノ イチ"),
        ("IDとAPI", "アイディート エーピーアイ"),
    ],
)
def test_japanese_becomes_kana_as_it_is_pronounced(text: str, said: str) -> None:
    assert kana(text) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "ゼロ"),
        (10, "ジュー"),
        (300, "サンビャク"),
        (618, "ロッピャクジューハチ"),
        (8000, "ハッセン"),
        (40_071, "ヨンマンナナジューイチ"),
        (100_000_000, "イチオク"),
    ],
)
def test_numbers_in_kana(number: int, said: str) -> None:
    assert number_in_kana(number) == said


def test_chinese_becomes_pinyin_with_tones() -> None:
    assert readable("请重新输入，按井号键。", EngineVoice("x", "pinyin")) == (
        "qing3 chong2 xin1 shu1 ru4, an4 jing3 hao4 jian4."
    )


def test_chinese_words_are_not_read_across_their_borders() -> None:
    voice = EngineVoice("x", "pinyin")
    assert readable("服务器重新启动", voice) == "fu2 wu4 qi4 chong2 xin1 qi3 dong4"
    assert readable("重听", voice) == "chong2 ting1"
    assert readable("拨打的号码", voice) == "bo1 da3 de5 hao4 ma3"


def test_arabic_digits_get_their_vowels() -> None:
    assert readable("خمسة، ستة", EngineVoice("ar")) == "خَمْسَ، سِتْتَ"
    assert readable("الخمسة", EngineVoice("ar")) == "الخمسة"


def test_a_reading_whose_package_is_missing_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(SpeechError, match="'x' needs the package pypinyin"):
        readable("请", EngineVoice("x", "pinyin"))


def test_a_tone_keeps_its_pitch_and_level_when_it_is_resampled() -> None:
    tone = [round(9000 * math.sin(2 * math.pi * 440 * n / 22050)) for n in range(22050)]
    narrow = samples_of(resampled(samples_as_bytes(tone), 22050)).tolist()
    assert len(narrow) == 8000
    crossings = sum(a < 0 <= b for a, b in pairwise(narrow))
    assert abs(crossings - 440) <= 1
    before, after = level(samples_as_bytes(tone)), level(samples_as_bytes(narrow))
    assert abs(before - after) < 0.2


def test_what_a_telephone_can_not_carry_does_not_fold_back() -> None:
    hiss = [round(9000 * math.sin(2 * math.pi * 6000 * n / 22050)) for n in range(22050)]
    data = samples_as_bytes(hiss)
    assert level(resampled(data, 22050)) < level(data) - 40


def test_mu_law_is_that_of_the_recommendation() -> None:
    # What G.711 decodes a code to has to be coded as that code again; zero has two.
    for code in range(128):
        level_of_code = (((code & 15) << 3) + 0x84 << (code >> 4)) - 0x84
        assert mu_law(samples_as_bytes([level_of_code]))[0] == 0xFF - code
        if code:
            assert mu_law(samples_as_bytes([-level_of_code]))[0] == 0x7F - code


@pytest.mark.parametrize("language", ["en-US", "de-DE", "ru-RU", "zh-CN", "ja-JP", "ar-AE"])
def test_a_full_stop_is_a_longer_pause_than_a_comma(speaker: Speaker, language: str) -> None:
    word = next(iter(TABLE["words"].get(language, TABLE["words"]["cmn-CN"])))
    stop = speaker.speak(f"{word}. {word}.", language)
    comma = speaker.speak(f"{word}, {word}.", language)
    assert stop.seconds > comma.seconds + 0.1


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("one. two", "one। two"),
        ("One. Two", "One. Two"),
        ("e.g. two", "e.g. two"),
        ("3. two", "3. two"),
        ("one.two", "one.two"),
    ],
)
def test_a_full_stop_before_a_small_letter_stays_one(text: str, read: str) -> None:
    assert readable(text, EngineVoice("en-us")) == read


COMMAND = [sys.executable, "-m", "phone_network", "say"]


def test_the_command_writes_a_file_as_the_telephone_has_it(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    command = [*COMMAND, "Guten Tag.", "--language", "de-DE", "--wav", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = float(done.stdout.removesuffix(" s\n"))
    data = target.read_bytes()
    assert data[:4] + data[8:16] == b"RIFFWAVEfmt "
    assert int.from_bytes(data[20:22], "little") == 7  # mu-law
    assert abs(len(data) - seconds * 8000) < 200


def test_the_command_writes_the_engines_samples_and_phonemes(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    options = ["--wav", str(target), "--format", "pcm", "--phonemes", "--words-per-minute", "120"]
    done = subprocess.run(
        [*COMMAND, "请。", "--language", "zh-CN", *options],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    seconds, read, phonemes = done.stdout.splitlines()
    assert (read, phonemes[:2]) == ("qing3.", "tɕ")
    with wave.open(str(target)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (22050, 2)
        assert abs(sound.getnframes() / 22050 - float(seconds.split()[0])) < 0.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["x", "--language", "xx"], "no voice for 'xx'"),
        (["x", "--wav", "/nowhere/a.wav"], "can't be written"),
        (["x", "--words-per-minute", "5"], "from 80 to 450"),
    ],
)
def test_the_command_says_what_is_wrong(options: list[str], words: str) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr


def test_the_engine_has_every_voice_of_the_table(speaker: Speaker) -> None:
    for tag in sorted(voices._table().engine):
        assert speaker.speak("2026", tag).seconds > 0.5, tag
