"""A language is reviewed while every text is the one that a person approved, and not longer."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import spoken_prompts
from spoken_prompts import Approval, ApprovalError, Choice, Prompts, State, UnknownPromptError
from spoken_prompts.approvals import keep, read_approvals
from spoken_prompts.catalogues import TEXTS
from spoken_prompts.choosing import choose

DAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEXTS, tmp_path / "texts"))


def approved(folder: Path, *languages: str) -> dict[str, Approval]:
    prompts = spoken_prompts.load(folder=folder)
    return {each: Approval("Ada Example", DAY, prompts.heard(each)) for each in languages}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_nobody_has_listened_to_any_language_yet() -> None:
    prompts = spoken_prompts.load()
    assert {prompts.state(language) for language in prompts.languages} == {State.DRAFT}
    assert prompts.approval("de") is None
    assert prompts.unreviewed("de") >= prompts.ids()
    with pytest.raises(UnknownPromptError):
        prompts.state("xx")


def test_an_approved_language_is_reviewed_and_allowed(folder: Path) -> None:
    prompts = spoken_prompts.load(folder=folder, approvals=approved(folder, "de"))
    assert prompts.state("de") is State.REVIEWED
    assert prompts.unreviewed("de") == frozenset()
    assert prompts.is_allowed("de", production=True)
    assert not prompts.is_allowed("es", production=True)
    assert prompts.is_allowed("es", production=False)


def test_english_is_spoken_whatever_its_state() -> None:
    prompts = spoken_prompts.load()
    assert prompts.state("en") is State.DRAFT
    assert prompts.is_allowed("en", production=True)


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("de.po", "Auf Wiederhören", "Tschüss", "goodbye"),
        ("de.po", 'msgstr "Auf Wiederhören."', 'msgstr ""', "goodbye"),
        ("en.po", "Goodbye.", "Good-bye.", "goodbye"),
        ("languages.toml", 'voice = "de-DE"', 'voice = "de-AT"', "languages.toml:voice"),
        ("languages.toml", '"zwo", "drei"', '"zwei", "drei"', "languages.toml:digits"),
        ("languages.toml", "'um' H 'Uhr'", "'gegen' H 'Uhr'", "languages.toml:time"),
    ],
)
def test_what_is_changed_later_is_a_draft_again(
    folder: Path, file: str, old: str, new: str, what: str
) -> None:
    approvals = approved(folder, "de")
    change(folder / file, old, new)
    prompts = spoken_prompts.load(folder=folder, approvals=approvals)
    assert prompts.unreviewed("de") == {what}
    assert prompts.state("de") is State.DRAFT
    assert prompts.approval("de") == approvals["de"]


def test_a_text_whose_english_has_changed_is_told_with_what_was_translated(folder: Path) -> None:
    assert spoken_prompts.load(folder=folder).changed("de") == {}
    change(folder / "en.po", "Goodbye.", "Good-bye.")
    prompts = spoken_prompts.load(folder=folder)
    assert prompts.changed("de") == {"goodbye": "Goodbye."}
    assert prompts.changed("en") == {}


def test_approvals_are_kept_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "approvals.json"
    assert read_approvals(path) == {}
    held = {"de": Approval("Jürgen", DAY, {"welcome": "00ff"})}
    keep(path, held)
    assert read_approvals(path) == held
    assert [each.name for each in tmp_path.iterdir()] == ["approvals.json"]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"de": {}}', '{"de": {"by": "x", "on": "?", "heard": {}}}', '{"de": 1}']
)
def test_what_is_no_approval_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "approvals.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ApprovalError, match="put the last good copy back"):
        read_approvals(path)


def test_approvals_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    with pytest.raises(ApprovalError, match="can't be written"):
        keep(tmp_path / "nowhere" / "approvals.json", {})


@pytest.fixture(scope="module")
def german_approved() -> Prompts:
    approval = Approval("Ada Example", DAY, spoken_prompts.load().heard("de"))
    return spoken_prompts.load(approvals={"de": approval})


@pytest.mark.parametrize(
    ("wanted", "production", "choice"),
    [
        (["de"], True, Choice("de")),
        (["de-AT"], True, Choice("de")),
        (["DE_ch"], True, Choice("de")),
        (["es"], False, Choice("es")),
        (["es-419"], True, Choice("en", "es-419")),
        (["es", "de"], True, Choice("de")),
        (["es", "en", "de"], True, Choice("en")),
        (["tlh", "es"], True, Choice("en", "tlh")),
        (["tlh"], False, Choice("en", "tlh")),
        ([], True, Choice("en")),
    ],
)
def test_the_first_language_that_may_be_spoken_is_chosen(
    german_approved: Prompts,
    wanted: list[str],
    production: bool,  # noqa: FBT001 -- pytest's
    choice: Choice,
) -> None:
    assert choose(german_approved, wanted, production=production) == choice


def test_english_names_the_language_that_it_cannot_speak() -> None:
    prompts = spoken_prompts.load()
    name = prompts.language_name("es-419", "en")
    said = prompts.text("language_fallback", "en", wanted=name)
    assert said.startswith("We cannot speak Spanish (Latin America) yet.")
    heard = prompts.recognise(said, "de")
    assert heard is not None
    assert (heard.prompt_id, heard.values) == ("language_fallback", {"wanted": name})
    assert prompts.language_name("de", "es") == "alemán"
    assert prompts.language_name("x!", "en") == "x!"


def test_an_offer_of_another_language_is_recognised_in_any_call() -> None:
    prompts = spoken_prompts.load()
    for spoken in prompts.languages:
        for language in prompts.languages:
            heard = prompts.recognise(prompts.text("offer_language", spoken), language)
            assert heard is not None
            assert heard.prompt_id == "offer_language"
