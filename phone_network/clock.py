"""Real time, and virtual time that moves only while nobody has anything to do."""

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


@dataclass(order=True, slots=True)
class Alarm:
    """Something to call at a time; `order` keeps those of one moment in their order."""

    at: datetime
    order: int
    call: Callable[[], None] = field(compare=False)
    background: bool = field(default=False, compare=False)
    cancelled: bool = field(default=False, compare=False)
    handle: asyncio.TimerHandle | None = field(default=None, compare=False)

    def cancel(self) -> None:
        """Forget it; harmless when it has been called already."""
        self.cancelled = True
        if self.handle is not None:
            self.handle.cancel()


class Clock(Protocol):
    """What the network needs of time."""

    virtual: bool

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""

    def call_later(
        self, seconds: float, call: Callable[[], None], *, background: bool = False
    ) -> Alarm:
        """Call something after so many seconds.

        A background alarm, a time limit of hours, never makes virtual time move by itself.
        """

    def hold(self, who: str) -> None:
        """Say that `who` has something to do: virtual time stands still until released."""

    def release(self, who: str) -> None:
        """Take back one `hold` of the same name."""

    def held_by(self) -> tuple[str, ...]:
        """List who holds the time now."""


class _Holds:
    """Counts who is busy."""

    def __init__(self) -> None:
        self._holds: Counter[str] = Counter()
        self._orders = itertools.count()

    def hold(self, who: str) -> None:
        self._holds[who] += 1

    def release(self, who: str) -> None:
        if self._holds[who] <= 1:
            del self._holds[who]
        else:
            self._holds[who] -= 1

    def held_by(self) -> tuple[str, ...]:
        return tuple(sorted(self._holds))


class RealClock(_Holds):
    """The machine's own time; nothing holds it."""

    virtual = False

    def now(self) -> datetime:
        """Give the machine's time."""
        return datetime.now(UTC)

    def call_later(
        self, seconds: float, call: Callable[[], None], *, background: bool = False
    ) -> Alarm:
        """Call something after so many seconds of real time."""
        alarm = Alarm(self.now() + timedelta(seconds=seconds), next(self._orders), call, background)
        alarm.handle = asyncio.get_running_loop().call_later(seconds, call)
        return alarm


class VirtualClock(_Holds):
    """Simulated time: jumps from alarm to alarm whenever nobody holds it.

    There is no grace period. Whoever will still do something at this moment has to hold the
    clock *before* control returns to the event loop: requests from their start to their end, an
    actor from the moment an event for it is queued until it says that it waits. One alarm is
    called at a time, then the loop has its turn, then holds are looked at again.
    """

    virtual = True

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._now = start
        self._alarms: list[Alarm] = []
        self._scheduled = False

    def now(self) -> datetime:
        """Give the simulated time."""
        return self._now

    def call_later(
        self, seconds: float, call: Callable[[], None], *, background: bool = False
    ) -> Alarm:
        """Call something after so many simulated seconds."""
        alarm = Alarm(self._now + timedelta(seconds=seconds), next(self._orders), call, background)
        heapq.heappush(self._alarms, alarm)
        self._schedule()
        return alarm

    def release(self, who: str) -> None:
        """Take back one hold; the last one lets time go on."""
        super().release(who)
        self._schedule()

    def _schedule(self) -> None:
        if not self._holds and self._alarms and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._step)

    def _step(self) -> None:
        self._scheduled = False
        if self._holds:
            return
        while self._alarms:
            alarm = heapq.heappop(self._alarms)
            if alarm.cancelled:
                continue
            if alarm.background and not self._driven():
                heapq.heappush(self._alarms, alarm)
                return
            self._now = max(self._now, alarm.at)
            alarm.call()
            break
        self._schedule()

    def _driven(self) -> bool:
        return any(not (alarm.cancelled or alarm.background) for alarm in self._alarms)


@contextmanager
def holding(clock: Clock, who: str) -> Iterator[None]:
    """Hold the clock while a block runs."""
    clock.hold(who)
    try:
        yield
    finally:
        clock.release(who)
