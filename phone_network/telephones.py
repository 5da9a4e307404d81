"""A telephone or device at the network, whoever acts on it and however that is carried.

It holds virtual time from its beginning, and from every event handed to it, until it says `wait`
or `sleep`. Events are numbered; whoever says which has been seen (`"seen": n`) goes on holding the
time while a later one is still on its way, so nothing is lost between the two.
"""

import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from phone_network import tokens
from phone_network.calls import Call
from phone_network.clock import Alarm
from phone_network.errors import NetworkError
from phone_network.exchange import Exchange

MAX_SLEEP: Final = 86400.0  # seconds
KEYS: Final = frozenset("0123456789*#ABCD")
DEFAULT_PACE: Final = 0.6  # seconds between two keys
_QUIET: Final = frozenset({"hello", "sleep", "wait"})


class ActorError(NetworkError):
    """The actor asked for something that can't be; told to it, nothing else happens."""


class Telephone(ABC):
    """What can be done at the network. `trusted` ones may be any telephone or client.

    Others need a token.
    """

    _numbers = itertools.count(1)

    def __init__(self, exchange: Exchange, *, trusted: bool) -> None:
        self.name = f"actor {next(self._numbers)}"
        self._exchange = exchange
        self._hold = self.name
        self._busy = False
        self._trusted = trusted
        self._identity: str | None = None
        self._sequence = 0
        self._sleep: Alarm | None = None
        self._presses: dict[str, deque[str]] = {}
        self._next_press: dict[str, Alarm] = {}

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 -- becomes JSON
        """Queue an event; from here on the actor is busy."""
        self._keep_busy()
        self._sequence += 1
        at = self._exchange.clock.now().isoformat()
        self._emit({"event": event, "seq": self._sequence, "at": at, **data})

    @abstractmethod
    def _emit(self, event: dict[str, Any]) -> None:
        """Bring an event to whoever acts here."""

    def gone(self) -> None:
        """Whoever acted here is gone: its calls end, and time is held no more."""
        if self._sleep is not None:
            self._sleep.cancel()
        self._exchange.lost(self)
        self._rest()

    def _keep_busy(self) -> None:
        if not self._busy:
            self._busy = True
            self._exchange.clock.hold(self._hold)

    def _rest(self) -> None:
        if self._busy:
            self._busy = False
            self._exchange.clock.release(self._hold)

    # --- what it asks for ---------------------------------------------------------------------

    def act(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks for; what can't be done is told as an `error`."""
        try:
            what = message.get("do")
            act = self._acts().get(what) if isinstance(what, str) else None
            if act is None:
                known = ", ".join(sorted(self._acts()))
                raise ActorError(f"There is no {what!r}; an actor can do: {known}.")
            if not self._trusted and self._identity is None and what not in _QUIET:
                raise ActorError("Say hello with an access token or the auth token first.")
            act(message)
        except NetworkError as error:
            self.tell("error", message=str(error))

    def _acts(self) -> Mapping[str, Callable[[Mapping[str, Any]], None]]:
        return {
            "hello": self._hello,
            "register": self._register,
            "call": self._place,
            "press": self._press,
            "stop_pressing": self._stop_pressing,
            "say": self._say,
            "answer": self._answer,
            "reject": self._reject,
            "hang_up": self._hang_up,
            "sleep": self._sleep_for,
            "wait": self._wait,
        }

    def _hello(self, message: Mapping[str, Any]) -> None:
        if name := _text(message, "name", needed=False):
            self._rename(name)
        token = _text(message, "token", needed=False)
        if not token:
            return
        if token in self._exchange.auth_tokens.held():
            self._trusted = True
        else:
            keys = {key.sid: key.secret for key in self._exchange.holdings.keys.values()}
            self._identity = tokens.identity(token, self._exchange.account_sid, keys)
            self._trusted = False

    def _rename(self, name: str) -> None:
        busy = self._busy
        self._rest()
        number = self.name.rpartition(" ")[2]
        self.name = self._hold = f"{name[:60]} {number}"
        if busy:
            self._keep_busy()

    def _register(self, message: Mapping[str, Any]) -> None:
        client = _text(message, "client", needed=False)
        if self._identity is not None and client != self._identity:
            raise ActorError(f"This access token is for the client {self._identity!r} only.")
        address = f"client:{client}" if client else _text(message, "number")
        address = self._exchange.lines.register(address, self)
        kind, value = ("client", client) if client else ("number", address)
        self.tell("registered", **{kind: value})

    def _place(self, message: Mapping[str, Any]) -> None:
        if self._identity is not None:
            raise ActorError("A device with an access token can't call out yet.")
        from_ = _text(message, "from", needed=False) or "anonymous"
        self._exchange.place(self, _text(message, "to"), from_)

    def _press(self, message: Mapping[str, Any]) -> None:
        call = self._own(message)
        digits = _text(message, "digits")
        wrong = sorted(set(digits) - KEYS - {"w", "W"})
        if wrong:
            raise ActorError(f"There is no key {wrong[0]!r}.")
        pace = message.get("pace", DEFAULT_PACE)
        if not isinstance(pace, int | float) or isinstance(pace, bool) or not 0 <= pace <= 60:  # noqa: PLR2004 -- a minute for one key is plenty
            raise ActorError("The pace has to be seconds from 0 to 60.")
        waiting = self._presses.setdefault(call.sid, deque())
        idle = not waiting
        waiting.extend(digits)
        if idle:
            self._press_on(call, float(pace), digits)

    def _press_on(self, call: Call, pace: float, digits: str) -> None:
        """Press one key, and the next after the pace."""
        waiting = self._presses[call.sid]
        if not call.live:
            waiting.clear()
            return
        key = waiting[0]
        pause = {"w": 0.5, "W": 1.0}.get(key)
        if pause is None:
            self._exchange.press(call, key)
        waiting.popleft()
        if not call.live:
            waiting.clear()
        elif waiting:
            self._next_press[call.sid] = self._exchange.later(
                call, pause or pace, lambda: self._press_on(call, pace, digits)
            )
        else:
            self.tell("pressed", call=call.sid, digits=digits)

    def _stop_pressing(self, message: Mapping[str, Any]) -> None:
        """Take the finger off: keys that were asked for and not pressed yet are not."""
        call = self._own(message)
        waiting = self._presses.get(call.sid)
        if waiting:
            left = "".join(waiting)
            waiting.clear()
            self._next_press[call.sid].cancel()
            self.tell("stopped", call=call.sid, left=left)

    def _say(self, message: Mapping[str, Any]) -> None:
        call = self._own(message)
        self._exchange.talking.say(call, _text(message, "text")[:4000])

    def _answer(self, message: Mapping[str, Any]) -> None:
        call = self._known(message)
        if not self._exchange.answer(call, self):
            raise ActorError("That call is not ringing here.")

    def _reject(self, message: Mapping[str, Any]) -> None:
        self._exchange.reject(self._known(message), self)

    def _hang_up(self, message: Mapping[str, Any]) -> None:
        call = self._known(message)
        if self in call.ringing_at:
            self._exchange.reject(call, self)
        else:
            self._exchange.hang_up(self._own(message))

    def _known(self, message: Mapping[str, Any]) -> Call:
        call = self._exchange.calls.get(_text(message, "call"))
        if call is None or not (call.line is self or self in call.ringing_at):
            raise ActorError("That call is not one of yours.")
        return call

    def _own(self, message: Mapping[str, Any]) -> Call:
        call = self._known(message)
        if call.line is not self or not call.live:
            raise ActorError("That call is over or has not been answered.")
        return call

    def _sleep_for(self, message: Mapping[str, Any]) -> None:
        seconds = message.get("seconds")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SLEEP:
            raise ActorError(f"Sleep needs seconds from 0 to {MAX_SLEEP:g}.")
        if self._sleep is not None:
            self._sleep.cancel()
        self._sleep = self._exchange.clock.call_later(
            float(seconds), lambda: self.tell("woke", seconds=seconds)
        )
        self._wait(message)

    def _wait(self, message: Mapping[str, Any]) -> None:
        seen = message.get("seen", self._sequence)
        if not isinstance(seen, int) or seen >= self._sequence:
            self._rest()


def _text(message: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or (needed and not value):
        raise ActorError(f"{message.get('do')} needs {name}, a text.")
    if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ActorError(f"{name} holds half a character.")
    return value
