"""Connects a call with dialled parties, or with the first who waits in a queue."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from phone_network import messages as m
from phone_network.calls import Call, Status
from phone_network.clock import Alarm

if TYPE_CHECKING:
    from phone_network.exchange import Exchange
    from phone_network.queues import Queue

RING_BUFFER: Final = 5.0  # seconds that the vendor adds to a Dial's time-out


@dataclass(slots=True, eq=False)
class _Dial:
    """A Dial under way; `other` is whoever it is connected with."""

    parent: Call
    wanted: m.DialParties | m.DialQueue
    ringing: list[Call] = field(default_factory=list)
    other: Call | None = None
    since: datetime | None = None
    alarm: Alarm | None = None


class Dialling:
    """All Dials that are under way."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._dials: dict[str, _Dial] = {}  # by the parent's identifier

    def start(self, parent: Call, wanted: m.DialParties | m.DialQueue) -> None:
        """Begin to ring the parties, or to wait for somebody in the queue."""
        dial = _Dial(parent, wanted)
        self._dials[parent.sid] = dial
        if isinstance(wanted, m.DialQueue):
            queue = self._exchange.queues.find(wanted.name)
            if queue is None:
                self._over(dial, "failed")
                return
            dial.alarm = self._exchange.later(
                parent, wanted.timeout, lambda: self._over(dial, "no-answer")
            )
            self._serve(dial, queue)
            return
        legs = [self._exchange.leg(parent, each, wanted.caller_id) for each in wanted.targets]
        dial.ringing = list(legs)
        for leg in legs:
            self._exchange.ring(leg, wanted.timeout + RING_BUFFER)

    def somebody_waits(self, queue: "Queue") -> None:
        """Serve a Dial that waits for this queue."""
        for dial in list(self._dials.values()):
            wanted = dial.wanted
            if isinstance(wanted, m.DialQueue) and wanted.name == queue.name and dial.other is None:
                self._serve(dial, queue)
                return

    def _serve(self, dial: _Dial, queue: "Queue") -> None:
        member = self._exchange.queues.take(queue)
        if member is None:
            return
        self._connect(dial, member)
        self._exchange.feed(member, m.QueueServed())

    def answered(self, leg: Call) -> None:
        """Connect a dialled party who has answered, and stop ringing the others."""
        dial = self._of_leg(leg)
        if dial is None or dial.other is not None:
            self._exchange.end(leg, Status.COMPLETED, "nobody to talk to")
            return
        others = [each for each in dial.ringing if each is not leg]
        dial.ringing = []
        self._connect(dial, leg)
        for other in others:
            self._exchange.end(other, Status.CANCELED, "answered elsewhere")

    def _connect(self, dial: _Dial, other: Call) -> None:
        exchange = self._exchange
        if dial.alarm is not None:
            dial.alarm.cancel()
        dial.other, dial.since = other, exchange.clock.now()
        dial.parent.peer, other.peer = other, dial.parent
        for call, far in ((dial.parent, other), (other, dial.parent)):
            call.note(exchange.clock.now(), "connected", peer=far.party)
            exchange.tell(call, "connected", who=far.party)
        exchange.feed(dial.parent, m.Connected())
        dial.alarm = exchange.later(
            dial.parent,
            dial.wanted.time_limit,
            lambda: self._over(dial, "completed"),
            background=True,
        )

    def disconnect(self, parent: Call) -> None:
        """Stop a call's Dial: it was sent elsewhere or its caller left."""
        dial = self._dials.get(parent.sid)
        if dial is not None:
            self._over(dial, "completed" if dial.other is not None else "canceled")

    def left_talk(self, member: Call) -> None:
        """End the talk of a call that had been taken out of a queue."""
        for dial in list(self._dials.values()):
            if dial.other is member and isinstance(dial.wanted, m.DialQueue):
                dial.other, dial.parent.peer, member.peer = None, None, None
                self._over(dial, "completed", member)

    def ended(self, call: Call) -> None:
        """Take note of a leg's end."""
        self.disconnect(call)
        dial = self._of_leg(call)
        if dial is None:
            return
        if dial.other is call:
            self._over(dial, "completed", call)
            return
        dial.ringing.remove(call)
        if not dial.ringing and dial.other is None:
            self._over(dial, call.status.value, call)

    def _of_leg(self, leg: Call) -> _Dial | None:
        found = (dial for dial in self._dials.values() if dial.other is leg or leg in dial.ringing)
        return next(found, None)

    def _over(self, dial: _Dial, status: str, leg: Call | None = None) -> None:
        """End a Dial and tell its program."""
        if self._dials.pop(dial.parent.sid, None) is None:
            return
        exchange = self._exchange
        if dial.alarm is not None:
            dial.alarm.cancel()
        other, dial.other = dial.other, None
        leg = leg or other
        if other is not None:
            dial.parent.peer = other.peer = None
            if isinstance(dial.wanted, m.DialQueue):
                exchange.feed(other, m.QueueLeft())
            else:
                exchange.end(other, Status.COMPLETED, "the other side hung up")
        ringing, dial.ringing = dial.ringing, []
        for each in ringing:
            exchange.end(each, Status.CANCELED, "caller gave up")
        exchange.feed(dial.parent, m.DialEnded(self._parameters(dial, status, leg)))

    def _parameters(self, dial: _Dial, status: str, leg: Call | None) -> dict[str, str]:
        parameters = {"DialCallStatus": status, "DialBridged": str(dial.since is not None).lower()}
        if leg is not None:
            parameters["DialCallSid"] = leg.sid
        if dial.since is not None:
            seconds = (self._exchange.clock.now() - dial.since).total_seconds()
            parameters["DialCallDuration"] = str(round(seconds))
        return parameters
