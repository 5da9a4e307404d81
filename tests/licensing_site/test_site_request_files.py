"""A request file from a real license server goes in, the answer file comes out and is taken."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from license_server import exchange
from license_server import state as states
from tests.licensing_site.website import Visitor, Website


def upload(visitor: Visitor, content: bytes, name: str = "request.json") -> None:
    visitor.choose("file")
    assert visitor.title == "Choose the Request File"
    visitor.page = visitor.client.post(
        "/licensing/file", data={"document": (io.BytesIO(content), name)}
    )


def answered(visitor: Visitor, document: dict[str, Any]) -> Any:
    upload(visitor, json.dumps(document).encode())
    assert visitor.title == "Verify Everything", visitor.text
    assert "LICENSE-01" in visitor.text
    visitor.send("/licensing/file/answer", document=json.dumps(document))
    assert "attachment" in visitor.page.headers["Content-Disposition"], visitor.text
    return visitor.page.get_json()


def test_there_and_back(website: Website, visitor: Visitor, data: Path) -> None:
    now: datetime = website.desk.now
    document = exchange.request_document(data, now)
    answer = answered(visitor, document)
    exchange.take_answer(data, answer, now)
    held = states.load(data).held
    assert held is not None
    assert held.new_license_server_id == answer["new_license_server_id"]
    assert answered(website.browser(), document)["certificate"] == answer["certificate"]
    # The same request on the pages for people: the same ID.
    typed = {"product_id": document["product_id"], "license_server_id": held.license_server_id}
    by_hand = website.browser()
    by_hand.choose("activate")
    who = {"first_name": "A", "last_name": "B", "company": "C", "country": "DE"}
    by_hand.send(**typed, **who)
    by_hand.send()
    assert by_hand.code("new-license-server-id") == held.new_license_server_id
    website.desk.now += timedelta(days=400)
    again = exchange.request_document(data, website.desk.now)
    assert answered(visitor, again)["issue"] == 2


def test_a_changed_file_is_refused(website: Website, visitor: Visitor, data: Path) -> None:
    document = exchange.request_document(data, website.desk.now)
    proof = document["proof"]
    proof["mac"] = proof["mac"][::-1]
    upload(visitor, json.dumps(document).encode())
    visitor.send("/licensing/file/answer", document=json.dumps(document))
    assert visitor.page.status_code == 422
    assert 'data-code="signature_wrong"' in visitor.text
    assert "write the request file anew" in visitor.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "no JSON document"),
        (b"{", "no JSON document"),
        (b"[" * 30_000, "no JSON document"),
        (b"[]", "can't be taken"),
        (b'{"format": "other"}', "activation-line-request-1"),
        (b" " * 40_000, "larger than any request file"),
    ],
)
def test_what_is_no_request_file(visitor: Visitor, content: bytes, says: str) -> None:
    upload(visitor, content)
    assert visitor.page.status_code == 422
    assert says in visitor.text


def test_no_file(visitor: Visitor) -> None:
    upload(visitor, b"", name="")
    assert "Choose the request file." in visitor.text
    assert visitor.client.post("/licensing/file/answer").status_code == 422


def test_far_too_large(visitor: Visitor) -> None:
    upload(visitor, b" " * 70_000)
    assert visitor.page.status_code == 413
