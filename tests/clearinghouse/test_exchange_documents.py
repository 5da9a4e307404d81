"""Documents from outside: read whole, or refused with the field and a sentence."""

import dataclasses
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from clearinghouse import (
    Contact,
    DeactivationCause,
    PreviousKeyProof,
    ProductKeyProof,
    Reason,
    documents,
)
from clearinghouse.documents import DocumentError
from codes import license_server_id, product_id
from data_store import open_engine
from license_certificates import keys, signing_requests
from tests.clearinghouse.desk import Desk
from tests.clearinghouse.online import NAME, OnlineServer, activated, ask

PEM = "certificate_signing_request"


@pytest.fixture(scope="module")
def server() -> OnlineServer:
    engine: Engine = open_engine("sqlite://")
    made = activated(Desk(engine))
    engine.dispose()
    return made


def fault(parse: Any, document: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(document)
    assert str(caught.value).endswith(".")
    return caught.value.field


def test_a_request_is_read_as_it_was_meant(server: OnlineServer) -> None:
    document = server.document(Reason.SERVER_UPGRADED)
    document["product_id"] = product_id.format(server.product_id)
    document["license_server_id"] = license_server_id.format(server.shown)
    document["contact"] = {"first_name": " Anna  Maria ", "country": "at", "phone": None}
    asked = documents.parse_request(json.loads(json.dumps(document)))
    assert (asked.product_id, asked.license_server_id) == (server.product_id, server.shown)
    assert (asked.reason, asked.server_name) == (Reason.SERVER_UPGRADED, NAME)
    assert isinstance(asked.proof, ProductKeyProof)
    assert asked.contact == Contact(first_name="Anna Maria", country="AT")
    signed = documents.parse_request(server.document(Reason.SERVER_UPGRADED, "previous_key"))
    assert isinstance(signed.proof, PreviousKeyProof)
    assert keys.read_public(signed.proof.public_key) is not None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "activation-line-request-2"}, "format"),
        ({"product_id": "1" * 20}, "product_id"),
        ({"product_id": 12345}, "product_id"),
        ({"license_server_id": "12345"}, "license_server_id"),
        ({"license_server_id": "   "}, "license_server_id"),
        ({"reason": "because"}, "reason"),
        ({"reason": None}, "reason"),
        ({"server_name": "OTHER-01"}, "server_name"),
        ({"server_name": "x" * 201}, "server_name"),
        ({"server_name": "LICENSE\x0001"}, "server_name"),
        ({"server_name": "\ud800"}, "server_name"),
        ({PEM: "nothing"}, PEM),
        ({PEM: "é"}, PEM),
        ({"proof": None}, "proof"),
        ({"proof": {}}, "proof.by"),
        ({"proof": {"by": ["product_key"]}}, "proof.by"),
        ({"proof": {"by": "product_key", "mac": "0" * 63}}, "proof.mac"),
        ({"proof": {"by": "product_key", "mac": "x" * 64}}, "proof.mac"),
        ({"proof": {"by": "previous_key", "public_key": "k"}}, "proof.signature"),
        ({"proof": {"by": "previous_key", "public_key": "k", "signature": "é!"}}, "proof"),
        ({"contact": "Anna"}, "contact"),
        ({"contact": {"email": "anna"}}, "contact.email"),
        ({"contact": {"country": "Austria"}}, "contact.country"),
        ({"contact": {"company": ["x"]}}, "contact.company"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(
    server: OnlineServer, change: dict[str, Any], field: str
) -> None:
    document = {**server.document(Reason.SERVER_UPGRADED), **change}
    assert fault(documents.parse_request, document) == field


def test_a_signing_request_for_other_ids_is_refused(server: OnlineServer) -> None:
    csr = signing_requests.make(server.key, server.product_id, "0" * 35, NAME).decode()
    document = server.document(Reason.SERVER_UPGRADED)
    assert fault(documents.parse_request, {**document, PEM: csr}) == PEM
    assert fault(documents.parse_request, [document]) == ""


def test_a_replacement_is_proven_by_the_key_that_is_held(server: OnlineServer) -> None:
    asked = documents.parse_replacement(server.replacement())
    assert asked.new_license_server_id == server.current_id
    mac = {"by": "product_key", "mac": "0" * 64}
    assert fault(documents.parse_replacement, server.replacement(proof=mac)) == "proof.by"
    wrong = server.replacement(new_license_server_id="1")
    assert fault(documents.parse_replacement, wrong) == "new_license_server_id"


def test_a_deactivation_needs_an_address(server: OnlineServer) -> None:
    document = {
        "product_id": server.product_id,
        "receipt": server.receipt(),
        "cause": "server_redeployed",
        "contact": {"email": "anna@example.org"},
    }
    asked = documents.parse_deactivation(document)
    assert (asked.cause, asked.contact.email) == (
        DeactivationCause.SERVER_REDEPLOYED,
        "anna@example.org",
    )
    parse = documents.parse_deactivation
    assert fault(parse, {**document, "contact": {}}) == "contact.email"
    assert fault(parse, {**document, "contact": None}) == "contact.email"
    assert fault(parse, {**document, "cause": "moved"}) == "cause"
    assert fault(parse, {**document, "receipt": server.product_id}) == "receipt"


def test_an_answer_is_plain_json() -> None:
    engine = open_engine("sqlite://")
    desk = Desk(engine)
    fresh = activated(desk)
    answer = ask(desk, fresh.document(Reason.SERVER_UPGRADED))
    written = json.loads(json.dumps(documents.answer_document(answer)))
    assert written["format"] == "activation-line-answer-1"
    assert written.keys() == {"format", *(field.name for field in dataclasses.fields(answer))}
    assert written["chain"] == [pem.decode("ascii") for pem in answer.chain]
    assert written["valid_until"] == "2027-03-31T23:59:59+00:00"
    engine.dispose()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["by", "mac", "email", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(part=JSON, data=st.data())
def test_no_document_breaks_the_reader(
    server: OnlineServer, part: object, data: st.DataObject
) -> None:
    document = server.document(Reason.SERVER_UPGRADED, "product_key", contact={})
    field = data.draw(st.sampled_from([*document, "proof.mac"]))
    if field == "proof.mac":
        document["proof"] = {"by": "product_key", "mac": part}
    else:
        document[field] = part
    for parse in (
        documents.parse_request,
        documents.parse_replacement,
        documents.parse_deactivation,
    ):
        with suppress(DocumentError):
            parse(document)
