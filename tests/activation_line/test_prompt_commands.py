"""`activation-line prompts`: what is missing, changed or not approved, and approving it."""

import json
from pathlib import Path

import pytest

import spoken_prompts
from activation_line.clock import system_clock
from activation_line.settings import load
from activation_line.wiring import bootstrap
from spoken_prompts import State, prompts
from spoken_prompts.catalogues import TEXTS
from tests.activation_line.test_commands import command


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues, in which something can be changed."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for path in TEXTS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(prompts.load, "__defaults__", (None, folder, {}, None))
    return folder


def test_nothing_is_missing_or_changed_in_any_language() -> None:
    for name in ("missing", "changed"):
        told = command("prompts", name)
        assert (told.exit_code, told.stdout) == (0, "0 in 16 languages.\n")


def test_what_a_language_lacks_is_named(texts: Path) -> None:
    change(texts / "fr.po", 'msgstr "Au revoir."', 'msgstr ""')
    told = command("prompts", "missing", "fr", "de")
    assert (told.exit_code, told.stdout) == (1, "fr goodbye\n1 in 2 languages.\n")
    found = json.loads(command("prompts", "missing", "fr", "de", "--json").stdout)
    assert found == {"fr": ["goodbye"], "de": []}


def test_a_text_older_than_its_english_is_shown_with_both(texts: Path) -> None:
    change(texts / "en.po", '"Goodbye."', '"Good-bye."')
    told = command("prompts", "changed", "fr")
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "fr goodbye",
        "  translated from: Goodbye.",
        "  English now:     Good-bye.",
        "  text:            Au revoir.",
        "1 in 1 languages.",
    ]
    found = json.loads(command("prompts", "changed", "fr", "--json").stdout)
    assert [each["prompt"] for each in found["fr"]] == ["goodbye"]


def test_a_language_is_approved_and_then_spoken_in_production(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "line").mkdir()
    before = command("prompts", "unreviewed", "fr", env=environment)
    assert (before.exit_code, "fr welcome" in before.stdout.splitlines()) == (1, True)
    done = command("prompts", "approve", "fr", "--by", "Ada Example", env=environment)
    assert (done.exit_code, done.stdout.startswith("French is approved by Ada Example: ")) == (
        0,
        True,
    )
    assert command("prompts", "unreviewed", "fr", env=environment).exit_code == 0
    told = {
        each["language"]: each
        for each in json.loads(command("prompts", "list", "--json", env=environment).stdout)
    }
    today = system_clock().date().isoformat()
    assert told["fr"]["approved_by"] == "Ada Example"
    assert (told["fr"]["approved_on"], told["fr"]["production"]) == (today, True)
    assert (told["de"]["state"], told["de"]["production"]) == ("draft", False)
    assert (told["en"]["state"], told["en"]["production"]) == ("draft", True)
    lines = command("prompts", "list", env=environment).stdout.splitlines()
    french = next(line for line in lines if line.startswith("fr "))
    assert french.endswith(f"in production spoken, approved by Ada Example on {today}")
    line = bootstrap(load(environment))
    line.close()
    wired = line.voice.prompts
    assert (wired.state("fr"), wired.state("de")) == (State.REVIEWED, State.DRAFT)
    examined = command("doctor", env=environment)
    drafts = next(line for line in examined.stdout.splitlines() if "prompts" in line)
    assert " fr" not in drafts
    assert " de," in drafts


def test_a_language_that_is_behind_cannot_be_approved(
    texts: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    change(texts / "en.po", '"Goodbye."', '"Good-bye."')
    file = tmp_path / "approvals.json"
    words = ("prompts", "approve", "fr", "--by", "Ada", "--approvals", str(file))
    refused = command(*words, env=environment)
    assert refused.exit_code == 2
    assert "older than their English: goodbye. Translate these first." in refused.stderr
    assert not file.exists()


def test_what_cannot_be_done_is_told_in_a_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    file = tmp_path / "approvals.json"
    file.write_text("{", "utf-8")
    told = command("prompts", "list", "--approvals", str(file), env=environment)
    assert (told.exit_code, "put the last good copy back" in told.stderr) == (2, True)
    told = command("prompts", "missing", "tlh")
    assert (told.exit_code, "no catalogue for the language 'tlh'" in told.stderr) == (2, True)


def test_texts_are_shown_beside_the_english_ones() -> None:
    told = command("prompts", "show", "fr", "goodbye")
    assert told.stdout.splitlines() == ["goodbye", "  Goodbye.", "  Au revoir."]
    assert command("prompts", "show", "en", "goodbye").stdout.count("Goodbye.") == 1
    found = json.loads(command("prompts", "show", "fr", "--json").stdout)
    assert {each["prompt"] for each in found} == spoken_prompts.load().ids()
