"""Queues: callers wait in order, and are taken out by a Dial, by REST or by leaving."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from phone_network import messages as m
from phone_network.calls import Call, new_sid

if TYPE_CHECKING:
    from phone_network.exchange import Exchange

DEFAULT_MAX_SIZE: Final = 1000


@dataclass(slots=True)
class Member:
    """A call that waits."""

    call: Call
    since: datetime


@dataclass(slots=True)
class Queue:
    """One queue; `members` are in their order."""

    sid: str
    name: str
    created_at: datetime
    max_size: int = DEFAULT_MAX_SIZE
    members: list[Member] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def average_wait(self) -> int:
        """Give the average seconds that those who left had waited."""
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0


class Queues:
    """All queues of the account."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._queues: dict[str, Queue] = {}

    def all(self) -> list[Queue]:
        """List them."""
        return list(self._queues.values())

    def find(self, sid_or_name: str) -> Queue | None:
        """Find one by its identifier or name."""
        found = (q for q in self._queues.values() if sid_or_name in {q.sid, q.name})
        return next(found, None)

    def create(self, name: str, max_size: int = DEFAULT_MAX_SIZE) -> Queue:
        """Make a queue."""
        queue = Queue(new_sid("QU"), name, self._exchange.clock.now(), max_size)
        self._queues[queue.sid] = queue
        return queue

    def of(self, call: Call) -> tuple[Queue, int] | None:
        """Give the queue that a call waits in and its place, from one."""
        for queue in self._queues.values():
            for place, member in enumerate(queue.members, 1):
                if member.call is call:
                    return queue, place
        return None

    def join(self, call: Call, name: str, max_size: int | None) -> None:
        """Put a call at the end of a queue, which is made where there is none."""
        queue = self.find(name) or self.create(name, max_size or DEFAULT_MAX_SIZE)
        if len(queue.members) >= queue.max_size:
            self._exchange.feed(call, m.QueueRefused(queue.sid))
            return
        queue.members.append(Member(call, self._exchange.clock.now()))
        call.note(self._exchange.clock.now(), "queued", queue=queue.name, place=len(queue.members))
        self._exchange.tell(call, "queued", queue=queue.name, place=len(queue.members))
        self._exchange.feed(call, m.QueueJoined(queue.sid))
        self._exchange.dialling.somebody_waits(queue)

    def take(self, queue: Queue, call: Call | None = None) -> Call | None:
        """Take the first, or a certain call, out of a queue."""
        for member in queue.members:
            if call is None or member.call is call:
                queue.members.remove(member)
                waited = self._exchange.clock.now() - member.since
                queue.waits.append(waited.total_seconds())
                return member.call
        return None

    def leave(self, call: Call, result: m.QueueResult) -> None:
        """Let a call leave its queue, or the talk that followed."""
        found = self.of(call)
        if found is not None:
            self.take(found[0], call)
            call.note(self._exchange.clock.now(), "left queue", result=result.value)
        else:
            self._exchange.dialling.left_talk(call)

    def parameters(self, call: Call) -> dict[str, str]:
        """Give what a wait document's request says about the queue."""
        found = self.of(call)
        if found is None:
            return {}
        queue, place = found
        since = next(member.since for member in queue.members if member.call is call)
        waited = self._exchange.clock.now() - since
        return {
            "QueuePosition": str(place),
            "QueueSid": queue.sid,
            "QueueTime": str(int(waited.total_seconds())),
            "AvgQueueTime": str(queue.average_wait),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.max_size),
        }
