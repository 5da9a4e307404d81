"""The Manage Licenses Wizard: packs are migrated, the database is rebuilt, nothing is lost."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clearinghouse import Actor
from clearinghouse.packs import PackKind
from codes import license_code, license_pack_id, product_key
from license_server import clearinghouse_client, deactivation, event_log, link
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.clients import installing, issuing, managing, store
from license_server.clients.model import Subject
from license_server.model import DeactivationCause, Method, Reason
from tests.license_server.conftest import Internet
from tests.license_server.test_methods_for_real import House

CODES = tuple(license_code.make(number) for number in (1234567890123456, 77))
DEVICE = Subject("a" * 64, "PC-01")


class Wizard:
    """A browser at the wizard; `send` posts to the page that it stands on."""

    def __init__(self, data: Path, clock: Any, method: Method) -> None:
        state = states.load(data)
        properties = dataclasses.replace(state.properties, method=method, region="DE")
        states.save(data, dataclasses.replace(state, properties=properties))
        app = create_app(data, clock=clock)
        self.client: FlaskClient = app.test_client()
        self.client.get(one_time_path(app))
        self.page = self.open()

    def open(self) -> TestResponse:
        self.page = self.client.get("/licences/manage", follow_redirects=True)
        return self.page

    def send(self, action: str = "next", **fields: str) -> TestResponse:
        path = self.page.request.path
        self.page = self.client.post(path, data={"action": action, **fields}, follow_redirects=True)
        return self.page

    @property
    def title(self) -> str:
        return self.page.text.partition("<h1>")[2].partition("</h1>")[0]

    def word(self) -> str:
        return self.page.text.partition('role="alert" data-code="')[2].partition('"')[0]

    def migrate(self, reason: str = "source_replaced") -> None:
        self.send()
        self.send(choice="migrate", migrate_reason=reason)

    def rebuild(self) -> None:
        self.send()
        self.send(choice="rebuild", rebuild_reason="database_damaged")


def give(data: Path, licence: Any, code: str = CODES[0], number: int = 1) -> str:
    held = states.load(data).held
    assert held is not None
    said = license_pack_id.LicensePackID(number, 3, license_pack_id.PER_DEVICE, 10)
    secret = product_key.secret(licence.product_key)
    return license_pack_id.make(secret, licence.product_id, held.new_license_server_id, code, said)


def packs(data: Path) -> list[int]:
    return [pack.number for pack in installing.installed(data)]


@pytest.fixture
def wizard(activated: Path, now: datetime) -> Wizard:
    return Wizard(activated, lambda: now, Method.WEB)


def test_a_pack_is_migrated_page_by_page(wizard: Wizard, activated: Path, licence: Any):
    assert wizard.title == "Welcome"
    wizard.send()
    assert wizard.title == "Action Selection"
    assert (wizard.send().status_code, wizard.word()) == (422, "choice")
    assert (wizard.send(choice="migrate").status_code, wizard.word()) == (422, "reason")
    wizard.send(choice="migrate", migrate_reason="source_replaced")
    assert wizard.title == "Source License Server Information"
    assert (wizard.send().status_code, wizard.word()) == (422, "source_name")
    wizard.send(source_name="LICENSE-00")
    assert wizard.title == "Remove Licenses From the Source"
    assert "Remove the licences from <strong>LICENSE-00</strong>" in wizard.page.text
    wizard.send()
    assert wizard.title == "License Code"
    assert wizard.send(license_code="12345").status_code == 422
    wizard.send(license_code=CODES[0])
    assert wizard.title == "Obtain Client License Pack"
    assert "Manage client licences" in wizard.page.text
    wizard.send(license_pack_id=CODES[0])
    assert (wizard.page.status_code, wizard.word()) == (422, "other_kind")
    assert wizard.open().request.path.endswith("/obtain-client-license-pack")
    wizard.send(license_pack_id=give(activated, licence))
    assert wizard.title == "Completing the Manage Licenses Wizard"
    wizard.send("another")
    wizard.send(license_code=CODES[1])
    wizard.send(license_pack_id=give(activated, licence, CODES[1], 2))
    assert "2 license packs were migrated" in wizard.page.text
    wizard.send("finish")
    assert wizard.page.request.path == "/licences/packs"
    assert managing.load(activated) is None
    assert packs(activated) == [1, 2]
    assert event_log.entries(activated)[-1]["source"] == "LICENSE-00"


def test_a_source_that_is_not_available_is_named_by_its_id(
    wizard: Wizard, activated: Path, licence: Any
):
    held = states.load(activated).held
    assert held is not None
    wizard.migrate("source_broken")
    named = {"source_name": "LICENSE-00", "is_source_absent": "yes"}
    for text in ("", "12345", held.new_license_server_id):
        wizard.send(**named, source_id=text)
        assert (wizard.page.status_code, wizard.word()) == (422, "source_id"), text
    wizard.send(**named, source_id=licence.issue(held.license_server_id, 9))
    assert "is not available" in wizard.page.text
    wizard.send()
    wizard.send(license_code=CODES[0])
    assert "To be migrated from LICENSE-00, license server ID" in wizard.page.text


def test_back_keeps_what_was_entered_and_cancel_forgets_it(wizard: Wizard, activated: Path):
    wizard.migrate()
    wizard.send(source_name="LICENSE-00")
    wizard.send()
    for title in ("Remove Licenses From the Source", "Source License Server Information"):
        wizard.send("back")
        assert wizard.title == title
    assert 'value="LICENSE-00"' in wizard.page.text
    wizard.send("back")
    assert 'value="migrate" checked' in wizard.page.text
    wizard.send("back")
    assert wizard.title == "Welcome"
    wizard.migrate()
    wizard.send("cancel")
    assert managing.load(activated) is None
    for page in ("license-code", "obtain-client-license-pack", "completing", "confirm-deletion"):
        found = wizard.client.get(f"/licences/manage/{page}", follow_redirects=True)
        assert "<h1>Welcome</h1>" in found.text, page


def test_rebuilding_by_hand_keeps_every_code_of_what_it_removed(
    wizard: Wizard, activated: Path, licence: Any, now: datetime
):
    for number, code in enumerate(CODES, 1):
        installing.install(activated, code, give(activated, licence, code, number), now)
    issuing.request(activated, DEVICE, 3, now)
    wizard.rebuild()
    assert wizard.title == "Confirm Deletion of Licenses"
    assert (wizard.send().status_code, wizard.word()) == (422, "confirm")
    assert packs(activated) == [1, 2]
    wizard.send(confirm="yes")
    assert (wizard.title, packs(activated)) == ("License Code", [])
    assert f'value="{CODES[0][:5]}"' in wizard.page.text
    wizard.send("cancel")
    wizard.open()
    assert "2 license codes of the removed packs" in wizard.page.text
    wizard.send(license_code=CODES[0])
    wizard.send(license_pack_id=give(activated, licence))
    assert (wizard.title, packs(activated)) == ("License Code", [1])
    wizard.send("skip")
    assert "1 license pack was installed anew" in wizard.page.text
    with store.opened(activated) as rows:
        assert len(rows.licences()) == 1


def test_a_damaged_database_is_set_aside_whole(wizard: Wizard, activated: Path):
    (activated / store.FILE).write_bytes(b"not a database" * 100)
    wizard.rebuild()
    assert "The database cannot be read" in wizard.page.text
    wizard.send(confirm="yes")
    assert (wizard.title, packs(activated)) == ("License Code", [])
    (aside,) = activated.glob(f"{store.FILE}.damaged-*")
    assert aside.read_bytes().startswith(b"not a database")


def test_a_clearinghouse_that_is_not_reached_removes_nothing(
    activated: Path, licence: Any, now: datetime
):
    installing.install(activated, CODES[0], give(activated, licence), now)
    wizard = Wizard(activated, lambda: now, Method.AUTOMATIC)
    wizard.rebuild()
    wizard.send(confirm="yes")
    assert (wizard.page.status_code, wizard.word()) == (502, "clearinghouse_unreachable")
    assert packs(activated) == [1]


def test_what_the_clearinghouse_does_not_give_is_asked_for_by_its_code(
    activated: Path, licence: Any, now: datetime, internet: Internet
):
    for number, code in enumerate(CODES, 1):
        installing.install(activated, code, give(activated, licence, code, number), now)
    link.store(activated, internet.link)
    wizard = Wizard(activated, lambda: now, Method.AUTOMATIC)
    wizard.rebuild()
    wizard.send(confirm="yes")
    assert (wizard.page.status_code, packs(activated)) == (502, [1, 2])
    first = {"license_code": CODES[0], "license_pack_id": give(activated, licence)}
    internet.answers["/packs/recovery"] = (200, {"packs": [first, {}]}, {})
    wizard.send(confirm="yes")
    assert (wizard.page.status_code, packs(activated)) == (422, [1, 2])
    internet.answers["/packs/recovery"] = (200, {"packs": [first]}, {})
    wizard.send(confirm="yes")
    assert (wizard.title, packs(activated)) == ("License Code", [1])
    assert f'value="{CODES[1][:5]}"' in wizard.page.text
    wizard.send("skip")
    assert "1 license pack was installed anew" in wizard.page.text


def test_a_server_that_is_not_activated_begins_nothing(data: Path, now: datetime):
    wizard = Wizard(data, lambda: now, Method.WEB)
    assert (wizard.send().status_code, wizard.word()) == (409, "not_activated")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    directory = tmp_path / "house"
    directory.mkdir()
    found = House(directory)
    found.desk.set_policy(max_servers=2)
    yield found
    found.close()


def test_for_real_a_migration_waits_for_the_deactivation_and_all_is_recovered(house: House):
    old, new = (house.install(name) for name in ("LICENSE-00", "LICENSE-01"))
    for data in (old, new):
        house.reactivate(data, Reason.FIRST_ACTIVATION)
    known = link.load(old)
    code = house.desk.do(
        house.desk.house.add_pack,
        version=3,
        kind=PackKind.PER_DEVICE,
        quantity=25,
        customer="Example GmbH",
        actor=Actor("administrator", "root"),
        now=house.desk.now,
    ).license_code
    installing.install_automatically(old, known, code, house.desk.now)
    wizard = Wizard(new, lambda: house.desk.now, Method.AUTOMATIC)
    wizard.migrate()
    wizard.send(source_name="LICENSE-00")
    wizard.send()
    wizard.send(license_code=code)
    assert (wizard.page.status_code, wizard.word()) == (422, "source_active")
    assert "Deactivate LICENSE-00 (Advanced, Deactivate Server)" in wizard.page.text
    assert packs(new) == []
    house.desk.now += timedelta(hours=1)
    deactivation.begin(old, DeactivationCause.SERVER_REDEPLOYED, house.desk.now)
    clearinghouse_client.deactivate(old, known, house.desk.now)
    wizard.page = wizard.client.get("/licences/manage/obtain-client-license-pack")
    wizard.send("send")
    assert "1 license pack was migrated" in wizard.page.text
    wizard.send("finish")
    (new / store.FILE).write_bytes(b"not a database" * 100)
    wizard.open()
    wizard.rebuild()
    wizard.send(confirm="yes")
    assert wizard.title == "Completing the Manage Licenses Wizard"
    assert "25 licences, per device, version 3" in wizard.page.text
    assert packs(new) == [1]
