"""The automatic method over the API: permission, confirmation, replacement, deactivation."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy import Engine, func, select

from clearinghouse import Answer, Reason
from clearinghouse.tables import permissions
from codes import new_license_server_id
from data_store import reading
from tests.clearinghouse.online import OnlineServer, by_telephone, openssl_lists, openssl_verifies
from tests.licensing_site.api_house import Api

COMPROMISED = Reason.PRIVATE_KEY_COMPROMISED
FIRST = Reason.FIRST_ACTIVATION
EXPIRED = Reason.CERTIFICATE_EXPIRED


@pytest.fixture
def api(engine: Engine) -> Api:
    return Api(engine)


@pytest.fixture
def server(api: Api) -> OnlineServer:
    """A license server that was activated by the API, with its next wizard open."""
    own = api.server()
    activate(api, own, own.document(FIRST))
    return own


def activate(api: Api, server: OnlineServer, document: dict[str, object]) -> dict[str, object]:
    answer = api.send("POST", "/permissions", document).get_json()
    closing = server.accept(answer["new_license_server_id"])
    body = {"product_id": server.product_id, "closing_code": closing}
    confirmed = api.send("POST", f"/permissions/{answer['case_number']}/confirmation", body)
    assert confirmed.get_json() == {"state": "confirmed"}
    server.start_wizard()
    return dict(answer)


def as_answer(document: dict[str, object]) -> Answer:
    pems = {"certificate", "crl"}
    given = {name: str(value).encode() for name, value in document.items() if name in pems}
    chain = [str(pem).encode() for pem in document["chain"]]  # type: ignore[attr-defined]
    rest = {name: document[name] for name in document.keys() - pems - {"chain", "format"}}
    return Answer(**rest, **given, chain=(chain[0], chain[1]))  # type: ignore[arg-type]


def test_activation_gives_a_permission_that_openssl_and_the_server_believe(
    api: Api, tmp_path: Path
) -> None:
    own = api.server()
    answer = as_answer(api.send("POST", "/permissions", own.document(FIRST)).get_json())
    assert own.believes(answer)
    assert openssl_verifies(api.desk, answer, tmp_path / "pki")
    certificate = x509.load_pem_x509_certificate(answer.certificate)
    assert certificate.serial_number == int(answer.new_license_server_id)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not FIRST])
@pytest.mark.parametrize("by", ["product_key", "previous_key"])
def test_every_reason_and_proof(
    api: Api, server: OnlineServer, reason: Reason, by: str, tmp_path: Path
) -> None:
    old_id = server.current_id
    document = server.document(reason, by=by)
    if reason is COMPROMISED and by == "previous_key":
        refused = api.send("POST", "/permissions", document)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "signature_wrong")
        return
    answer = activate(api, server, document)
    assert server.current_id == answer["new_license_server_id"]
    assert openssl_verifies(api.desk, as_answer(answer), tmp_path / "pki")
    revoked = openssl_lists(api.send("GET", "/crl").data, tmp_path)
    assert revoked == ([int(old_id)] if reason is COMPROMISED else [])


def test_asked_again_it_is_the_same_permission(api: Api, server: OnlineServer) -> None:
    document = server.document(EXPIRED)
    first, again = (api.send("POST", "/permissions", document).get_json() for _ in range(2))
    assert first["new_license_server_id"] == again["new_license_server_id"]
    assert first["certificate"] == again["certificate"]
    assert first["case_number"] == again["case_number"]


def test_a_made_up_proof_is_refused_and_costs_the_server_nothing(
    api: Api, server: OnlineServer
) -> None:
    document = server.document(EXPIRED)
    refused = api.send(
        "POST", "/permissions", {**document, "proof": {"by": "product_key", "mac": "0" * 64}}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (403, "signature_wrong")
    with reading(api.desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(permissions)) == 1
    assert api.send("POST", "/permissions", document).status_code == 200


def test_too_many_wrong_proofs_from_one_address(api: Api, server: OnlineServer) -> None:
    wrong = {**server.document(EXPIRED), "proof": {"by": "product_key", "mac": "0" * 64}}
    statuses = [api.send("POST", "/permissions", wrong).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]
    last = api.send("POST", "/permissions", wrong)
    assert last.get_json()["code"] == "too_many_wrong_proofs"
    assert int(last.headers["Retry-After"]) > 0


def test_a_limit_says_what_is_left_and_when(api: Api, server: OnlineServer) -> None:
    api.desk.set_policy(reactivations=0)
    refused = api.send("POST", "/permissions", server.document(EXPIRED))
    said = refused.get_json()
    assert (refused.status_code, said["code"], said["left"]) == (409, "limit_reached", 0)


def test_an_unknown_product(api: Api) -> None:
    stranger = api.server()
    stranger.product_id = api.desk.stranger().product_id
    stranger.start_wizard()
    refused = api.send("POST", "/permissions", stranger.document(FIRST))
    assert (refused.status_code, refused.get_json()["code"]) == (404, "product_unknown")


def test_a_signing_request_for_another_server(api: Api, server: OnlineServer) -> None:
    other = api.server().document(FIRST)["certificate_signing_request"]
    document = server.document(EXPIRED, certificate_signing_request=other)
    refused = api.send("POST", "/permissions", document)
    assert refused.status_code == 422
    assert refused.get_json()["fields"][0]["field"] == "/certificate_signing_request"


def test_the_clearinghouses_certificate_replaces_the_local_one(api: Api, tmp_path: Path) -> None:
    own = api.server()
    by_telephone(api.desk, own)
    answer = api.send("POST", "/certificates", own.replacement()).get_json()
    assert answer["new_license_server_id"] == own.current_id
    assert openssl_verifies(api.desk, as_answer(answer), tmp_path / "pki")
    number = new_license_server_id.parse(own.current_id).issue
    assert answer["issue"] == number


def test_deactivation_and_what_is_free_again(api: Api, server: OnlineServer) -> None:
    body = {
        "product_id": server.product_id,
        "receipt": server.receipt(),
        "cause": "server_redeployed",
        "contact": {"email": "anna@example.org", "first_name": "Anna"},
    }
    done, again = (api.send("POST", "/deactivations", body).get_json() for _ in range(2))
    assert done == again
    refused = api.send("POST", "/permissions", server.document(EXPIRED))
    assert refused.get_json()["code"] == "deactivated"
    activate(api, server, server.document(FIRST))


def test_a_deactivation_needs_an_address(api: Api, server: OnlineServer) -> None:
    body = {
        "product_id": server.product_id,
        "receipt": server.receipt(),
        "cause": "server_redeployed",
        "contact": {},
    }
    refused = api.send("POST", "/deactivations", body)
    assert refused.status_code == 422
    assert refused.get_json()["fields"] == [
        {
            "field": "/contact/email",
            "detail": "/contact/email is missing. The e-mail address, with an @: "
            "at most 200 characters on one line.",
        }
    ]


def test_a_closing_code_of_another_request(api: Api, server: OnlineServer) -> None:
    answer = api.send("POST", "/permissions", server.document(EXPIRED)).get_json()
    path = f"/permissions/{answer['case_number']}/confirmation"
    body = {"product_id": server.product_id, "closing_code": "0000"}
    refused = api.send("POST", path, body)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "closing_code_wrong")
    assert refused.get_json()["left"] == 9
    strange = {**body, "product_id": api.desk.add_product()}
    refused = api.send("POST", path, strange)
    assert (refused.status_code, refused.get_json()["code"]) == (404, "request_unknown")


def test_what_anybody_may_have(api: Api, server: OnlineServer, tmp_path: Path) -> None:
    root = x509.load_pem_x509_certificate(api.send("GET", "/root").data)
    assert root.issuer == root.subject
    assert openssl_lists(api.send("GET", "/crl").data, tmp_path) == []
    api.desk.now += timedelta(days=1)
    assert api.send("GET", "/status").get_json() == {
        "state": "ok",
        "now": api.desk.now.isoformat(),
        "demo": False,
    }
