"""Statements that are compiled once write what the slow way would have, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from data_store import open_engine, reading, transaction
from switchboard import calls, events, tables
from switchboard.events import EventKind, NewEvent
from switchboard.model import Call, CallState

NOW = datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> Engine:
    return engine


def begin(store: Engine, number: int) -> Call:
    with transaction(store) as conn:
        return calls.start(
            conn,
            call_sid=f"CA{number:032d}",
            line="north-america",
            region="US",
            centre="americas",
            language="en",
            caller="+12025550199",
            snapshot="[]",
            now=NOW,
        )


def test_events_come_back_as_they_were_noted(store: Engine) -> None:
    call = begin(store, 1)
    data = {"who": "Ægir – 電話", "group": 3, "ok": False, "prompts": ["a", "b"], "none": None}
    noted = [NewEvent(EventKind.DIGITS_KEYED, data), NewEvent(EventKind.CALL_QUEUED, {})]
    with transaction(store) as conn:
        events.record_all(conn, call.id, "123412341234", noted, NOW)
    with reading(store) as conn:
        kept = events.of_call(conn, call.id)[1:]
    assert [(event.kind, event.data) for event in kept] == [
        (EventKind.DIGITS_KEYED, data),
        (EventKind.CALL_QUEUED, {}),
    ]
    assert {(event.at, event.case_number) for event in kept} == {(NOW, "123412341234")}


def test_a_plain_turn_changes_its_own_call_and_nothing_else_of_it(store: Engine) -> None:
    call, other = begin(store, 1), begin(store, 2)
    with transaction(store) as conn:
        calls.keep(conn, call, snapshot="[1]", token="t", answer="<é/>", events=[], now=NOW)
    with reading(store) as conn:
        kept = calls.get(conn, call.id)
        assert calls.get(conn, other.id) == other
    assert kept is not None
    assert (kept.snapshot, kept.last_token, kept.last_answer) == ("[1]", "t", "<é/>")
    assert (kept.state, kept.started_at) == (CallState.IN_LINE, NOW)


def test_a_statement_serves_two_stores_of_one_process(store: Engine, tmp_path_factory) -> None:
    """What is compiled for one database must not be sent to another."""
    test_events_come_back_as_they_were_noted(store)
    second = f"sqlite:///{tmp_path_factory.mktemp('second')}/store.db"
    engine = open_engine(second)
    tables.metadata.create_all(engine)
    test_events_come_back_as_they_were_noted(engine)
    engine.dispose()
