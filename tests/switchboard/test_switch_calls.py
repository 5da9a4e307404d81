"""Calls, their events, exceptions to opening hours, and who is woken by a commit."""

import sqlite3
import threading
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, insert

from data_store import open_engine, transaction
from region_routing import OutOfHours, Override
from switchboard import calls, events, overrides
from switchboard import tables as schema
from switchboard.events import EventKind, NewEvent
from switchboard.live import LiveFeed
from switchboard.model import CallState
from tests.switchboard.switch_board import Board


class Statements:
    """What the driver is sent, by its first words; what it repeats for many rows counts once."""

    def __init__(self, engine: Engine) -> None:
        self.sent: list[str] = []
        event.listen(engine, "checkout", self._watch)

    def _watch(self, connection: Any, *_: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(self._note)
            return
        note = self._note

        class Watched(psycopg.Cursor[Any]):
            def execute(self, query: Any, *arguments: Any, **more: Any) -> Any:
                note(query)
                return super().execute(query, *arguments, **more)

            def executemany(self, query: Any, *arguments: Any, **more: Any) -> None:
                note(query)
                super().executemany(query, *arguments, **more)

        connection.cursor_factory = Watched

    def _note(self, statement: str) -> None:
        word = statement.split(maxsplit=1)[0]
        if word in {"SELECT", "UPDATE", "INSERT", "DELETE"} and self.sent[-1:] != [word]:
            self.sent.append(word)


def test_a_turn_is_one_select_one_update_and_one_insert(board: Board, engine: Engine) -> None:
    call_id = board.call()
    sid = board.of(call_id).call_sid
    noted = [NewEvent(EventKind.DIGITS_KEYED, {"group": group, "ok": True}) for group in (1, 2)]
    statements = Statements(engine)
    with board.turn() as conn:
        call = calls.load(conn, sid)
        assert call is not None
        calls.save(conn, replace(call, snapshot="2"), events=noted, now=board.later())
    assert statements.sent == ["SELECT", "UPDATE", "INSERT"]


def test_what_is_saved_is_what_is_loaded(board: Board) -> None:
    call = board.of(board.call())
    changed = replace(
        call,
        state=CallState.KEYING,
        snapshot='{"step": "é"}',
        shared="[]",
        request_id=7,
        case_number="123412341234",
        last_token="token",
        last_answer="<Response/>",
    )
    board.do(lambda conn: calls.save(conn, changed, events=(), now=board.now))
    assert board.do(calls.load, call.call_sid) == changed
    with pytest.raises(FrozenInstanceError):
        changed.snapshot = "other"


def test_a_call_nobody_has_heard_of(board: Board) -> None:
    assert board.do(calls.load, "CA-unknown") is None
    assert board.do(calls.hold, 99) is None
    assert board.do(calls.end, 99, "caller", board.now) is False


def test_live_and_recent_calls(board: Board) -> None:
    first, second, third = board.call(), board.call(), board.call()
    board.do(calls.end, second, "caller", board.later())
    assert [call.id for call in board.do(calls.live)] == [first, third]
    assert [call.id for call in board.do(calls.recent, 2)] == [third, second]
    ended = board.of(second)
    assert (ended.ended_by, ended.ended_at, ended.last_answer) == ("caller", board.now, None)


def test_every_conference_is_one_calls_own(board: Board) -> None:
    one, other = board.of(board.call()), board.of(board.call())
    assert one.conference != other.conference


def test_the_log_goes_on_from_the_last_event_seen(board: Board) -> None:
    board.call()
    seen = board.do(events.last_id)
    call_id = board.call()
    board.do(events.record, call_id, "123412341234", EventKind.ID_READ, {"n": 1}, board.now)
    later = board.do(events.since, seen)
    assert [one.kind for one in later] == [EventKind.CALL_STARTED, EventKind.ID_READ]
    assert later[1].case_number == "123412341234"
    assert later[1].data == {"n": 1}
    assert later[1].at == board.now
    assert board.do(events.since, seen, 1) == later[:1]


def test_a_change_that_is_undone_leaves_no_event(board: Board, engine: Engine) -> None:
    call_id = board.call()

    def fail_late() -> None:
        with transaction(engine) as conn:
            calls.end(conn, call_id, "caller", board.later())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    assert board.of(call_id).state is CallState.IN_LINE
    assert board.kinds(call_id) == ["call.started"]


def test_an_event_id_is_never_given_twice(board: Board, engine: Engine) -> None:
    board.call()
    newest = board.do(events.last_id)
    with transaction(engine) as conn:
        conn.execute(schema.events.delete())
    board.call()
    assert board.do(events.last_id) > newest


def test_exceptions_are_read_until_they_are_over(board: Board) -> None:
    now, hour = board.now, timedelta(hours=1)
    distant = now + timedelta(days=15)
    rule = OutOfHours.CALL_BACK
    with board.turn() as conn:
        overrides.add(conn, "north", start=now - 2 * hour, end=now, is_open=True)
        overrides.add(conn, "north", start=now - hour, end=now + hour, is_open=False)
        overrides.add(conn, "south", start=now, end=now + hour, out_of_hours=rule, overflow=())
        overrides.add(conn, "west", start=distant, end=distant + hour, overflow=("north", "south"))
    closed = Override("north", now - hour, now + hour, is_open=False)
    ruled = Override("south", now, now + hour, out_of_hours=rule, overflow=())
    later = Override("west", distant, distant + hour, overflow=("north", "south"))
    assert board.do(overrides.near, now) == [closed, ruled]
    rows = board.do(overrides.coming, now)
    assert [row.override for row in rows] == [closed, ruled, later]
    with board.turn() as conn:
        overrides.remove(conn, rows[1].id)
        overrides.remove(conn, rows[1].id)
    assert [row.override for row in board.do(overrides.coming, now)] == [closed, later]


def test_waiting_ends_without_an_event(board: Board, engine: Engine) -> None:
    board.call()
    feed = LiveFeed(engine)
    newest = board.do(events.last_id)
    assert feed.wait(newest, 0) is False
    assert feed.wait(newest - 1, 0) is True


def test_a_publication_wakes_who_waits(
    board: Board, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without polling nothing but the publication can wake anybody in time.
    monkeypatch.setattr("switchboard.live.LOOK_SECONDS", 3600)
    feed = LiveFeed(engine)
    newest = board.do(events.last_id)
    assert feed.wait(newest, 0) is False
    woken: list[bool] = []
    waiting = threading.Thread(target=lambda: woken.append(feed.wait(newest, 30)), daemon=True)
    waiting.start()
    board.call()
    feed.publish()
    waiting.join(20)
    assert woken == [True]


def test_what_another_process_wrote_is_found_by_looking(
    board: Board, store_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchboard.live.LOOK_SECONDS", 0.01)
    call_id = board.call()
    feed = LiveFeed(engine)
    newest = board.do(events.last_id)
    assert feed.wait(newest, 0) is False
    other = open_engine(store_url)
    try:
        with transaction(other) as conn:
            conn.execute(
                insert(schema.events).values(
                    call_id=call_id, at=board.now, kind=EventKind.ID_READ, data={}
                )
            )
    finally:
        other.dispose()
    assert feed.wait(newest, 20) is True
