"""What must happen though nobody presses a key: ring time-outs, lapses, calls that are gone."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from activation_line.audit_keeping import keep_head
from activation_line.figures import Figures
from activation_line.leadership import leadership
from activation_line.metrics import Metrics
from activation_line.wiring import Line
from agent_console import dispatch
from clearinghouse import Actor
from data_store import StoreError, reading, transaction
from switchboard import call_backs, calls
from switchboard.model import Call, CallState
from switchboard.telephony import TelephonyError

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
NETWORK = Actor("line", "network")
# Calls of a network that was restarted are known by asking it, which is not done every tick.
TICKS_PER_ROUND = 15
# By then a call-back was answered, or the network has told that it was not.
LONGEST_CALLING = timedelta(minutes=2)


class Housekeeping:
    """A thread that keeps house while a web process serves; a context manager.

    Of several processes one keeps house; where it ends another takes over.
    """

    def __init__(self, line: Line, metrics: Metrics) -> None:
        self._line = line
        self._figures = Figures(line, metrics)
        self._leadership = leadership(line.engine)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="housekeeping", daemon=True)

    def __enter__(self) -> Self:
        self._attempt(self._begin)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=TICK_SECONDS * 2)
        self._leadership.resign()

    def _keep(self) -> None:
        ticks = 0
        while not self._stop.wait(TICK_SECONDS):
            if not self._leadership.holds():
                continue
            ticks += 1
            self._attempt(lambda: dispatch.tick(self._line.console))
            self._attempt(self._figures.look)
            if ticks % TICKS_PER_ROUND == 0:
                self._attempt(lambda: sweep(self._line))
                self._attempt(lambda: keep_audit_head(self._line))

    def _begin(self) -> None:
        """Before the first request: end what an earlier process left open."""
        if self._leadership.holds():
            sweep(self._line)
            keep_audit_head(self._line)

    @staticmethod
    def _attempt(task: Callable[[], object]) -> None:
        """Trouble is logged and met again at the next round: housekeeping must not end."""
        try:
            task()
        except (SQLAlchemyError, StoreError, TelephonyError, OSError):
            log.exception("housekeeping failed; it is tried again")


def keep_audit_head(line: Line) -> None:
    """Keep a signed head of the audit beside the database."""
    keep_head(line.register, line.settings.audit_head_file)


def free_the_unreached(line: Line, held: Sequence[Call], now: datetime) -> None:
    """Call-backs whose end the network has not told: the representative waits no longer."""
    for call in held:
        if call.state is not CallState.CALLING or call.answered_at is None:
            continue
        if now - call.answered_at < LONGEST_CALLING or line.telephony.is_live(call.call_sid):
            continue
        with transaction(line.engine) as connection:
            call_backs.missed(connection, call.id, now)


def sweep(line: Line) -> None:
    """End calls that the network no longer knows; let requests lapse that nobody confirmed."""
    with reading(line.engine) as connection:
        held = calls.live(connection)
    now = line.clock()
    # The network is asked outside of any transaction: it may be slow, or gone. Of somebody who has
    # hung up to be called back it knows nothing.
    on_line = [call for call in held if not call.is_call_back]
    gone = [call for call in on_line if not line.telephony.is_live(call.call_sid)]
    free_the_unreached(line, held, now)
    for call in gone:
        # One at a time: a turn holds its call before the register, so whoever has been to the
        # register must not wait for a call.
        with transaction(line.engine) as connection:
            calls.end(connection, call.id, "network", now)
            if call.request_id is not None:
                line.clearinghouse.abandon(connection, call.request_id, NETWORK, now)
    with transaction(line.engine) as connection:
        line.clearinghouse.lapse(connection, now)
    line.voice.live_feed.publish()
