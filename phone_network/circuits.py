"""Carries a call of the account to another of its numbers: a leg out, a leg in, one circuit."""

from typing import TYPE_CHECKING, Any

from phone_network.calls import Call, Line, Status

if TYPE_CHECKING:
    from phone_network.exchange import Exchange


class Circuit:
    """What is rung by the leg out; it calls the number, and carries tones and the end both ways.

    What is spoken is not carried: nobody listens but two documents.
    """

    def __init__(self, exchange: "Exchange", outward: Call) -> None:
        self.name = f"circuit to {outward.to}"
        self._exchange = exchange
        self._outward = outward
        self._inward: Call | None = None

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 -- a line's protocol
        """Hear of the leg out."""
        exchange, inward = self._exchange, self._inward
        if event == "ringing":
            far: Line = _FarEnd(self)
            self._inward = exchange.place(far, self._outward.to, self._outward.from_)
        elif event == "tones" and inward is not None:
            _press(exchange, inward, data["digits"])
        elif event == "ended" and inward is not None:
            exchange.hang_up(inward)

    def tell_inward(self, event: str, **data: Any) -> None:  # noqa: ANN401 -- as above
        """Hear of the leg in."""
        exchange, outward = self._exchange, self._outward
        if event == "answered":
            exchange.answer(outward, self)
        elif event == "tones":
            _press(exchange, outward, data["digits"])
        elif event == "ended" and outward.status is Status.RINGING:
            exchange.end(outward, Status(data["status"]), data["reason"])
        elif event == "ended":
            exchange.hang_up(outward, data["reason"])


class _FarEnd:
    """The circuit as the leg in sees it: whoever calls."""

    def __init__(self, circuit: Circuit) -> None:
        self.name = circuit.name
        self._circuit = circuit

    def tell(self, event: str, **data: Any) -> None:  # noqa: ANN401 -- a line's protocol
        """Hear of the leg in."""
        self._circuit.tell_inward(event, **data)


def _press(exchange: "Exchange", call: Call, digits: str) -> None:
    for key in digits:
        if call.live:
            exchange.press(call, key)
