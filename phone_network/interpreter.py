"""Runs the TwiML of one call, sans I/O: events and the time go in, actions come out.

An interpreter knows no socket, clock or task. `handle` takes one event and gives the actions
that follow from it; the exchange carries them out and hands their outcome back as events.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from phone_network import messages as m
from phone_network import verbs
from phone_network.errors import DocumentError
from phone_network.gathering import Gathering
from phone_network.playing import Player, cues
from phone_network.states import Dialling, Fetching, Outcome, Playing, Queued, Resting
from phone_network.twiml import Element
from phone_network.verbs import Place
from phone_network.waiting import Waiter

MAX_BUFFERED: Final = 100  # keys kept for a Gather to come


class Interpreter(Waiter):
    """One call's program, or a wait document inside one."""

    _keys = ""

    def handle(self, event: m.Event, now: datetime) -> tuple[m.Action, ...]:  # noqa: C901 -- one arm for each event
        """Take one event and give what follows from it, in order."""
        if self.over:
            return ()
        self._out, self._now = [], now
        match event:
            case m.Fetched() | m.FetchFailed() | m.Fired():
                self._answered_by_token(event, now)
            case m.Begun(source):
                self._load(source)
            case m.Key(key):
                self._key(key, event, now)
            case m.HungUp():
                self._caller_left()
            case m.Redirected(source):
                self._redirect(source)
            case m.Connected():
                self._answer()
            case m.WaitStarted(source):
                self._start_waiting(source, Place.CONFERENCE)
            case m.WaitEnded():
                self._stop_waiting()
            case m.DialEnded(parameters):
                self._dial_ended(parameters)
            case m.QueueJoined() | m.QueueRefused() | m.QueueServed() | m.QueueLeft():
                self._queue_event(event)
            case _:
                assert_never(event)
        return tuple(self._out)

    # --- documents ----------------------------------------------------------------------------

    def _answered_by_token(self, event: m.Fetched | m.FetchFailed | m.Fired, now: datetime) -> None:
        state = self._state
        match state:
            case Fetching(token=token) if token == event.token:
                if isinstance(event, m.Fetched):
                    self._document_came(event)
                elif isinstance(event, m.FetchFailed):
                    self._fail(event.code, event.message, event.url)
            case Playing(player=player) if player.token == event.token:
                self._play_on(state)
            case Resting(token=token) if token == event.token:
                self._load(self._source)
            case Gathering() if state.owns(event.token):
                self._out.extend(state.fired(event.token))
                self._gathered(state)
            case Queued() | Dialling() if self._inner is not None:
                self._inside(event, now)
            case _:
                pass  # of something that is over

    # --- verbs --------------------------------------------------------------------------------

    def _next(self) -> None:
        """Run verbs until one takes time or the document is over."""
        self._state = None
        for element in self._verbs:
            if not verbs.runnable(element, self._place):
                continue
            self._out.append(
                m.Trace(
                    element.name, element.attributes, element.text, element.line, element.column
                )
            )
            try:
                blocked = self._execute(element)
            except DocumentError as error:
                self._fail(error.code, error.message, self._base, element.line, element.column)
                return
            self._first = False
            if blocked:
                return
        self._ran_out()

    def _ran_out(self) -> None:
        match self._place:
            case Place.CALL:
                self._answer()
                self._end(m.Ending.DOCUMENT_END)
            case Place.QUEUE if not self._took_time():
                token = next(self._tokens)
                self._state = Resting(token)
                self._out.append(m.Timer(token, self._rules.empty_wait_pause))
            case Place.QUEUE:
                self._load(self._source)
            case Place.CONFERENCE:
                pass  # silence from here on

    def _execute(self, element: Element) -> bool:  # noqa: C901 -- one arm for each verb
        """Run one verb; true when the document has to wait for it or is left."""
        name = element.name
        if name == "Reject":
            return self._reject(element)
        if name != "Pause" and not (name == "Dial" and verbs.flag(element, "answerOnBridge")):
            self._answer()
        match name:
            case "Say" | "Play" | "Pause":
                voice, length = self._rules.speaker, self._rules.play_seconds
                state = Playing(Player(self._tokens, cues(element, voice, length)))
                return self._begin_playing(state)
            case "Gather":
                self._gather(element)
            case "Redirect":
                target = self._resolve(element.own_text)
                self._load(m.Source(target, verbs.word(element, "method")))
            case "Hangup":
                self._hang_up()
            case "Leave":
                if self._place is not Place.QUEUE:
                    return False
                self.outcome = Outcome.LEFT
            case "Enqueue":
                self._enqueue(element)
            case "Dial":
                return self._dial(element)
            case _:
                self._warn(element, f"<{name}> is accepted and not simulated.")
                return False
        return True

    def _reject(self, element: Element) -> bool:
        if self._answered or not self._first:
            self._warn(element, "<Reject> has no effect after the call was answered.")
            return False
        busy = verbs.word(element, "reason") == "busy"
        self._end(m.Ending.BUSY if busy else m.Ending.REJECTED)
        return True

    def _hang_up(self) -> None:
        if self._place is Place.CALL:
            self._end(m.Ending.HANGUP)
        else:
            self.outcome = Outcome.HUNG_UP

    def _end(self, ending: m.Ending) -> None:
        self.over = True
        self._out.append(m.End(ending))

    def _begin_playing(self, state: Playing) -> bool:
        actions = state.player.step()
        if actions is None:
            return False
        self._state = state
        self._out.extend(actions)
        return True

    def _play_on(self, state: Playing) -> None:
        self._out.extend(state.player.step() or [])
        if state.player.playing:
            return
        if state.last:
            self._end(m.Ending.FAILURE)
        else:
            self._next()

    # --- Gather -------------------------------------------------------------------------------

    def _gather(self, element: Element) -> None:
        state = Gathering(element, self._tokens, self._rules)
        self._state = state
        self._out.extend(state.begin())
        while self._keys and self._state is state:
            key, self._keys = self._keys[0], self._keys[1:]
            self._out.extend(state.key(key))
            self._gathered(state)

    def _gathered(self, state: Gathering) -> None:
        """Go on where the Gather is over: to its action, or to the next verb."""
        if state.result is None:
            return
        parameters = state.parameters(state.result, self._rules)
        if parameters is None:
            self._next()
        else:
            self._action(state.element, parameters)

    def _action(self, element: Element, parameters: Mapping[str, str]) -> None:
        """Request a verb's action; what follows the verb is then never reached."""
        self._state = None
        try:
            url = self._resolve(verbs.word(element, "action"))
        except DocumentError as error:
            self._fail(error.code, error.message, self._base, element.line, element.column)
            return
        self._load(m.Source(url, verbs.word(element, "method")), parameters)

    def _key(self, key: str, event: m.Event, now: datetime) -> None:
        match self._state:
            case Gathering() as state:
                self._instant = 0
                self._out.extend(state.key(key))
                self._gathered(state)
            case Queued() if self._inner is not None:
                self._inside(event, now)
            case Dialling(element=element) if key == "*" and verbs.flag(element, "hangupOnStar"):
                self._out.append(m.Disconnect())
            case _:
                if self._rules.buffer_keys and len(self._keys) < MAX_BUFFERED:
                    self._keys += key
                self._out.append(m.Ignored(key))

    # --- from outside -------------------------------------------------------------------------

    def _drop(self) -> None:
        """Stop whatever plays or is waited for inside this document."""
        match self._state:
            case Playing(player=player):
                self._out.extend(player.stop())
            case Gathering() as gathering:
                self._out.extend(gathering.stop())
            case Resting(token=token):
                self._out.append(m.Cancel(token))
            case _:
                pass
        self._state = None

    def _redirect(self, source: m.Source) -> None:
        match self._state:
            case Queued() as state:
                self._leave_queue(state, m.QueueResult.REDIRECTED)
            case Dialling():
                self._stop_waiting()
                self._out.append(m.Disconnect())
            case _:
                pass
        self._drop()
        self._keys = ""
        self._instant = 0
        self._load(source)

    def _caller_left(self) -> None:
        self._hung_up = True
        match self._state:
            case Queued() as state:
                self._leave_queue(state, m.QueueResult.HANGUP)
            case Dialling():
                self._stop_waiting()
                self._out.append(m.Disconnect())
                return  # its end is reported to the action first
            case _:
                pass
        self._drop()
        self.over = True
