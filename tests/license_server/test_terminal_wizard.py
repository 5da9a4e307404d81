"""The wizards in the terminal, page title by page title, as somebody types into them."""

import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec

from codes import deactivation_confirmation, new_license_server_id, product_key
from codes.groups import NEW_LICENSE_SERVER_ID as SHAPE
from license_server import activation, clocks, event_log, installation, progress, properties
from license_server import state as states
from license_server.cli import cli
from license_server.model import Method, Reason, WizardPage
from license_server.numbers import load
from tests.license_server.terminal import Terminal

Run = Callable[..., Result]
TITLE = re.compile(r"^=== (.+) ===$", re.MULTILINE)


@pytest.fixture
def run(data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(clocks, "_system", lambda: now + timedelta(hours=1))

    def call(*words: str, typed: tuple[str, ...] = ()) -> Result:
        lines = "".join(f"{line}\n" for line in typed)
        result = CliRunner().invoke(cli, ["--data", str(data), *words], input=lines)
        assert all(len(line) < 80 for line in result.stdout.splitlines()), result.stdout
        return result

    return call


@pytest.fixture
def by_telephone(activated: Path, now: datetime) -> Path:
    properties.change(activated, load(activated), now, method=Method.TELEPHONE, region="DE")
    return activated


@pytest.fixture
def asked(by_telephone: Path, now: datetime, licence: SimpleNamespace) -> SimpleNamespace:
    """A request that is open on the page where the new ID is typed, and the ID that answers it."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    opened = activation.request(by_telephone, now, private_key=key)
    progress.turn_page(by_telephone, WizardPage.NEW_ID)
    new = licence.issue(opened.license_server_id, 2)
    return SimpleNamespace(
        data=by_telephone, request=opened.license_server_id, new=new, groups=SHAPE.split(new)
    )


def titles(result: Result) -> list[str]:
    return TITLE.findall(result.stdout)


def held_issue(data: Path) -> int:
    return states.load(data).last_issue


def test_the_activate_server_wizard(run: Run, data: Path, licence: SimpleNamespace) -> None:
    left = run("activate", typed=("", "3", "gb"))
    assert left.exit_code == 3
    assert titles(left) == [
        "Activate Server Wizard: Welcome",
        "Activate Server Wizard: Connection Method",
        "Activate Server Wizard: License Server Activation",
    ]
    opened = states.load(data).request
    assert opened is not None
    assert opened.reason is Reason.FIRST_ACTIVATION
    groups = SHAPE.split(licence.issue(opened.license_server_id))
    done = run("activate", typed=(*groups, ""))
    assert done.exit_code == 0
    assert titles(done) == [
        "Activate Server Wizard: License Server Activation",
        "Activate Server Wizard: Completing the Activate Server Wizard",
    ]
    assert done.stdout.count("[ok]") == 7
    assert states.load(data).completed is None
    assert held_issue(data) == 1


def test_the_reactivate_server_wizard(
    run: Run, by_telephone: Path, licence: SimpleNamespace
) -> None:
    left = run("reactivate", typed=("", "1"))
    assert titles(left) == [
        "Reactivate Server Wizard: Welcome",
        "Reactivate Server Wizard: License Server Reactivation",
    ]
    state = states.load(by_telephone)
    assert state.request is not None
    assert state.request.reason is Reason.CERTIFICATE_EXPIRED
    text = " ".join(left.stdout.split())
    for shown in (
        "+49 30 23125146",
        "If nobody answers",
        "Numbers as of",
        " ".join(SHAPE.split(state.request.license_server_id)),
        f"Line code {' '.join(activation.line_code_of(by_telephone))}",
        "Reason, when the line asks 1 (The license server certificate expired)",
    ):
        assert shown in text
    done = run("reactivate", typed=(licence.issue(state.request.license_server_id, 2), ""))
    assert done.exit_code == 0
    assert titles(done)[-1] == ("Reactivate Server Wizard: Completing the Reactivate Server Wizard")
    assert held_issue(by_telephone) == 2


def test_the_deactivate_server_wizard(
    run: Run, by_telephone: Path, licence: SimpleNamespace
) -> None:
    no = run("deactivate", typed=("Ada", "Pond", "", "ada@example.com", "3", "n"))
    assert no.exit_code == 3
    assert states.load(by_telephone).deactivation is None
    begun = run("deactivate", typed=("", "", "", "", "3", "y"))
    assert "First name [Ada]:" in begun.stdout
    assert titles(begun) == [
        "Deactivate Server Wizard: Information Needed",
        "Deactivate Server Wizard: License Server Deactivation",
    ]
    state = states.load(by_telephone)
    assert state.deactivation is not None
    secret = product_key.secret(licence.product_key)
    confirmation = deactivation_confirmation.make(
        secret, licence.product_id, state.deactivation.receipt
    )
    groups = deactivation_confirmation.split(confirmation)
    wrong = f"{groups[1][:4]}{(int(groups[1][4]) + 1) % 10}"
    part = run("deactivate", typed=(groups[0], wrong))
    assert "group 2" in part.stdout
    assert part.exit_code == 3
    done = run("deactivate", typed=(groups[1], groups[2], ""))
    assert done.exit_code == 0
    assert titles(done)[-1] == "Deactivate Server Wizard: Completing the Deactivate Server Wizard"
    confirmed = states.load(by_telephone).deactivation
    assert confirmed is not None
    assert confirmed.confirmed_at is not None


def test_what_was_typed_is_kept_and_only_the_rest_is_asked(
    run: Run, asked: SimpleNamespace
) -> None:
    left = run("reactivate", typed=asked.groups[:3])
    assert left.exit_code == 3
    assert states.load(asked.data).draft[:4] == (*asked.groups[:3], "")
    done = run("reactivate", typed=(*asked.groups[3:], ""))
    assert done.exit_code == 0
    assert "Group 3 of 7" not in done.stdout


def test_a_wrong_group_alone_is_asked_again(run: Run, asked: SimpleNamespace) -> None:
    wrong = f"{asked.groups[2][:4]}{(int(asked.groups[2][4]) + 1) % 10}"
    typed = (asked.groups[0] + asked.groups[1], wrong, asked.groups[2], *asked.groups[3:], "")
    done = run("reactivate", typed=typed)
    assert done.exit_code == 0
    assert done.stdout.count("Group 3 of 7:") == 2
    assert "Group 2 of 7" not in done.stdout


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_wrong_group_of_a_whole_id_is_offered_by_its_proof(
    run: Run, asked: SimpleNamespace, *, is_taken: bool
) -> None:
    bad = f"{asked.new[:12]}{(int(asked.new[12]) + 1) % 10}{asked.new[13:]}"
    typed = (bad, "y", "") if is_taken else (bad, "n", asked.groups[2], "")
    done = run("reactivate", typed=typed)
    assert done.exit_code == 0
    assert f"Group 3 can be worked out from the others: it is {asked.groups[2]}." in " ".join(
        done.stdout.split()
    )
    assert ("Group 3 of 7:" in done.stdout) is not is_taken
    kinds = [entry["kind"] for entry in event_log.entries(asked.data)]
    assert (event_log.Kind.GROUP_RESTORED in kinds) is is_taken
    assert held_issue(asked.data) == 2


@pytest.mark.parametrize("slip", ["missing", "too many"])
def test_one_dropped_or_doubled_digit_is_located(
    run: Run, asked: SimpleNamespace, slip: str
) -> None:
    at = next(
        place
        for place in range(6, 29)
        if asked.new[place] not in (asked.new[place - 1], asked.new[place + 1])
        and place % 5 in (1, 2, 3)
    )
    keyed = asked.new[:at] + asked.new[at + 1 :]
    if slip == "too many":
        keyed = asked.new[: at + 1] + asked.new[at:]
    done = run("reactivate", typed=(keyed, "y", ""))
    assert f"group {at // 5 + 1}         [a digit is {slip}]" in done.stdout
    assert done.exit_code == 0


def test_a_group_that_cannot_be_read_is_worked_out_at_the_end(
    run: Run, asked: SimpleNamespace
) -> None:
    typed = (*asked.groups[:3], "?", *asked.groups[4:], "y", "")
    done = run("reactivate", typed=typed)
    assert done.exit_code == 0
    assert held_issue(asked.data) == 2


def test_two_wrong_digits_that_pass_the_check_digit_are_found(
    run: Run, asked: SimpleNamespace
) -> None:
    other = next(
        f"{data:04}{check}"
        for data in range(10_000)
        for check in range(10)
        if SHAPE.is_good(4, f"{data:04}{check}") and f"{data:04}{check}" != asked.groups[3]
    )
    keyed = "".join((*asked.groups[:3], other, *asked.groups[4:]))
    done = run("reactivate", typed=(keyed, "n", "4", asked.groups[3], ""))
    assert "Which one is wrong?" in done.stdout
    assert done.exit_code == 0
    assert held_issue(asked.data) == 2


def test_each_code_of_another_kind_has_its_own_sentence(
    run: Run, asked: SimpleNamespace, other_licence: SimpleNamespace, licence: SimpleNamespace
) -> None:
    foreign = other_licence.issue(asked.request, 2)
    held = states.load(asked.data).held
    assert held is not None
    typed = (
        asked.request,
        foreign,
        held.new_license_server_id,
        "l2345",
        "b",
        "c",
        "3",
        "c",
        "1",
    )
    left = run("reactivate", typed=typed)
    text = " ".join(left.stdout.split())
    assert "This is the license server ID that this page shows" in text
    assert "it belongs to another product or another license server" in text
    assert "This server accepted this ID before" in text
    assert "the letter" in text
    assert left.exit_code == 3
    opened = states.load(asked.data).request
    assert opened is not None
    assert opened.license_server_id == asked.request


def test_back_leads_to_welcome_and_cancel_asks(run: Run, asked: SimpleNamespace) -> None:
    left = run("reactivate", typed=("b", "", "", "c", "2"))
    assert titles(left) == [
        "Reactivate Server Wizard: License Server Reactivation",
        "Reactivate Server Wizard: Welcome",
        "Reactivate Server Wizard: License Server Reactivation",
        "Reactivate Server Wizard: Cancel",
    ]
    assert states.load(asked.data).request is None


def test_the_answer_to_a_challenge(run: Run, asked: SimpleNamespace) -> None:
    left = run("reactivate", typed=("a", "12", "a", "1234"))
    assert "Key or read out:  " + " ".join(activation.answer(asked.data, "1234")) in left.stdout
    assert "4 digits" in left.stdout


def test_the_web_browser_method_shows_the_website(
    run: Run, data: Path, licence: SimpleNamespace
) -> None:
    run(
        "connect",
        "--api",
        "https://127.0.0.1:1/api/v1",
        "--site",
        "https://licensing.example/licensing",
    )
    left = run("activate", typed=("", "2"))
    assert "https://licensing.example/licensing" in left.stdout
    assert "Call this number" not in left.stdout
    assert '"Activate a license server"' in left.stdout


def test_the_first_start(tmp_path: Path, licence: SimpleNamespace, now: datetime) -> None:
    typed = [licence.product_id, "wrong", licence.product_key, "", "LICENSE-09", "short", ""]
    result = CliRunner().invoke(
        cli, ["--data", str(tmp_path / "new"), "install"], input="\n".join(typed) + "\n"
    )
    assert result.exit_code == 0, result.output
    assert "25 characters" in result.stdout
    assert states.load(tmp_path / "new").server_name == "LICENSE-09"


def started(data: Path) -> Terminal:
    return Terminal([sys.executable, "-P", "-m", "license_server", "--data", data, "reactivate"])


def test_ctrl_c_on_a_dumb_terminal_leaves_it_where_it_was(asked: SimpleNamespace) -> None:
    terminal = started(asked.data)
    terminal.answer("Group 1 of 7:", asked.groups[0])
    terminal.read_until("Group 2 of 7:")
    terminal.type("\x03")
    terminal.read_until("the same command goes on.")
    assert terminal.close() == 3
    assert "\x1b" not in terminal.text
    assert "Traceback" not in terminal.text
    assert states.load(asked.data).draft[0] == asked.groups[0]


def test_two_wizards_may_be_open_at_once(asked: SimpleNamespace, now: datetime) -> None:
    terminal = started(asked.data)
    terminal.read_until("Group 1 of 7:")
    activation.cancel(asked.data, now)
    terminal.type(f"{asked.new}\n")
    terminal.read_until("answered or cancelled meanwhile")
    terminal.answer("Enter: Next", "c")
    assert terminal.close() == 3


def test_the_input_of_a_terminal_may_end(asked: SimpleNamespace) -> None:
    terminal = started(asked.data)
    terminal.read_until("Group 1 of 7:")
    terminal.type("\x04")
    terminal.read_until("the same command goes on.")
    assert terminal.close() == 3


def test_restoring_is_proven_by_the_authenticator_alone(
    run: Run, asked: SimpleNamespace, other_licence: SimpleNamespace
) -> None:
    # Well-formed, and yet of another product: six of its groups prove nothing here.
    foreign = other_licence.issue(asked.request, 2)
    bad = f"{foreign[:12]}{(int(foreign[12]) + 1) % 10}{foreign[13:]}"
    left = run("reactivate", typed=(bad,))
    assert "can be worked out" not in left.stdout
    secret = installation.secret(asked.data)
    assert new_license_server_id.verify(secret, _product(asked.data), asked.request, asked.new)


def _product(data: Path) -> str:
    return states.load(data).product_id
