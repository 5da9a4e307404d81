"""Wake whoever waits for news: at once in this process, by looking at the log for others'.

An event's id is a reason to look again, not a cursor. SQLite has one writer at a time, so ids
become visible in their order. On PostgreSQL a transaction may commit id 8 while 7 is under way:
who has seen 8 is not told of 7 by its id. So nobody here keeps a ledger of events: on any news a
page draws the whole desk anew from the rows, and it does so at each heartbeat, which bounds how
late anything can be. Within a process a publication wakes all who wait, whatever the ids say (and
it may tell of what is no event, such as a presence). Who must have every event of a call asks
`events.of_call`, which no order spoils. Ids in the order of commits would cost a lock around every
turn.
"""

import threading
import time

from sqlalchemy import Engine

from data_store import reading
from switchboard import events

# How often one look at the log serves all who wait, for what other processes wrote.
LOOK_SECONDS = 0.5


class LiveFeed:
    """The log's newest id, shared by all the threads of a process that wait for it to grow."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._published = 0
        self._newest = 0
        self._looked = float("-inf")
        self.is_closed = False

    def publish(self) -> None:
        """Call after a commit that wrote events: those who wait look at once."""
        with self._changed:
            self._published += 1
            self._looked = float("-inf")
            self._changed.notify_all()

    def close(self) -> None:
        """Call when the process is to end: nobody waits any more."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()

    @property
    def published(self) -> int:
        """How often news was published: take it before a look, and give it to `wait`."""
        with self._changed:
            return self._published

    def wait(self, after_id: int, timeout: float, published: int | None = None) -> bool:
        """Wait for a publication or an event after this one; False after `timeout` seconds.

        `published` is what the property said before the look that showed `after_id`: what came
        between look and wait is then no less news. Without it, only what comes from now on is.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            published = self._published if published is None else published
            while not self.is_closed:
                now = time.monotonic()
                if now - self._looked >= LOOK_SECONDS:
                    self._looked = now
                    self._newest = max(self._newest, self._look())
                if self._newest > after_id or self._published != published:
                    return True
                left = deadline - now
                if left <= 0:
                    return False
                self._changed.wait(min(left, LOOK_SECONDS))
        return False

    def _look(self) -> int:
        with reading(self._engine) as conn:
            return events.last_id(conn)
