"""What the desk shows, and the stream that keeps it live."""

import itertools
import json
from collections.abc import Iterator

from flask.testing import FlaskClient

from agent_console import stream
from agent_console.desk import Desk
from agent_console.desk import look as look_at
from agent_console.keyed import KeyedGroup
from agent_console.keyed import follow as follow_keys
from agent_console.sessions import find
from data_store import reading
from switchboard.events import Event, EventKind
from tests.agent_console.console_house import Act, House


def token_of(client: FlaskClient):
    return client.get_cookie("console").value


def follow(house: House, client: FlaskClient, seen: str = ""):
    def render(desk: Desk) -> str:
        return f"<p>{json.dumps(desk.as_json()['allowed'])}</p>"

    return stream.follow(house.services, token_of(client), seen, render)


def next_message(messages: Iterator[str]):
    """The next one that isn't a heartbeat."""
    return next(text for text in itertools.islice(messages, 20) if text != stream.HEARTBEAT)


def test_the_stream_sends_the_desk_when_it_changes_and_only_then(house: House, desk: FlaskClient):
    messages = follow(house, desk)
    assert "offline" in next_message(messages)
    assert next(messages) == stream.HEARTBEAT
    house.ring()
    assert "answer" in next_message(messages)
    assert next(messages) == stream.HEARTBEAT


def test_a_stream_that_was_lost_brings_what_was_missed(house: House, desk: FlaskClient, do: Act):
    messages = follow(house, desk)
    first = next_message(messages)
    messages.close()
    house.ring()
    do("answer")
    again = next_message(follow(house, desk))
    assert "hang-up" in again
    assert int(again.split("\n")[0].removeprefix("id: ")) > int(
        first.split("\n")[0].removeprefix("id: ")
    )


def test_a_page_that_shows_the_desk_already_is_sent_nothing(house: House, desk: FlaskClient):
    with reading(house.engine) as conn:
        session = find(conn, token_of(desk), house.now())
        shown = look_at(conn, house.services, session).fingerprint()
    messages = follow(house, desk, seen=shown)
    assert [next(messages), next(messages)] == [stream.HEARTBEAT] * 2


def test_the_stream_ends_with_the_session(house: House, desk: FlaskClient):
    messages = follow(house, desk)
    next_message(messages)
    desk.post("/console/logout")
    assert next_message(follow_on := messages).startswith("event: signed-out")
    assert list(follow_on) == []


def test_the_stream_is_served_as_events_and_is_not_buffered(desk: FlaskClient):
    answer = desk.get("/console/stream", buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "no-cache" in answer.headers["Cache-Control"]
    first = next(answer.iter_encoded()).decode()
    assert first == stream.HEARTBEAT
    answer.close()


def test_a_message_holds_no_line_that_the_browser_would_take_for_a_field():
    text = stream.message(4, "<p>\n\nevent: x\n</p>")
    assert text == "id: 4\ndata: <p>\ndata: event: x\ndata: </p>\n\n"


def test_keyed_groups_carry_their_tries_and_last_verdict(house: House):
    def keyed(number: int, *, ok: bool) -> Event:
        data = {"code": "product_id", "group": number, "ok": ok, "digits": 5}
        return Event(1, 1, None, house.now(), EventKind.DIGITS_KEYED, data)

    product, server = follow_keys([keyed(1, ok=True), keyed(2, ok=False), keyed(2, ok=False)], {})
    assert product.groups == (
        KeyedGroup(1, None, True, 1),  # noqa: FBT003 -- a verdict
        KeyedGroup(2, None, False, 2),  # noqa: FBT003 -- a verdict
        KeyedGroup(3, None, None, 0),
        KeyedGroup(4, None, None, 0),
    )
    assert {group.good for group in server.groups} == {None}


def test_a_ringing_call_is_previewed_to_the_one_who_is_offered_it_alone(
    house: House, desk: FlaskClient
):
    house.ring()
    page = desk.get("/console/").get_data(as_text=True)
    for told in ("Incoming call", "United Kingdom", "English", "Certificate expired"):
        assert told in page
    assert "Incoming call" not in house.log_in("other").get("/console/").get_data(as_text=True)


def test_a_break_stops_calls_and_a_waiting_one_is_counted(house: House, desk: FlaskClient):
    desk.post("/console/presence", data={"presence": "break"})
    house.ring()
    seen = desk.get("/console/desk.json").get_json()
    assert seen["call"] is None
    assert seen["waiting"]["calls"] == 1
    assert desk.post("/console/presence", data={"presence": "x"}).status_code == 303
    assert desk.get("/console/desk.json").get_json()["notice"]["code"] == "presence_unknown"


def test_who_does_not_answer_is_not_responding_until_ready_again(house: House, desk: FlaskClient):
    house.ring()
    house.pass_time(seconds=house.services.ring_seconds + 1)
    seen = desk.get("/console/desk.json").get_json()
    assert seen["representative"]["work_state"] == "not_responding"
    assert "ready" in seen["allowed"]
    assert "Not responding" in desk.get("/console/").get_data(as_text=True)
    desk.post("/console/ready")
    seen = desk.get("/console/desk.json").get_json()
    assert seen["representative"]["work_state"] == "ringing"


def test_a_supervisor_has_a_desk_without_calls(house: House):
    boss = house.log_in("boss")
    assert "No calls at this desk" in boss.get("/console/").get_data(as_text=True)
    assert boss.get("/console/desk.json").get_json()["allowed"] == []
    assert boss.post("/console/presence", data={"presence": "available"}).status_code == 404


def test_codes_are_checked_while_they_are_typed(house: House, desk: FlaskClient):
    def check(kind: str, text: str) -> str:
        return desk.post(f"/console/check/{kind}", data={kind: text}).get_data(as_text=True)

    assert "Every group is good" in check("product_id", house.product)
    wrong = house.product[:-1] + str((int(house.product[-1]) + 1) % 10)
    assert "roup 4" in check("product_id", wrong)
    assert 'class="check "' in check("license_server_id", " ")
    assert desk.post("/console/check/nothing").status_code == 404


def test_an_act_that_does_not_exist_is_not_found(house: House, desk: FlaskClient):
    call_id = house.ring()
    assert desk.post(f"/console/calls/{call_id}/dance").status_code == 404
