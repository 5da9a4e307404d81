"""Waits with a call in a queue, or in another line's hands, and sees to its end.

While a call waits, a second interpreter inside runs the wait document.
"""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime

from phone_network import dialplan, verbs
from phone_network import messages as m
from phone_network.errors import DocumentError
from phone_network.runner import Runner, request_method
from phone_network.states import Dialling, Outcome, Queued
from phone_network.twiml import Element
from phone_network.verbs import Place


class Waiter(Runner):
    """The verbs that hand a call over: Enqueue and Dial."""

    _inner: "Waiter | None" = None
    _music = False
    _hung_up = False

    @abstractmethod
    def handle(self, event: m.Event, now: datetime) -> tuple[m.Action, ...]:
        """Take one event and give what follows from it, in order."""

    @abstractmethod
    def _action(self, element: Element, parameters: Mapping[str, str]) -> None:
        """Request a verb's action; what follows the verb is then never reached."""

    @abstractmethod
    def _drop(self) -> None:
        """Stop whatever plays or is waited for inside this document."""

    @abstractmethod
    def _end(self, ending: m.Ending) -> None:
        """End the call."""

    # --- Enqueue ------------------------------------------------------------------------------

    def _enqueue(self, element: Element) -> None:
        self._state = Queued(element, self._now)
        limit = verbs.number(element, "maxQueueSize", 1, 5000)
        sized = bool(verbs.word(element, "maxQueueSize"))
        self._out.append(m.JoinQueue(element.own_text[:64], limit if sized else None))

    def _queue_event(
        self, event: m.QueueJoined | m.QueueRefused | m.QueueServed | m.QueueLeft
    ) -> None:
        state = self._state
        if not isinstance(state, Queued):
            return
        match event:
            case m.QueueJoined(sid):
                state.sid = sid
                self._start_queue_waiting(state)
            case m.QueueRefused(sid):
                state.sid = sid
                self._left_queue(state, m.QueueResult.FULL)
            case m.QueueServed():
                state.served_at = self._now
                self._stop_waiting()
            case m.QueueLeft():
                self._left_queue(state, m.QueueResult.BRIDGED)

    def _start_queue_waiting(self, state: Queued) -> None:
        wait = state.element.attributes.get("waitUrl")
        if wait is None:
            self._start_waiting(m.Source(), Place.QUEUE)
        elif wait.strip():
            try:
                url = self._resolve(wait)
            except DocumentError as error:
                self._out.append(m.LeaveQueue(m.QueueResult.ERROR))
                self._fail(error.code, error.message, self._base)
                return
            method = verbs.word(state.element, "waitUrlMethod")
            self._start_waiting(m.Source(url, method), Place.QUEUE)

    def _queue_parameters(self, state: Queued, result: m.QueueResult) -> dict[str, str]:
        seconds = int(((state.served_at or self._now) - state.since).total_seconds())
        return {
            "QueueResult": result.value,
            "QueueSid": state.sid,
            "QueueTime": str(seconds),
        }

    def _left_queue(self, state: Queued, result: m.QueueResult) -> None:
        self._stop_waiting()
        if verbs.word(state.element, "action"):
            self._action(state.element, self._queue_parameters(state, result))
        else:
            self._next()

    # --- Dial ---------------------------------------------------------------------------------

    def _dial(self, element: Element) -> bool:
        wanted = dialplan.read(element, self._resolve)
        if wanted is None:
            self._warn(element, "<Dial> names nobody whom this network can reach.")
            if not verbs.word(element, "action"):
                return False
            self._action(element, {"DialCallStatus": "failed"})
            return True
        self._state = Dialling(element)
        self._out.append(wanted)
        return True

    def _dial_ended(self, parameters: Mapping[str, str]) -> None:
        state = self._state
        if not isinstance(state, Dialling):
            return
        self._stop_waiting()
        wants_action = bool(verbs.word(state.element, "action"))
        if self._hung_up:
            if wants_action:
                self._notice(state.element, parameters)
            self.over = True
        elif wants_action:
            self._action(state.element, parameters)
        else:
            self._next()

    def _notice(self, element: Element, parameters: Mapping[str, str]) -> None:
        if not verbs.word(element, "action"):
            return
        try:
            url = self._resolve(verbs.word(element, "action"))
        except DocumentError:
            return  # nobody waits for its answer
        self._out.append(m.Notice(url, request_method(verbs.word(element, "method")), parameters))

    # --- waiting ------------------------------------------------------------------------------

    def _start_waiting(self, source: m.Source, place: Place) -> None:
        self._stop_waiting()
        if not isinstance(self._state, Queued | Dialling):
            return
        if not source.url and source.twiml is None:
            self._music = True
            self._out.append(m.Music(on=True))
            return
        self._inner = type(self)(self._rules, answered=True, place=place, tokens=self._tokens)
        self._inside(m.Begun(source), self._now)

    def _stop_waiting(self) -> None:
        if self._music:
            self._music = False
            self._out.append(m.Music(on=False))
        inner, self._inner = self._inner, None
        if inner is not None:
            inner._out = self._out  # noqa: SLF001 -- the same class
            inner._drop()  # noqa: SLF001 -- the same class

    def _inside(self, event: m.Event, now: datetime) -> None:
        """Let the wait document take an event, and see whether it ended the waiting."""
        inner = self._inner
        if inner is None:
            return
        self._out.extend(inner.handle(event, now))
        outcome, inner.outcome = inner.outcome, None
        state = self._state
        if outcome is None or not isinstance(state, Queued):
            return  # a failed document leaves silence behind
        if outcome is Outcome.LEFT:
            self._out.append(m.LeaveQueue(m.QueueResult.LEAVE))
            self._left_queue(state, m.QueueResult.LEAVE)
        elif outcome is Outcome.HUNG_UP:
            self._leave_queue(state, m.QueueResult.HANGUP)
            self._end(m.Ending.HANGUP)

    def _leave_queue(self, state: Queued, result: m.QueueResult) -> None:
        self._stop_waiting()
        self._out.append(m.LeaveQueue(result))
        self._notice(state.element, self._queue_parameters(state, result))
