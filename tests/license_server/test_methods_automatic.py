"""The automatic method and its documents, against a clearinghouse played over real HTTPS."""

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from codes import license_server_id, product_key
from license_certificates import keys, signing_requests
from license_server import (
    activation,
    answers,
    clearinghouse_client,
    deactivation,
    event_log,
    exchange,
    files,
    health,
    installation,
)
from license_server import state as states
from license_server.clearinghouse_client import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import AnswerRefusedError, DataDirectoryError, IDRefusedError
from license_server.event_log import Kind
from license_server.link import Link
from license_server.model import CertificateState, DeactivationCause, Reason
from tests.license_server.conftest import over_https

OPENSSL = shutil.which("openssl")
Contents = Callable[[Path], dict[str, bytes]]


def kinds(data: Path) -> list[str]:
    return [entry["kind"] for entry in event_log.entries(data)]


def held_of(data: Path) -> states.Held:
    held = states.load(data).held
    assert held is not None
    return held


def openssl(*words: object) -> str:
    done = subprocess.run(
        ["openssl", *map(str, words)], check=False, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_the_first_activation_gets_the_clearinghouses_certificate(
    data: Path, internet: Any, now: datetime
) -> None:
    accepted = clearinghouse_client.reactivate(data, internet.link, now)
    found = health.status(data, now)
    assert (found.state, found.issue, found.may_license) == (CertificateState.VALID, 1, "all")
    assert accepted.valid_until == found.valid_until
    path, asked = internet.asked[0]
    assert (path, asked["reason"]) == ("/permissions", "first_activation")
    secret = product_key.secret(internet.licence.product_key)
    pem = asked["certificate_signing_request"].encode()
    digest = hashlib.sha256(signing_requests.der(pem)).hexdigest()
    fields = (asked["product_id"], asked["license_server_id"], asked["reason"], digest)
    mac = secret.mac("certificate-request", *fields)
    assert asked["proof"] == {"by": "product_key", "mac": mac}
    told = {"product_id": asked["product_id"], "closing_code": accepted.closing_code}
    assert internet.asked[1:] == [("/permissions/000000000000/confirmation", told)]
    assert states.load(data).unconfirmed is None
    assert [kind for kind in kinds(data) if "accept" in kind] == [Kind.ID_ACCEPTED, Kind.CONFIRMED]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.key])
def test_every_reason_ends_with_a_certificate_that_openssl_accepts(
    data: Path, internet: Any, now: datetime, tmp_path: Path, reason: Reason
) -> None:
    clearinghouse_client.reactivate(data, internet.link, now)
    activation.finish(data)
    before = held_of(data)
    later = now + timedelta(hours=1)
    accepted = clearinghouse_client.reactivate(data, internet.link, later, reason=reason)
    assert accepted.issue == 2
    asked = [document for path, document in internet.asked if path == "/permissions"][1]
    assert asked["reason"] == reason
    by = "product_key" if reason is Reason.PRIVATE_KEY_COMPROMISED else "previous_key"
    assert asked["proof"]["by"] == by
    if by == "previous_key":
        key = keys.read_public(asked["proof"]["public_key"].encode())
        assert key is not None
        pem = asked["certificate_signing_request"].encode()
        digest = hashlib.sha256(signing_requests.der(pem)).hexdigest()
        ids = f"{asked['product_id']}|{asked['license_server_id']}"
        message = f"certificate-request|{ids}|{reason.value}|{digest}"
        signature = base64.b64decode(asked["proof"]["signature"])
        key.verify(signature, message.encode(), ec.ECDSA(SHA256()))
        assert before.key_file == f"key-{_hash_of(before)}.pem"
    above, own = health.certificate_paths(data)
    if OPENSSL:
        moment = int(later.timestamp())
        assert "OK" in openssl("verify", "-attime", moment, "-CAfile", above, own)
        roots = tmp_path / "roots.pem"
        roots.write_bytes(installation.root_pem(data))
        assert "OK" in openssl("verify", "-attime", moment, "-CAfile", roots, own)


def _hash_of(held: states.Held) -> str:
    return license_server_id.parse(held.license_server_id).key_hash


def test_a_compromised_key_gives_the_local_root_up_too(
    activated: Path, internet: Any, now: datetime, tmp_path: Path
) -> None:
    later = now + timedelta(hours=1)
    old = held_of(activated).new_license_server_id
    root = states.load(activated).root_file
    issuer = tmp_path / "old-root.pem"
    issuer.write_bytes((activated / root).read_bytes())
    internet.number = 1
    accepted = clearinghouse_client.reactivate(
        activated, internet.link, later, reason=Reason.PRIVATE_KEY_COMPROMISED
    )
    assert accepted.is_root_new
    assert states.load(activated).root_file != root
    lists = tmp_path / "lists.pem"
    lists.write_bytes(installation.revocation_pem(activated))
    if OPENSSL:
        said = openssl("crl", "-in", lists, "-noout", "-text", "-CAfile", issuer)
        assert "verify OK" in said
        assert f"{int(old):X}" in said


def test_the_same_answer_is_taken_again(data: Path, internet: Any, now: datetime) -> None:
    answer = internet.answer(exchange.request_document(data, now))
    first = exchange.take_answer(data, answer, now)
    assert exchange.take_answer(data, answer, now) == first
    activation.finish(data)
    assert exchange.take_answer(data, answer, now).closing_code == first.closing_code
    unconfirmed = states.load(data).unconfirmed
    assert unconfirmed == states.Unconfirmed("000000000000", first.closing_code)


def test_what_failed_is_asked_again_with_the_same_id(
    data: Path, internet: Any, now: datetime
) -> None:
    internet.answers["/permissions"] = (500, b"oops", {})
    with pytest.raises(ClearinghouseUnreachable, match="Web Browser or Telephone"):
        clearinghouse_client.reactivate(data, internet.link, now)
    internet.answers.clear()
    clearinghouse_client.reactivate(data, internet.link, now)
    ids = {document["license_server_id"] for path, document in internet.asked[:2]}
    assert len(ids) == 1
    assert Kind.CLEARINGHOUSE_UNREACHABLE in kinds(data)


def test_a_refusal_says_count_and_date(data: Path, internet: Any, now: datetime) -> None:
    said = {
        "type": "about:blank",
        "title": "Refused",
        "status": 429,
        "detail": "The quota of this product is used up.",
        "code": "quota",
        "left": 0,
        "next_date": "2026-05-01",
    }
    internet.answers["/permissions"] = (429, said, {"Retry-After": "90"})
    with pytest.raises(ClearinghouseRefused, match="used up") as caught:
        clearinghouse_client.reactivate(data, internet.link, now)
    error = caught.value
    assert (error.why, error.left, error.next_date) == ("quota", 0, "2026-05-01")
    assert error.retry_after == 90
    assert states.load(data).request is not None


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ("https://127.0.0.1:1/api/v1", "nothing listens"),
        ("https://clearinghouse.invalid/api/v1", "no network|no connection"),
    ],
)
def test_what_cannot_be_reached_says_why_and_names_the_other_methods(
    data: Path, internet: Any, now: datetime, api: str, said: str
) -> None:
    link = Link(api, internet.link.site_url, internet.link.ca_file)
    with pytest.raises(ClearinghouseUnreachable, match=said) as caught:
        clearinghouse_client.reactivate(data, link, now)
    assert "Web Browser or Telephone" in str(caught.value)


def test_without_a_link_nothing_is_sent(data: Path, now: datetime) -> None:
    with pytest.raises(ClearinghouseUnreachable, match="does not know"):
        clearinghouse_client.reactivate(data, None, now)
    assert states.load(data).request is None


def test_a_stranger_with_another_root_is_told_nothing(
    data: Path, internet: Any, now: datetime, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(installation.root_pem(data))
    link = Link(internet.link.api_url, internet.link.site_url, str(other))
    with pytest.raises(ClearinghouseUnreachable, match="does not prove"):
        clearinghouse_client.reactivate(data, link, now)
    assert internet.asked == []


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_wrong_by_a_year_is_named_where_tls_fails_by_it(
    data: Path, now: datetime, tmp_path: Path, days: int
) -> None:
    # The clock of TLS cannot be moved, so the certificate is: to the one it is as if to the other.
    server = over_https(tmp_path, lambda *_: [b""], since=timedelta(days=-days))
    base = f"https://127.0.0.1:{server.server_port}"
    link = Link(f"{base}/api/v1", f"{base}/licensing", str(tmp_path / "tls-root.pem"))
    with pytest.raises(ClearinghouseUnreachable, match="check the clock"):
        clearinghouse_client.reactivate(data, link, now)
    server.shutdown()
    server.server_close()


def test_an_unconfirmed_acceptance_is_told_at_the_next_contact(
    data: Path, internet: Any, now: datetime
) -> None:
    path = "/permissions/000000000000/confirmation"
    internet.answers[path] = (503, {"detail": "Later."}, {"Retry-After": "60"})
    clearinghouse_client.reactivate(data, internet.link, now)
    assert states.load(data).unconfirmed is not None
    internet.answers.clear()
    clearinghouse_client.catch_up(data, internet.link, now)
    assert states.load(data).unconfirmed is None
    assert [asked for asked, _ in internet.asked].count(path) == 2


def test_a_local_certificate_is_replaced_at_the_next_contact(
    activated: Path, internet: Any, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    before = held_of(activated)
    clearinghouse_client.catch_up(activated, internet.link, later)
    after = held_of(activated)
    assert (before.chain_file, after.chain_file) == (None, "chain-001.pem")
    assert after.new_license_server_id == before.new_license_server_id
    assert health.status(activated, later).state is CertificateState.VALID
    clearinghouse_client.catch_up(activated, internet.link, later)
    assert [path for path, _ in internet.asked] == ["/certificates"]
    assert kinds(activated).count(Kind.CERTIFICATE_REPLACED) == 1


def test_nothing_in_an_answer_may_be_changed(
    activated: Path, internet: Any, now: datetime, contents: Contents
) -> None:
    later = now + timedelta(hours=1)
    internet.number = 1
    asked = exchange.request_document(activated, later)
    answer = internet.answer(asked)
    other = internet.answer({**asked, "certificate_signing_request": _foreign_request(asked)})
    activation.cancel(activated, later)
    cancelled = answer
    asked = exchange.request_document(activated, later)
    answer = internet.answer(asked)
    other |= {"license_server_id": asked["license_server_id"]}
    product = internet.licence.product_id
    wrong: list[tuple[object, str]] = [
        ([], "no_answer"),
        ({}, "no_answer"),
        (asked, "no_answer"),
        (cancelled, "cancelled_request"),
        ({**answer, "product_id": product[::-1]}, "other_product"),
        ({**answer, "license_server_id": "0" * 35}, "other_request"),
        ({**answer, "certificate": other["certificate"]}, "answer_not_authentic"),
        ({**answer, "chain": answer["chain"][::-1]}, "answer_not_authentic"),
        ({**answer, "new_license_server_id": "0" * 35}, "answer_not_authentic"),
        ({**answer, "mac": "é" * 64}, "answer_not_authentic"),
        ({**answer, "chain": answer["chain"][:1]}, "answer_damaged"),
        ({**answer, "chain": [1, 2]}, "answer_damaged"),
        ({**answer, "certificate": "x"}, "answer_damaged"),
        ({**answer, "crl": "x"}, "answer_damaged"),
        ({name: value for name, value in answer.items() if name != "mac"}, "answer_damaged"),
    ]
    before = contents(activated)
    for document, why in wrong:
        with pytest.raises(AnswerRefusedError) as caught:
            exchange.take_answer(activated, document, later)  # type: ignore[arg-type]
        assert caught.value.why == why
    assert contents(activated) == before
    exchange.take_answer(activated, answer, later)


def _foreign_request(asked: dict[str, Any]) -> str:
    names = (asked["product_id"], asked["license_server_id"], "LICENSE-01")
    return signing_requests.make(keys.make_key(), *names).decode()


def test_a_proven_answer_is_still_examined(
    activated: Path, internet: Any, now: datetime, contents: Contents
) -> None:
    later = now + timedelta(hours=1)
    internet.number = 1
    asked = exchange.request_document(activated, later)
    foreign = {**asked, "certificate_signing_request": _foreign_request(asked)}
    internet.issued.clear()
    before = contents(activated)
    with pytest.raises(AnswerRefusedError) as caught:
        exchange.take_answer(activated, internet.answer(foreign), later)
    assert caught.value.why == "certificate_other_key"
    internet.revoked = [(int(internet.issued[asked["license_server_id"]]), later)]
    with pytest.raises(AnswerRefusedError) as caught:
        exchange.take_answer(activated, internet.answer(asked), later)
    assert caught.value.why == "certificate_revoked"
    assert contents(activated) == before


@pytest.mark.parametrize(("days", "why"), [(-365, "clock_before_issue"), (3650, "ran_out")])
def test_a_clock_that_is_wrong_by_years_is_named(
    data: Path, internet: Any, now: datetime, days: int, why: str
) -> None:
    answer = internet.answer(exchange.request_document(data, now))
    with pytest.raises(IDRefusedError) as caught:
        exchange.take_answer(data, answer, now + timedelta(days=days))
    assert caught.value.why == why
    exchange.take_answer(data, answer, now)


def test_a_full_disk_leaves_the_request_open(
    data: Path, internet: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = exchange.request_document(data, now)
    write = files.write

    def full(path: Path, content: bytes) -> None:
        if path.name == states.FILE:
            raise files.unusable(path, OSError(28, "No space left on device"))
        write(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(files, "write", full)
        with pytest.raises(DataDirectoryError, match="No space left"):
            exchange.take_answer(data, internet.answer(asked), now)
    opened = states.load(data).request
    assert opened is not None
    assert opened.license_server_id == asked["license_server_id"]
    exchange.take_answer(data, internet.answer(asked), now)


def test_deactivation_is_sent_and_confirmed(activated: Path, internet: Any, now: datetime) -> None:
    later = now + timedelta(hours=1)
    cause = DeactivationCause.SERVER_REDEPLOYED
    done = clearinghouse_client.deactivate(activated, internet.link, later, cause=cause)
    assert done.confirmed_at == later
    sent = dict(internet.asked)["/deactivations"]
    assert (sent["cause"], sent["receipt"]) == ("server_redeployed", done.receipt)
    assert health.status(activated, later).may_license == "none"


def test_an_unreachable_clearinghouse_ends_no_licences(
    activated: Path, internet: Any, now: datetime
) -> None:
    internet.answers["/status"] = (503, {"detail": "Down."}, {})
    later = now + timedelta(hours=1)
    cause = DeactivationCause.CERTIFICATE_EXPIRED
    with pytest.raises(ClearinghouseRefused):
        clearinghouse_client.deactivate(activated, internet.link, later, cause=cause)
    assert deactivation.status(activated) is None
    internet.answers.clear()
    internet.answers["/deactivations"] = (500, b"", {})
    with pytest.raises(ClearinghouseUnreachable):
        clearinghouse_client.deactivate(activated, internet.link, later, cause=cause)
    begun = deactivation.status(activated)
    assert begun is not None
    internet.answers.clear()
    done = clearinghouse_client.deactivate(activated, internet.link, later)
    assert (done.receipt, done.confirmed_at) == (begun.receipt, later)


def test_the_form_of_an_answer_is_public(internet: Any, data: Path, now: datetime) -> None:
    answer = answers.read(internet.answer(exchange.request_document(data, now)))
    assert answers.said(answer).first_day == datetime(2026, 3, 1, tzinfo=UTC).date()
