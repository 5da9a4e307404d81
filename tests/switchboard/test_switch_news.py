"""News that ids alone don't tell: events that become visible late, and what is no event."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import Engine

from switchboard import events
from switchboard.events import EventKind
from switchboard.live import LiveFeed

PATIENCE = 20.0


def test_a_publication_wakes_even_where_no_id_is_new(board: Any, engine: Engine) -> None:
    """A presence, or a notice in the other tab: the page has to be drawn anew for these, too."""
    board.call()
    feed = LiveFeed(engine)
    newest = board.do(events.last_id)
    assert feed.wait(newest, 0) is False
    told: list[bool] = []
    waiting = threading.Thread(
        target=lambda: told.append(feed.wait(newest, PATIENCE / 2)), daemon=True
    )
    waiting.start()
    deadline = time.monotonic() + PATIENCE
    while waiting.is_alive():
        # Published again, since the thread may not have come to its wait yet.
        feed.publish()
        waiting.join(0.01)
        assert time.monotonic() < deadline
    assert told == [True]
    assert feed.wait(newest, 0) is False


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_an_event_that_becomes_visible_late_is_in_its_calls_log(board: Any) -> None:
    """Why an id is no cursor: a look in between sees the later id, and not yet the earlier."""
    call_id, other = board.call(), board.call()
    with board.turn() as conn:
        events.record(conn, call_id, None, EventKind.ID_READ, {}, board.now)
        board.do(events.record, other, None, EventKind.ID_READ, {}, board.now)
        seen = board.do(events.last_id)
        assert board.kinds(call_id) == ["call.started"]
    assert board.do(events.since, seen) == []
    assert board.kinds(call_id) == ["call.started", "id.read"]


def test_what_is_published_between_look_and_wait_is_no_less_news(
    board: Any, engine: Engine
) -> None:
    """Else a page shows what was true before, until the next heartbeat."""
    board.call()
    feed = LiveFeed(engine)
    published = feed.published
    newest = board.do(events.last_id)
    feed.publish()
    assert feed.wait(newest, 0, published) is True
    assert feed.wait(newest, 0, feed.published) is False
