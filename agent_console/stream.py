"""The live stream: one per page, server-sent events by the event log's ids."""

import logging
from collections.abc import Callable, Iterator

from sqlalchemy.exc import SQLAlchemyError

from agent_console import dispatch, sessions
from agent_console.desk import Desk, look
from agent_console.services import ConsoleServices
from data_store import StoreError, reading

log = logging.getLogger(__name__)

HEARTBEAT = ": still here\n\n"


def follow(
    services: ConsoleServices, token: str, seen: str, render: Callable[[Desk], str]
) -> Iterator[str]:
    """Send the desk whenever it shows something else than before, until the log-out.

    `seen` is the fingerprint of what the page shows already: what happened between its making and
    this stream, or while the stream was lost, is in the first look. Between two looks nothing of
    the store is held.
    """
    # A first line at once: the browser then knows that the stream is open.
    yield HEARTBEAT
    while not services.live_feed.is_closed:
        published = services.live_feed.published
        desk = _look(services, token)
        if desk is None:
            yield "event: signed-out\ndata: \n\n"
            return
        if desk.fingerprint() != seen:
            seen = desk.fingerprint()
            yield message(desk.last_event, render(desk))
        if not services.live_feed.wait(desk.last_event, services.heartbeat_seconds, published):
            yield HEARTBEAT


def message(event_id: int, html: str) -> str:
    """Write one unnamed message."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"id: {event_id}\n{lines}\n"


def _look(services: ConsoleServices, token: str) -> Desk | None:
    try:
        dispatch.tick(services)
    except (SQLAlchemyError, StoreError):
        # Another page or the housekeeping does it next; this page still has to show the desk.
        log.exception("calls could not be offered")
    with reading(services.engine) as conn:
        session = sessions.find(conn, token, services.clock())
        return None if session is None else look(conn, services, session)
