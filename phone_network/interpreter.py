"""Runs the TwiML of one call, sans I/O: events and the time go in, actions come out.

An interpreter knows no socket, clock or task. `handle` takes one event and gives the actions
that follow from it; the exchange carries them out and hands their outcome back as events. While
a call waits in a queue or a conference, a second interpreter inside runs the wait document.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, assert_never
from urllib.parse import urldefrag, urljoin, urlsplit

from phone_network import dialplan, documents, twiml, verbs
from phone_network import messages as m
from phone_network.errors import (
    INVALID_URL,
    SCHEMA_WARNING,
    TOO_MANY_REDIRECTS,
    DocumentError,
)
from phone_network.gathering import Gathering
from phone_network.playing import Player, cues
from phone_network.rules import Rules
from phone_network.twiml import Element
from phone_network.verbs import Place

APPLICATION_ERROR: Final = "We are sorry. An application error has occurred. Goodbye."


class Outcome(Enum):
    """How a wait document ended the waiting."""

    LEFT = "left"
    HUNG_UP = "hung up"
    FAILED = "failed"


@dataclass(slots=True)
class _Fetching:
    token: int
    purpose: m.Purpose


@dataclass(slots=True)
class _Playing:
    player: Player
    last: bool = False  # the application error message: the call ends after it


@dataclass(slots=True)
class _Resting:
    """A wait document that took no time is requested again after a moment."""

    token: int


@dataclass(slots=True)
class _Queued:
    element: Element
    since: datetime
    sid: str = ""
    served_at: datetime | None = None


@dataclass(slots=True)
class _Dialling:
    element: Element


_State = _Fetching | _Playing | _Resting | Gathering | _Queued | _Dialling


def _method(text: str) -> str:
    return "GET" if text.strip().upper() == "GET" else "POST"


class Interpreter:
    """One call's program. `over` is true once nothing more will come of it."""

    def __init__(
        self,
        rules: Rules,
        *,
        answered: bool = False,
        fallback: m.Source | None = None,
        place: Place = Place.CALL,
        tokens: Iterator[int] | None = None,
    ) -> None:
        self.over = False
        self.outcome: Outcome | None = None
        self._rules = rules
        self._answered = answered
        self._fallback = fallback
        self._place = place
        self._tokens = tokens if tokens is not None else itertools.count(1)
        self._state: _State | None = None
        self._inner: Interpreter | None = None
        self._music = False
        self._source = m.Source()
        self._base = ""
        self._verbs: Iterator[Element] = iter(())
        self._first = True
        self._hung_up = False
        self._in_fallback = False
        self._instant = 0
        self._keys = ""
        self._out: list[m.Action] = []
        self._now = datetime.min  # noqa: DTZ901 -- replaced by the first event's time

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

    def _load(
        self,
        source: m.Source,
        parameters: Mapping[str, str] | None = None,
        purpose: m.Purpose | None = None,
    ) -> None:
        """Request a document, or run it at once where it was handed in."""
        self._instant += 1
        if self._instant > self._rules.max_instant_documents:
            self._instant = 0
            self._in_fallback = True  # its fallback would go round as well
            self._fail(TOO_MANY_REDIRECTS, "Documents follow each other without end.", source.url)
            return
        self._source = source
        self._in_fallback = purpose is m.Purpose.FALLBACK
        if source.twiml is not None:
            self._run_inline(source.twiml)
            return
        if purpose is None:
            purpose = m.Purpose.DOCUMENT if self._place is Place.CALL else m.Purpose.WAIT
        token = next(self._tokens)
        self._state = _Fetching(token, purpose)
        self._out.append(
            m.Fetch(token, source.url, _method(source.method), purpose, parameters or {})
        )

    def _answered_by_token(self, event: m.Fetched | m.FetchFailed | m.Fired, now: datetime) -> None:
        state = self._state
        match state:
            case _Fetching(token=token) if token == event.token:
                if isinstance(event, m.Fetched):
                    self._document_came(event)
                elif isinstance(event, m.FetchFailed):
                    self._fail(event.code, event.message, event.url)
            case _Playing(player=player) if player.token == event.token:
                self._instant = 0
                self._play_on(state)
            case _Resting(token=token) if token == event.token:
                self._instant = 0
                self._load(self._source)
            case Gathering() if state.owns(event.token):
                self._instant = 0
                self._out.extend(state.fired(event.token))
                self._gathered(state)
            case _Queued() | _Dialling() if self._inner is not None:
                self._inside(event, now)
            case _:
                pass  # of something that is over

    def _document_came(self, event: m.Fetched) -> None:
        self._base = urldefrag(event.url).url
        try:
            root = documents.read(self._base, event.content_type, event.body)
        except DocumentError as error:
            self._fail(error.code, error.message, self._base, error.line, error.column)
        else:
            self._run(root)

    def _run_inline(self, text: str) -> None:
        self._base = ""
        try:
            root = twiml.parse(text)
        except DocumentError as error:
            self._fail(error.code, error.message, "", error.line, error.column)
        else:
            self._run(root)

    def _run(self, root: Element) -> None:
        try:
            findings = documents.check(root, self._place, self._rules)
        except DocumentError as error:
            self._fail(error.code, error.message, self._base, error.line, error.column)
            return
        for each in findings:
            self._warned(each.code, each.message, each.line, each.column)
        self._verbs = iter(root.children)
        self._next()

    def _fail(
        self, code: int, message: str, url: str, line: int | None = None, column: int | None = None
    ) -> None:
        """Let the fallback take over after a failure, else apologise and end."""
        self._out.append(m.Warned(code, message, fatal=True, url=url, line=line, column=column))
        self._state = None
        if self._place is not Place.CALL:
            self.outcome = Outcome.FAILED
        elif self._fallback is not None and not self._in_fallback:
            parameters = {"ErrorCode": str(code), "ErrorUrl": url}
            self._load(self._fallback, parameters, m.Purpose.FALLBACK)
        else:
            self._answer()
            say = documents.one("Say", APPLICATION_ERROR).children[0]
            player = Player(self._tokens, cues(say, self._rules.rate, 0))
            self._state = _Playing(player, last=True)
            self._out.extend(player.step() or [])

    def _resolve(self, reference: str) -> str:
        """Make a URL absolute against the current document; '' means that document."""
        url = self._base
        try:
            url = urljoin(self._base, reference.strip()) if reference.strip() else self._base
            parts = urlsplit(url)
            valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            valid = False
        if not valid:
            what = reference.strip() or "empty"
            raise DocumentError(
                INVALID_URL, f"The URL {what!r} is not absolute, nor is its document's."
            )
        return url

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
            case Place.QUEUE if self._instant:
                token = next(self._tokens)
                self._state = _Resting(token)
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
                rate, length = self._rules.rate, self._rules.play_seconds
                state = _Playing(Player(self._tokens, cues(element, rate, length)))
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

    def _warn(self, element: Element, message: str) -> None:
        self._warned(SCHEMA_WARNING, message, element.line, element.column)

    def _warned(self, code: int, message: str, line: int, column: int) -> None:
        warned = m.Warned(code, message, fatal=False, url=self._base, line=line, column=column)
        self._out.append(warned)

    def _answer(self) -> None:
        if not self._answered:
            self._answered = True
            self._out.append(m.Answer())

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

    def _begin_playing(self, state: _Playing) -> bool:
        actions = state.player.step()
        if actions is None:
            return False
        self._state = state
        self._out.extend(actions)
        return True

    def _play_on(self, state: _Playing) -> None:
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
            case _Queued() if self._inner is not None:
                self._inside(event, now)
            case _Dialling(element=element) if key == "*" and verbs.flag(element, "hangupOnStar"):
                self._out.append(m.Disconnect())
            case _:
                if self._rules.buffer_keys:
                    self._keys += key
                self._out.append(m.Ignored(key))

    # --- Enqueue ------------------------------------------------------------------------------

    def _enqueue(self, element: Element) -> None:
        self._state = _Queued(element, self._now)
        limit = verbs.number(element, "maxQueueSize", 1, 5000)
        sized = bool(verbs.word(element, "maxQueueSize"))
        self._out.append(m.JoinQueue(element.own_text[:64], limit if sized else None))

    def _queue_event(
        self, event: m.QueueJoined | m.QueueRefused | m.QueueServed | m.QueueLeft
    ) -> None:
        state = self._state
        if not isinstance(state, _Queued):
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

    def _start_queue_waiting(self, state: _Queued) -> None:
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

    def _queue_parameters(self, state: _Queued, result: m.QueueResult) -> dict[str, str]:
        seconds = int(((state.served_at or self._now) - state.since).total_seconds())
        return {
            "QueueResult": result.value,
            "QueueSid": state.sid,
            "QueueTime": str(seconds),
        }

    def _left_queue(self, state: _Queued, result: m.QueueResult) -> None:
        self._stop_waiting()
        if verbs.word(state.element, "action"):
            self._action(state.element, self._queue_parameters(state, result))
        else:
            self._next()

    # --- Dial ---------------------------------------------------------------------------------

    def _dial(self, element: Element) -> bool:
        wanted = dialplan.read(element, self._resolve)
        self._state = _Dialling(element)
        if wanted is None:
            self._warn(element, "<Dial> names nobody whom this network can reach.")
            self._dial_ended({"DialCallStatus": "failed"})
        else:
            self._out.append(wanted)
        return True

    def _dial_ended(self, parameters: Mapping[str, str]) -> None:
        state = self._state
        if not isinstance(state, _Dialling):
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
        self._out.append(m.Notice(url, _method(verbs.word(element, "method")), parameters))

    # --- waiting ------------------------------------------------------------------------------

    def _start_waiting(self, source: m.Source, place: Place) -> None:
        self._stop_waiting()
        if not isinstance(self._state, _Queued | _Dialling):
            return
        if not source.url and source.twiml is None:
            self._music = True
            self._out.append(m.Music(on=True))
            return
        self._inner = Interpreter(self._rules, answered=True, place=place, tokens=self._tokens)
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
        if outcome is None or not isinstance(state, _Queued):
            return  # a failed document leaves silence behind
        if outcome is Outcome.LEFT:
            self._out.append(m.LeaveQueue(m.QueueResult.LEAVE))
            self._left_queue(state, m.QueueResult.LEAVE)
        elif outcome is Outcome.HUNG_UP:
            self._leave_queue(state, m.QueueResult.HANGUP)
            self._end(m.Ending.HANGUP)

    # --- from outside -------------------------------------------------------------------------

    def _drop(self) -> None:
        """Stop whatever plays or is waited for inside this document."""
        match self._state:
            case _Playing(player=player):
                self._out.extend(player.stop())
            case Gathering() as gathering:
                self._out.extend(gathering.stop())
            case _Resting(token=token):
                self._out.append(m.Cancel(token))
            case _:
                pass
        self._state = None

    def _leave_queue(self, state: _Queued, result: m.QueueResult) -> None:
        self._stop_waiting()
        self._out.append(m.LeaveQueue(result))
        self._notice(state.element, self._queue_parameters(state, result))

    def _redirect(self, source: m.Source) -> None:
        match self._state:
            case _Queued() as state:
                self._leave_queue(state, m.QueueResult.REDIRECTED)
            case _Dialling():
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
            case _Queued() as state:
                self._leave_queue(state, m.QueueResult.HANGUP)
            case _Dialling():
                self._stop_waiting()
                self._out.append(m.Disconnect())
                return  # its end is reported to the action first
            case _:
                pass
        self._drop()
        self.over = True
