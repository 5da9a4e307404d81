"""`activation-line twilio` with the stock client against the simulated network, over HTTP."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException

import region_routing
from activation_line.carrier.account import TwilioAccount
from activation_line.carrier.applying import ApplyError, carry_out
from activation_line.carrier.market import Market
from activation_line.carrier.plan import make_plan
from activation_line.carrier.trouble import WAITS, CarrierError, PatientHttp, in_sentences
from tests.activation_line.account import BASE, DE, FR, SOMEBODY_ELSE, US, Operator

NAME = "Activation Line line.example"


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with ExitStack() as stack:
        yield Operator(tmp_path, stack)


def test_a_plan_on_an_empty_account_changes_nothing(operator: Operator) -> None:
    operator.open()
    said = operator.type("twilio", "plan")
    assert said.exit_code == 0, said.output
    assert f"+ make application {NAME}\n    voice_url: (none) -> {BASE}/voice/incoming\n" in (
        said.stdout
    )
    assert f"+ make API key {NAME}\n" in said.stdout
    assert f"! {US} (line us), to be bought: for sale\n" in said.stdout
    assert f"! {DE} (line de), waiting for a regulatory bundle: BU" in said.stdout
    assert "is in-review\n" in said.stdout
    assert f"! {FR} (line fr), waiting for an address: add an address in FR" in said.stdout
    assert 'write falls_to = "..." in place of its number' in said.stdout
    assert said.stdout.endswith("2 to change, 3 without a number.\n")
    assert operator.numbers() == {}
    assert operator.client.applications.list() == []
    assert len(operator.client.keys.list()) == 1


def test_apply_sets_what_the_line_owns_and_then_there_is_nothing_to_do(operator: Operator) -> None:
    operator.open(US, DE, FR, SOMEBODY_ELSE)
    before = operator.numbers()[SOMEBODY_ELSE]
    planned = operator.type("twilio", "plan").stdout
    assert planned.endswith("5 to change, 0 without a number.\n")
    assert operator.type("twilio", "verify").exit_code == 1
    refused = operator.type("twilio", "apply", answer="n\n")
    assert (refused.exit_code, operator.numbers()[US].voice_url) == (1, "")
    applied = operator.type("twilio", "apply", answer="y\n")
    assert applied.exit_code == 0, applied.output
    assert applied.stdout.startswith(planned)
    for number in (US, DE, FR):
        held = operator.numbers()[number]
        assert held.voice_url == f"{BASE}/voice/incoming"
        assert held.voice_fallback_url == f"{BASE}/voice/fallback"
        assert held.status_callback == f"{BASE}/voice/status"
    after = operator.numbers()[SOMEBODY_ELSE]
    assert (after.voice_url, after.date_updated) == ("", before.date_updated)
    (application,) = operator.client.applications.list()
    assert (application.friendly_name, application.voice_url) == (NAME, f"{BASE}/voice/incoming")
    key = operator.client.keys.list()[-1]
    again = operator.type("twilio", "apply", "--yes", twilio_api_key_sid=key.sid)
    assert again.stdout == "Nothing to do: the account is as the line needs it.\n"
    verified = operator.type("twilio", "verify", twilio_api_key_sid=key.sid)
    assert (verified.exit_code, verified.stdout) == (0, again.stdout)


def test_a_plan_for_programs(operator: Operator) -> None:
    operator.open(US, DE)
    found = json.loads(operator.type("twilio", "plan", "--json").stdout)
    assert found["ok"] is False
    assert [change["name"] for change in found["changes"]] == [NAME, US, DE, NAME]
    assert found["changes"][1]["differences"][0] == {
        "field": "voice_url",
        "held": "",
        "wanted": f"{BASE}/voice/incoming",
    }
    (missing,) = found["missing"]
    assert (missing["number"], missing["state"]) == (FR, "waiting for an address")
    operator.type("twilio", "apply", "--yes")
    verified = operator.type("twilio", "verify", "--json")
    assert verified.exit_code == 1
    assert json.loads(verified.stdout)["changes"] == []


def test_the_keys_secret_is_in_its_file_alone(
    operator: Operator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = operator.open(US, DE, FR)
    caplog.set_level(logging.DEBUG)
    said = operator.type("twilio", "apply", "--yes")
    file = tmp_path / "line" / "twilio-api-key-secret"
    assert file.stat().st_mode & 0o777 == 0o600
    secret = file.read_text().strip()
    held = list(network.exchange.holdings.keys.values())[-1]
    assert secret == held.secret
    assert secret not in said.output
    assert secret not in caplog.text
    assert "/Keys.json" in caplog.text  # what is logged of it is looked at
    assert f"ACTIVATION_LINE_TWILIO_API_KEY_SID={held.sid}" in said.stdout
    # The settings don't name it yet: it is said, and no other is made.
    verified = operator.type("twilio", "verify")
    assert verified.exit_code == 0
    assert f"? twilio_api_key_sid is '', and the line's API key at Twilio is {held.sid}" in (
        verified.stdout
    )


def test_no_key_is_made_whose_secret_cant_be_written(operator: Operator, tmp_path: Path) -> None:
    operator.open(US, DE, FR)
    file = tmp_path / "secret"
    file.write_text("another's")
    said = operator.type("twilio", "apply", "--yes", "--secret-file", str(file))
    assert said.exit_code == 2
    assert f"can't be written to {file}" in said.stderr
    assert file.read_text() == "another's"
    assert len(operator.client.keys.list()) == 1


def test_drift_is_found_and_mended(operator: Operator) -> None:
    operator.open(US, DE, FR)
    operator.type("twilio", "apply", "--yes")
    held = operator.numbers()[DE]
    (application,) = operator.client.applications.list()
    operator.client.incoming_phone_numbers(held.sid).update(
        voice_url="https://elsewhere.example/", voice_application_sid=application.sid
    )
    said = operator.type("twilio", "verify")
    assert said.exit_code == 1
    assert said.stdout.startswith(
        f"~ set number {DE}\n"
        f"    voice_application_sid: {application.sid} -> (none)\n"
        f"    voice_url: https://elsewhere.example/ -> {BASE}/voice/incoming\n"
    )
    operator.type("twilio", "apply", "--yes")
    mended = operator.numbers()[DE]
    assert (mended.voice_url, mended.voice_application_sid) == (f"{BASE}/voice/incoming", None)
    assert operator.type("twilio", "verify").exit_code == 0


def test_a_number_that_rings_here_and_is_in_no_table_is_named(operator: Operator) -> None:
    operator.open(US, DE, FR, SOMEBODY_ELSE)
    operator.type("twilio", "apply", "--yes")
    held = operator.numbers()[SOMEBODY_ELSE]
    operator.client.incoming_phone_numbers(held.sid).update(voice_url=f"{BASE}/voice/incoming")
    said = operator.type("twilio", "verify")
    assert f"? {SOMEBODY_ELSE} rings at this line and is in no table" in said.stdout
    assert said.exit_code == 0


def test_numbers_are_bought_where_that_is_said(operator: Operator) -> None:
    operator.open(DE, FR)
    operator.type("twilio", "apply", "--yes")
    assert US not in operator.numbers()
    bought = operator.type("twilio", "apply", "--yes", "--buy")
    assert f"Done: buy number {US}.\n" in bought.stdout
    held = operator.numbers()[US]
    assert (held.friendly_name, held.voice_url) == ("Activation Line us", f"{BASE}/voice/incoming")
    assert operator.type("twilio", "verify").exit_code == 0


def test_what_fails_half_way_is_named_and_goes_on_later(operator: Operator, tmp_path: Path) -> None:
    operator.open(US, DE, FR)
    account = TwilioAccount(operator.settings)
    routing = region_routing.load(operator.settings.routing_dir)
    plan = make_plan(account, Market(account), operator.settings, routing)
    gone = operator.numbers()[DE]
    operator.client.incoming_phone_numbers(gone.sid).delete()
    with pytest.raises(ApplyError) as stopped:
        carry_out(account, plan, tmp_path / "secret", lambda _: None)
    assert f"Stopped at: set number {DE}.\n" in str(stopped.value)
    assert f"Done: make application {NAME}, set number {US}. " in str(stopped.value)
    assert f"Not done: set number {DE}, set number {FR}, make API key {NAME}.\n" in (
        str(stopped.value)
    )
    assert (operator.numbers()[US].voice_url, operator.numbers()[FR].voice_url) == (
        f"{BASE}/voice/incoming",
        "",
    )
    left = operator.type("twilio", "plan").stdout
    assert f"set number {FR}" in left
    assert f"set number {US}" not in left
    assert not (tmp_path / "secret").exists()


def test_credentials_that_are_not_taken(operator: Operator) -> None:
    operator.open(US)
    for command in ("plan", "apply", "verify", "regions"):
        said = operator.type("twilio", command, twilio_auth_token="wrong")
        assert said.exit_code == 2
        assert said.stderr.count("\n") == 1
        assert "does not take the credentials of the account AC" in said.stderr


def test_an_account_out_of_reach(operator: Operator) -> None:
    operator.open(US)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        said = operator.type("twilio", "plan", twilio_api_url=f"http://{address}")
    assert said.exit_code == 2
    assert said.stderr.startswith(f"Twilio's API at {address} does not answer (ConnectionError)")
    assert said.stderr.count("\n") == 1


def test_a_hasty_client_waits_and_goes_on(operator: Operator) -> None:
    operator.open(US, DE, FR, rest_per_second=3)
    applied = operator.type("twilio", "apply", "--yes")
    assert applied.exit_code == 0, applied.output
    assert operator.numbers()[FR].voice_url == f"{BASE}/voice/incoming"


def test_patience_ends_in_one_sentence(operator: Operator) -> None:
    operator.open(US, rest_per_second=1)
    waited: list[float] = []
    settings = operator.settings
    http = PatientHttp(settings.twilio_api_url, "", waited.append)
    account = TwilioAccount(settings, http)
    account.keys()
    with pytest.raises(CarrierError, match="come too fast, still after 7 tries"):
        account.keys()
    assert waited == list(WAITS)


def test_what_the_account_may_not_do_is_told_by_its_number() -> None:
    with pytest.raises(CarrierError) as refused, in_sentences("AC1", "api.example"):
        raise TwilioRestException(403, "/Calls.json", "Not permitted.", code=21215)
    assert str(refused.value) == "Twilio refused (21215): Not permitted."


def test_regions_say_what_is_owned_sold_and_awaited(operator: Operator) -> None:
    operator.open(US)
    said = operator.type("twilio", "regions").stdout.splitlines()
    us, ca, de, at, fr = (" ".join(line.split()) for line in said[1:])
    assert us == f"US owned {US} us 1.15 USD 0.0085 USD the account's own"
    none = "Twilio sells no numbers there"
    assert ca == f"CA not sold {US} us not known not known falls to us; {none}"
    assert de.startswith(
        f"DE waiting for a regulatory bundle {DE} (dead) de 1.15 USD 0.0100 USD BU"
    )
    assert de.endswith(" is in-review")
    assert at == f"AT not sold {DE} (dead) de not known not known falls to de; {none}"
    wait = "add an address in FR in Twilio's console"
    assert fr == f"FR waiting for an address {FR} (dead) fr not known not known {wait}"


def test_regions_for_programs(operator: Operator) -> None:
    operator.open(DE)
    (us,) = json.loads(operator.type("twilio", "regions", "us", "--json").stdout)
    assert us == {
        "region": "US",
        "name": "United States",
        "state": "to be bought",
        "says": "for sale",
        "is_own": True,
        "line": "us",
        "number": US,
        "rings": False,
        "monthly": "1.15",
        "per_minute": "0.0085",
        "unit": "USD",
    }
    strange = operator.type("twilio", "regions", "XX")
    assert (strange.exit_code, "ISO 3166" in strange.stderr) == (2, True)


def test_a_region_falls_to_a_named_line(operator: Operator) -> None:
    operator.open(US)
    lines = operator.directory / "routing" / "lines.toml"
    text = lines.read_text()
    for number in (DE, FR):
        text = text.replace(f'number = "{number}"', 'falls_to = "us"')
    lines.write_text(text)
    operator.type("twilio", "apply", "--yes")
    assert operator.type("twilio", "verify").exit_code == 0
    (germany,) = json.loads(operator.type("twilio", "regions", "DE", "--json").stdout)
    assert (germany["line"], germany["number"], germany["rings"]) == ("us", US, True)
    assert (germany["is_own"], germany["state"]) == (False, "waiting for a regulatory bundle")


def test_every_region_of_the_packaged_tables_has_its_row(operator: Operator) -> None:
    operator.open(US)
    del operator.environment["ACTIVATION_LINE_ROUTING_DIR"]
    shown = json.loads(operator.type("twilio", "regions", "--json").stdout)
    table = region_routing.load()
    assert [row["region"] for row in shown] == list(table.regions)
    assert {row["number"] for row in shown} == {line.number for line in table.lines.values()}
    assert [row["region"] for row in shown if row["state"] == "owned"] == ["US"]
