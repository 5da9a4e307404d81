"""The verbs of the command line, for scripts: JSON, options, exit statuses."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from codes import deactivation_confirmation, license_server_id, product_key
from license_server import activation, clocks, link
from license_server import state as states
from license_server.cli import cli
from license_server.model import CertificateState, Reason

Run = Callable[..., Result]


@pytest.fixture
def run(data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command at the time of the tests, over the installed server."""
    monkeypatch.setattr(clocks, "_system", lambda: now + timedelta(hours=1))

    def call(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, ["--data", str(data), *words], input=typed)

    return call


def document(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def test_a_script_activates_reactivates_and_deactivates(
    run: Run, data: Path, licence: SimpleNamespace
) -> None:
    asked = document(run("activate", "--method", "telephone", "--region", "de", "--json"))
    assert (asked["state"], asked["reason"], asked["reason_key"]) == (
        "open",
        "first_activation",
        None,
    )
    assert asked["number"]["e164"].startswith("+49")
    first = licence.issue(asked["license_server_id"])
    done = document(run("activate", "--new-id", first, "--finish", "--json"))
    assert (done["state"], done["issue"], len(done["closing_code"])) == ("accepted", 1, 4)
    assert document(run("status", "--json"))["state"] == "valid"

    again = document(run("reactivate", "--reason", "private_key_compromised", "--json"))
    assert (again["reason"], again["reason_key"]) == ("private_key_compromised", 5)
    assert document(run("reactivate", "--json")) == again
    answer = document(run("reactivate", "--challenge", "1234", "--json"))["answer"]
    assert answer == activation.answer(data, "1234")
    second = licence.issue(again["license_server_id"], 2)
    done = document(run("reactivate", "--new-id", second, "--json"))
    assert (done["issue"], done["is_root_new"]) == (2, True)

    refused = run("deactivate", "--cause", "server_redeployed", "--json")
    assert refused.exit_code == 2
    assert "cannot be taken back" in refused.stderr
    begun = document(run("deactivate", "--cause", "server_redeployed", "--yes", "--json"))
    assert begun["state"] == "begun"
    secret = product_key.secret(licence.product_key)
    confirmation = deactivation_confirmation.make(secret, licence.product_id, begun["receipt"])
    over = document(run("deactivate", "--confirmation", confirmation, "--json"))
    assert over["state"] == "confirmed"
    facts = document(run("status", "--json"))
    assert (facts["is_deactivated"], facts["may_license"]) == (True, "none")
    anew = document(run("activate", "--json"))
    assert anew["reason"] == "first_activation"
    run("activate", "--new-id", licence.issue(anew["license_server_id"], 3), "--json")
    assert document(run("status", "--json"))["may_license"] == "all"


def test_a_refused_id_is_status_1_with_its_word(run: Run, licence: SimpleNamespace) -> None:
    asked = document(run("activate", "--method", "telephone", "--region", "GB", "--json"))
    good = licence.issue(asked["license_server_id"])
    bad = f"{good[:7]}{(int(good[7]) + 1) % 10}{good[8:]}"
    refused = run("activate", "--new-id", bad, "--json")
    assert refused.exit_code == 1
    said = json.loads(refused.stdout)
    assert (said["error"], said["groups"]) == ("invalid_groups", [2])
    assert refused.stderr.strip() == said["sentence"]
    assert run("activate", "--new-id", asked["license_server_id"], "--json").exit_code == 1


def test_activate_is_for_a_server_that_is_not_activated(
    run: Run, activated: Path, licence: SimpleNamespace
) -> None:
    refused = run("activate", "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["error"] == "already_activated"
    assert "reactivate" in refused.stderr


def test_cancel_gives_the_request_up(run: Run, activated: Path) -> None:
    first = document(run("reactivate", "--method", "web", "--json"))
    assert document(run("reactivate", "--cancel", "--json")) == {"state": "cancelled"}
    assert states.load(activated).request is None
    second = document(run("reactivate", "--json"))
    assert first["license_server_id"] != second["license_server_id"]


def test_a_region_without_a_number_is_refused(run: Run) -> None:
    refused = run("activate", "--method", "telephone", "--region", "ZZ", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["field"] == "region"


def test_no_way_to_the_clearinghouse_is_status_4(run: Run) -> None:
    refused = run("activate", "--method", "automatic", "--json")
    assert refused.exit_code == 4
    assert json.loads(refused.stdout)["error"] == "clearinghouse_unreachable"


def test_install_takes_secrets_from_files(tmp_path: Path, licence: SimpleNamespace) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"{licence.product_key}\n")
    words = ["--data", str(tmp_path / "new"), "install", "--product-id", licence.product_id]
    words += ["--product-key-file", str(key), "--server-name", "LICENSE-07", "--json"]
    made = document(CliRunner().invoke(cli, words))
    assert (made["server_name"], made["product_id"]) == ("LICENSE-07", licence.product_id)
    again = CliRunner().invoke(cli, words)
    assert again.exit_code == 2
    assert json.loads(again.stdout)["error"] == "already_installed"


def test_install_refuses_the_key_of_another_product(
    tmp_path: Path, licence: SimpleNamespace, other_licence: SimpleNamespace
) -> None:
    key = tmp_path / "key.txt"
    key.write_text(other_licence.product_key)
    words = ["--data", str(tmp_path / "new"), "install", "--product-id", licence.product_id]
    words += ["--product-key-file", str(key), "--server-name", "LICENSE-07", "--json"]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["field"] == "product_key"
    assert not (tmp_path / "new" / "state.json").exists()


def test_properties_are_shown_and_changed(run: Run) -> None:
    words = ("--method", "telephone", "--region", "fr", "--company", " Pond  & Sons ", "--json")
    held = document(run("properties", *words))
    assert (held["method"], held["region"], held["company"]) == ("telephone", "FR", "Pond & Sons")
    shown = run("properties").stdout
    assert "Pond & Sons" in shown
    assert all(len(line) < 80 for line in shown.splitlines())
    assert run("properties", "--region", "", "--json").exit_code == 1


def test_events_are_shown_and_exported(run: Run, activated: Path) -> None:
    found = json.loads(run("events", "--export", "json").stdout)
    assert found[0]["kind"] == "installed"
    head, *rows = run("events", "--export", "csv").stdout.splitlines()
    assert head == "at,level,kind,meaning,facts"
    assert len(rows) == len(found)
    assert "issue: 1" in run("events").stdout


def test_connect_stores_the_addresses(run: Run, data: Path) -> None:
    words = ("--api", "https://127.0.0.1:1/api/v1", "--site", "https://127.0.0.1:1/licensing")
    stored = document(run("connect", *words, "--json"))
    assert stored["site_url"] == "https://127.0.0.1:1/licensing"
    assert link.load(data) is not None
    refused = run("connect", "--api", "http://127.0.0.1", "--site", "https://x", "--json")
    assert refused.exit_code == 2


def test_a_request_goes_out_as_a_file(run: Run, activated: Path, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    asked = document(run("reactivate", "--request", str(file), "--json"))
    written = json.loads(file.read_text())
    assert written["license_server_id"] == asked["license_server_id"]
    assert written["format"] == "activation-line-request-1"
    opened = states.load(activated).request
    assert opened is not None
    assert license_server_id.is_valid(written["license_server_id"])
    assert opened.license_server_id == written["license_server_id"]
    other = tmp_path / "letter.txt"
    other.write_text("Dear all")
    assert run("reactivate", "--request", str(other)).exit_code == 2
    assert other.read_text() == "Dear all"


@pytest.mark.parametrize("content", ["", "[1]", '{"format": "something-else"}', "\x00\xff"])
def test_a_file_that_is_no_answer_is_refused(
    run: Run, activated: Path, tmp_path: Path, content: str, contents: Callable[..., Any]
) -> None:
    run("reactivate", "--method", "web", "--json")
    before = contents(activated)
    file = tmp_path / "answer.json"
    file.write_text(content, "latin-1")
    refused = run("reactivate", "--answer", str(file), "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]
    assert contents(activated) == before


@pytest.mark.parametrize("verb", ["activate", "reactivate", "deactivate", "properties", "events"])
def test_before_the_first_start_every_verb_says_so(tmp_path: Path, verb: str) -> None:
    refused = CliRunner().invoke(cli, ["--data", str(tmp_path / "none"), verb])
    assert refused.exit_code == 2
    assert "holds no license server yet" in refused.stderr
    assert not (tmp_path / "none").exists()


def simulated(run: Run, what: str) -> str:
    return str(document(run("simulate", what, "--yes", "--json"))["state"])


def test_simulations_bring_about_what_the_health_check_finds(run: Run, activated: Path) -> None:
    before = states.load(activated)
    for what, state, reason in (
        ("expire", CertificateState.EXPIRED, Reason.CERTIFICATE_EXPIRED),
        ("corrupt", CertificateState.CORRUPTED, Reason.CERTIFICATE_CORRUPTED),
        ("upgrade", CertificateState.UPGRADED, Reason.SERVER_UPGRADED),
        ("redeploy", CertificateState.REDEPLOYED, Reason.SERVER_REDEPLOYED),
        ("compromise", CertificateState.VALID, None),
        ("clock-back", CertificateState.VALID, None),
    ):
        assert simulated(run, what) == state
        facts = document(run("status", "--json"))
        assert (facts["state"], facts["proposed_reason"]) == (state, reason)
        assert facts["is_clock_set_back"] is (what == "clock-back")
        assert run("simulate", "expire", "--yes").exit_code == 2
        assert document(run("simulate", "undo", "--json"))["state"] == "valid"
    after = states.load(activated)
    assert (after.held, after.root_file) == (before.held, before.root_file)
    assert run("simulate", "undo").exit_code == 2


def test_a_simulated_expiry_is_a_certificate_that_really_ran_out(
    run: Run, activated: Path, now: datetime
) -> None:
    simulated(run, "expire")
    until = datetime.fromisoformat(document(run("status", "--json"))["valid_until"])
    assert until == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)


def test_a_compromised_key_lies_open_until_it_is_undone(run: Run, activated: Path) -> None:
    simulated(run, "compromise")
    leaked = (activated / "leaked-private-key.pem").read_bytes()
    held = states.load(activated).held
    assert held is not None
    assert leaked == (activated / held.key_file).read_bytes()
    run("simulate", "undo")
    assert not (activated / "leaked-private-key.pem").exists()


def test_a_reactivation_ends_a_simulation(
    run: Run, activated: Path, licence: SimpleNamespace
) -> None:
    simulated(run, "redeploy")
    asked = document(run("reactivate", "--method", "telephone", "--region", "DE", "--json"))
    assert asked["reason"] == "server_redeployed"
    run("reactivate", "--new-id", licence.issue(asked["license_server_id"], 2), "--json")
    assert document(run("status", "--json"))["state"] == "valid"
    undone = run("simulate", "undo")
    assert undone.exit_code == 2
    assert states.load(activated).last_issue == 2


def test_simulations_want_a_yes(run: Run, activated: Path, contents: Callable[..., Any]) -> None:
    before = contents(activated)
    refused = run("simulate", "corrupt")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert contents(activated) == before
    demo = CliRunner().invoke(cli, ["--data", str(activated), "--demo", "simulate", "upgrade"])
    assert demo.exit_code == 0
    assert "simulation for training" in demo.stdout
