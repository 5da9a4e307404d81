"""License packs on the license server: verified without a network, in pages and by command."""

import dataclasses
import html
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from codes import license_code, license_pack_id, product_key
from license_server import activation, event_log
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.cli import cli
from license_server.clients import draft, installing, issuing, rules, store
from license_server.clients.installing import PackRefusedError
from license_server.clients.model import Kind, Subject
from license_server.errors import IDRefusedError, NotActivatedError
from license_server.model import Method

CODE = license_code.make(1234567890123456)
DEVICE = Subject("a" * 64, "PC-01")


class House:
    """The clearinghouse's part: gives license pack IDs for this server."""

    def __init__(self, data: Path, licence: Any) -> None:
        self.data = data
        self.licence = licence

    def give(
        self, code: str = CODE, number: int = 1, version: int = 3, kind: int = 1, quantity: int = 10
    ) -> str:
        held = states.load(self.data).held
        assert held is not None
        said = license_pack_id.LicensePackID(number, version, kind, quantity)
        secret = product_key.secret(self.licence.product_key)
        product = self.licence.product_id
        return license_pack_id.make(secret, product, held.new_license_server_id, code, said)


@pytest.fixture
def house(activated: Path, licence: Any) -> House:
    return House(activated, licence)


@pytest.fixture
def browser(activated: Path, now: datetime) -> FlaskClient:
    by_method(activated, Method.WEB)
    app = create_app(activated, clock=lambda: now)
    client = app.test_client()
    client.get(one_time_path(app))
    return client


def by_method(data: Path, method: Method) -> None:
    state = states.load(data)
    properties = dataclasses.replace(state.properties, method=method, region="DE")
    states.save(data, dataclasses.replace(state, properties=properties))


def refused(data: Path, text: str, now: datetime, code: str = CODE) -> PackRefusedError:
    with pytest.raises(PackRefusedError) as told:
        installing.install(data, code, text, now)
    return told.value


def text_of(page: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_pack_becomes_licences(house: House, activated: Path, now: datetime):
    pack = installing.install(activated, CODE, license_pack_id.format(house.give()), now)
    assert (pack.number, pack.kind, pack.quantity) == (1, Kind.PER_DEVICE, 10)
    assert installing.install(activated, CODE, house.give(), now) == pack
    issuing.request(activated, DEVICE, 3, now)
    assert not issuing.request(activated, DEVICE, 3, now).is_temporary
    kinds = [entry["kind"] for entry in event_log.entries(activated)]
    assert kinds.count("pack.installed") == 1


def test_every_wrong_code_has_its_own_word(
    house: House, activated: Path, now: datetime, other_licence: Any
):
    held = states.load(activated).held
    assert held is not None
    good = house.give()
    bad_group = f"{good[:5]}{(int(good[5:10]) + 1) % 100_000:05}{good[10:]}"
    for text, why in (
        ("", "empty"),
        (good[:-1] + "x", "invalid_character"),
        (good[:20], "invalid_length"),
        (bad_group, "invalid_groups"),
        (held.new_license_server_id, "other_kind"),
        (held.license_server_id, "other_kind"),
        (license_code.make(7), "other_kind"),
        (house.give(code=license_code.make(7)), "not_authentic"),
        (house.give(version=rules.SERVER_VERSION + 1), "version"),
    ):
        assert refused(activated, text, now).why == why, text
    assert refused(activated, good, now, code="12345").why == "invalid_length"
    assert refused(activated, good, now, code="").why == "empty"
    with store.opened(activated) as rows:
        assert rows.packs() == []


def test_after_a_reactivation_the_old_pack_id_is_of_no_use(
    house: House, activated: Path, now: datetime, licence: Any
):
    old = house.give()
    installing.install(activated, CODE, old, now)
    later = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
    asked = activation.request(activated, later)
    activation.accept(activated, licence.issue(asked.license_server_id, 2), later)
    assert refused(activated, old, later).why == "not_authentic"
    installing.install(activated, CODE, house.give(), later)
    with store.opened(activated) as rows:
        assert len(rows.packs()) == 1


def test_a_server_that_is_not_activated_takes_none(data: Path, now: datetime):
    with pytest.raises(NotActivatedError):
        installing.install(data, CODE, "", now)


def test_a_pack_id_typed_as_new_license_server_id_is_recognised(
    house: House, activated: Path, now: datetime
):
    later = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
    activation.request(activated, later)
    with pytest.raises(IDRefusedError) as told:
        activation.accept(activated, house.give(), later)
    assert told.value.why == "other_kind"
    assert "Install Licenses Wizard" in str(told.value)


def test_the_install_licenses_wizard_page_by_page(
    house: House, browser: FlaskClient, activated: Path
):
    assert "<h1>Welcome</h1>" in browser.get("/licences/install").text
    page = browser.post("/licences/install", data={"action": "next"}, follow_redirects=True)
    assert "<h1>License Program</h1>" in page.text
    at = "/licences/install/license-program"
    assert browser.post(at, data={"program": "none"}).status_code == 422
    chosen = {"action": "next", "program": "Volume agreement"}
    page = browser.post(at, data=chosen, follow_redirects=True)
    assert "<h1>License Code</h1>" in page.text
    at = "/licences/install/license-code"
    page = browser.post(at, data={"action": "next", "license_code": "12345"})
    assert (page.status_code, 'data-code="invalid_length"' in page.text) == (422, True)
    page = browser.post(at, data={"action": "next", "license_code": CODE}, follow_redirects=True)
    assert "<h1>Obtain Client License Pack</h1>" in page.text
    assert f'data-code="{CODE}"' in page.text
    # A closed browser goes on here.
    assert browser.get("/licences/install").location.endswith("/obtain-client-license-pack")
    at = "/licences/install/obtain-client-license-pack"
    page = browser.post(at, data={"action": "next", "license_pack_id": CODE})
    assert (page.status_code, 'data-code="other_kind"' in page.text) == (422, True)
    good = {"action": "next", "license_pack_id": house.give()}
    page = browser.post(at, data=good, follow_redirects=True)
    assert "<h1>Completing the Install Licenses Wizard</h1>" in page.text
    assert "10 licences are installed" in text_of(page)
    page = browser.post("/licences/install/completing", follow_redirects=True)
    assert "0001 Per device 3 10 Volume agreement" in text_of(page)
    assert draft.load(activated) is None


def test_the_automatic_method_says_that_it_has_no_address(
    house: House, browser: FlaskClient, activated: Path
):
    by_method(activated, Method.AUTOMATIC)
    browser.post("/licences/install", data={"action": "next"})
    at = "/licences/install/license-code"
    page = browser.post(at, data={"action": "next", "license_code": CODE})
    assert (page.status_code, 'data-code="clearinghouse_unreachable"' in page.text) == (502, True)
    at = "/licences/install/obtain-client-license-pack"
    page = browser.post(at, data={"action": "send"})
    assert page.status_code == 502
    page = browser.post(at, data={"action": "next", "license_pack_id": house.give()})
    assert page.location.endswith("/completing")


def test_back_cancel_and_ticks(browser: FlaskClient, activated: Path):
    browser.post("/licences/install", data={"action": "next"})
    at = "/licences/install/license-code"
    assert browser.post(at, data={"action": "back"}).location.endswith("/license-program")
    answer = browser.post("/licences/install/check", json={"groups": [CODE, "", "", "", ""]})
    assert [each["mark"] for each in answer.get_json()["groups"]] == ["good"] * 5
    assert browser.post("/licences/install/check", json={}).status_code == 400
    browser.post(at, data={"action": "cancel"})
    assert draft.load(activated) is None
    page = browser.get("/licences/install/completing", follow_redirects=True)
    assert "<h1>Welcome</h1>" in page.text


def test_issued_licences_and_reports(
    house: House, browser: FlaskClient, activated: Path, now: datetime
):
    assert "No client has asked" in text_of(browser.get("/licences/issued"))
    installing.install(activated, CODE, house.give(quantity=5), now)
    for _ in range(2):
        licence = issuing.request(activated, DEVICE, 3, now)
    assert "PC-01" in browser.get("/licences/issued").text
    page = browser.post("/licences/issued", data={"licence": str(licence.id)})
    assert f"Licence {licence.id} is revoked" in text_of(page)
    assert browser.post("/licences/issued", data={"licence": "4711"}).status_code == 404
    other = Subject("b" * 64, "PC-02")
    for _ in range(2):
        licence = issuing.request(activated, other, 3, now)
    page = browser.post("/licences/issued", data={"licence": str(licence.id)})
    assert (page.status_code, "The next can be revoked on" in text_of(page)) == (422, True)
    assert "Per device 3 5 1 4 0, the next on" in text_of(browser.get("/licences/reports"))
    table = browser.get("/licences/reports.csv")
    assert table.text.splitlines()[1] == "per_device,3,5,1,4"
    assert table.mimetype == "text/csv"
    assert len(browser.get("/licences/issued.csv").text.splitlines()) == 5


def run(data: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), *words], input=typed)


def test_the_commands(house: House, activated: Path, now: datetime):
    by_method(activated, Method.TELEPHONE)
    words = ["install-licenses", "--license-code", CODE]
    done = run(activated, *words, typed=license_pack_id.format(house.give()) + "\n")
    assert done.exit_code == 0, done.output
    assert "Current license server ID" in done.stdout
    assert "Installed: 10 licences, per device, version 3 (pack 0001)." in done.stdout
    told = run(activated, *words, "--json")
    assert (told.exit_code, "--license-pack-id" in told.stderr) == (2, True)
    told = run(activated, *words, "--license-pack-id", CODE, "--json")
    assert (told.exit_code, json.loads(told.stdout)["error"]) == (1, "other_kind")
    assert "per_device  3" in run(activated, "report").stdout
    assert run(activated, "report", "--csv").stdout.startswith("kind,version,installed")
    issuing.request(activated, DEVICE, 3, now)
    rows = json.loads(run(activated, "licences", "--json").stdout)["rows"]
    assert rows[0]["device"] == "PC-01"
    told = run(activated, "licences", "--revoke", "1")
    assert told.exit_code == 2
    assert "Only a permanent per-device licence" in told.stderr


def test_menu_and_console_tree_lead_here(browser: FlaskClient):
    page = browser.get("/manager/server").text
    for path in ("install", "manage", "packs", "issued", "reports"):
        assert f'href="/licences/{path}"' in page
