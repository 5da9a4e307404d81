"""How the API behaves whatever is asked: types, sizes, methods, keys, rates, and its document."""

import json
import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from clearinghouse import Policy, Reason, RefusalCode
from clearinghouse.tables import products
from codes import product_id as product_ids
from codes import product_key as product_keys
from data_store import StoreError, reading
from licensing_site.api.problems import KINDS
from licensing_site.api.register_schemas import FIGURES
from tests.licensing_site.api_house import BASE, Api

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
KEY = "c2b9a9c8-2f5c-4b3e-8f6b-0d3f4a1d2e5f"


@pytest.fixture
def api(sqlite_engine: Engine) -> Api:
    return Api(sqlite_engine)


def product(api: Api, **parts: object) -> dict[str, object]:
    product_id = product_ids.random(api.desk._rng)
    key = product_keys.make(product_id, api.desk._rng.randbytes(15))
    return {"product_id": product_id, "product_key": key, "name": "Atlas", **parts}


def count(api: Api) -> int:
    with reading(api.desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(products)) or 0


@pytest.mark.parametrize("path", ["/nothing", "/admin", "/permissions/", "/static/x"])
def test_an_unknown_path(api: Api, path: str) -> None:
    answer = api.client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    api.validate({"$ref": "#/components/schemas/Problem"}, answer.get_json())
    assert answer.get_json()["code"] == "unknown_path"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/permissions", "POST"),
        ("OPTIONS", "/permissions", "POST"),
        ("FETCH", "/admin/products", "GET, HEAD, POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_another_method(api: Api, method: str, path: str, allowed: str) -> None:
    answer = api.client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert answer.headers["Allow"] == allowed
    api.validate({"$ref": "#/components/schemas/Problem"}, answer.get_json())


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [("GET", "/status", "text/html"), ("GET", "/crl", "application/json")],
)
def test_a_type_that_is_not_made(api: Api, method: str, path: str, accept: str) -> None:
    answer = api.send(method, path, Accept=accept)
    assert (answer.status_code, answer.get_json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*;q=0.2, text/html", "application/json"])
def test_types_that_fit(api: Api, accept: str) -> None:
    assert api.send("GET", "/status", Accept=accept).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"],
)
def test_a_body_of_another_type(api: Api, content_type: str) -> None:
    answer = api.client.post("/permissions", data=b"{}", content_type=content_type)
    api.check("POST", "/permissions", answer)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'"\\ud800"',
        b"\xff\xfe{}",
        b"[" * 50_000,
        b"9" * 5_000,
    ],
    ids=lambda body: body[:12],
)
def test_a_body_that_is_no_json(api: Api, body: bytes) -> None:
    answer = api.client.post("/permissions", data=body, content_type="application/json")
    api.check("POST", "/permissions", answer)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_body")


def test_a_body_that_is_too_large(api: Api) -> None:
    body = json.dumps({"format": "x" * 66_000}).encode()
    answer = api.client.post("/permissions", data=body, content_type="application/json")
    api.check("POST", "/permissions", answer)
    assert answer.status_code == 413


def test_every_field_that_does_not_fit_is_named(api: Api) -> None:
    document = api.server().document(Reason.FIRST_ACTIVATION)
    del document["reason"]
    document |= {"product_id": "12345-67890", "color/~": 1, "server_name": "a\nb"}
    document["proof"] = {"by": "previous_key", "public_key": "x", "signature": "AAAAAAAAAAA="}
    refused = api.send("POST", "/permissions", document).get_json()
    said = {fault["field"]: fault["detail"] for fault in refused["fields"]}
    assert said == {
        "/color~1~0": "/color~1~0 is no field of this: remove it.",
        "/product_id": "/product_id doesn't fit. The product ID: 20 digits, without hyphens.",
        "/proof/public_key": "/proof/public_key doesn't fit. The previous public key: PEM, from "
        "BEGIN to END PUBLIC KEY.",
        "/reason": "/reason is missing. The reason: certificate_expired, certificate_corrupted, "
        "server_upgraded, server_redeployed, private_key_compromised, first_activation.",
        "/server_name": "/server_name doesn't fit. The server's name: at most 64 characters on "
        "one line.",
    }


@pytest.mark.parametrize(
    ("proof", "field"),
    [
        ({"by": "mail"}, "/proof/by"),
        ({}, "/proof/by"),
        ("none", "/proof"),
        ({"by": "product_key"}, "/proof/mac"),
        ({"by": "product_key", "mac": "g" * 64}, "/proof/mac"),
    ],
)
def test_a_proof_is_judged_by_its_kind(api: Api, proof: object, field: str) -> None:
    document = api.server().document(Reason.FIRST_ACTIVATION, proof=proof)
    refused = api.send("POST", "/permissions", document).get_json()
    assert [fault["field"] for fault in refused["fields"]] == [field]


def test_a_line_feed_behind_a_code_does_not_slip_through(api: Api) -> None:
    document = api.server().document(Reason.FIRST_ACTIVATION)
    document["product_id"] += "\n"
    refused = api.send("POST", "/permissions", document).get_json()
    assert [fault["field"] for fault in refused["fields"]] == ["/product_id"]


def test_one_key_acts_once(api: Api) -> None:
    token, body = api.token(), product(api)
    first = api.send("POST", "/admin/products", body, token=token, Idempotency_Key=KEY)
    assert "Idempotency-Replayed" not in first.headers
    blanks = json.dumps(dict(reversed(body.items())), indent=4)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    again = api.client.post(
        "/admin/products", data=blanks, content_type="application/json", headers=headers
    )
    api.check("POST", "/admin/products", again)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(api) == 2


def test_one_key_is_for_one_body(api: Api) -> None:
    token, body = api.token(), product(api)
    api.send("POST", "/admin/products", body, token=token, Idempotency_Key=KEY)
    refused = api.send(
        "POST", "/admin/products", {**body, "name": "B"}, token=token, Idempotency_Key=KEY
    )
    assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency_key_reused")
    other = api.send(
        "POST", "/admin/products", product(api), token=api.token("b"), Idempotency_Key=KEY
    )
    assert other.status_code == 201


def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    token = api.token()
    api.send("POST", "/admin/products", product(api), token=token, Idempotency_Key=KEY)
    api.desk.now += timedelta(days=1)
    later = api.send("POST", "/admin/products", product(api), token=token, Idempotency_Key=KEY)
    assert later.status_code == 201


def test_a_refusal_leaves_the_key_free(api: Api) -> None:
    document = api.server().document(Reason.FIRST_ACTIVATION)
    wrong = {**document, "proof": {"by": "product_key", "mac": "0" * 64}}
    refused = api.send("POST", "/permissions", wrong, Idempotency_Key=KEY)
    assert refused.status_code == 403
    assert api.send("POST", "/permissions", document, Idempotency_Key=KEY).status_code == 200
    again = api.send("POST", "/permissions", document, Idempotency_Key=KEY)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
def test_a_key_that_cannot_be(api: Api, key: str) -> None:
    refused = api.send(
        "POST", "/admin/products", product(api), token=api.token(), Idempotency_Key=key
    )
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_parameter")


def test_whoever_asks_too_often_is_told_when_to_come_again(sqlite_engine: Engine) -> None:
    api = Api(sqlite_engine, burst=2)
    statuses = [api.send("GET", "/status").status_code for _ in range(3)]
    refused = api.send("GET", "/status")
    assert statuses == [200, 200, 429]
    assert (refused.get_json()["code"], refused.headers["Retry-After"]) == ("rate_limited", "30")
    # Wrong tokens count, right ones don't.
    assert api.send("GET", "/admin/products", token="al_wrong").status_code == 429
    token = api.token()
    assert {api.send("GET", "/admin/products", token=token).status_code for _ in range(5)} == {200}
    api.desk.now += timedelta(seconds=30)
    assert api.send("GET", "/status").status_code == 200


def test_a_store_in_trouble(api: Api) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    event.listen(api.desk.engine, "begin", fail)
    answer = api.send("GET", "/root")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "store_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "disk" not in answer.text


def test_a_fault_of_our_own_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(type(api.desk.house), "chain", fail)
    answer = api.send("GET", "/root")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_nothing_is_kept_by_a_cache_or_run_as_a_script(api: Api) -> None:
    for path in ("/", "/status", "/nothing"):
        headers = api.client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'self'"


def test_the_page_tells_of_everything_that_the_document_does(api: Api) -> None:
    page = api.client.get("/").text
    named = [
        *(
            f"{method.upper()} {path}"
            for path, ms in api.document["paths"].items()
            for method in ms
        ),
        *(f'id="schema-{name}"' for name in api.document["components"]["schemas"]),
        *(f'id="{code}"' for code in KINDS),
    ]
    assert [name for name in named if name not in page] == []
    assert set(re.findall(r"https?://[^/<]*", page)) == {BASE}
    with api.client.get("/static/reference.css") as style:
        assert style.mimetype == "text/css"


def test_every_problem_leads_to_its_explanation(api: Api) -> None:
    said = api.client.get("/nothing").get_json()
    assert said["type"] == f"{BASE}/api/v1/#unknown_path"


def test_the_document_knows_every_refusal_and_every_figure() -> None:
    assert {code.value for code in RefusalCode} <= KINDS.keys()
    assert [item.name for item in fields(Policy)] == list(FIGURES)


def test_every_operation_and_problem_stands_in_the_guide(api: Api) -> None:
    guide = DOCUMENT.read_text("utf-8")
    for path, methods in api.document["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in guide
    for code in KINDS:
        assert f"`{code}`" in guide
