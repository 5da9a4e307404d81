"""The interpreter alone: documents in, actions out, no network and no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_network import messages as m
from phone_network.interpreter import Interpreter
from phone_network.rules import Rules
from phone_network.runner import APPLICATION_ERROR
from phone_network.verbs import VERBS

BASE = "http://app.test/calls/voice?x=1"
Kind = TypeVar("Kind")


class Driver:
    """Drives an interpreter by hand; time moves from timer to timer."""

    def __init__(self, rules: Rules | None = None, fallback: m.Source | None = None) -> None:
        self.program = Interpreter(rules or Rules(), fallback=fallback)
        self.now = datetime(2026, 3, 2, tzinfo=UTC)
        self.timers: dict[int, datetime] = {}
        self.log: list[m.Action] = []
        self.fetch: m.Fetch | None = None
        self.give(m.Begun(m.Source(BASE)))

    def give(self, event: m.Event) -> tuple[m.Action, ...]:
        actions = self.program.handle(event, self.now)
        for action in actions:
            match action:
                case m.Timer(token, seconds):
                    self.timers[token] = self.now + timedelta(seconds=seconds)
                case m.Cancel(token):
                    self.timers.pop(token, None)
                case m.Fetch():
                    self.fetch = action
                case _:
                    pass
        self.log += actions
        return actions

    def document(
        self, text: str, content_type: str = "text/xml", url: str = ""
    ) -> tuple[m.Action, ...]:
        assert self.fetch is not None
        fetch, self.fetch = self.fetch, None
        return self.give(m.Fetched(fetch.token, url or fetch.url, content_type, text.encode()))

    def fire(self) -> tuple[m.Action, ...]:
        token = min(self.timers, key=lambda each: self.timers[each])
        self.now = self.timers.pop(token)
        return self.give(m.Fired(token))

    def keys(self, text: str) -> None:
        for key in text:
            self.give(m.Key(key))

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [action for action in self.log if isinstance(action, kind)]

    @property
    def said(self) -> list[str]:
        return [speak.text for speak in self.all(m.Speak)]

    @property
    def codes(self) -> list[int]:
        return [warned.code for warned in self.all(m.Warned)]


def run(document: str, **rules: Any) -> Driver:
    driver = Driver(replace(Rules(), **rules))
    driver.document(document)
    return driver


def gather(attributes: str = "", inside: str = "<Say>Key it</Say>", **rules: Any) -> Driver:
    return run(
        f"<Response><Gather {attributes}>{inside}</Gather><Say>Nothing</Say></Response>", **rules
    )


def test_end_of_document_hangs_up() -> None:
    driver = run("<Response><Say>Hello</Say></Response>")
    driver.fire()
    assert driver.log[-1] == m.End(m.Ending.DOCUMENT_END)
    assert driver.program.over


def test_timeout_counts_from_the_end_of_the_nested_audio() -> None:
    driver = gather('timeout="7"')
    began = driver.now
    driver.fire()
    spoken = driver.now - began
    driver.fire()
    assert (driver.now - began - spoken).total_seconds() == 7
    assert driver.said == ["Key it", "Nothing"]


def test_first_key_stops_the_audio_and_restarts_the_timeout() -> None:
    driver = gather('timeout="5"', "<Say>One</Say><Pause length='3'/><Say>Two</Say>")
    driver.keys("1")
    assert driver.all(m.Spoken) == [m.Spoken("One", cut=True)]
    assert list(driver.timers.values()) == [driver.now + timedelta(seconds=5)]
    driver.fire()
    assert driver.fetch is not None
    assert driver.fetch.parameters["Digits"] == "1"
    assert driver.said == ["One"]


def test_finish_on_key_ends_it_and_is_not_a_digit() -> None:
    driver = gather('action="/next" finishOnKey="*"')
    driver.keys("12#*")
    assert driver.fetch is not None
    assert driver.fetch.url == "http://app.test/next"
    assert driver.fetch.parameters == {
        "Digits": "12#",
        "FinishedOnKey": "*",
        "msg": "Gather End",
    }


def test_action_defaults_to_the_document_with_its_query_but_not_its_fragment() -> None:
    driver = Driver()
    driver.document(
        "<Response><Gather numDigits='1'/></Response>", url="http://app.test/moved?y=2#rc=3"
    )
    driver.keys("1")
    assert driver.fetch is not None
    assert driver.fetch.url == "http://app.test/moved?y=2"


@pytest.mark.parametrize("keys", ["", "#"])
def test_nothing_keyed_falls_through(keys: str) -> None:
    driver = gather()
    driver.fire()
    driver.keys(keys)
    if not keys:
        driver.fire()
    assert driver.said[-1] == "Nothing"


@pytest.mark.parametrize("sent", [True, False])
def test_empty_result_is_requested_when_asked_for(sent: bool) -> None:  # noqa: FBT001 -- parameter
    driver = gather('actionOnEmptyResult="true"', empty_digits=sent)
    driver.keys("#")
    assert driver.fetch is not None
    assert driver.fetch.parameters.get("Digits") == ("" if sent else None)


@pytest.mark.parametrize(("buffered", "digits"), [(False, "34"), (True, "1234")])
def test_keys_before_a_gather(buffered: bool, digits: str) -> None:  # noqa: FBT001 -- parameter
    driver = run(
        "<Response><Say>Wait</Say><Gather/></Response>",
        buffer_keys=buffered,
    )
    driver.keys("12")
    driver.fire()
    driver.keys("34#")
    assert driver.fetch is not None
    assert driver.fetch.parameters["Digits"] == digits


def test_reject_first_never_answers() -> None:
    driver = run('<Response><Reject reason="busy"/><Say>Never</Say></Response>')
    assert driver.log[-1] == m.End(m.Ending.BUSY)
    assert not driver.all(m.Answer)


def test_pause_first_delays_the_answer() -> None:
    driver = run("<Response><Pause length='4'/><Say>Now</Say></Response>")
    assert not driver.all(m.Answer)
    driver.fire()
    assert driver.all(m.Answer)


def test_fallback_gets_the_error_and_its_document_goes_on() -> None:
    driver = Driver(fallback=m.Source("http://app.test/fallback"))
    driver.document("<Response><Say>broken</Response>")
    assert driver.fetch is not None
    assert driver.fetch.url == "http://app.test/fallback"
    assert driver.fetch.parameters == {"ErrorCode": "12100", "ErrorUrl": BASE}
    driver.document("<Response><Redirect>/again</Redirect></Response>")
    driver.document("also broken", "application/json")
    assert driver.fetch is not None
    assert driver.fetch.parameters["ErrorCode"] == "12300"


def test_broken_fallback_ends_the_call_with_an_apology() -> None:
    driver = Driver(fallback=m.Source("http://app.test/fallback"))
    driver.document("")
    assert driver.fetch is not None
    driver.give(m.FetchFailed(driver.fetch.token, driver.fetch.url, 11205, "Nobody answers."))
    assert driver.said == [APPLICATION_ERROR]
    driver.fire()
    assert driver.log[-1] == m.End(m.Ending.FAILURE)
    assert driver.codes == [12100, 11205]


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        ('\n<?xml version="1.0"?><Response/>', 12100, (2, 1)),
        ("<Say>Hello</Say>", 12100, (1, 1)),
        ("<response/>", 12100, (1, 1)),
        ("<Response><Say loop=1>x</Say></Response>", 12100, (1, 21)),
        ('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', 12100, None),
        ("<Response>" + "<Say>" * 20 + "</Say>" * 20 + "</Response>", 12100, None),
        ("<Response><Gather><Dial>1</Dial></Gather></Response>", 12100, (1, 19)),
        ("<Response><Number>1</Number></Response>", 12100, (1, 11)),
        ("<Response><Say>" + "x" * 70000 + "</Say></Response>", 11750, None),
        ('<?xml version="1.0" encoding="nonsense"?><Response/>', 12100, None),
        ("", 12100, None),
    ],
)
def test_documents_that_fail(document: str, code: int, place: tuple[int, int] | None) -> None:
    driver = run(document)
    warned = driver.all(m.Warned)[0]
    assert (warned.code, warned.fatal) == (code, True)
    if place is not None:
        assert (warned.line, warned.column) == place
    assert driver.said == [APPLICATION_ERROR]


@pytest.mark.parametrize(
    "document",
    [
        "<Response><say>Wrong case</say><Say>Hello</Say></Response>",
        '<Response><Say volume="11">Hello</Say></Response>',
        "<Response>Bare text<Say>Hello</Say></Response>",
        '<Response><Gather><Play digits="1"/></Gather><Say>Hello</Say></Response>',
        "<Response><Record/><Say>Hello</Say></Response>",
    ],
)
def test_documents_that_are_warned_of(document: str) -> None:
    driver = run(document)
    if driver.said == []:
        driver.fire()
    assert driver.said == ["Hello"]
    assert driver.codes == [12200]


def test_plain_text_is_spoken_and_other_types_fail() -> None:
    driver = Driver()
    driver.document("Just words", "text/plain; charset=utf-8")
    assert driver.said == ["Just words"]
    driver = Driver()
    driver.document("<Response><Say>Hi</Say></Response>", "text/plain")
    assert driver.said == ["Hi"]
    driver = Driver()
    driver.document("{}", "application/json")
    assert driver.codes == [12300]
    driver = Driver()
    driver.document("", "")
    assert driver.codes == [11200]


def test_redirect_without_end_is_stopped() -> None:
    driver = run("<Response><Redirect/></Response>")
    for _ in range(200):
        if driver.fetch is None:
            break
        driver.document("<Response><Redirect/></Response>")
    assert driver.said == [APPLICATION_ERROR]
    assert driver.codes == [11215]


def test_wait_document_is_requested_again_and_leave_goes_on() -> None:
    driver = run(
        '<Response><Enqueue waitUrl="/wait" action="/after">q</Enqueue></Response>',
    )
    assert driver.all(m.JoinQueue) == [m.JoinQueue("q", None)]
    driver.give(m.QueueJoined("QU1"))
    assert driver.fetch is not None
    assert driver.fetch.purpose is m.Purpose.WAIT
    driver.document("<Response><Say>Please wait</Say></Response>")
    driver.fire()
    assert driver.fetch is not None
    assert driver.fetch.url == "http://app.test/wait"
    driver.document("<Response><Dial>1</Dial></Response>")
    assert driver.codes == [13238]
    driver.fire()
    driver.now += timedelta(seconds=30)
    driver.document("<Response><Leave/></Response>")
    assert driver.all(m.LeaveQueue) == [m.LeaveQueue(m.QueueResult.LEAVE)]
    assert driver.fetch is not None
    assert driver.fetch.parameters["QueueResult"] == "leave"
    assert int(driver.fetch.parameters["QueueTime"]) >= 30


def test_redirect_from_outside_leaves_any_verb() -> None:
    driver = gather()
    driver.give(m.Redirected(m.Source(twiml="<Response><Say>Elsewhere</Say></Response>")))
    assert driver.said == ["Key it", "Elsewhere"]
    assert driver.all(m.Spoken)[0].cut
    driver.fire()
    assert driver.log[-1] == m.End(m.Ending.DOCUMENT_END)
    assert not driver.timers


def test_caller_who_hangs_up_in_a_queue_is_reported() -> None:
    driver = run('<Response><Enqueue action="/after">q</Enqueue></Response>')
    driver.give(m.QueueJoined("QU1"))
    driver.give(m.HungUp())
    notice = driver.all(m.Notice)[0]
    assert notice.url == "http://app.test/after"
    assert notice.parameters["QueueResult"] == "hangup"
    assert driver.program.over


def test_action_needs_an_address_in_an_inline_document() -> None:
    program = Interpreter(Rules(), answered=True)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    actions = program.handle(
        m.Begun(m.Source(twiml="<Response><Redirect>/x</Redirect></Response>")), now
    )
    assert [each.code for each in actions if isinstance(each, m.Warned)] == [11100]


_NAMES = st.sampled_from([*VERBS, "Response", "say", "Unknown"])
_ATTRIBUTES = st.sampled_from(
    ["", ' timeout="x"', ' numDigits="2"', ' loop="0"', ' action="http://["', ' length="-1"']
)


@st.composite
def _elements(draw: st.DrawFn, depth: int = 3) -> str:
    name, attributes = draw(_NAMES), draw(_ATTRIBUTES)
    inner = draw(st.sampled_from(["", "words", "+1202", "http://[", "/x"]))
    if depth:
        inner += "".join(draw(st.lists(_elements(depth - 1), max_size=2)))
    return f"<{name}{attributes}>{inner}</{name}>"


@given(st.lists(_elements(), max_size=4), st.lists(st.sampled_from("t1*#f"), max_size=30))
def test_no_document_and_no_order_of_events_breaks_it(parts: list[str], events: list[str]) -> None:
    driver = Driver()
    driver.document(f"<Response>{''.join(parts)}</Response>")
    for event in events:
        if event == "t" and driver.timers:
            driver.fire()
        elif event == "f" and driver.fetch is not None:
            driver.document("<Response><Pause/></Response>")
        elif event in "1*#":
            driver.keys(event)
    driver.give(m.HungUp())
    driver.give(m.DialEnded({"DialCallStatus": "completed"}))
    assert driver.program.over
    assert not driver.timers


def test_a_thousand_dials_to_nobody_and_gathers_without_time_come_to_an_end() -> None:
    driver = run("<Response>" + "<Dial/>" * 9000 + "<Say>Here</Say></Response>")
    assert driver.said == ["Here"]
    driver = run("<Response><Gather timeout='0'/><Redirect/></Response>")
    for _ in range(300):
        if driver.fetch is not None:
            driver.document("<Response><Gather timeout='0'/><Redirect/></Response>")
        elif driver.timers and not driver.said:
            driver.fire()
    assert driver.said == [APPLICATION_ERROR]
