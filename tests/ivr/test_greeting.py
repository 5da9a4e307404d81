"""Before any digit: how things stand; one key for another language, one for another country."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from clearinghouse import Actor, customers
from data_store import reading, transaction
from ivr.actions import Ask, MoveCall, Say
from ivr.events import CallArrived, KeysPressed, Moved, NothingPressed, Outlook, ProductFound
from ivr.flow import advance
from ivr.session import Session, Step, restore
from ivr.status import Status
from ivr.webhooks import create_blueprint
from switchboard import calls, events, overrides
from switchboard.events import EventKind
from switchboard.queues import Waiting
from switchboard.waiting_times import Measured
from tests.ivr.conftest import Telephone

ROOT = Actor("administrator", "test")
GERMAN_LINE, GERMAN_NUMBER = "+493023125146", "+493023125177"
PRODUCT_ID = "00298772766931009389"


def said(actions) -> list[str]:
    ids: list[str] = []
    for action in actions:
        match action:
            case Say(prompt):
                ids.append(prompt)
            case Ask(says):
                ids += [say.prompt for say in says]
    return ids


def call_of(house, telephone) -> calls.Call:
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
    assert call is not None
    return call


class Told:
    """A status that somebody said."""

    def __init__(self, status: Status) -> None:
        self.status = status

    def read(self) -> Status:
        return self.status


@pytest.mark.parametrize(
    ("outlook", "heard"),
    [
        (Outlook(), []),
        (Outlook(is_elsewhere=True), ["another_centre"]),
        (Outlook(wait_minutes=12), ["long_wait"]),
        (Outlook(wait_minutes=12, site="licenses.example"), ["long_wait", "website"]),
        (Outlook(site="licenses.example"), []),
        (Outlook("line", opens="Monday"), ["line_helps"]),
        (Outlook("line", site="licenses.example"), ["line_helps_for_long", "website"]),
        (Outlook(wanted="Finnish"), ["language_fallback"]),
        (Outlook(wanted="Finnish", instead="Swedish"), ["nobody_speaks"]),
    ],
)
def test_how_things_stand_is_said_before_any_digit(outlook: Outlook, heard: list[str]) -> None:
    session, actions = advance(Session(), CallArrived(outlook))
    assert session.step is Step.PRODUCT_ID
    assert said(actions) == ["welcome", *heard, "ask_product_id", "access"]


def test_a_database_that_is_down_is_said_before_any_digit(house, telephone) -> None:
    object.__setattr__(house.services, "status", Told(Status(is_up=False)))
    telephone.rings()
    assert telephone.heard == ["cannot_help_now"]
    assert telephone.verbs[-1] == "Hangup"
    down = replace(house.services, site="licenses.example")
    app = Flask("test")
    app.register_blueprint(create_blueprint(down), url_prefix="/voice")
    with_site = Telephone(app.test_client()).rings()
    assert with_site.heard == ["cannot_help_now", "status_at"]
    assert "licenses.example" in with_site.document


def test_a_database_that_fails_at_the_first_turn_is_told_the_same(
    house, telephone, monkeypatch
) -> None:
    def fails(*_arguments: object, **_more: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("switchboard.calls.start", fails)
    telephone.rings()
    assert telephone.heard == ["cannot_help_now"]


@pytest.mark.parametrize(
    ("handling", "at_work", "minutes"),
    [(300.0, 1, "30"), (3000.0, 1, "60"), (60.0, 1, None), (300.0, 0, None)],
)
def test_a_long_wait_is_said_where_it_is_known(
    house, telephone, monkeypatch, handling: float, at_work: int, minutes: str | None
) -> None:
    waits = {"americas": Waiting(4, house.time() - timedelta(minutes=14))}
    status = Status(is_up=True, at=house.time(), waiting=waits)
    object.__setattr__(house.services, "status", Told(status))
    measured = Measured((handling,) * 5, at_work)
    monkeypatch.setattr("switchboard.waiting_times.measure", lambda *_: measured)
    telephone.rings()
    assert ("long_wait" in telephone.heard) is (minutes is not None)
    assert minutes is None or f"about {minutes} minutes" in telephone.document


def test_where_nobody_is_there_the_line_helps(house, telephone) -> None:
    house.time.now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)  # the night to a Sunday, in Chicago
    with transaction(house.engine) as conn:
        for centre in house.services.routing.centres:
            start, end = house.time() - timedelta(hours=1), house.time() + timedelta(hours=9)
            overrides.add(conn, centre, start=start, end=end, is_open=False)
    telephone.rings()
    assert telephone.heard[1] == "line_helps"
    assert restore(call_of(house, telephone).snapshot).helped_by == "line"


@pytest.mark.parametrize(("first", "then"), [("de", "en")])
def test_star_changes_the_language_for_the_whole_call(
    house, telephone, first: str, then: str
) -> None:
    telephone.to, telephone.from_ = GERMAN_LINE, GERMAN_NUMBER
    telephone.rings()
    assert call_of(house, telephone).language == first
    assert "For English, press star." in telephone.document
    telephone.keys("*")
    assert telephone.heard == ["offer_language", "ask_product_id", "access"]
    assert "Für Deutsch" in telephone.document
    assert call_of(house, telephone).language == then
    telephone.keys(house.family.product_id)
    assert telephone.heard == ["ask_license_server_id"]
    with reading(house.engine) as conn:
        happened = events.of_call(conn, call_of(house, telephone).id)
    assert EventKind.LANGUAGE_CHANGED in [event.kind for event in happened]


def test_where_only_another_language_is_answered_the_call_goes_on_in_it(house, telephone) -> None:
    with transaction(house.engine) as conn:
        for centre in house.services.routing.centres.values():
            if "de" in centre.languages:
                end = house.time() + timedelta(hours=9)
                overrides.add(conn, centre.id, start=house.time(), end=end, is_open=False)
    telephone.to, telephone.from_ = GERMAN_LINE, GERMAN_NUMBER
    telephone.rings()
    assert call_of(house, telephone).language == "en"
    assert "nobody_speaks" in telephone.heard
    assert "German" in telephone.document


def test_star_is_one_group_back_once_something_is_keyed(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id[:10]).keys("*")
    assert call_of(house, telephone).language == "en"
    assert restore(call_of(house, telephone).snapshot).product_id.missing == (2, 3, 4)


def registered_in(house, region: str) -> None:
    with transaction(house.engine) as conn:
        who = customers.add(
            conn, name=region, contact="", actor=ROOT, now=house.time(), region=region
        )
        customers.give(conn, house.family.product_id, who, ROOT, house.time())


def test_a_product_of_another_country_may_take_its_call_there(house, telephone) -> None:
    registered_in(house, "DE")
    telephone.rings().keys(house.family.product_id)
    assert telephone.heard == ["registered_elsewhere"]
    assert "Germany" in telephone.document
    telephone.keys("1")
    assert telephone.heard == ["moved", "ask_license_server_id"]
    moved = call_of(house, telephone)
    assert (moved.region, moved.centre, moved.language) == ("DE", "central-europe", "en")
    telephone.keys(house.server_id)
    assert telephone.heard[0] == "line_code"


def test_whoever_stays_is_not_asked_again(house, telephone) -> None:
    registered_in(house, "DE")
    telephone.rings().keys(house.family.product_id).keys("2")
    assert telephone.heard == ["ask_license_server_id"]
    telephone.keys("*").keys(house.family.product_id[15:])
    assert telephone.heard == ["ask_license_server_id"]
    assert call_of(house, telephone).region == "US"


def test_a_product_whose_calls_come_here_anyway_asks_nothing(house, telephone) -> None:
    registered_in(house, "US")
    telephone.rings().keys(house.family.product_id)
    assert telephone.heard == ["ask_license_server_id"]


def test_the_question_of_the_country_has_a_way_for_every_key() -> None:
    known = (CallArrived(), KeysPressed(PRODUCT_ID), ProductFound("DE", "Germany"))
    asked = Session()
    for event in known:
        asked, _ = advance(asked, event)
    assert asked.step is Step.COUNTRY
    assert advance(asked, KeysPressed("1"))[1] == (MoveCall("DE"),)
    assert advance(asked, KeysPressed("0"))[0].step is Step.QUEUED
    assert advance(asked, KeysPressed("7"))[0].pace == "slow"
    for event in (KeysPressed("5"), NothingPressed()):
        session = asked
        for _ in range(2):
            session, actions = advance(session, event)
            assert said(actions) == ["ask_to_move"]
        session, actions = advance(session, event)
        assert said(actions) == ["ask_license_server_id"]
    moved, actions = advance(asked, Moved(Outlook("line", opens="Monday")))
    assert said(actions) == ["moved", "line_helps", "ask_license_server_id"]
    assert moved.helped_by == "line"


def test_slower_and_faster_speech(house, telephone) -> None:
    telephone.rings().keys("**")
    assert telephone.heard == ["help_keying"]
    telephone.keys("7")
    assert telephone.tree.findall(".//Say/prosody[@rate='slow']")
    telephone.keys("**").keys("9").keys("**").keys("9")
    assert telephone.tree.findall(".//Say/prosody[@rate='fast']")
    telephone.keys(house.family.product_id).keys(house.server_id).keys("7")
    assert not telephone.tree.findall(".//prosody"), "back to the usual pace"
    telephone.keys("**")
    telephone.keys("1")
    assert telephone.verbs == ["Say", "Enqueue"]
