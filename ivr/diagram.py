"""Draw the call flow from its table, so that the picture in the docs can't differ from the code."""

from ivr.session import Step
from ivr.transitions import TRANSITIONS

NAMES = {
    "CallArrived": "call arrives",
    "KeysPressed": "keys",
    "NothingPressed": "silence",
    "ProductFound": "product known",
    "RequestOpened": "request opened",
    "Refused": "refused",
    "Confirmed": "confirmed",
    "Deactivated": "deactivated",
    "StillWaiting": "still waiting",
    "PutThrough": "put through",
    "ClosingCodeWanted": "closing code wanted",
    "RepresentativeLost": "representative lost",
    "HungUp": "hang-up",
    "LanguageChanged": "language changed",
    "Moved": "moved",
    "EarlierFound": "earlier call found",
    "NothingEarlier": "no earlier call",
    "Resumed": "resumed",
    "CallBackPossible": "call-back possible",
    "CallBackRefused": "call-back refused",
    "PlaceKept": "place kept",
    "CalledBack": "called back",
    "NotReached": "not reached",
    "CallBackMissed": "call-back missed",
    "IssuedByLine": "issued",
    "IdGiven": "ID given",
    "ReadingWanted": "reading wanted",
    "HeardProven": "heard right",
    "NeedsPerson": "needs a person",
    "StandingTold": "standing told",
    "ChallengeWanted": "challenge wanted",
    "ChallengeGiven": "challenge given",
    "ChallengeAnswered": "challenge answered",
}


def draw() -> str:
    """The flow as a Mermaid state diagram. Hanging up, which ends every step, is left out."""
    arrows: dict[tuple[Step, Step], list[str]] = {}
    for step, kinds in TRANSITIONS.items():
        for kind, targets in kinds.items():
            if kind.__name__ == "HungUp":
                continue
            for target in sorted(targets):
                arrows.setdefault((step, target), []).append(NAMES[kind.__name__])
    lines = ["stateDiagram-v2", f"    [*] --> {Step.ARRIVING}"]
    lines += [
        f"    {start} --> {end}: {', '.join(labels)}" for (start, end), labels in arrows.items()
    ]
    lines.append(f"    {Step.ENDED} --> [*]")
    return "\n".join(lines)
