"""License packs at the console: codes are typed, license pack IDs read out."""

from pathlib import Path
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from clearinghouse import audit
from clearinghouse.packs import PackKind
from codes import license_code, license_pack_id, product_id
from data_store import reading, transaction
from tests.agent_console.console_house import LINE, House, build_house, receipt_of_active_server

JSON = {"Accept": "application/json"}
PAGE = "/console/license-packs"


@pytest.fixture
def house(tmp_path: Path, engine: Engine) -> House:
    return build_house(tmp_path, engine=engine)


def current_id(house: House) -> str:
    """Activate a license server, and give the ID that it holds."""
    receipt_of_active_server(house)
    with reading(house.engine) as conn:
        request = house.services.clearinghouse.requests_of_product(conn, house.product)[0]
    assert request.new_license_server_id
    return request.new_license_server_id


def pack(house: House) -> str:
    with transaction(house.engine) as conn:
        added = house.services.clearinghouse.add_pack(
            conn,
            version=3,
            kind=PackKind.PER_DEVICE,
            quantity=25,
            customer="Example",
            actor=LINE,
            now=house.now(),
        )
    return added.license_code


def asked(house: House, current: str, code: str, act: str = "install") -> dict[str, str]:
    return {
        "product_id": house.product,
        "current_license_server_id": current,
        "license_code": code,
        "act": act,
    }


def test_a_license_code_brings_a_pack_id_in_large_groups(house: House, desk: FlaskClient):
    current, code = current_id(house), pack(house)
    assert PAGE in desk.get("/console/").text
    assert "License packs" in desk.get(PAGE).text
    fields = asked(house, current, code)
    (given,) = desk.post(PAGE, data=fields, headers=JSON).get_json()["packs"]
    said = license_pack_id.verify(
        house.secret, house.product, current, code, given["license_pack_id"]
    )
    assert (said.version, said.quantity) == (3, 25)
    again = desk.post(PAGE, data=fields)
    assert again.status_code == 200
    for group in license_pack_id.split(given["license_pack_id"]):
        assert f'aria-label="{" ".join(group)}"' in again.text
    with reading(house.engine) as conn:
        entries = audit.of_product(conn, house.product, 9)
        entry = next(entry for entry in entries if entry.action == "pack.installed")
    assert (entry.actor.kind, entry.actor.name) == ("representative", "rep")
    assert entry.data["channel"] == "telephone"


def test_a_representative_migrates_from_an_active_server(house: House, desk: FlaskClient):
    first, second, code = current_id(house), current_id(house), pack(house)
    assert desk.post(PAGE, data=asked(house, first, code)).status_code == 200
    refused = desk.post(PAGE, data=asked(house, second, code))
    assert refused.status_code == 409
    assert "Another license server of yours uses this license code" in refused.text
    moved = desk.post(PAGE, data=asked(house, second, code, "migrate"), headers=JSON)
    assert moved.status_code == 200
    assert len(moved.get_json()["packs"]) == 1


def test_all_packs_of_a_server_are_recovered(house: House, desk: FlaskClient):
    current = current_id(house)
    none = desk.post(PAGE, data=asked(house, current, "", "recover"), headers=JSON)
    assert (none.status_code, none.get_json()["notice"]["code"]) == (409, "no_packs")
    codes = [pack(house), pack(house)]
    given = [
        desk.post(PAGE, data=asked(house, current, code), headers=JSON).get_json()["packs"][0]
        for code in codes
    ]
    fields = asked(house, current, "", "recover")
    assert desk.post(PAGE, data=fields, headers=JSON).get_json()["packs"] == given
    assert "License pack ID 2 of 2" in desk.post(PAGE, data=fields).text


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("product_id", "The product ID:"),
        ("current_license_server_id", "The current license server ID:"),
        ("license_code", "The license code:"),
    ],
)
def test_what_is_wrong_is_named(house: House, desk: FlaskClient, field: str, says: str):
    fields = asked(house, current_id(house), pack(house))
    refused = desk.post(PAGE, data=fields | {field: "123"})
    assert refused.status_code == 409
    assert says in refused.text
    assert "Please read me" in refused.text
    checked = f"/console/check/{field}"
    assert "Every group is good" in desk.post(checked, data={field: fields[field]}).text


def test_nobody_gives_packs_without_logging_in(house: House):
    client = house.app.test_client()
    assert client.get(PAGE).status_code == 303
    assert client.post(PAGE, data={}, headers=JSON).status_code == 401


def test_every_refusal_comes_with_the_sentence_to_say(house: House, desk: FlaskClient):
    current, code = current_id(house), pack(house)
    unknown = license_code.random(Random(9))
    stranger = product_id.random(Random(8))
    cases = (
        ({"license_code": unknown}, "license_code_unknown"),
        ({"product_id": stranger}, "product_unknown"),
    )
    for act in ("install", "migrate"):
        for wrong, why in cases:
            fields = asked(house, current, code, act) | wrong
            answer = desk.post(PAGE, data=fields, headers=JSON)
            notice = answer.get_json()["notice"]
            assert (answer.status_code, notice["code"]) == (409, why)
            assert notice["say"]
    unheard = desk.post(PAGE, data=asked(house, current, code, "give"), headers=JSON)
    assert unheard.get_json()["notice"]["code"] == "act_unknown"
