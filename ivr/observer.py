"""Who is told what the webhooks do, for logs and figures; without anybody it costs nothing."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from ivr.session import Step
from switchboard.model import Call

P = ParamSpec("P")
R = TypeVar("R")


class Observer(Protocol):
    """Told of every request and turn, in its thread. It must not raise, and never gets digits."""

    def request(self, call_sid: str) -> None:
        """A signed request of this call begins."""

    def turn(self, call: Call, step: Step, to: Step, outcome: str, seconds: float) -> None:
        """A turn was taken and committed.

        It led from `step` to `to`; `outcome` is `taken`, `late` (it did not fit the step),
        `repeated` (the network asked twice) or `over` (the call had ended).
        """

    def failed(self, error: BaseException) -> None:
        """A turn failed; the caller heard the apology."""

    def telephony_failed(self) -> None:
        """The network refused an order, or did not answer."""

    def voice_refused(self, name: str) -> None:
        """The network does not speak by this voice; it is passed over from now on."""

    def around(self, what: str, act: Callable[P, R]) -> Callable[P, R]:
        """Watch an act (`turn` or `command`) from its beginning to its end, or give it as it is.

        Asked once, when the parts are put together: whoever does not watch costs no call.
        """


class Unobserved:
    """Nobody looks; whoever looks for one thing alone begins with it."""

    def request(self, call_sid: str) -> None:
        """Nothing is done."""

    def turn(self, call: Call, step: Step, to: Step, outcome: str, seconds: float) -> None:
        """Nothing is done."""

    def failed(self, error: BaseException) -> None:
        """Nothing is done."""

    def telephony_failed(self) -> None:
        """Nothing is done."""

    def voice_refused(self, name: str) -> None:
        """Nothing is done."""

    def around(self, _what: str, act: Callable[P, R]) -> Callable[P, R]:
        """Give it as it is."""
        return act


UNOBSERVED: Observer = Unobserved()
