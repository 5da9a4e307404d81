"""Wake whoever waits for the next event: at once in this process, by looking for others'."""

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
        self._newest = 0
        self._looked = float("-inf")
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the process ends: nobody should wait any more."""
        return self._closed

    def close(self) -> None:
        """Let everybody who waits go, and wait no more: the process ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def publish(self) -> None:
        """Call after a commit that wrote events: those who wait look at once."""
        with self._changed:
            self._looked = float("-inf")
            self._changed.notify_all()

    def wait(self, after_id: int, timeout: float) -> bool:
        """Wait until there is an event after this one; False after `timeout`, or once closed."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                now = time.monotonic()
                if now - self._looked >= LOOK_SECONDS:
                    self._looked = now
                    self._newest = max(self._newest, self._look())
                if self._newest > after_id:
                    return True
                left = deadline - now
                if left <= 0 or self._closed:
                    return False
                self._changed.wait(min(left, LOOK_SECONDS))

    def _look(self) -> int:
        with reading(self._engine) as conn:
            return events.last_id(conn)
