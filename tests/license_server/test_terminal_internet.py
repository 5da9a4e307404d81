"""The automatic method from the terminal, and a file both ways with the real register."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clearinghouse import Actor, documents
from data_store import open_engine
from license_server import clocks, health, installation, link
from license_server import state as states
from license_server.cli import cli
from license_server.model import CertificateState
from tests.clearinghouse.desk import START, Desk

Run = Callable[..., Result]
WHO = ("Ada", "Pond", "Pond & Sons", "DE", "ada@example.com")
PROBLEM = {
    "type": "about:blank",
    "title": "Refused",
    "status": 422,
    "detail": "No reactivation is left in this period.",
    "code": "limit_reached",
    "left": 0,
    "next_date": "2026-04-01",
}


@pytest.fixture
def run(data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(clocks, "_system", lambda: now + timedelta(hours=1))

    def call(*words: str, typed: tuple[str, ...] = ()) -> Result:
        lines = "".join(f"{line}\n" for line in typed)
        return CliRunner().invoke(cli, ["--data", str(data), *words], input=lines)

    return call


@pytest.fixture
def online(data: Path, internet: Any) -> Any:
    link.store(data, internet.link)
    return internet


def test_the_activate_wizard_by_the_automatic_method(run: Run, data: Path, online: Any) -> None:
    done = run("activate", typed=("", "1", *WHO, "", ""))
    assert done.exit_code == 0, done.output
    assert "Activate Server Wizard: Company Information" in done.stdout
    assert "Completing the Activate Server Wizard" in done.stdout
    assert "Closing code" not in done.stdout
    path, asked = online.asked[0]
    assert (path, asked["contact"]["company"]) == ("/permissions", "Pond & Sons")
    held = states.load(data).held
    assert held is not None
    assert held.chain_file is not None


def test_a_script_reactivates_by_the_automatic_method(run: Run, data: Path, online: Any) -> None:
    assert run("activate", "--method", "automatic", "--json").exit_code == 0
    done = run("reactivate", "--reason", "server_upgraded", "--json")
    facts = json.loads(done.stdout)
    assert (done.exit_code, facts["state"], facts["issue"]) == (0, "accepted", 2)
    assert [asked["reason"] for path, asked in online.asked if path == "/permissions"] == [
        "first_activation",
        "server_upgraded",
    ]


def test_a_refusal_is_said_and_leaves_another_method(run: Run, data: Path, online: Any) -> None:
    online.answers["/permissions"] = (422, PROBLEM, {})
    left = run("activate", typed=("", "1", *WHO, "", "2", "3", "DE"))
    assert "No reactivation is left in this period." in " ".join(left.stdout.split())
    assert "Activate Server Wizard: License Server Activation" in left.stdout
    assert left.exit_code == 3
    refused = run("activate", "--method", "automatic", "--json")
    said = json.loads(refused.stdout)
    assert refused.exit_code == 1
    assert (said["error"], said["left"], said["next_date"]) == ("limit_reached", 0, "2026-04-01")


def test_a_clearinghouse_that_does_not_answer_is_status_4(
    run: Run, data: Path, online: Any
) -> None:
    online.answers["/permissions"] = (503, b"", {})
    assert run("activate", "--method", "automatic", "--json").exit_code == 4
    assert run("activate", typed=("", "1", *WHO, "", "3", "1")).exit_code == 3


def test_the_deactivate_wizard_by_the_automatic_method(run: Run, data: Path, online: Any) -> None:
    run("activate", "--method", "automatic", "--json")
    typed = ("Ada", "Pond", "", "", "not an address", WHO[4], "3", "y", "")
    done = run("deactivate", typed=typed)
    assert done.exit_code == 0, done.output
    assert "Completing the Deactivate Server Wizard" in done.stdout
    (asked,) = [asked for path, asked in online.asked if path == "/deactivations"]
    assert (asked["cause"], asked["contact"]["email"]) == ("server_redeployed", WHO[4])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'register.db'}")
    yield Desk(engine)
    engine.dispose()


def test_a_file_goes_out_and_its_answer_comes_in(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "_system", lambda: START + timedelta(minutes=5))
    data = tmp_path / "server"
    installation.install(
        data,
        product_id=desk.product_id,
        product_key=desk.keys[desk.product_id],
        server_name="LICENSE-01",
        now=START,
    )

    def carry(verb: str, number: int) -> SimpleNamespace:
        request, answer = tmp_path / f"request-{number}.json", tmp_path / f"answer-{number}.json"
        base = ["--data", str(data), verb]
        out = CliRunner().invoke(cli, [*base, "--request", str(request), "--json"])
        assert out.exit_code == 0, out.output
        asked = documents.parse_request(json.loads(request.read_text()))
        given = desk.do(desk.house.process_automatic, asked, Actor("website", "site"), START)
        answer.write_text(json.dumps(documents.answer_document(given)))
        written = CliRunner().invoke(cli, [*base, "--answer", str(answer)])
        assert "Closing code:" in written.stdout
        words = [*base, "--answer", str(answer), "--finish", "--json"]
        taken = CliRunner().invoke(cli, words)
        again = CliRunner().invoke(cli, words)
        return SimpleNamespace(taken=taken, again=again, answer=answer)

    first = carry("activate", 1)
    assert first.taken.exit_code == 0, first.taken.output
    second = carry("reactivate", 2)
    assert json.loads(second.taken.stdout)["issue"] == 2
    assert second.again.exit_code == 0
    found = health.status(data, START + timedelta(hours=1))
    assert (found.state, found.issue) == (CertificateState.VALID, 2)

    # The first answer is of no use any more, and a changed one never was.
    words = ["--data", str(data), "reactivate", "--json", "--answer"]
    old = CliRunner().invoke(cli, [*words, str(first.answer)])
    assert old.exit_code in (1, 2)
    changed = json.loads(second.answer.read_text()) | {"mac": "0" * 64}
    second.answer.write_text(json.dumps(changed))
    assert CliRunner().invoke(cli, [*words, str(second.answer)]).exit_code == 1
    assert health.status(data, START + timedelta(hours=1)).issue == 2
