"""The switchboard's `Telephony` at an exchange in the same process: what REST asks for, done."""

from collections.abc import Callable
from urllib.parse import urlencode

from phone_network.calls import Call, Callback
from phone_network.exchange import Exchange
from phone_network.forms import conference_document
from phone_network.messages import Source
from switchboard.telephony import TelephonyError

# Seconds that a telephone rings until nobody is there, as the line asks the network for.
RINGS = 40.0


class ExchangeTelephony:
    """Moves calls about at the exchange of the moment; `voice` is the base of the line's addresses.

    Every method raises `TelephonyError` where there is no such call.
    """

    def __init__(self, exchange: Callable[[], Exchange], voice: str) -> None:
        self._at = exchange
        self._voice = voice

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring the representative's endpoint into the conference, then bring the caller there."""
        self.ring(call_sid, conference=conference, endpoint=endpoint, caller_id=caller_id)
        self.ask(call_sid, "conversation")

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring the representative's endpoint into the conference."""
        told = urlencode({"call": call_sid, "endpoint": endpoint})
        form = {"Beep": "false", "EndConferenceOnExit": "false"}
        self._at().originate(
            endpoint,
            caller_id,
            Source(twiml=conference_document(conference, form)),
            callback=Callback(f"{self._voice}/representative-status?{told}"),
        )

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        """Call a number from the line's own; the new call's identifier."""
        url = f"{self._voice}/{url_path}"
        callback = Callback(f"{url}/status")
        return self._at().originate(to, from_, Source(url), callback=callback, timeout=RINGS).sid

    def ask(self, call_sid: str, what: str) -> None:
        """Redirect the caller to the flow's entry `what`."""
        self._at().redirect(self._live(call_sid), Source(f"{self._voice}/redirected/{what}"))

    def hang_up(self, call_sid: str) -> None:
        """End the caller's call; one that has ended already is as it should be."""
        if self.is_live(call_sid):
            self._at().hang_up(self._live(call_sid), "ended by the application")

    def end_conference(self, conference: str) -> None:
        """End a conference; one that is over already is as it should be."""
        live = self._at().conferences.live(conference)
        if live is not None:
            self._at().conferences.end(live, "ended by the application")

    def is_live(self, call_sid: str) -> bool:
        """Whether the network still has the call."""
        call = self._at().calls.get(call_sid)
        return call is not None and call.live

    def _live(self, call_sid: str) -> Call:
        call = self._at().calls.get(call_sid)
        if call is None or not call.live:
            raise TelephonyError("The call is over.")
        return call
