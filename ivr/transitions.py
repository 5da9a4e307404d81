"""The flow's one table: at each step, which events may come, and which steps they lead to.

An event that is not here is refused and changes nothing. `docs/call-flow.md` is drawn from it.
"""

from ivr.events import (
    CallArrived,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    ClosingCodeWanted,
    Confirmed,
    Deactivated,
    Event,
    HungUp,
    KeysPressed,
    NothingPressed,
    NotReached,
    PlaceKept,
    ProductFound,
    PutThrough,
    Refused,
    RepresentativeLost,
    RequestOpened,
    StillWaiting,
)
from ivr.session import Step

KEYING = frozenset(
    {
        Step.PRODUCT_ID,
        Step.LICENSE_SERVER_ID,
        Step.MARKING,
        Step.LOOKING_UP,
        Step.OPENING,
        Step.RECEIPT,
        Step.QUEUED,
    }
)
UNANSWERED = frozenset({Step.QUEUED, Step.ENDED})
ENDED = frozenset({Step.ENDED})

TRANSITIONS: dict[Step, dict[type[Event], frozenset[Step]]] = {
    Step.ARRIVING: {
        CallArrived: frozenset({Step.PRODUCT_ID, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.PRODUCT_ID: {
        KeysPressed: KEYING - {Step.LICENSE_SERVER_ID, Step.OPENING, Step.RECEIPT},
        NothingPressed: UNANSWERED | {Step.PRODUCT_ID},
        HungUp: ENDED,
    },
    Step.LOOKING_UP: {
        ProductFound: frozenset({Step.LICENSE_SERVER_ID}),
        Refused: frozenset({Step.PRODUCT_ID, Step.QUEUED, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.LICENSE_SERVER_ID: {
        KeysPressed: KEYING - {Step.LOOKING_UP},
        NothingPressed: UNANSWERED | {Step.LICENSE_SERVER_ID},
        HungUp: ENDED,
    },
    Step.MARKING: {
        KeysPressed: KEYING - {Step.LOOKING_UP, Step.OPENING, Step.RECEIPT},
        NothingPressed: UNANSWERED | {Step.MARKING},
        HungUp: ENDED,
    },
    Step.RECEIPT: {
        KeysPressed: frozenset(
            {Step.RECEIPT, Step.DEACTIVATING, Step.LICENSE_SERVER_ID, Step.QUEUED}
        ),
        NothingPressed: frozenset({Step.RECEIPT, Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.DEACTIVATING: {
        Deactivated: frozenset({Step.CONFIRMATION}),
        Refused: frozenset({Step.LICENSE_SERVER_ID, Step.QUEUED, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.CONFIRMATION: {
        KeysPressed: frozenset({Step.DEACTIVATING, Step.ENDED}),
        NothingPressed: frozenset({Step.DEACTIVATING, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.OPENING: {
        RequestOpened: frozenset({Step.REASON}),
        Refused: frozenset({Step.LICENSE_SERVER_ID, Step.QUEUED, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.REASON: {
        KeysPressed: frozenset({Step.REASON, Step.QUEUED}),
        NothingPressed: frozenset({Step.REASON, Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.QUEUED: {
        StillWaiting: frozenset({Step.QUEUED}),
        KeysPressed: frozenset({Step.QUEUED, Step.CALL_BACK}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.TALKING: {
        PutThrough: frozenset({Step.TALKING}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CLOSING_CODE: {
        KeysPressed: frozenset({Step.CLOSING_CODE, Step.CONFIRMING}),
        NothingPressed: frozenset({Step.CLOSING_CODE}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CONFIRMING: {
        Confirmed: ENDED,
        Refused: frozenset({Step.CLOSING_CODE}),
        HungUp: ENDED,
    },
    Step.ENDED: {
        HungUp: ENDED,
    },
    Step.CALL_BACK: {
        CallBackPossible: frozenset({Step.CALL_BACK}),
        CallBackRefused: UNANSWERED,
        KeysPressed: UNANSWERED | {Step.CALL_BACK},
        NothingPressed: UNANSWERED | {Step.CALL_BACK},
        PlaceKept: frozenset({Step.AWAITING_CALL}),
        StillWaiting: frozenset({Step.QUEUED}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.AWAITING_CALL: {
        CalledBack: frozenset({Step.CALLED_BACK}),
        NotReached: frozenset({Step.AWAITING_CALL}),
        CallBackMissed: frozenset({Step.AWAITING_CALL, Step.ENDED}),
        HungUp: frozenset({Step.AWAITING_CALL}),
    },
    Step.CALLED_BACK: {
        CalledBack: frozenset({Step.CALLED_BACK}),
        KeysPressed: frozenset({Step.CALLED_BACK, Step.ENDED}),
        NothingPressed: frozenset({Step.CALLED_BACK, Step.AWAITING_CALL}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        NotReached: frozenset({Step.AWAITING_CALL}),
        HungUp: ENDED,
    },
}
