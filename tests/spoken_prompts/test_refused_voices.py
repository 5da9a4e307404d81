"""Refused voices: passed over, shared between processes by a file, asked for again when cleared."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import spoken_prompts
from spoken_prompts import CatalogueError, Refusal, RefusedVoices, RefusedVoicesError
from spoken_prompts import refused_voices as module
from spoken_prompts.refused_voices import read

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NAMES = ("best", "second")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    return tmp_path / "refused-voices.json"


def test_the_best_that_is_not_refused_speaks(path: Path) -> None:
    for refused in (RefusedVoices(), RefusedVoices(path)):
        assert refused.first_of(NAMES) == "best"
        assert refused.refuse(["best", "best"], "13511", AT) == ("best",)
        assert refused.refuse(["best"], "13321", AT) == ()
        assert refused.look() == {"best": Refusal("13511", AT)}
        assert refused.first_of(NAMES) == "second"
        assert refused.refuse(NAMES, "13511", AT) == ("second",)
        assert refused.first_of(NAMES) is None
        assert refused.clear(["best", "never"]) == ("best",)
        assert refused.first_of(NAMES) == "best"


def test_one_process_learns_from_another(path: Path) -> None:
    one, other = RefusedVoices(path), RefusedVoices(path)
    before = other.look()
    assert other.look() is before
    one.refuse(["best"], "13511", AT)
    assert other.look() is not before
    assert other.first_of(NAMES) == "second"
    # What the other has learned meanwhile is kept, though this one has not looked since.
    other.refuse(["third"], "13511", AT)
    one.refuse(["second"], "13511", AT)
    assert read(path).keys() == {"best", "second", "third"}
    one.clear(["best"])
    other.look()
    assert other.first_of(NAMES) == "best"


def test_the_file_is_not_looked_at_for_every_document(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 60.0)
    one, other = RefusedVoices(path), RefusedVoices(path)
    other.look()
    one.refuse(["best"], "13511", AT)
    assert other.look() == {}


def test_a_file_that_can_not_be_read_changes_nothing_and_is_named(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused = RefusedVoices(path)
    refused.refuse(["best"], "13511", AT)
    path.write_text("[]", "utf-8")
    assert refused.look().keys() == {"best"}
    with pytest.raises(RefusedVoicesError, match="remove it, and each is asked for again"):
        read(path)
    # The call goes on by the next voice even so.
    assert refused.refuse(["best", "second"], "13511", AT) == ("second",)
    assert refused.first_of(NAMES) is None
    assert f"{path} can't be read" in caplog.text


def test_what_can_not_be_kept_is_known_to_this_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused = RefusedVoices(tmp_path / "nowhere" / "refused.json")
    assert refused.refuse(["best"], "13511", AT) == ("best",)
    assert refused.first_of(NAMES) == "second"
    assert "can't be written" in caplog.text


def own_voices(path: Path, text: str) -> spoken_prompts.Prompts:
    path.write_text(text, "utf-8")
    return spoken_prompts.load(voices=path)


def test_whoever_runs_the_line_names_other_voices(tmp_path: Path) -> None:
    usual = spoken_prompts.load()
    file = tmp_path / "voices.toml"
    prompts = own_voices(file, '[de]\nvoice = "de-AT"\nvoices = ["Polly.Hannah-Neural"]\n')
    assert (prompts.voice("de"), prompts.voices("de")) == ("de-AT", ("Polly.Hannah-Neural",))
    assert prompts.voices("fr") == usual.voices("fr")
    # What was approved by another voice is not approved by this one.
    assert prompts.heard("de")["languages.toml:voice"] != usual.heard("de")["languages.toml:voice"]
    assert own_voices(file, "[de]\nvoices = []\n").voices("de") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[xx]\nvoice = "xx"', r"\[xx\] is no language of the prompts"),
        ('[de]\ndigits = ["null"]', "write voice or voices, and nothing else"),
        ('de = "Polly.Vicki"', "write voice or voices, and nothing else"),
        ("[de]\nvoices = [7]", "write a list of names of voices"),
        ("[de", "can't be read"),
    ],
)
def test_a_file_of_voices_that_is_wrong_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        own_voices(tmp_path / "voices.toml", text)


def test_a_file_of_voices_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="can't be read"):
        spoken_prompts.load(voices=tmp_path / "none.toml")
