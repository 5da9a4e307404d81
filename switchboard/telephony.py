"""What the switchboard wants of a telephone network, whichever it is."""

from typing import Protocol


class TelephonyError(Exception):
    """The network refused, or does not answer; the message is a sentence for people."""


class Telephony(Protocol):
    """Moves live calls about. Every method may raise `TelephonyError`."""

    def connect(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring a representative's endpoint into the conference, and bring the caller there."""

    def ring(self, call_sid: str, *, conference: str, endpoint: str, caller_id: str) -> None:
        """Ring a representative's endpoint into a call's conference; the caller comes later."""

    def call_back(self, *, to: str, from_: str, url_path: str) -> str:
        """Call a number; the network's name for the new call.

        Who answers is brought to the flow's entry `url_path`, and the end is told to it.
        """

    def ask(self, call_sid: str, what: str) -> None:
        """Redirect the caller to an entry of the flow, such as `closing_code`."""

    def hang_up(self, call_sid: str) -> None:
        """End the caller's call."""

    def end_conference(self, conference: str) -> None:
        """End a conference, whoever is in it."""

    def is_live(self, call_sid: str) -> bool:
        """Whether the network still has the call."""
