"""The switchboard's `Telephony`, by the network's REST API and the stock `twilio` client."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, urlencode

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from ivr.network_http import NetworkHttp
from switchboard.telephony import TelephonyError

NOT_FOUND = 404
NOT_IN_PROGRESS = 21220
LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
# Seconds: long enough to come from the next room, short enough for a representative to wait.
CALL_BACK_RINGS = 40
Result = TypeVar("Result")


class TwilioTelephony:
    """Moves live calls about. Every method raises `TelephonyError` where the network refuses."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_base_url: str,
        api_base_url: str | None = None,
        auth_token_next: str = "",
        records: bool = False,
    ) -> None:
        http = NetworkHttp(api_base_url, auth_token_next)
        self._client = Client(account_sid, auth_token, http_client=http)
        self._voice = f"{public_base_url}/voice"
        # Who keys something has left the conference meanwhile, so no key is ever recorded.
        self._recording = {"conference_record": "record-from-start"} if records else {}

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring the representative's endpoint into the conference, then bring the caller there."""
        self.ring(call_sid, conference=conference, endpoint=endpoint, caller_id=caller_id)
        try:
            self.ask(call_sid, "conversation")
        except TelephonyError:
            # The caller has gone meanwhile: nobody is left alone in the conference.
            self.end_conference(conference)
            raise

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring the representative's endpoint into the conference."""
        told = urlencode({"call": call_sid, "endpoint": endpoint})
        watch = f"{self._voice}/representative-status?{told}"

        def ring() -> None:
            self._client.conferences(conference).participants.create(
                from_=caller_id,
                to=endpoint,
                beep="false",
                end_conference_on_exit=False,
                early_media=False,
                status_callback=watch,
                status_callback_event=["completed"],
                **self._recording,
            )

        self._attempt(ring)

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        """Call a number from the line's own; the new call's identifier.

        No machine is listened for: whoever answers has to press a key.
        """
        url = f"{self._voice}/{url_path}"

        def call() -> str:
            created = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                status_callback=f"{url}/status",
                status_callback_event=["completed"],
                timeout=CALL_BACK_RINGS,
            )
            return str(created.sid)

        return self._attempt(call)

    def ask(self, call_sid: str, what: str) -> None:
        """Redirect the caller to the flow's entry `what`."""
        url = f"{self._voice}/redirected/{quote(what)}"
        self._attempt(lambda: self._client.calls(call_sid).update(url=url, method="POST"))

    def hang_up(self, call_sid: str) -> None:
        """End the caller's call; one that has ended already is as it should be."""
        try:
            self._attempt(lambda: self._client.calls(call_sid).update(status="completed"))
        except TelephonyError:
            if self.is_live(call_sid):
                raise

    def end_conference(self, conference: str) -> None:
        """End a conference; one that is over already is as it should be."""
        try:
            self._client.conferences(conference).update(status="completed")
        except TwilioRestException as error:
            if error.status != NOT_FOUND:
                raise TelephonyError(_sentence(error)) from error
        except (TwilioException, RequestException) as error:
            raise TelephonyError(_sentence(error)) from error

    def is_live(self, call_sid: str) -> bool:
        """Whether the network still has the call."""
        try:
            return self._client.calls(call_sid).fetch().status in LIVE
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return False
            raise TelephonyError(_sentence(error)) from error
        except (TwilioException, RequestException) as error:
            raise TelephonyError(_sentence(error)) from error

    @staticmethod
    def _attempt(act: Callable[[], Result]) -> Result:
        try:
            return act()
        except (TwilioException, RequestException) as error:
            raise TelephonyError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, TwilioRestException):
        return f"The telephone network refused ({error.code}): {error.msg}"
    return f"The telephone network does not answer: {type(error).__name__}."
