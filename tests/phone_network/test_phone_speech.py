"""What a <Say> is made of, how long it takes, and the process that speaks it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phone_network import speaking, twiml
from phone_network.errors import SettingsError, SpeechError
from phone_network.rules import Rules
from phone_network.settings import load
from phone_network.speaking import Speaker
from phone_network.speech import Piece, Rate, length, pieces

Run = Callable[..., None]


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    with Speaker() as held:
        yield held


def say(inside: str, attributes: str = "") -> twiml.Element:
    return twiml.parse(f"<Response><Say {attributes}>{inside}</Say></Response>").children[0]


@pytest.mark.parametrize(
    ("inside", "parts"),
    [
        ("Press  one.\n", [Piece("Press one.", "en-GB")]),
        ("a <emphasis>big</emphasis> one", [Piece("a big one", "en-GB")]),
        (
            'One<break time="250ms"/> two',
            [Piece("One", "en-GB", silence=0.25), Piece("two", "en-GB")],
        ),
        ('<break strength="none"/>One', [Piece("One", "en-GB")]),
        (
            'The <lang xml:lang="fr-FR">mot</lang>',
            [Piece("The", "en-GB"), Piece("mot", "fr-FR")],
        ),
        (
            'Not <prosody rate="slow">so <prosody rate="50%">fast</prosody></prosody>',
            [Piece("Not", "en-GB"), Piece("so", "en-GB", 0.8), Piece("fast", "en-GB", 0.4)],
        ),
        ('<prosody rate="9000%">a</prosody>', [Piece("a", "en-GB", 2.0)]),
        ('<prosody rate="quick">a</prosody>', [Piece("a", "en-GB", 1.0)]),
        ('<say-as interpret-as="digits">1 23</say-as>', [Piece("1, 2, 3", "en-GB")]),
        ('<say-as interpret-as="date">1 23</say-as>', [Piece("1 23", "en-GB")]),
        ('<sub alias="World Wide Web">WWW</sub>', [Piece("World Wide Web", "en-GB")]),
        (
            "<p><s>One.</s>Two.</p>Three.",
            [
                Piece("One.", "en-GB", silence=0.4),
                Piece("Two.", "en-GB", silence=0.8),
                Piece("Three.", "en-GB"),
            ],
        ),
        ("", []),
    ],
)
def test_a_say_is_parted_where_it_changes(inside: str, parts: list[Piece]) -> None:
    assert list(pieces(say(inside, 'language="en-GB"'))) == parts


def test_breaks_and_rate_add_up_and_silence_has_an_end() -> None:
    rate = Rate(characters=10, digit_pause=0.5)
    assert length(pieces(say('ten chars.<break time="2s"/>1')), rate) == 1 + 2 + 0.1 + 0.5
    assert length(pieces(say('<prosody rate="50%">ten chars.</prosody>')), rate) == 2
    assert length(pieces(say('<break time="400s"/>One.<break time="999999s"/>')), rate) == 600.4


def test_lengths_are_those_of_the_sound(speaker: Speaker) -> None:
    for text, language in (("Press one.", "en-US"), ("Drücken Sie die Eins.", "de-DE")):
        spoken = speaker.speak(text, language)
        assert speaker.seconds(text, language) == round(spoken.seconds, 2)
        assert len(spoken.samples) == round(spoken.seconds * spoken.rate) * 2


def test_seven_digits_are_said_at_a_calm_pace(speaker: Speaker) -> None:
    assert 4 < speaker.seconds("one, two, three, four, five, six, seven.", "en-US") < 7


def test_slow_speech_takes_longer(speaker: Speaker) -> None:
    text = "Please key the product ID."
    usual, slow = speaker.seconds(text, "en-US"), speaker.seconds(text, "en-US", 0.6)
    assert 1.4 * usual < slow < 2 * usual


def test_a_length_does_not_depend_on_what_was_said_before() -> None:
    text, language = "ゼロ、イチ、ニ、サン", "ja-JP"
    lengths = set()
    for before in ((), ("One, two.", "Three."), ("Nothing else matters.",)):
        with Speaker() as fresh:
            for each in before:
                fresh.speak(each, "en-US")
            lengths.add(fresh.speak(text, language).seconds)
    assert len(lengths) == 1


def test_no_language_is_spoken_by_anothers_voice(speaker: Speaker) -> None:
    speaker.speak("Eins.", "de-DE")
    with pytest.raises(SpeechError, match="no voice for 'xx-YY'"):
        speaker.speak("Eins.", "xx-YY")


def test_a_text_that_can_not_be_spoken_takes_its_rate(caplog: pytest.LogCaptureFixture) -> None:
    with Speaker(rate=Rate(characters=10)) as held:
        assert held.seconds("ten chars.", "xx-YY") == 1.0
        assert held.seconds("ten chars!", "xx-YY") == 1.0
    assert [each.getMessage() for each in caplog.records] == [
        "The speech engine has no voice for 'xx-YY'. Lengths come from a rate instead."
    ]


def test_without_the_engine_lengths_come_from_the_rate(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(speaking, "ENGINE_PACKAGE", "no_such_package_of_speech")
    with Speaker(rate=Rate(characters=10)) as held:
        held.warm_up()
        assert held.seconds("ten chars.") == 1.0
        with pytest.raises(SpeechError, match="is not installed"):
            held.speak("ten chars.")
    assert "espeakng-loader" in caplog.text


def test_an_engine_that_does_not_start_is_asked_once(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "espeakng_loader"
    package.mkdir()
    (package / "__init__.py").write_text(
        "def get_library_path(): return '/nowhere/libespeak-ng.so'\n"
        "def get_data_path(): return '/nowhere'\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Speaker() as held:
        for _ in range(2):
            with pytest.raises(SpeechError, match="can't be loaded"):
                held.speak("One.")
        assert held._worker is None


def test_a_worker_that_died_is_replaced() -> None:
    with Speaker() as held:
        before = held.speak("One.", "en-US")
        worker = held._worker
        assert worker is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
        assert held.speak("Two.", "en-US").phonemes == "tˈuː"
        assert held.speak("One.", "en-US") is before


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "_PATIENCE", 0.5)
    with Speaker() as held:
        held.warm_up()
        worker = held._worker
        assert worker is not None
        os.kill(worker._process.pid, signal.SIGSTOP)
        monkeypatch.setattr(speaking, "_Worker", _Stopped)
        with pytest.raises(SpeechError, match="died twice"):
            held.speak("One.", "en-US")


class _Stopped(speaking._Worker):
    """A worker that is stopped as soon as it has started."""

    def __init__(self) -> None:
        super().__init__()
        os.kill(self._process.pid, signal.SIGSTOP)


def test_the_worker_ends_with_whoever_started_it() -> None:
    program = (
        "import os\nfrom phone_network.speaking import Speaker\n"
        "held = Speaker()\nheld.speak('One.', 'en-US')\n"
        "print(held._worker._process.pid, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    worker = int(ended.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(worker):
        time.sleep(0.02)
    assert not _runs(worker)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_was_said_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "_SOUND_BYTES", 100_000)
    monkeypatch.setattr(speaking, "_LENGTHS", 2)
    with Speaker() as held:
        for word in ("one", "two", "three", "four"):
            held.speak(word, "en-US")
            held.seconds(word, "en-US")
        assert held._kept == sum(len(each.samples) for each in held._sounds.values())
        assert held._kept <= 100_000
        assert [key[0] for key in held._lengths] == ["three", "four"]


def test_texts_of_any_kind_are_answered(speaker: Speaker) -> None:
    for text in ("", "\0", "\ud800", "<speak>", "😀", "a" * 4096, "1" * 400):
        assert speaker.seconds(text, "ja-JP") >= 0
        assert speaker.seconds(text, "en-US") >= 0
    with pytest.raises(SpeechError, match="4096 characters"):
        speaker.speak("a" * 4097)


def test_a_call_takes_the_time_of_the_sound(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = '<Response><Say language="de-DE">Guten Tag.</Say></Response>'
        caller = await world.call()
        heard = await caller.until("hears", text="Guten Tag.")
        assert heard["seconds"] == world.net.speaker.seconds("Guten Tag.", "de-DE")
        assert heard["seconds"] != Rate().seconds("Guten Tag.")
        await caller.until("ended")

    in_world(scenario, speech="engine")


def test_a_voice_that_the_network_lacks_is_warned_of(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Say voice="Polly.Nobody" language="de-DE">Guten Tag.</Say>'
            '<Gather><Say voice="Polly.Vicki-Neural" language="de-DE">Ja.</Say></Gather></Response>'
        )
        caller = await world.call()
        await caller.until("ended")
        warnings = world.timeline("warning")
        assert [(each["code"], each["message"]) for each in warnings] == [
            (13511, "There is no voice named 'Polly.Nobody'.")
        ]
        assert len(world.timeline("says")) == 2

    in_world(scenario)


def test_a_voice_that_the_network_lacks_can_fail_the_document(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = (
            '<Response><Gather><Say voice="woman" language="pl-PL">Tak.</Say></Gather></Response>'
        )
        world.pages["/fallback"] = "<Response><Say>Sorry.</Say></Response>"
        caller = await world.call()
        await caller.until("hears", text="Sorry.")
        await caller.until("ended")
        form = world.forms("/fallback")[0]
        assert form["ErrorCode"] == "13321"

    in_world(
        scenario,
        rules=Rules(bad_voice_is_fatal=True),
        number={"fallback_url": "/fallback"},
    )


def test_nothing_waits_for_a_loop_that_is_closed() -> None:
    async def once() -> None:
        with Speaker() as held:
            await asyncio.to_thread(held.speak, "One.", "en-US")

    asyncio.run(once())
    asyncio.run(once())


REFUSING = Rules(refused_voices=frozenset({"polly.vicki"}))
REFUSED = '<Response><Say voice="Polly.Vicki" language="de-DE">Guten Tag.</Say></Response>'


def test_a_voice_can_be_refused_and_is_reported(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = REFUSED
        world.pages["/trouble"] = "<Response/>"
        world.net.exchange.settings = replace(
            world.net.exchange.settings, error_url=f"{world.app_url}/trouble"
        )
        caller = await world.call()
        await caller.until("hears", text="Guten Tag.")
        await caller.until("ended")
        (warning,) = world.timeline("warning")
        message = "The voice 'Polly.Vicki' is not to be had."
        assert (warning["code"], warning["message"]) == (13511, message)
        (report,) = world.forms("/trouble")
        assert report["Sid"].startswith("NO")
        assert (report["Level"], report["PayloadType"]) == ("WARNING", "application/json")
        payload = json.loads(report["Payload"])
        assert payload["error_code"] == "13511"
        assert payload["more_info"]["Msg"] == message
        assert payload["webhook"]["response"]["body"] == REFUSED
        assert payload["resource_sid"].startswith("CA")

    in_world(scenario, rules=REFUSING)


def test_a_refused_voice_can_fail_the_document(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = REFUSED
        world.pages["/fallback"] = "<Response><Say>Sorry.</Say></Response>"
        caller = await world.call()
        await caller.until("hears", text="Sorry.")
        await caller.until("ended")
        assert [each["code"] for each in world.timeline("error")] == [13511]
        assert world.forms("/fallback")[0]["ErrorCode"] == "13511"

    in_world(
        scenario,
        rules=replace(REFUSING, bad_voice_is_fatal=True),
        number={"fallback_url": "/fallback"},
    )


def test_refused_voices_are_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(
        'error_url = "http://127.0.0.1:5000/trouble"\n'
        '[behaviour]\nrefused_voices = ["Polly.Vicki"]\n',
        "utf-8",
    )
    settings = load(path)
    assert settings.rules.refused_voices == {"polly.vicki"}
    assert settings.error_url == "http://127.0.0.1:5000/trouble"
    path.write_text("[behaviour]\nrefused_voices = [7]\n", "utf-8")
    with pytest.raises(SettingsError, match="refused_voices has to be a list of names"):
        load(path)
