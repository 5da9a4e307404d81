"""The flow's one table: at each step, which events may come, and which steps they lead to.

An event that is not here is refused and changes nothing. `docs/call-flow.md` is drawn from it.
"""

from ivr.events import (
    CallArrived,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    ChallengeAnswered,
    ChallengeGiven,
    ChallengeWanted,
    ClosingCodeWanted,
    Confirmed,
    Deactivated,
    EarlierFound,
    Event,
    HeardProven,
    HungUp,
    IdGiven,
    IssuedByLine,
    KeysPressed,
    LanguageChanged,
    Moved,
    NeedsPerson,
    NothingEarlier,
    NothingPressed,
    NotReached,
    PlaceKept,
    ProductFound,
    PutThrough,
    ReadingWanted,
    Refused,
    RepresentativeLost,
    RequestOpened,
    Resumed,
    StandingTold,
    StillWaiting,
)
from ivr.session import Step

# Where a person takes over: at once, or by a call-back where nobody is there.
PERSON = frozenset({Step.QUEUED, Step.CALL_BACK})
KEYING = frozenset(
    {
        Step.PRODUCT_ID,
        Step.LICENSE_SERVER_ID,
        Step.MARKING,
        Step.LOOKING_UP,
        Step.OPENING,
        Step.RECEIPT,
        Step.HELP,
        *PERSON,
    }
)
# A person, now or by a call-back; or the end of the call.
UNANSWERED = PERSON | {Step.ENDED}
ENDED = frozenset({Step.ENDED})
# Where a call may have broken off with something keyed; ringing again leads back there.
BROKEN = frozenset(
    {
        Step.PRODUCT_ID,
        Step.LICENSE_SERVER_ID,
        Step.MARKING,
        Step.COUNTRY,
        Step.HELP,
        Step.RECEIPT,
        Step.DEACTIVATING,
        Step.REASON,
        Step.QUEUED,
        Step.TALKING,
        Step.CALL_BACK,
        Step.READING,
        Step.LAST_GROUP,
        Step.CHOOSING_GROUP,
        Step.CLOSING_CODE,
        Step.ANOTHER,
        Step.PACK,
    }
)

TRANSITIONS: dict[Step, dict[type[Event], frozenset[Step]]] = {
    Step.ARRIVING: {
        CallArrived: frozenset({Step.PRODUCT_ID, Step.RESUMING, Step.CALL_BACK}),
        HungUp: ENDED,
    },
    Step.PRODUCT_ID: {
        KeysPressed: (KEYING | {Step.RESUMING})
        - {Step.LICENSE_SERVER_ID, Step.OPENING, Step.RECEIPT},
        LanguageChanged: frozenset({Step.PRODUCT_ID, Step.CALL_BACK}),
        NothingPressed: UNANSWERED | {Step.PRODUCT_ID},
        HungUp: ENDED,
    },
    Step.LOOKING_UP: {
        ProductFound: frozenset({Step.LICENSE_SERVER_ID, Step.COUNTRY}),
        Refused: UNANSWERED | {Step.PRODUCT_ID},
        HungUp: ENDED,
    },
    Step.LICENSE_SERVER_ID: {
        KeysPressed: KEYING - {Step.LOOKING_UP} | {Step.PACK, Step.READING},
        NothingPressed: UNANSWERED | {Step.LICENSE_SERVER_ID},
        HungUp: ENDED,
    },
    Step.MARKING: {
        KeysPressed: KEYING - {Step.LOOKING_UP, Step.OPENING, Step.RECEIPT, Step.HELP},
        NothingPressed: UNANSWERED | {Step.MARKING},
        HungUp: ENDED,
    },
    Step.RECEIPT: {
        KeysPressed: UNANSWERED | {Step.RECEIPT, Step.DEACTIVATING, Step.LICENSE_SERVER_ID},
        NothingPressed: UNANSWERED | {Step.RECEIPT},
        HungUp: ENDED,
    },
    Step.DEACTIVATING: {
        Deactivated: frozenset({Step.CONFIRMATION}),
        Refused: UNANSWERED | {Step.LICENSE_SERVER_ID},
        HungUp: ENDED,
    },
    Step.CONFIRMATION: {
        KeysPressed: frozenset({Step.DEACTIVATING, Step.ANOTHER}),
        NothingPressed: frozenset({Step.DEACTIVATING, Step.ENDED}),
        HungUp: ENDED,
    },
    Step.OPENING: {
        RequestOpened: frozenset({Step.REASON}),
        Refused: UNANSWERED | {Step.LICENSE_SERVER_ID},
        HungUp: ENDED,
    },
    Step.REASON: {
        KeysPressed: frozenset({Step.REASON, Step.ISSUING}) | UNANSWERED,
        NothingPressed: UNANSWERED | {Step.REASON},
        StandingTold: frozenset({Step.REASON}),
        HungUp: ENDED,
    },
    Step.QUEUED: {
        StillWaiting: frozenset({Step.QUEUED}),
        KeysPressed: frozenset({*PERSON, Step.CALL_BACK}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.TALKING: {
        PutThrough: frozenset({Step.TALKING}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE, Step.LAST_GROUP}),
        ReadingWanted: frozenset({Step.READING, Step.TALKING}),
        ChallengeWanted: frozenset({Step.CHALLENGE}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CLOSING_CODE: {
        KeysPressed: UNANSWERED | {Step.CLOSING_CODE, Step.CONFIRMING, Step.CHOOSING_GROUP},
        NothingPressed: frozenset({Step.CLOSING_CODE, Step.ENDED}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE, Step.LAST_GROUP}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CONFIRMING: {
        Confirmed: frozenset({Step.ANOTHER}),
        Refused: UNANSWERED | {Step.CLOSING_CODE},
        HungUp: ENDED,
    },
    Step.RESUMING: {
        KeysPressed: frozenset({Step.RESUMING, Step.PRODUCT_ID}),
        NothingPressed: frozenset({Step.RESUMING, Step.PRODUCT_ID}),
        EarlierFound: frozenset({Step.RESUMING}),
        NothingEarlier: KEYING - {Step.LICENSE_SERVER_ID, Step.OPENING, Step.RECEIPT, Step.HELP},
        Resumed: BROKEN,
        Refused: UNANSWERED | {Step.RESUMING},
        HungUp: ENDED,
    },
    Step.COUNTRY: {
        KeysPressed: UNANSWERED | {Step.COUNTRY, Step.LICENSE_SERVER_ID},
        NothingPressed: frozenset({Step.COUNTRY, Step.LICENSE_SERVER_ID}),
        Moved: frozenset({Step.LICENSE_SERVER_ID}),
        HungUp: ENDED,
    },
    Step.HELP: {
        KeysPressed: UNANSWERED | {Step.HELP, Step.PRODUCT_ID, Step.LICENSE_SERVER_ID},
        NothingPressed: frozenset({Step.PRODUCT_ID, Step.LICENSE_SERVER_ID}),
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
    Step.ISSUING: {
        IssuedByLine: frozenset({Step.READING}),
        NeedsPerson: UNANSWERED,
        Refused: UNANSWERED,
        HungUp: ENDED,
    },
    Step.PACK: {
        KeysPressed: UNANSWERED | {Step.PACK, Step.LICENSE_SERVER_ID},
        NothingPressed: UNANSWERED | {Step.PACK},
        HungUp: ENDED,
    },
    Step.READING: {
        KeysPressed: UNANSWERED | {Step.READING, Step.ANOTHER},
        NothingPressed: frozenset({Step.READING, Step.ENDED}),
        IdGiven: frozenset({Step.READING, Step.LAST_GROUP}),
        Refused: UNANSWERED | {Step.READING, Step.LICENSE_SERVER_ID},
        ReadingWanted: frozenset({Step.READING}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE, Step.LAST_GROUP}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.LAST_GROUP: {
        KeysPressed: UNANSWERED | {Step.LAST_GROUP, Step.CHOOSING_GROUP},
        NothingPressed: frozenset({Step.LAST_GROUP, Step.READING, Step.ENDED}),
        HeardProven: frozenset({Step.CLOSING_CODE}),
        Refused: UNANSWERED | {Step.CHOOSING_GROUP, Step.LAST_GROUP},
        ReadingWanted: frozenset({Step.READING}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE, Step.LAST_GROUP}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CHOOSING_GROUP: {
        KeysPressed: UNANSWERED | {Step.CHOOSING_GROUP, Step.READING},
        NothingPressed: frozenset({Step.READING}),
        ReadingWanted: frozenset({Step.READING}),
        ClosingCodeWanted: frozenset({Step.CLOSING_CODE, Step.LAST_GROUP}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.CHALLENGE: {
        KeysPressed: frozenset({Step.CHALLENGE}),
        NothingPressed: frozenset({Step.CHALLENGE}),
        ChallengeGiven: frozenset({Step.CHALLENGE}),
        ChallengeAnswered: frozenset({Step.CHALLENGE}),
        ChallengeWanted: frozenset({Step.CHALLENGE}),
        Refused: frozenset({Step.CHALLENGE}),
        PutThrough: frozenset({Step.TALKING}),
        RepresentativeLost: frozenset({Step.QUEUED}),
        HungUp: ENDED,
    },
    Step.ANOTHER: {
        KeysPressed: frozenset({Step.ANOTHER, Step.PRODUCT_ID, Step.LICENSE_SERVER_ID, Step.ENDED}),
        NothingPressed: ENDED,
        StandingTold: frozenset({Step.ANOTHER}),
        HungUp: ENDED,
    },
    Step.ENDED: {
        HungUp: ENDED,
    },
}
