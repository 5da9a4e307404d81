"""`activation-line numbers check`: a served line, rung through the simulated network."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

import region_routing
from activation_line.carrier.account import TwilioAccount
from activation_line.carrier.ringing import PATIENCE, Ringer
from activation_line.number_dates import NEVER_RUNG, OLD, Verdict, judge
from activation_line.register_access import opened
from activation_line.web import create_app
from activation_line.wiring import Line, bootstrap
from data_store import reading, transaction
from switchboard import number_checks
from switchboard.tables import calls, events
from tests.activation_line.account import DE, FR, US, Operator

JSON = {"Accept": "application/json"}


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with ExitStack() as stack:
        yield Operator(tmp_path, stack)


def test_numbers_answer_and_one_is_dead(operator: Operator) -> None:
    operator.open(US, DE, FR, virtual=True)
    operator.serve()
    assert operator.type("numbers", "dates").stdout.endswith(f"{NEVER_RUNG}\n")
    operator.type("twilio", "apply", "--yes")
    answered = operator.type("numbers", "check")
    assert answered.exit_code == 0, answered.output
    assert [line.split(",")[0] for line in answered.stdout.splitlines()] == [
        f"✓ {number}: answers" for number in (US, DE, FR)
    ]
    held = operator.numbers()[FR]
    base = operator.settings.public_base_url
    operator.client.incoming_phone_numbers(held.sid).update(
        voice_url=f"{base}/nothing", voice_fallback_url=f"{base}/voice/fallback"
    )
    dead = operator.type("numbers", "check", "--json")
    assert dead.exit_code == 1
    us, de, fr = json.loads(dead.stdout)
    assert (us["problem"], de["problem"]) == (None, None)
    assert "was answered, and not by this line" in fr["problem"]
    assert fr["answered_at"] is not None  # by the check before
    dates = operator.type("numbers", "dates")
    assert dates.exit_code == 1
    assert f"{FR} did not answer on" in dates.stdout
    doctor = operator.type("doctor").stdout
    assert f"✗ numbers: {FR} did not answer on" in doctor
    line = bootstrap(operator.settings)
    try:
        health = create_app(line).test_client().get("/health", headers=JSON).json
        assert health is not None
        assert not health["checks"]["numbers"]["ok"]
        # A check is no call of the register.
        with reading(line.engine) as connection:
            assert connection.execute(calls.select()).all() == []
            assert connection.execute(events.select()).all() == []
    finally:
        line.engine.dispose()


def test_a_number_that_the_account_has_lost_is_not_rung(operator: Operator) -> None:
    network = operator.open(US, DE, virtual=True)
    operator.serve()
    said = operator.type("numbers", "check", FR)
    assert said.exit_code == 1
    assert said.stdout == f"✗ {FR}: The account does not own the number.\n"
    assert not network.exchange.calls


def test_one_number_alone_needs_another_to_be_rung_from(operator: Operator) -> None:
    operator.open(US, virtual=True)
    operator.serve()
    operator.type("twilio", "apply", "--yes")
    alone = operator.type("numbers", "check", US)
    assert alone.stdout == f"✗ {US}: There is no other number to ring it from: set check_from.\n"


def test_a_number_without_an_application_is_dead(operator: Operator) -> None:
    operator.open(US, DE, virtual=True)
    operator.serve()
    said = operator.type("numbers", "check", US)
    assert said.stdout == f"✗ {US}: Nobody answered: the network says failed.\n"
    strange = operator.type("numbers", "check", "+12025550111")
    assert (strange.exit_code, "No line of the tables" in strange.stderr) == (2, True)


def test_a_call_that_takes_too_long_is_ended_and_the_others_are_rung(operator: Operator) -> None:
    network = operator.open(US, DE)  # real time, in which no call is over at once
    operator.serve()
    base = operator.settings.public_base_url
    for held in operator.numbers().values():
        operator.client.incoming_phone_numbers(held.sid).update(voice_url=f"{base}/voice/incoming")
    settings = operator.settings
    lines = list(region_routing.load(settings.routing_dir).lines.values())[:2]
    with opened(settings) as register:
        hasty = Ringer(
            TwilioAccount(settings), register, settings, every=PATIENCE / 2, sleep=lambda _: None
        )
        found = list(hasty.ring(lines, lines))
    assert [rung.problem for rung in found] == ["The call did not end."] * 2
    outward = [call for call in network.exchange.calls.values() if call.program is not None]
    assert all(not call.live for call in outward if call.direction.value == "outbound-api")


def test_credentials_that_are_not_taken(operator: Operator) -> None:
    operator.open(US)
    said = operator.type("numbers", "check", twilio_auth_token="wrong")
    assert said.exit_code == 2
    assert "does not take the credentials" in said.stderr


def test_only_the_digits_that_were_drawn_prove_anything(wire: Callable[..., Line]) -> None:
    line = wire()
    now = line.clock()
    with transaction(line.engine) as conn:
        number_checks.begin(conn, US, caller=DE, digits="471100", now=now)
        assert number_checks.digits_to_play(conn, US, FR, now) is None
        assert number_checks.digits_to_play(conn, DE, DE, now) is None
        assert number_checks.digits_to_play(conn, US, DE, now) == "471100"
        late = now + number_checks.WINDOW + timedelta(seconds=1)
        assert number_checks.digits_to_play(conn, US, DE, late) is None
        assert not number_checks.heard(conn, US, "471101", now)
        assert not number_checks.heard(conn, US, "471100", late)
        assert not number_checks.heard(conn, DE, "471100", now)
        assert number_checks.find(conn, US) is not None
        assert number_checks.heard(conn, US, "471100", now)
        held = number_checks.find(conn, US)
        assert held == number_checks.Checked(US, now, now, None, is_proven=True)
        assert not number_checks.heard(conn, US, "471100", now)
        assert number_checks.digits_to_play(conn, US, DE, now) is None


def test_an_old_date_warns(wire: Callable[..., Line]) -> None:
    line = wire()
    number = line.routing.lines["us"].number
    client = create_app(line).test_client()

    def told() -> dict[str, object]:
        answer = client.get("/health", headers=JSON).json
        assert answer is not None
        found: dict[str, object] = answer["checks"]["numbers"]
        return found

    assert told()["ok"]
    then = line.clock() - OLD - timedelta(hours=1)
    with transaction(line.engine) as conn:
        number_checks.begin(conn, number, caller=DE, digits="1", now=then)
        number_checks.heard(conn, number, "1", then)
    assert told() == {
        "ok": True,
        "warns": True,
        "says": f"{number} last answered on {then:%Y-%m-%d} and was not rung since: "
        "does the timer run?",
    }
    with transaction(line.engine) as conn:
        number_checks.begin(conn, number, caller=DE, digits="1", now=line.clock())
        number_checks.heard(conn, number, "1", line.clock())
    assert not told()["warns"]


def test_a_check_under_way_says_neither_well_nor_ill(wire: Callable[..., Line]) -> None:
    line = wire()
    now = line.clock()

    def judged() -> Verdict:
        with reading(line.engine) as conn:
            return judge(number_checks.every(conn), line.routing, now)

    number = line.routing.lines["us"].number
    with transaction(line.engine) as conn:
        number_checks.begin(conn, number, caller=DE, digits="1", now=now)
    assert judged() == Verdict("the first check is under way.")
    with transaction(line.engine) as conn:
        number_checks.failed(conn, number, "Nobody answered.")
    says = f"{number} did not answer on {now:%Y-%m-%d}, never answered: Nobody answered."
    ill = Verdict(says, is_dead=True)
    assert judged() == ill
    with transaction(line.engine) as conn:
        number_checks.begin(conn, number, caller=DE, digits="2", now=now)
    assert judged() == ill  # until this one has ended
    with transaction(line.engine) as conn:
        number_checks.heard(conn, number, "2", now)
    count = len(line.routing.lines)
    says = f"1 of {count} answered, the one of longest ago on {now:%Y-%m-%d}."
    assert judged() == Verdict(says)
