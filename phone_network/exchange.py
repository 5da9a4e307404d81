"""The switch: owns the calls, from their first ring to their end."""

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

from phone_network import messages as m
from phone_network.auth_tokens import AuthTokens
from phone_network.callbacks import Callbacks
from phone_network.calls import Call, Callback, Direction, Line, Status, new_sid
from phone_network.circuits import Circuit
from phone_network.clock import Alarm, Clock
from phone_network.conferences import Conferences
from phone_network.dialling import Dialling
from phone_network.holdings import Holdings
from phone_network.interpreter import Interpreter
from phone_network.lines import Lines
from phone_network.outbox import Outbox, new_jar
from phone_network.programs import Programs
from phone_network.queues import Queues
from phone_network.settings import Settings, plain_number
from phone_network.sounds import Sounds
from phone_network.talking import Talking
from phone_network.webhooks import Requester

_MAX_CALLS_KEPT: Final = 1000


class Exchange:
    """One simulated network with one account."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        webhooks: Requester,
        sounds: Sounds | None = None,
        name: Callable[[str], str] = new_sid,
    ) -> None:
        """`name` gives a call its identifier, by its prefix."""
        self._name = name
        self.settings = settings
        self.clock = clock
        self.sounds = sounds
        self.account_sid = settings.account.sid
        self.auth_tokens = AuthTokens(settings.account.sid, settings.account.auth_token)
        self.outbox = Outbox(webhooks, clock)
        self.callbacks = Callbacks(self)
        self.lines = Lines()
        self.calls: dict[str, Call] = {}
        self.holdings = Holdings(settings, clock)
        self.dialling = Dialling(self)
        self.talking = Talking(self)
        self._programs = Programs(self)
        self.queues = Queues(self)
        self.conferences = Conferences(self)

    # --- calls begin --------------------------------------------------------------------------

    def place(self, line: Line, to: str, from_: str) -> Call:
        """Let a telephone call a number of the account."""
        to = plain_number(to)
        number = self.holdings.number(to)
        call = self._new(from_, to, Direction.INBOUND, Status.RINGING)
        call.line = line
        line.tell("placed", call=call.sid, to=to, **{"from": call.from_})
        if number is None:
            self.end(call, Status.FAILED, "number not in service")
            return call
        if number.trunk_sid or not number.voice_url:
            why = "its trunk isn't simulated" if number.trunk_sid else "no application answers it"
            self.end(call, Status.FAILED, why)
            return call
        call.number = number
        if number.status_callback:
            call.callback = Callback(number.status_callback, number.status_callback_method)
        fallback = (
            m.Source(number.fallback_url, number.fallback_method) if number.fallback_url else None
        )
        call.program = Interpreter(self.settings.rules, fallback=fallback)
        self.feed(call, m.Begun(m.Source(number.voice_url, number.voice_method)))
        return call

    def originate(
        self,
        to: str,
        from_: str,
        source: m.Source,
        *,
        fallback: m.Source | None = None,
        callback: Callback | None = None,
        timeout: float = 60.0,
    ) -> Call:
        """Call somebody on behalf of the application; the document runs once they answer.

        What follows a `?` in a client's address becomes its custom parameters.
        """
        to, _, query = to.partition("?") if to.startswith("client:") else (to, "", "")
        call = self._new(from_, to, Direction.OUTBOUND_API, Status.QUEUED)
        call.parameters = dict(parse_qsl(query))
        call.callback = callback
        call.program = Interpreter(self.settings.rules, answered=True, fallback=fallback)
        call.inbox.append(m.Begun(source))
        self.later(call, 0.0, lambda: self.ring(call, timeout))
        return call

    def leg(self, parent: Call, target: m.Target, caller_id: str) -> Call:
        """Make the leg of a dialled party; `ring` comes next."""
        from_ = caller_id or parent.from_
        call = self._new(from_, target.address, Direction.OUTBOUND_DIAL, Status.INITIATED)
        call.parent_sid = parent.sid
        call.parameters = dict(target.parameters)
        if target.status_callback:
            call.callback = Callback(
                target.status_callback, target.status_callback_method, target.status_events
            )
        return call

    def _new(self, from_: str, to: str, direction: Direction, status: Status) -> Call:
        call = Call(
            self._name("CA"),
            plain_number(from_),
            plain_number(to),
            direction,
            self.clock.now(),
            status,
            new_jar(),
        )
        self.calls[call.sid] = call
        call.note(self.clock.now(), "call", **{"from": call.from_}, to=call.to, status=status.value)
        if len(self.calls) > _MAX_CALLS_KEPT:
            oldest = next((sid for sid, each in self.calls.items() if not each.live), None)
            if oldest is not None:
                del self.calls[oldest]
        return call

    def ring(self, call: Call, timeout: float) -> None:
        """Ring whoever is registered at the address, or a number of the account.

        Nobody there is the stated default.
        """
        if not call.live:
            return
        call.status = Status.INITIATED
        self.callbacks.progress(call, "initiated")
        lines = self.lines.at(call.to)
        if not lines and self.holdings.number(call.to) is not None:
            lines = (Circuit(self, call),)
        if not lines:
            self.end(call, Status(self.settings.unreachable), "nobody is registered there")
            return
        call.status = Status.RINGING
        call.ringing_at = list(lines)
        self.callbacks.progress(call, "ringing")
        for line in lines:
            line.tell(
                "ringing",
                call=call.sid,
                to=call.to,
                parameters=call.parameters,
                **{"from": call.from_},
            )
        self.later(call, timeout, lambda: self._rang_out(call))

    def _rang_out(self, call: Call) -> None:
        if call.status is Status.RINGING:
            self.end(call, Status.NO_ANSWER, "not answered")

    # --- what the far end does ----------------------------------------------------------------

    def answer(self, call: Call, line: Line) -> bool:
        """Let a rung line take the call; false where it is too late."""
        if call.status is not Status.RINGING or line not in call.ringing_at:
            return False
        call.line = line
        for other in call.ringing_at:
            if other is not line:
                other.tell("ended", call=call.sid, reason="answered elsewhere")
        call.ringing_at = []
        self.picked_up(call)
        if call.program is not None:
            self._programs.drain(call)
        else:
            self.dialling.answered(call)
        return True

    def reject(self, call: Call, line: Line) -> None:
        """Let a rung line refuse; the last one's refusal is a busy signal."""
        if line in call.ringing_at:
            call.ringing_at.remove(line)
            line.tell("ended", call=call.sid, reason="rejected")
            if not call.ringing_at:
                self.end(call, Status.BUSY, "rejected")

    def press(self, call: Call, key: str) -> None:
        """Take one key from the far end."""
        call.note(self.clock.now(), "key", key=key)
        if call.program is not None:
            self.feed(call, m.Key(key))

    def hang_up(self, call: Call, reason: str = "hung up by the caller") -> None:
        """End a call from the far end or by REST; the program hears of it first."""
        if not call.live:
            return
        if call.answered_at is not None:
            status = Status.COMPLETED
        elif call.direction is Direction.INBOUND:
            status = Status.NO_ANSWER
        else:
            status = Status.CANCELED
        if call.program is not None:
            call.leaving = True
            self.feed(call, m.HungUp())
        self.end(call, status, reason)

    def redirect(self, call: Call, source: m.Source) -> None:
        """Send a live call to another document, out of whatever verb runs."""
        call.note(self.clock.now(), "redirected", url=source.url, twiml=source.twiml)
        self.feed(call, m.Redirected(source))

    # --- the program's part -------------------------------------------------------------------

    def feed(self, call: Call, event: m.Event) -> None:
        """Hand an event to a call's program and carry out what follows, in order."""
        call.inbox.append(event)
        if call.status in {Status.RINGING, Status.IN_PROGRESS}:
            self._programs.drain(call)

    def parameters(self, call: Call) -> dict[str, str]:
        """Give the standard parameters of a call as it is now."""
        return call.standard_parameters(self.account_sid)

    def picked_up(self, call: Call) -> None:
        """Note that the call is answered, once."""
        if call.status not in {Status.QUEUED, Status.INITIATED, Status.RINGING}:
            return
        call.status = Status.IN_PROGRESS
        call.answered_at = self.clock.now()
        call.note(call.answered_at, "answered")
        self.tell(call, "answered")
        self.callbacks.progress(call, "answered")

    # --- the end ------------------------------------------------------------------------------

    def end(self, call: Call, status: Status, reason: str) -> None:
        """End a leg: everything it is part of hears of it."""
        if not call.live:
            return
        call.status = status
        call.ended_at = self.clock.now()
        call.reason = reason
        for alarm in (*call.alarms.values(), *call.other_alarms):
            alarm.cancel()
        call.alarms.clear()
        call.other_alarms.clear()
        call.note(call.ended_at, "ended", status=status.value, reason=reason)
        for line in call.ringing_at:
            line.tell("ended", call=call.sid, reason=reason)
        self.tell(call, "ended", reason=reason, status=status.value)
        self.callbacks.progress(call, "completed")
        self.queues.leave(call, m.QueueResult.HANGUP)
        self.conferences.leave(call, "participant hung up")
        self.dialling.ended(call)

    def tell(self, call: Call, event: str, **data: object) -> None:
        """Send an event to whoever is at the far end of a leg."""
        if call.line is not None:
            call.line.tell(event, call=call.sid, **data)

    def later(
        self, call: Call, seconds: float, act: Callable[[], None], *, background: bool = False
    ) -> Alarm:
        """Do something later unless the call has ended by then."""
        call.other_alarms = [alarm for alarm in call.other_alarms if alarm.at > self.clock.now()]
        alarm = self.clock.call_later(seconds, act, background=background)
        call.other_alarms.append(alarm)
        return alarm

    def lost(self, line: Line) -> None:
        """End the calls of a telephone or device that has gone; nothing rings it any more."""
        self.lines.remove(line)
        for call in list(self.calls.values()):
            if not call.live:
                continue
            if call.line is line:
                self.hang_up(call, "connection lost")
            elif line in call.ringing_at:
                self.reject(call, line)
