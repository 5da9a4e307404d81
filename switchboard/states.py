"""A representative's work states as one table: what happens, and which state follows.

What is not in the table can't happen: it raises `WrongWorkStateError` and changes nothing.
"""

from switchboard.model import WorkState

TRANSITIONS: dict[WorkState, dict[str, WorkState]] = {
    WorkState.IDLE: {"offered": WorkState.RINGING},
    WorkState.RINGING: {
        "answered": WorkState.TALKING,
        "missed": WorkState.NOT_RESPONDING,
        "caller gone": WorkState.IDLE,
    },
    WorkState.TALKING: {
        "caller gone": WorkState.WRAP_UP,
        "hung up": WorkState.WRAP_UP,
        "lost": WorkState.NOT_RESPONDING,
        "not reached": WorkState.IDLE,
    },
    WorkState.WRAP_UP: {"finished": WorkState.IDLE, "hung up": WorkState.WRAP_UP},
    WorkState.NOT_RESPONDING: {"back": WorkState.IDLE},
}


class WrongWorkStateError(Exception):
    """This can't happen in that work state. The message says which."""


def follow(state: WorkState, what: str) -> WorkState:
    """The work state that follows. Raises `WrongWorkStateError`."""
    try:
        return TRANSITIONS[state][what]
    except KeyError:
        raise WrongWorkStateError(
            f"A representative who is {state.value.replace('_', ' ')} can't be: {what}."
        ) from None
