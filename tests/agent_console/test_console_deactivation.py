"""Deactivation at the console: a receipt is typed, a confirmation read out."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from clearinghouse import ServerState, audit
from clearinghouse.tables import wrong_tries
from codes import deactivation_confirmation, deactivation_receipt, product_key
from data_store import reading
from tests.agent_console.console_house import House, receipt_of_active_server

JSON = {"Accept": "application/json"}
PAGE = "/console/deactivation"


def states(house: House) -> list[ServerState]:
    with reading(house.engine) as conn:
        return [s.state for s in house.services.clearinghouse.servers(conn, house.product)]


def test_a_receipt_brings_a_confirmation_in_large_groups(house: House, desk: FlaskClient):
    receipt = receipt_of_active_server(house)
    shown = desk.get(PAGE)
    assert "Deactivate a license server" in shown.text
    assert PAGE in desk.get("/console/").text
    fields = {
        "product_id": house.product,
        "deactivation_receipt": deactivation_receipt.format(receipt),
        "cause": "server_redeployed",
    }
    done = desk.post(PAGE, data=fields)
    confirmation = deactivation_confirmation.make(house.secret, house.product, receipt)
    assert done.status_code == 200
    for group in deactivation_confirmation.split(confirmation):
        assert f'aria-label="{" ".join(group)}"' in done.text
    assert states(house) == [ServerState.DEACTIVATED]
    with reading(house.engine) as conn:
        entries = audit.of_product(conn, house.product, 9)
        entry = next(entry for entry in entries if entry.action == "server.deactivated")
    assert (entry.actor.kind, entry.actor.name) == ("representative", "rep")
    assert entry.data["cause"] == "server_redeployed"
    again = desk.post(PAGE, data=fields, headers=JSON).get_json()
    assert again["confirmation"] == deactivation_confirmation.format(confirmation)
    assert (again["issue"], again["notice"]) == (1, None)


def test_a_receipt_of_another_key_is_refused_with_what_to_say(house: House, desk: FlaskClient):
    receipt_of_active_server(house)
    with reading(house.engine) as conn:
        (issued,) = house.services.clearinghouse.requests_of_product(conn, house.product)
    stranger = product_key.secret(product_key.make(house.product, bytes(range(15))))
    assert issued.new_license_server_id
    wrong = deactivation_receipt.make(stranger, house.product, issued.new_license_server_id)
    fields = {"product_id": house.product, "deactivation_receipt": wrong}
    refused = desk.post(PAGE, data=fields)
    assert refused.status_code == 409
    assert "No license server of this product made this receipt" in refused.text
    assert "Please read me both once more" in refused.text
    assert house.product in refused.text  # what was typed is still there
    answer = desk.post(PAGE, data=fields, headers=JSON)
    assert (answer.status_code, answer.get_json()["notice"]["code"]) == (409, "receipt_wrong")
    assert answer.get_json()["confirmation"] is None
    assert states(house) == [ServerState.PENDING]
    with reading(house.engine) as conn:
        kinds = conn.execute(select(wrong_tries.c.kind)).scalars().all()
    assert kinds == ["receipt", "receipt"]


@pytest.mark.parametrize("typed", ["", "123", "license server ID"])
def test_a_malformed_receipt_says_what_is_wrong_with_it(
    house: House, desk: FlaskClient, typed: str
):
    fields = {"product_id": house.product, "deactivation_receipt": typed, "cause": "?"}
    refused = desk.post(PAGE, data=fields)
    assert refused.status_code == 409
    assert "Not done." in refused.text


def test_the_receipt_is_checked_while_it_is_typed(house: House, desk: FlaskClient):
    receipt = receipt_of_active_server(house)
    url = "/console/check/deactivation_receipt"
    assert "Every group is good" in desk.post(url, data={"deactivation_receipt": receipt}).text
    said = desk.post(url, data={"deactivation_receipt": receipt[:-1]}).text
    assert "bad" in said


def test_nobody_deactivates_without_logging_in(house: House):
    client = house.app.test_client()
    assert client.get(PAGE).status_code == 303
    assert client.post(PAGE, data={}, headers=JSON).status_code == 401
