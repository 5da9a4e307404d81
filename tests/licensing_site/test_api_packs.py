"""License packs over the API, and by a license server that asks for them there."""

from typing import Any

import pytest
from sqlalchemy import Engine

from clearinghouse import Actor, Reason
from clearinghouse.packs import LicensePack, PackKind
from codes import license_code
from tests.clearinghouse.online import OnlineServer
from tests.licensing_site.api_house import Api


@pytest.fixture
def api(engine: Engine) -> Api:
    return Api(engine)


@pytest.fixture
def server(api: Api) -> OnlineServer:
    own = api.server()
    document = own.document(Reason.FIRST_ACTIVATION)
    answer = api.send("POST", "/permissions", document).get_json()
    own.accept(answer["new_license_server_id"])
    return own


def bought(api: Api) -> LicensePack:
    return api.desk.do(
        api.desk.house.add_pack,
        version=3,
        kind=PackKind.PER_DEVICE,
        quantity=25,
        customer="Example GmbH",
        actor=Actor("administrator", "root"),
        now=api.desk.now,
    )


def body(server: OnlineServer, **more: str) -> dict[str, Any]:
    return {"product_id": server.product_id, "new_license_server_id": server.current_id, **more}


def test_a_pack_is_installed_once_and_given_again(api: Api, server: OnlineServer) -> None:
    asked = body(server, license_code=bought(api).license_code)
    first, again = (api.send("POST", "/packs", asked).get_json() for _ in range(2))
    assert first == again
    assert (first["number"], first["kind"], first["quantity"]) == (1, "per_device", 25)
    recovered = api.send("POST", "/packs/recovery", body(server)).get_json()
    assert recovered == {"packs": [first]}
    assert api.send("POST", "/packs/migration", asked).get_json() == first


def test_codes_that_are_refused(api: Api, server: OnlineServer) -> None:
    unknown = body(server, license_code=license_code.make(42))
    refused = api.send("POST", "/packs", unknown)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "license_code_unknown")
    malformed = api.send("POST", "/packs", body(server, license_code="1" * 25))
    assert malformed.status_code == 422
