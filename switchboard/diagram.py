"""Draw the work states from their table, so that the picture in the docs can't differ."""

from switchboard.model import WorkState
from switchboard.states import TRANSITIONS


def draw() -> str:
    """The work states as a Mermaid state diagram; each arrow says what happens."""
    lines = ["stateDiagram-v2", f"    [*] --> {WorkState.IDLE}"]
    lines += [
        f"    {state} --> {following}: {what}"
        for state, steps in TRANSITIONS.items()
        for what, following in steps.items()
    ]
    return "\n".join(lines)
