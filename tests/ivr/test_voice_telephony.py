"""The telephone network's REST side, by the stock client against a server that takes notes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from ivr.telephony import TwilioTelephony
from switchboard.telephony import TelephonyError

ACCOUNT = "AC" + "0" * 32
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
CALL = "CA" + "0" * 32
PUBLIC = "https://line.example"


@dataclass
class Network:
    """Answers every request with `status`, or as `answers` says for a path."""

    address: str = ""
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)


@pytest.fixture
def network() -> Iterator[Network]:
    notes = Network()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            notes.asked.append((self.command, self.path, parse_qs(body)))
            status, text = notes.answers.get(self.path, (200, "{}"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = answer  # noqa: N815 -- the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its given name
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    notes.address = f"http://127.0.0.1:{server.server_port}"
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield notes
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def telephony(network: Network) -> TwilioTelephony:
    return TwilioTelephony(
        account_sid=ACCOUNT,
        auth_token="secret",
        public_base_url=PUBLIC,
        api_base_url=network.address,
    )


REFUSED = '{"code": 21220, "message": "Call is not in-progress.", "status": 400}'
MISSING = '{"code": 20404, "message": "Not found.", "status": 404}'
CALL_PATH = f"{ROOT}/Calls/{CALL}.json"
CONFERENCE_PATH = f"{ROOT}/Conferences/call-7.json"


def connect(telephony: TwilioTelephony) -> None:
    telephony.connect(CALL, conference="call-7", endpoint="client:rep", caller_id="+12025550142")


def test_a_caller_is_redirected_into_the_flow(network, telephony) -> None:
    telephony.ask(CALL, "closing_code")
    assert network.asked == [
        (
            "POST",
            CALL_PATH,
            {"Url": [f"{PUBLIC}/voice/redirected/closing_code"], "Method": ["POST"]},
        )
    ]


def test_the_representative_is_rung_before_the_caller_is_moved(network, telephony) -> None:
    network.answers[f"{ROOT}/Conferences/call-7/Participants.json"] = (201, "{}")
    connect(telephony)
    (_, rung, form), (_, moved, _) = network.asked
    assert rung == f"{ROOT}/Conferences/call-7/Participants.json"
    assert (form["To"], form["From"]) == (["client:rep"], ["+12025550142"])
    assert form["StatusCallback"] == [
        f"{PUBLIC}/voice/representative-status?call={CALL}&endpoint=client%3Arep"
    ]
    assert moved == CALL_PATH


def test_a_caller_who_has_gone_leaves_nobody_alone_in_the_conference(network, telephony) -> None:
    network.answers[f"{ROOT}/Conferences/call-7/Participants.json"] = (201, "{}")
    network.answers[CALL_PATH] = (400, REFUSED)
    with pytest.raises(TelephonyError, match="21220"):
        connect(telephony)
    assert network.asked[-1][1:] == (CONFERENCE_PATH, {"Status": ["completed"]})


def test_a_caller_is_called_back_from_the_line_and_no_machine_is_listened_for(
    network, telephony
) -> None:
    path = f"{ROOT}/Calls.json"
    network.answers[path] = (201, f'{{"sid": "{CALL}"}}')
    entry = "called-back/7/2"
    assert telephony.call_back(to="+12025550199", from_="+12025550142", url_path=entry) == CALL
    assert network.asked == [
        (
            "POST",
            path,
            {
                "To": ["+12025550199"],
                "From": ["+12025550142"],
                "Url": [f"{PUBLIC}/voice/{entry}"],
                "Method": ["POST"],
                "StatusCallback": [f"{PUBLIC}/voice/{entry}/status"],
                "StatusCallbackEvent": ["completed"],
                "Timeout": ["40"],
            },
        )
    ]


def test_a_number_that_the_network_refuses_to_call_is_said(network, telephony) -> None:
    network.answers[f"{ROOT}/Calls.json"] = (
        400,
        '{"code": 21215, "message": "Not permitted.", "status": 400}',
    )
    with pytest.raises(TelephonyError, match="21215"):
        telephony.call_back(to="+12025550199", from_="+12025550142", url_path="called-back/7/1")


def test_a_representative_is_rung_for_a_caller_who_comes_later(network, telephony) -> None:
    network.answers[f"{ROOT}/Conferences/call-7/Participants.json"] = (201, "{}")
    telephony.ring(CALL, conference="call-7", endpoint="client:rep", caller_id="+12025550142")
    assert [path for _, path, _ in network.asked] == [
        f"{ROOT}/Conferences/call-7/Participants.json"
    ]


def test_what_is_over_already_may_be_ended(network, telephony) -> None:
    network.answers[CONFERENCE_PATH] = (404, MISSING)
    telephony.end_conference("call-7")
    network.answers[CALL_PATH] = (404, MISSING)
    telephony.hang_up(CALL)


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (200, '{"status": "in-progress"}', "live"),
        (200, '{"status": "completed"}', "over"),
        (404, MISSING, "over"),
    ],
)
def test_whether_a_call_is_live(network, telephony, status: int, text: str, said: str) -> None:
    network.answers[CALL_PATH] = (status, text)
    assert telephony.is_live(CALL) is (said == "live")


def test_a_network_in_trouble_is_not_taken_for_the_end_of_the_call(network, telephony) -> None:
    network.answers[CALL_PATH] = (500, '{"code": 20500, "message": "Trouble.", "status": 500}')
    with pytest.raises(TelephonyError, match="20500"):
        telephony.is_live(CALL)
    with pytest.raises(TelephonyError):
        telephony.hang_up(CALL)


def test_a_network_that_does_not_answer_is_said_in_a_sentence() -> None:
    nobody = TwilioTelephony(
        account_sid=ACCOUNT,
        auth_token="secret",
        public_base_url=PUBLIC,
        api_base_url="http://127.0.0.1:1",
    )
    with pytest.raises(TelephonyError, match="does not answer"):
        nobody.ask(CALL, "queue")


@pytest.mark.parametrize("records", [False, True])
def test_a_conversation_is_recorded_where_that_is_wanted(network, records) -> None:
    network.answers[f"{ROOT}/Conferences/call-7/Participants.json"] = (201, "{}")
    connect(
        TwilioTelephony(
            account_sid=ACCOUNT,
            auth_token="secret",
            public_base_url=PUBLIC,
            api_base_url=network.address,
            records=records,
        )
    )
    _, _, form = network.asked[0]
    assert form.get("ConferenceRecord") == (["record-from-start"] if records else None)


def test_a_token_that_is_void_is_followed_by_the_next(network) -> None:
    telephony = TwilioTelephony(
        account_sid=ACCOUNT,
        auth_token="secret",
        public_base_url=PUBLIC,
        api_base_url=network.address,
        auth_token_next="next",
    )
    network.answers[CALL_PATH] = (401, '{"code": 20003, "message": "Authenticate"}')
    with pytest.raises(TelephonyError, match="20003"):
        telephony.ask(CALL, "queue")
    assert len(network.asked) == 2
