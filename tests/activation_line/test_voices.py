"""Voices for whoever runs the line: the list, what is refused, asking again, health and figures."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from twilio.request_validator import RequestValidator

import spoken_prompts
from activation_line.cli import main
from activation_line.examination import examine
from activation_line.settings import Settings
from activation_line.voices import spoken_by
from activation_line.web import create_app
from activation_line.wiring import Line
from spoken_prompts import RefusedVoices, State

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BEST, SECOND = "Polly.Joanna-Neural", "Polly.Joanna"
SEE = "see `activation-line prompts voices`"


@pytest.fixture
def told(environment: dict[str, str]) -> Callable[..., Result]:
    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["prompts", *words], env=environment)

    return command


@pytest.fixture
def refused(settings: Settings) -> RefusedVoices:
    settings.data_dir.mkdir(parents=True)
    return RefusedVoices(settings.refused_voices_file)


def test_each_languages_voice_is_listed_with_who_has_heard_it(told: Callable[..., Result]) -> None:
    result = told("voices")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 16
    assert lines[0] == f"en  en-US  {BEST:<26}nobody has heard it"
    assert all(line.endswith("nobody has heard it") for line in lines)


def test_an_approved_voice_names_who_heard_it(
    told: Callable[..., Result], refused: RefusedVoices
) -> None:
    assert told("approve", "de", "--by", "Ada Example").exit_code == 0
    found = {each["language"]: each for each in json.loads(told("voices", "--json").stdout)}
    assert (found["de"]["heard_by"], found["fr"]["heard_by"]) == ("Ada Example", "")
    # The voice that takes the place of a refused one was approved with it, or not.
    refused.refuse(["Polly.Vicki-Neural"], "13511", AT)
    found = {each["language"]: each for each in json.loads(told("voices", "--json").stdout)}
    assert found["de"] == {
        "language": "de",
        "tag": "de-DE",
        "voice": "Polly.Vicki",
        "refused": ["Polly.Vicki-Neural"],
        "heard_by": "Ada Example",
    }


def test_other_voices_are_other_approvals(
    told: Callable[..., Result], environment: dict[str, str], tmp_path: Path, refused: RefusedVoices
) -> None:
    assert told("approve", "de", "--by", "Ada Example").exit_code == 0
    own = tmp_path / "voices.toml"
    own.write_text('[de]\nvoices = ["Polly.Daniel-Neural"]\n', "utf-8")
    environment["ACTIVATION_LINE_VOICES_FILE"] = str(own)
    found = {each["language"]: each for each in json.loads(told("voices", "--json").stdout)}
    assert (found["de"]["voice"], found["de"]["heard_by"]) == ("Polly.Daniel-Neural", "")
    assert found["en"]["voice"] == BEST
    own.write_text("[xx]\n", "utf-8")
    wrong = told("voices")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "[xx] is no language of the prompts" in wrong.stderr


def test_a_refused_voice_is_shown_until_it_is_asked_for_again(
    told: Callable[..., Result], environment: dict[str, str], refused: RefusedVoices
) -> None:
    def ill() -> list[str]:
        return [each.says for each in examine(environment, None) if each.subject == "voices"]

    assert ill() == ["none is refused."]
    refused.refuse([BEST], "13511", AT)
    result = told("voices")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f"en  en-US  {SECOND:<26}nobody has heard it, refused: {BEST}"
    )
    assert ill() == [
        f"{BEST} is refused since 2026-03-02 (13511); en is spoken by {SECOND}: {SEE}."
    ]
    again = told("retry-voice", BEST, SECOND)
    assert again.stdout.splitlines() == [
        f"{BEST} is asked for again.",
        f"{SECOND} was not refused.",
    ]
    assert told("voices").exit_code == 0
    assert ill() == ["none is refused."]


def test_what_can_not_be_read_is_said(
    told: Callable[..., Result], environment: dict[str, str], settings: Settings, refused: object
) -> None:
    del refused
    settings.refused_voices_file.write_text("{", "utf-8")
    result = told("voices")
    assert result.exit_code == 2
    assert "can't be read as refused voices" in result.stderr
    found = [each for each in examine(environment, None) if each.subject == "voices"]
    assert [each.ok for each in found] == [False]


def test_a_report_reaches_health_and_figures(wire: Callable[..., Line]) -> None:
    line = wire(metrics_token="secret")
    browser = create_app(line).test_client()

    def health() -> dict[str, object]:
        answer = browser.get("/health", headers={"Accept": "application/json"})
        assert answer.json is not None
        return dict(answer.json["checks"]["voices"], status=answer.status_code)

    assert health() == {"ok": True, "says": "None is refused.", "warns": False, "status": 200}
    payload = {
        "error_code": "13511",
        "webhook": {"response": {"body": f'<Say voice="{BEST}">Hello.</Say>'}},
    }
    form = {"Level": "WARNING", "Payload": json.dumps(payload)}
    url = f"{line.settings.public_base_url}/voice/trouble"
    signature = RequestValidator(line.settings.twilio_auth_token).compute_signature(url, form)
    for _ in range(2):
        answer = browser.post(
            "/voice/trouble", data=form, headers={"X-Twilio-Signature": signature}
        )
        assert answer.status_code == 204
    # The line takes calls, by another voice, and somebody has to look at it.
    found = health()
    assert (found["ok"], found["warns"], found["status"]) == (True, True, 200)
    assert str(found["says"]).endswith(f"(13511); en is spoken by {SECOND}.")
    page = browser.get("/health", headers={"Accept": "text/html"})
    assert "</span> to be looked at<" in page.text
    figures = browser.get("/metrics", headers={"Authorization": "Bearer secret"}).text
    assert f'activation_line_voices_refused_total{{voice="{BEST}"}} 1.0' in figures
    # Another process of this machine learns it from the file.
    assert RefusedVoices(line.settings.refused_voices_file).first_of((BEST, SECOND)) == SECOND


def test_the_docs_say_of_each_language_who_has_heard_it() -> None:
    prompts = spoken_prompts.load()
    rows = [
        f"| {prompts.language_name(each.language, 'en')} | {each.tag} "
        f"| {', '.join(prompts.voices(each.language))} | {each.heard_by or 'nobody'} |"
        for each in spoken_by(prompts, {})
    ]
    page = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text("utf-8")
    head = "| language | tag | voices, best first | heard by |\n|---|---|---|---|\n"
    assert page.partition(head)[2].startswith("\n".join(rows) + "\n\n")
    drafts = [each for each in prompts.languages if prompts.state(each) is State.DRAFT]
    assert ("**All sixteen languages are drafts.**" in page) == (len(drafts) == 16)
    assert ("**No person has heard any of them.**" in page) == (len(drafts) == 16)
