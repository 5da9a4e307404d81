"""The life cycle of a request: one table of what may happen when, and where it leads."""

from collections.abc import Mapping
from enum import StrEnum

from clearinghouse.model import Refusal, RefusalCode, RequestState


class Act(StrEnum):
    """What can happen to a request."""

    CHECK = "check"
    ISSUE = "issue"
    MARK_READ = "mark_read"
    CONFIRM = "confirm"
    DENY = "deny"
    LAPSE = "lapse"
    ABANDON = "abandon"
    RESUME = "resume"


_S = RequestState

# What isn't here is refused. An act that leads back to its own state changes nothing: it is asked
# for again, or comes late. Once an ID is issued a request can only be accepted or run out: the
# caller may hang up, but the ID is out in the world.
TRANSITIONS: Mapping[RequestState, Mapping[Act, RequestState]] = {
    _S.OPENED: {
        Act.CHECK: _S.CHECKED,
        Act.DENY: _S.DENIED,
        Act.ABANDON: _S.ABANDONED,
        Act.RESUME: _S.OPENED,
    },
    _S.CHECKED: {
        Act.CHECK: _S.CHECKED,
        Act.ISSUE: _S.ISSUED,
        Act.DENY: _S.DENIED,
        Act.ABANDON: _S.ABANDONED,
        Act.RESUME: _S.CHECKED,
    },
    _S.ISSUED: {
        Act.CHECK: _S.ISSUED,
        Act.ISSUE: _S.ISSUED,
        Act.MARK_READ: _S.READ,
        Act.CONFIRM: _S.CONFIRMED,
        Act.LAPSE: _S.LAPSED,
        Act.ABANDON: _S.ISSUED,
        Act.RESUME: _S.ISSUED,
    },
    _S.READ: {
        Act.CHECK: _S.READ,
        Act.ISSUE: _S.READ,
        Act.MARK_READ: _S.READ,
        Act.CONFIRM: _S.CONFIRMED,
        Act.LAPSE: _S.LAPSED,
        Act.ABANDON: _S.READ,
        Act.RESUME: _S.READ,
    },
    _S.CONFIRMED: {
        Act.CHECK: _S.CONFIRMED,
        Act.ISSUE: _S.CONFIRMED,
        Act.MARK_READ: _S.CONFIRMED,
        Act.CONFIRM: _S.CONFIRMED,
        Act.ABANDON: _S.CONFIRMED,
    },
    _S.DENIED: {Act.DENY: _S.DENIED, Act.ABANDON: _S.DENIED},
    # Bookkeeping: the server may have accepted the ID all the same.
    _S.LAPSED: {Act.MARK_READ: _S.LAPSED, Act.CONFIRM: _S.CONFIRMED, Act.ABANDON: _S.LAPSED},
    # The caller was cut off, and has come back.
    _S.ABANDONED: {Act.ABANDON: _S.ABANDONED, Act.RESUME: _S.OPENED},
}


def follow(state: RequestState, act: Act) -> RequestState:
    """Say where an act leads from a state. Raises Refusal (WRONG_STATE) where it can't happen."""
    target = TRANSITIONS[state].get(act)
    if target is None:
        verb = act.value.replace("_", " ")
        raise Refusal(
            RefusalCode.WRONG_STATE,
            f"The request is {state.value}: it is too early or too late to {verb} it.",
        )
    return target


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, for `docs/register.md`."""
    lines = ["stateDiagram-v2", f"    [*] --> {RequestState.OPENED.value}: open"]
    for state, acts in TRANSITIONS.items():
        lines += [
            f"    {state.value} --> {target.value}: {act.value}"
            for act, target in acts.items()
            if target is not state
        ]
    lines += [
        f"    {state.value} --> [*]"
        for state, acts in TRANSITIONS.items()
        if all(target is state for target in acts.values())
    ]
    return "\n".join(lines) + "\n"


# The reason is no state, but when it may change belongs to the life cycle as well: freely until
# the ID is issued, afterwards only upwards to the compromised key.
REASON_IS_FREE = frozenset({_S.OPENED, _S.CHECKED})
REASON_MAY_RISE = frozenset({_S.ISSUED, _S.READ, _S.CONFIRMED})
