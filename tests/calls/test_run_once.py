"""`activation-line run --once`: real processes, real requests, simulated time."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from activation_line.cli import main
from clearinghouse.tables import requests
from data_store import open_engine, reading

# Several tests ask for the same run: it is made once where one worker has them all.
pytestmark = pytest.mark.xdist_group("run-once")

SEEDS = range(1, int(os.environ.get("ACTIVATION_LINE_SEEDS", "1")) + 1)
AT = "2026-03-02T15:00:00Z"


@dataclass(frozen=True)
class Run:
    status: int
    output: str

    @property
    def digits(self) -> int:
        found = re.search(r"^Digits keyed\s+(\d+)$", self.output, re.MULTILINE)
        assert found is not None, self.output
        return int(found[1])


def once(*arguments: str, seed: int = 1) -> Run:
    """The run of these options, which is made once."""
    return made(seed, *arguments)


@cache
def made(seed: int, *arguments: str) -> Run:
    command = ("run", "--once", "--at", AT, "--seed", str(seed))
    done = subprocess.run(
        [sys.executable, "-m", "activation_line", *command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return Run(done.returncode, done.stdout)


def conversation_of(run: Run) -> dict[str, list[str]]:
    """What each one said, in order, without what is drawn anew in every run.

    The time is left out as well: other digits take longer or shorter to say. So is how much of the
    waiting prompt is heard before the representative answers, which follows from it.
    """
    digit_words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    said: dict[str, list[str]] = {}
    for line in run.output.splitlines():
        found = re.match(r"\d\d:\d\d\.\d  (\S+(?: \S+)?)\s{2,}(.*)", line)
        if found is not None and not found[2].startswith("To be called back"):
            words = re.sub("|".join(digit_words), "digit", found[2])
            said.setdefault(found[1], []).append(re.sub(r"\d", "0", words))
    return said


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("US", ["Welcome", "Group 7 of the new ID", "Your license server is active again"]),
        ("AT", ["Willkommen", "Gruppe 7 der neuen ID", "wieder aktiv"]),
        ("ES", ["Bienvenido", "Grupo 7 del nuevo ID", "está activo de nuevo"]),
    ],
)
def test_a_straight_call_reactivates_the_license_server(region: str, words: list[str]) -> None:
    run = once("--region", region)
    assert run.status == 0, run.output
    assert re.search(r"Processes: phone-network \d+, line \d+, license-server \d+\.", run.output)
    for word in [*words, "accepted by openssl verify", "Everything held."]:
        assert word in run.output
    assert re.search(r"^Request\s+confirmed$", run.output, re.MULTILINE)


def test_who_is_called_back_keeps_the_place_and_all_that_was_keyed() -> None:
    run = once("--call-back")
    assert run.status == 0, run.output
    assert run.digits == once().digits
    waited, called = run.output.split("calls the caller back")
    assert "No representative is at work just now" in waited
    assert called.index("Your line code is") < called.index("To speak to the representative")
    assert "Please key the product ID" not in called
    assert "Everything held." in called


def test_out_of_hours_the_line_issues_reads_out_and_confirms_by_itself() -> None:
    run = once("--out-of-hours")
    assert run.status == 0, run.output
    for words in ["Our support centre is closed now", "New ID, group 7", "Everything held."]:
        assert words in run.output
    assert "representative  " not in run.output
    assert run.digits == once().digits


def test_out_of_hours_a_caller_who_hangs_up_while_it_is_read_keeps_the_id() -> None:
    run = once("--out-of-hours", "--hang-up-at", "read-out")
    assert run.status == 1
    assert re.search(r"^Request\s+issued$", run.output, re.MULTILINE)


def test_the_same_seed_and_moment_give_the_same_conversation() -> None:
    first, second = (conversation_of(run) for run in (once(), made.__wrapped__(1)))
    assert first["line"][0] == "Welcome to the Activation Line."
    assert first == second


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_straight_call_with_the_data_on_postgresql(store_url: str) -> None:
    run = once("--database", store_url)
    assert run.status == 0, run.output
    assert "Everything held." in run.output
    engine = open_engine(store_url)
    with reading(engine) as connection:
        states = connection.execute(select(requests.c.state)).scalars().all()
    engine.dispose()
    assert states == ["confirmed", "confirmed"], "the demo's first activation, and this one"
    # What is there now is a demo's, and another demo must not be mixed with it.
    again = once("--database", store_url, seed=2)
    assert again.status == 1
    assert "The database holds data already" in again.output


@pytest.mark.parametrize(
    ("reason", "key"),
    [("certificate_corrupted", 2), ("server_upgraded", 3), ("server_redeployed", 4)],
)
def test_each_reason_by_a_whole_call(reason: str, key: int) -> None:
    run = once("--reason", reason)
    assert run.status == 0, run.output
    assert re.search(rf"caller keys\s+{key}$", run.output, re.MULTILINE)
    assert "Everything held." in run.output


def test_a_compromised_key_by_a_whole_call() -> None:
    """The register, the certificate and `openssl crl` are asked by the command itself."""
    run = once("--reason", "private_key_compromised")
    assert run.status == 0, run.output
    assert re.search(r"caller keys\s+5$", run.output, re.MULTILINE)
    assert re.search(r"^Earlier ID\s+revoked$", run.output, re.MULTILINE)
    asked = re.search(r"caller types\s+(\d{4})$", run.output, re.MULTILINE)
    answered = re.search(r"wizard\s+answers (\d{6})$", run.output, re.MULTILINE)
    assert asked is not None
    assert answered is not None
    assert f"The answer is {answered[1]}." in run.output
    acts = conversation_of(run)["console"]
    start = acts.index("verify")
    assert acts[start : start + 4] == ["verify", "challenge", "answer challenge", "issue"]


def test_a_compromised_id_is_revoked_though_the_caller_never_types_the_new_one() -> None:
    run = once("--reason", "private_key_compromised", "--hang-up-at", "read-out")
    assert run.status == 1
    assert re.search(r"^Earlier ID\s+revoked$", run.output, re.MULTILINE), run.output
    assert "the local root is the one that may be in other hands" in run.output


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("group", range(1, 12))
def test_one_wrong_digit_costs_exactly_five(group: int, seed: int) -> None:
    straight = once(seed=seed)
    slipped = once("--wrong-digit", str(group), seed=seed)
    assert slipped.status == 0, slipped.output
    assert slipped.digits == straight.digits + 5
    number = group if group <= 4 else group - 4
    assert f"Please key only group {number} again" in slipped.output


@pytest.mark.parametrize(
    ("stage", "request_state"),
    [
        ("welcome", None),
        ("product-id", None),
        ("license-server-id", None),
        ("reason", "abandoned"),
        ("queue", "abandoned"),
        ("conversation", "abandoned"),
        ("read-out", "issued"),
        ("closing-code", "read"),
    ],
)
def test_hanging_up_ends_cleanly_at_every_step(stage: str, request_state: str | None) -> None:
    run = once("--hang-up-at", stage)
    assert run.status == 1
    assert f"the caller hung up: told to hang up at {stage}" in run.output
    assert re.search(r"^Call ended by\s+caller$", run.output, re.MULTILINE), run.output
    found = re.search(r"^Request\s+(\w+)$", run.output, re.MULTILINE)
    assert (found[1] if found else None) == request_state
    assert "error 10" in run.output, "the certificate has expired, and nothing renewed it"


def test_a_spoiled_id_is_refused_by_the_wizard() -> None:
    run = once("--spoil", "issued")
    assert run.status == 1
    assert "the wizard refused the new license server ID" in run.output
    assert "no closing code was keyed to the line" in run.output


def test_a_representative_may_refuse() -> None:
    run = once("--no-issue")
    assert run.status == 1
    assert "The representative refused the request." in run.output
    assert "the request is denied, not confirmed" in run.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--once", "--region", "XX"], "No line serves 'XX': write the ISO 3166 code of a region"),
        (["--once", "--at", "tomorrow"], "'tomorrow' does not match"),
        (["--once", "--wrong-digit", "12"], "12 is not in the range"),
        (["--wrong-digit", "3"], "add --once"),
        (["--reason", "server_upgraded"], "add --once"),
        (["--once", "--reason", "first_activation"], "'first_activation' is not one of"),
        (["--once", "--data", "FILE"], "can't be the demo's directory"),
        (["--once", "--data", "STRANGE"], "holds other files than a demo's"),
        (["--once", "--data", "USED"], "holds an earlier demo"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    (tmp_path / "FILE").write_text("", "utf-8")
    (tmp_path / "STRANGE").mkdir()
    (tmp_path / "STRANGE" / "letter.txt").write_text("dear", "utf-8")
    (tmp_path / "USED").mkdir()
    (tmp_path / "USED" / "demo.json").write_text("{}", "utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["run", *arguments])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code != 0
    assert says in done.stderr
    assert (tmp_path / "STRANGE" / "letter.txt").read_text("utf-8") == "dear"
