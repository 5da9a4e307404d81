"""Administration over the API: products, policy, keys, requests, servers, history; and tokens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from clearinghouse import Reason
from clearinghouse.tables import audit_entries
from codes import product_id as product_ids
from codes import product_key as product_keys
from data_store import reading, transaction
from licensing_site import tokens
from licensing_site.tables import api_tokens
from licensing_site.tokens import Scope, TokenError
from tests.licensing_site.api_house import Api

FIGURES = {
    "validity_months": 12,
    "window_days": 14,
    "reactivations": 5,
    "period_days": 365,
    "max_servers": 1,
    "cooling_off_hours": 0,
    "issue_by_line": "out_of_hours",
}


@pytest.fixture
def api(engine: Engine) -> Api:
    return Api(engine)


@pytest.fixture
def token(api: Api) -> str:
    return api.token()


@pytest.fixture
def new_product(api: Api) -> Callable[..., dict[str, object]]:
    def make(**parts: object) -> dict[str, object]:
        product_id = product_ids.random(api.desk._rng)
        key = product_keys.make(product_id, api.desk._rng.randbytes(15))
        return {"product_id": product_id, "product_key": key, "name": "Atlas", **parts}

    return make


def test_a_product_is_registered_once(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    body = new_product(policy={"max_servers": 3})
    made = api.send("POST", "/admin/products", body, token=token)
    assert made.status_code == 201
    assert made.get_json() == {
        "product_id": body["product_id"],
        "name": "Atlas",
        "policy": {**FIGURES, "max_servers": 3},
        "is_blocked": False,
        "last_issue": 0,
    }
    assert str(body["product_key"]) not in made.text
    again = api.send("POST", "/admin/products", body, token=token)
    assert (again.status_code, again.get_json()["code"]) == (409, "product_exists")
    shown = api.send("GET", f"/admin/products/{body['product_id']}", token=token)
    assert shown.get_json() == made.get_json()


def test_two_at_once_with_one_key_act_once(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    body = new_product()
    both = Barrier(2)

    def add(_: int) -> TestResponse:
        client = api.app.test_client()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
        both.wait()
        return client.post("/admin/products", json=body, headers=headers)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(add, range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    replayed = sorted("Idempotency-Replayed" in answer.headers for answer in answers)
    assert replayed == [False, True]


def test_the_key_has_to_be_the_products(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    body = {**new_product(), "product_key": new_product()["product_key"]}
    refused = api.send("POST", "/admin/products", body, token=token)
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.get_json()["fields"]] == ["/product_key"]
    assert str(body["product_key"]) not in refused.text


def test_the_list_goes_on_behind_what_was_seen(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    made = {api.desk.product_id}
    for _ in range(6):
        body = new_product()
        made.add(str(body["product_id"]))
        api.send("POST", "/admin/products", body, token=token)
    seen: list[str] = []
    path = "/admin/products?limit=3"
    sizes = []
    while path:
        page = api.send("GET", path, token=token).get_json()
        sizes.append(len(page["items"]))
        seen += [item["product_id"] for item in page["items"]]
        path = page["next"] and f"/admin/products?limit=3&cursor={page['next']}"
    assert sizes == [3, 3, 1]
    assert seen == sorted(made)


@pytest.mark.parametrize("query", ["limit=0", "count=1", "limit=201", "limit=x", "limit=1&limit=2"])
def test_a_page_that_cannot_be(api: Api, token: str, query: str) -> None:
    refused = api.send("GET", f"/admin/products?{query}", token=token)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_parameter")
    assert query.partition("=")[0] in refused.get_json()["detail"]


@pytest.mark.parametrize("cursor", ["", "A", "*", "bm8", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_that_nobody_gave(api: Api, token: str, cursor: str) -> None:
    path = f"/admin/products/{api.desk.product_id}/history?cursor={cursor}"
    refused = api.send("GET", path, token=token)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_parameter")


def test_policy_and_block(api: Api, token: str) -> None:
    path = f"/admin/products/{api.desk.product_id}"
    changed = api.send("PUT", f"{path}/policy", {"reactivations": 9.0}, token=token).get_json()
    assert changed["policy"] == {**FIGURES, "reactivations": 9}
    for method, blocked in (("PUT", True), ("PUT", True), ("DELETE", False), ("DELETE", False)):
        assert api.send(method, f"{path}/block", token=token).get_json()["is_blocked"] is blocked
    history = api.send("GET", f"{path}/history", token=token).get_json()["items"]
    actions = [entry["action"] for entry in history]
    assert actions == ["product.unblocked", "product.blocked", "product.policy", "product.added"]
    assert history[0]["actor"] == {"kind": "administrator", "name": "root"}


def test_a_lost_key_is_replaced(api: Api, token: str) -> None:
    own = api.server()
    document = own.document(Reason.FIRST_ACTIVATION)
    path = f"/admin/products/{own.product_id}/product-key"
    key = product_keys.make(own.product_id, api.desk._rng.randbytes(15))
    api.send("PUT", path, {"product_key": key}, token=token)
    void = api.send("POST", "/permissions", document)
    assert void.get_json()["code"] == "signature_wrong"
    api.desk.keys[own.product_id] = key
    answer = api.send("POST", "/permissions", api.server().document(Reason.FIRST_ACTIVATION))
    assert answer.status_code == 200


def test_requests_servers_and_what_happened(api: Api, token: str) -> None:
    own = api.desk.activated()
    request = api.desk.issued(own)
    path = f"/admin/products/{own.product_id}"
    first = api.send("GET", f"{path}/requests?limit=1", token=token).get_json()
    (newest,) = first["items"]
    assert newest["case_number"] == request.case_number
    assert newest["state"] == "issued"
    rest = api.send("GET", f"{path}/requests?cursor={first['next']}", token=token).get_json()
    assert [item["state"] for item in rest["items"]] == ["confirmed"]
    assert rest["next"] is None
    (server,) = api.send("GET", f"{path}/servers", token=token).get_json()["items"]
    assert (server["state"], server["issue"]) == ("active", 1)
    case = f"/admin/requests/{request.case_number}"
    assert api.send("GET", case, token=token).get_json() == newest
    told = api.send("GET", f"{case}/history", token=token).get_json()["items"]
    assert [entry["action"] for entry in told] == api.desk.actions(request)[::-1]
    assert {entry["case_number"] for entry in told} == {request.case_number}


def test_what_happened_to_a_server(api: Api, token: str) -> None:
    own = api.desk.activated()
    path = f"/admin/products/{own.product_id}/servers"
    (server,) = api.send("GET", path, token=token).get_json()["items"]
    told = api.send("GET", f"{path}/{server['id']}/history", token=token).get_json()["items"]
    assert [entry["action"] for entry in told][-1] == "request.opened"
    other = f"/admin/products/{api.desk.add_product()}/servers/{server['id']}/history"
    missing = api.send("GET", other, token=token)
    assert (missing.status_code, missing.get_json()["code"]) == (404, "server_unknown")


def table(*products: dict[str, object]) -> str:
    lines = [f"{each['product_id']},{each['product_key']},{each['name']}" for each in products]
    return "\n".join(["product_id,product_key,name", *lines])


def test_a_table_is_registered_whole(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    new = [new_product() for _ in range(3)]
    body = {"csv": table(*new), "dry_run": True}
    ids = [each["product_id"] for each in new]
    for dry_run in (True, False):
        done = api.send("POST", "/admin/imports", {**body, "dry_run": dry_run}, token=token)
        assert done.get_json() == {"product_ids": ids, "dry_run": dry_run}
        held = api.send("GET", "/admin/products", token=token).get_json()["items"]
        assert (set(ids) <= {each["product_id"] for each in held}) is not dry_run


def test_a_table_with_faults_changes_nothing(
    api: Api, token: str, new_product: Callable[..., dict[str, object]]
) -> None:
    good = new_product()
    body = {"csv": table(good, {**new_product(), "product_id": "1"}, good)}
    refused = api.send("POST", "/admin/imports", body, token=token)
    assert refused.status_code == 422
    said = [fault["detail"] for fault in refused.get_json()["fields"]]
    assert [line.partition(":")[0] for line in said] == ["Line 3", "Line 4"]
    assert "Line 2 has this product ID already" in said[1]
    held = api.send("GET", "/admin/products", token=token).get_json()["items"]
    assert [each["product_id"] for each in held] == [api.desk.product_id]
    refused = api.send("POST", "/admin/imports", {"csv": "a,b"}, token=token)
    assert "missing: product_id" in refused.get_json()["detail"]


def test_what_is_not_there(api: Api, token: str) -> None:
    product = product_ids.random(api.desk._rng)
    for part in ("", "/servers", "/requests", "/history"):
        missing = api.send("GET", f"/admin/products/{product}{part}", token=token)
        assert (missing.status_code, missing.get_json()["code"]) == (404, "product_unknown")
    missing = api.send("GET", "/admin/requests/123412341234", token=token)
    assert (missing.status_code, missing.get_json()["code"]) == (404, "request_unknown")
    missing = api.send("GET", "/admin/products/one", token=token)
    assert (missing.status_code, missing.get_json()["code"]) == (404, "unknown_path")


@pytest.mark.parametrize("given", [None, "Basic cm9vdDpyb290", "Bearer", "Bearer "])
def test_without_a_token(api: Api, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    refused = api.send("GET", "/admin/products", **headers)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "token_missing")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="activation-line"'


def test_a_token_ends_at_once_and_its_name_is_free_again(api: Api, token: str) -> None:
    with transaction(api.desk.engine) as connection:
        tokens.revoke(connection, "root", api.desk.now)
    refused = api.send("GET", "/admin/products", token=token)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "token_invalid")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert api.send("GET", "/admin/products", token=api.token()).status_code == 200


def test_a_token_allows_what_its_scopes_say(api: Api) -> None:
    reader = api.token("reader", [Scope.PRODUCTS_READ])
    path = f"/admin/products/{api.desk.product_id}"
    assert api.send("GET", path, token=reader).status_code == 200
    for method, part in (("PUT", "/block"), ("GET", "/requests"), ("GET", "/history")):
        refused = api.send(method, path + part, token=reader)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "scope_missing")
    assert not api.desk.read(api.desk.house.product, api.desk.product_id).is_blocked


def test_tokens_are_kept_as_hashes_and_in_no_audit(api: Api, token: str) -> None:
    with reading(api.desk.engine) as connection:
        held = str(connection.execute(api_tokens.select()).all())
        told = str(connection.execute(audit_entries.select()).all())
    assert token not in held + told


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_a_token_needs_a_name(api: Api, name: str) -> None:
    with pytest.raises(TokenError, match="1 to 64 printable"):
        api.token(name)


def test_a_token_that_cannot_be(api: Api, token: str) -> None:
    with pytest.raises(TokenError, match="'root' already"):
        api.token("root")
    with pytest.raises(TokenError, match="at least one scope"):
        api.token("none", [])
    with pytest.raises(TokenError, match="all is no scope: there are products:read"):
        tokens.scopes_of(["all"])
    with transaction(api.desk.engine) as connection, pytest.raises(TokenError, match="in use"):
        tokens.revoke(connection, "nobody", api.desk.now)
