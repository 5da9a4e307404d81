"""The webhooks and the network: requests forged, repeated or late, and no database to ask."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from flask import Flask, Response
from sqlalchemy import create_engine, text
from twilio.request_validator import RequestValidator

import spoken_prompts
from codes import case_number
from data_store import reading
from ivr.fallback import FallbackServices
from ivr.fallback import create_blueprint as create_fallback
from ivr.keepsake import COOKIE, Keepsake
from ivr.webhooks import REDIRECTED, create_blueprint
from switchboard import calls, events
from switchboard.model import Call, CallState

TOKEN, BASE = "12345", "https://line.example"
NEXT = "67890"


def paths(app: Flask) -> list[str]:
    """Every address of the webhooks."""
    return sorted(
        address
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/voice/")
        for address in (
            [rule.rule.replace("<what>", what) for what in REDIRECTED]
            if "<what>" in rule.rule
            else [rule.rule.replace("<int:call_id>", "1").replace("<int:attempt>", "1")]
        )
    )


def call_of(house, telephone) -> Call:
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
    assert call is not None
    return call


def happened(house, telephone) -> list[tuple[str, object]]:
    with reading(house.engine) as conn:
        found = events.of_call(conn, call_of(house, telephone).id)
    return [(event.kind.value, event.data) for event in found]


def to_queue(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id).keys("1")


def test_every_address_wants_a_signature(house, telephone) -> None:
    to_queue(house, telephone)
    before = happened(house, telephone)
    form = {"CallSid": telephone.sid, "CallStatus": "completed", "Digits": "1"}
    other = RequestValidator("another account's").compute_signature
    found = paths(house.client.application)
    assert len(found) >= 10
    for path in found:
        for given in ({}, {"X-Twilio-Signature": other(BASE + path, form)}):
            assert house.client.post(path, data=form, headers=given).status_code == 403, path
        assert house.client.get(path).status_code in {403, 405}, path
    assert happened(house, telephone) == before


def test_a_repeated_request_is_answered_alike_at_every_address(house, another) -> None:
    for number, path in enumerate(paths(house.client.application), 2):
        telephone = another(number)
        to_queue(house, telephone)
        fields = {"CallStatus": "in-progress", "Digits": "1", "QueueResult": "leave"}
        status = telephone.post(path, token="once", **fields)
        first, before = telephone.document, happened(house, telephone)
        assert (telephone.post(path, token="once", **fields), telephone.document) == (status, first)
        assert happened(house, telephone) == before, path


def test_what_ends_a_call_may_come_twice_and_in_any_order(house, another) -> None:
    """Whatever order the network's words arrive in, the call is over once and stays so."""
    rep = "/voice/representative-status?call={sid}&endpoint=client%3Arep"
    words = [
        ("/voice/status", {"CallStatus": "completed"}),
        ("/voice/left-queue", {"QueueResult": "hangup"}),
        ("/voice/turn", {"Digits": "12"}),
        (rep, {"CallStatus": "completed"}),
    ]
    for number, order in enumerate(permutations(words), 2):
        telephone = another(number)
        to_queue(house, telephone)
        for path, fields in [*order, *order]:
            status = telephone.post(path.format(sid=telephone.sid), **fields)
            assert status in {200, 204}, path
            assert "went wrong" not in telephone.document
        kinds = [kind for kind, _ in happened(house, telephone)]
        assert kinds.count("call.ended") == 1, order
        assert call_of(house, telephone).state is CallState.ENDED


@pytest.fixture
def rotating(house) -> Flask:
    """The line while its tokens are changed."""
    app = Flask("rotating")
    services = replace(house.services, auth_token_next=NEXT)
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    return app


@pytest.mark.parametrize(("token", "status"), [(TOKEN, 204), (NEXT, 204), ("another", 403)])
def test_two_tokens_hold_at_a_time(rotating: Flask, token: str, status: int) -> None:
    form = {"CallSid": "CA1", "CallStatus": "completed"}
    for port in ("", ":443"):
        signed = RequestValidator(token).compute_signature(f"{BASE}{port}/voice/status", form)
        answer = rotating.test_client().post(
            "/voice/status", data=form, headers={"X-Twilio-Signature": signed}
        )
        assert answer.status_code == status


@pytest.fixture
def apologist(house) -> Callable[..., Flask]:
    """The process that needs no database."""

    def make(*tokens: str) -> Flask:
        app = Flask("apologist")
        routing, prompts = house.services.routing, house.services.prompts
        services = FallbackServices(
            routing, prompts, tokens, BASE, "site.example", production=False
        )
        app.register_blueprint(create_fallback(services), url_prefix="/voice")
        return app

    return make


def cookie_of(telephone) -> str:
    cookie = telephone.client.get_cookie(COOKIE, domain="localhost", path="/voice")
    return cookie.value if cookie else ""


def falls_back(app: Flask, telephone, cookie: str) -> None:
    telephone.client = app.test_client()
    telephone.client.set_cookie(COOKIE, cookie, path="/voice")
    assert telephone.post("/voice/fallback", ErrorCode="11200", ErrorUrl=BASE) == 200


def test_the_fallback_says_the_case_number_from_the_calls_cookie(
    house, telephone, apologist
) -> None:
    telephone.rings().keys(house.family.product_id)
    assert cookie_of(telephone) == ""
    telephone.keys(house.server_id)
    number = case_number.format(str(call_of(house, telephone).case_number))
    falls_back(apologist(TOKEN), telephone, cookie_of(telephone))
    assert telephone.heard == [
        "technical_fault_case",
        "case_number",
        "case_number",
        "technical_fault_resume",
    ]
    assert telephone.verbs[-1] == "Hangup"
    assert spoken_prompts.load().digits(number, "en") in telephone.document


@pytest.mark.parametrize("tokens", [(NEXT, TOKEN), (TOKEN, NEXT)])
def test_the_cookie_holds_while_tokens_are_changed(house, telephone, apologist, tokens) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id)
    falls_back(apologist(*tokens), telephone, cookie_of(telephone))
    assert "case_number" in telephone.heard


@pytest.mark.parametrize("spoil", [lambda value: value[1:], lambda _: "", lambda _: "a.b"])
def test_a_cookie_that_is_not_ours_counts_as_none(house, telephone, apologist, spoil) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id)
    falls_back(apologist(TOKEN), telephone, spoil(cookie_of(telephone)))
    assert telephone.heard == ["technical_fault"]


def test_a_cookie_under_a_token_that_was_dropped_counts_as_none(telephone, apologist) -> None:
    left = Response()
    Keepsake(["dropped"], is_secure=False).leave(left, None, "123456789012", "en")
    cookie = left.headers["Set-Cookie"].split(";")[0].partition("=")[2]
    falls_back(apologist(TOKEN, NEXT), telephone, cookie)
    assert telephone.heard == ["technical_fault"]


def test_the_cookie_goes_over_tls_to_the_webhooks_alone_and_once(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id)
    sent = []
    for digits in (house.server_id, "1"):
        form = {"CallSid": telephone.sid, "To": telephone.to, "Digits": digits}
        signed = RequestValidator(TOKEN).compute_signature(BASE + "/voice/turn", form)
        headers = {"X-Twilio-Signature": signed}
        answer = house.client.post("/voice/turn", data=form, headers=headers)
        sent.append(answer.headers.getlist("Set-Cookie"))
    assert [len(cookies) for cookies in sent] == [1, 0]
    assert {"Secure", "HttpOnly", "Path=/voice"} <= set(sent[0][0].split("; "))


def test_the_line_itself_says_the_case_number_when_a_turn_breaks(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id)
    cookie = cookie_of(telephone)

    def broken() -> None:
        raise RuntimeError

    app = Flask("broken")
    services = replace(house.services, clock=broken)
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    telephone.client = app.test_client()
    telephone.client.set_cookie(COOKIE, cookie, path="/voice")
    telephone.keys("1")
    assert "case_number" in telephone.heard


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_database_that_was_started_again_costs_no_turn(house, telephone, engine) -> None:
    telephone.rings()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    operator = create_engine(engine.url)
    with operator.connect() as connection:
        connection.execute(text(f"{others} AND datname = current_database()"))
    operator.dispose()
    telephone.post("/voice/turn", token="once", Digits=house.family.product_id)
    assert telephone.heard == ["ask_license_server_id"]
    kinds = [kind for kind, _ in happened(house, telephone)]
    assert kinds.count("digits.keyed") == 4
