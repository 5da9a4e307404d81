"""License packs over the API: given once, the same again, recovered and moved."""

import pytest
from sqlalchemy import Engine

from clearinghouse import Reason
from codes import license_pack_id, product_key
from tests.clearinghouse.online import OnlineServer
from tests.licensing_site.api_house import Api

PACK = {"version": 3, "kind": "per_device", "quantity": 25, "customer": "Example GmbH"}


@pytest.fixture
def api(engine: Engine) -> Api:
    api = Api(engine)
    api.desk.set_policy(max_servers=2, reactivations=9)
    return api


@pytest.fixture
def server(api: Api) -> OnlineServer:
    return activated(api)


@pytest.fixture
def license_code(api: Api) -> str:
    made = api.send("POST", "/admin/packs", PACK, token=api.token())
    assert made.status_code == 201
    return str(made.get_json()["license_code"])


def activated(api: Api) -> OnlineServer:
    own = api.server()
    reactivate(api, own, Reason.FIRST_ACTIVATION)
    return own


def reactivate(api: Api, server: OnlineServer, reason: Reason) -> None:
    answer = api.send("POST", "/permissions", server.document(reason)).get_json()
    closing = server.accept(answer["new_license_server_id"])
    body = {"product_id": server.product_id, "closing_code": closing}
    api.send("POST", f"/permissions/{answer['case_number']}/confirmation", body)
    server.start_wizard()


def asked(server: OnlineServer, **more: str) -> dict[str, str]:
    return {
        "product_id": server.product_id,
        "new_license_server_id": server.current_id,
        **more,
    }


def test_a_pack_is_for_the_server_that_asks(
    api: Api, server: OnlineServer, license_code: str
) -> None:
    body = asked(server, license_code=license_code)
    pack, again = (api.send("POST", "/packs", body).get_json() for _ in range(2))
    assert pack == again
    secret = product_key.secret(api.desk.keys[server.product_id])
    said = license_pack_id.verify(
        secret, server.product_id, server.current_id, license_code, pack["license_pack_id"]
    )
    assert (said.version, said.quantity) == (3, 25)
    other = api.send("POST", "/packs", asked(activated(api), license_code=license_code))
    assert (other.status_code, other.get_json()["code"]) == (409, "license_code_used")


def test_packs_are_recovered_for_the_next_number(
    api: Api, server: OnlineServer, license_code: str
) -> None:
    first = api.send("POST", "/packs", asked(server, license_code=license_code)).get_json()
    old = asked(server)
    reactivate(api, server, Reason.SERVER_REDEPLOYED)
    (pack,) = api.send("POST", "/packs/recovery", asked(server)).get_json()["packs"]
    assert pack["license_pack_id"] != first["license_pack_id"]
    refused = api.send("POST", "/packs/recovery", old)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_current")


def test_a_pack_moves_once_its_server_is_deactivated(
    api: Api, server: OnlineServer, license_code: str
) -> None:
    api.send("POST", "/packs", asked(server, license_code=license_code))
    body = asked(activated(api), license_code=license_code)
    refused = api.send("POST", "/packs/migration", body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "license_code_used")
    end = {
        "product_id": server.product_id,
        "receipt": server.receipt(),
        "cause": "server_redeployed",
        "contact": {"email": "anna@example.org"},
    }
    assert api.send("POST", "/deactivations", end).status_code == 200
    assert api.send("POST", "/packs/migration", body).status_code == 200


def test_what_is_registered_is_listed(api: Api, license_code: str) -> None:
    token = api.token("reader")
    (pack,) = api.send("GET", "/admin/packs", token=token).get_json()["items"]
    assert pack == {
        **PACK,
        "license_code": license_code,
        "added_at": api.desk.now.isoformat(),
        "product_id": None,
        "server": None,
    }
    again = {**PACK, "license_code": license_code}
    refused = api.send("POST", "/admin/packs", again, token=token)
    assert refused.get_json()["fields"][0]["field"] == "/license_code"


def test_each_code_is_named_when_it_is_wrong(
    api: Api, server: OnlineServer, license_code: str
) -> None:
    for name, code in asked(server, license_code=license_code).items():
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        body = asked(server, license_code=license_code) | {name: wrong}
        refused = api.send("POST", "/packs", body)
        assert refused.status_code == 422
        assert [fault["field"] for fault in refused.get_json()["fields"]] == [f"/{name}"]
