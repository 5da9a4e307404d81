"""How a call comes to each step of the flow, and every kind of request that can meet it there.

A way is a list of acts: `keys X`, `post X` and `person X` (what a representative does). The step
that is reached is measured with one more request. Steps at which the register is asked within the
turn (looking up, opening, issuing and the like) are part of the turn that passes through them.
"""

from dataclasses import dataclass
from typing import Final

from ivr.session import Step

ARRIVED: Final = ("post incoming",)
FOUND: Final = (*ARRIVED, "keys product")
OPENED: Final = (*FOUND, "keys server")
QUEUED: Final = (*OPENED, "keys 0")
TALKING: Final = (*QUEUED, "person offer", "person answer", "post redirected/conversation")
ISSUED: Final = (*TALKING, "person issue")
PROVING: Final = (*ISSUED, "post redirected/closing_code")
CLOSING: Final = (*PROVING, "keys last group")
ANOTHER: Final = (*CLOSING, "keys closing code")
OFFERED: Final = (*QUEUED, "post wait", "post wait 1")
PROMISED: Final = (*OFFERED, "keys 1")
CALLING: Final = (*PROMISED, "person offer", "person answer")

# How each step is reached at which a request of the network can find a call.
REACHED: Final[dict[Step, tuple[str, ...]]] = {
    Step.ARRIVING: (),
    Step.PRODUCT_ID: ARRIVED,
    Step.RESUMING: (*FOUND, "keys half of the server", "post status", "ring again", *ARRIVED),
    Step.COUNTRY: (*ARRIVED, "keys product abroad"),
    Step.HELP: (*ARRIVED, "keys **"),
    Step.LICENSE_SERVER_ID: FOUND,
    Step.MARKING: (*FOUND, "keys groups of two"),
    Step.RECEIPT: (*ANOTHER, "keys 1", "keys receipt"),
    Step.CONFIRMATION: (*ANOTHER, "keys 1", "keys receipt", "keys 1"),
    Step.PACK: (*ANOTHER, "keys 1", "keys pack"),
    Step.REASON: OPENED,
    Step.QUEUED: QUEUED,
    Step.TALKING: TALKING,
    Step.CHALLENGE: (
        *OPENED,
        "keys 5",
        "person offer",
        "person answer",
        "post redirected/conversation",
        "post redirected/challenge",
    ),
    Step.READING: (*ISSUED, "post redirected/reading"),
    Step.LAST_GROUP: PROVING,
    Step.CHOOSING_GROUP: (*PROVING, "keys 00000"),
    Step.CLOSING_CODE: CLOSING,
    Step.ANOTHER: ANOTHER,
    Step.CALL_BACK: OFFERED,
    Step.AWAITING_CALL: CALLING,
    Step.CALLED_BACK: (*CALLING, "post called back"),
    Step.ENDED: (*ARRIVED, "post status"),
}
KEYS: Final[dict[Step, tuple[str, ...]]] = {
    Step.PRODUCT_ID: ("group", "product", "*", "**", "case number"),
    Step.RESUMING: ("proof", "00", "*"),
    Step.COUNTRY: ("1", "2"),
    Step.HELP: ("7", "1"),
    Step.LICENSE_SERVER_ID: ("group of the server", "server", "*"),
    Step.MARKING: ("3",),
    Step.RECEIPT: ("1", "4"),
    Step.CONFIRMATION: ("1", "*"),
    Step.PACK: ("1", "2"),
    Step.REASON: ("1", "6", "0", "*"),
    Step.CHALLENGE: ("answer", "000000", "*"),
    Step.READING: ("1", "2", "3", "7"),
    Step.LAST_GROUP: ("last group", "00000"),
    Step.CHOOSING_GROUP: ("3",),
    Step.CLOSING_CODE: ("closing code", "0000", "*"),
    Step.ANOTHER: ("1", "2", "3"),
    Step.CALL_BACK: ("1", "2"),
    Step.CALLED_BACK: ("1", "9", "5"),
}
# Steps with a menu or a Gather, where nothing may be pressed.
LISTENING: Final = tuple(KEYS)
REDIRECTED: Final[dict[Step, tuple[str, ...]]] = {
    Step.TALKING: ("conversation", "closing_code", "reading", "challenge"),
    Step.READING: ("conversation", "closing_code", "reading"),
    Step.LAST_GROUP: ("conversation", "closing_code", "reading"),
    Step.CHOOSING_GROUP: ("conversation", "reading"),
    Step.CLOSING_CODE: ("conversation", "closing_code"),
    Step.CHALLENGE: ("conversation", "challenge"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A step, how it is reached, and the request that is measured there."""

    step: Step
    acts: tuple[str, ...]
    measured: str

    @property
    def name(self) -> str:
        """Both, as one name of a figure."""
        return f"{self.step}.{self.measured.replace(' ', '_').replace('/', '_') or 'nothing'}"


def every() -> tuple[Way, ...]:
    """All of them, in the order of the steps."""
    ways: list[Way] = [Way(Step.ARRIVING, (), "post incoming")]
    for step, acts in REACHED.items():
        ways += [Way(step, acts, f"keys {keys}") for keys in KEYS.get(step, ())]
        if step in LISTENING:
            ways.append(Way(step, acts, "keys "))
        ways += [Way(step, acts, f"post redirected/{to}") for to in REDIRECTED.get(step, ())]
    waiting = (*QUEUED, "post wait")
    ways += [
        Way(Step.QUEUED, QUEUED, "post wait"),
        Way(Step.QUEUED, waiting, "post wait"),
        Way(Step.QUEUED, waiting, "post wait 1"),
        Way(Step.QUEUED, waiting, "post wait 2"),
        Way(Step.QUEUED, (*waiting, "person offer", "person answer"), "post redirected/queue"),
        Way(Step.TALKING, (*TALKING, "person lost"), "post redirected/queue"),
        Way(Step.AWAITING_CALL, CALLING, "post called back"),
        Way(Step.AWAITING_CALL, CALLING, "post called back/status"),
    ]
    ways += [Way(step, acts, "post status") for step, acts in REACHED.items() if acts]
    return tuple(ways)
