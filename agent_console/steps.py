"""Which acts a representative may do now: one pure function that pages, tests and acts share."""

from enum import StrEnum
from typing import Final

from agent_console.readout import ReadOut
from clearinghouse.model import Reason, Request, RequestState
from switchboard.model import Call, CallState
from switchboard.representatives import Presence, Representative, WorkState

_UNDECIDED: Final = frozenset({RequestState.OPENED, RequestState.CHECKED})
_READABLE: Final = frozenset(
    {RequestState.ISSUED, RequestState.READ, RequestState.CONFIRMED, RequestState.LAPSED}
)
_IN_CONVERSATION: Final = frozenset({CallState.TALKING, CallState.KEYING})


def allowed(
    who: Representative | None, call: Call | None, request: Request | None, readout: ReadOut
) -> frozenset[str]:
    """Name the acts that are open now, as their URLs name them.

    `call` is the one in hand: offered, in conversation, or in wrap-up.
    """
    if who is None:
        return frozenset()
    acts = {state.value for state in Presence if state not in {who.presence, Presence.TRAINING}}
    match who.work_state:
        case WorkState.NOT_RESPONDING:
            acts.add("ready")
        case WorkState.RINGING:
            acts |= {"answer", "decline"}
        case WorkState.WRAP_UP:
            acts.add("finish")
        case WorkState.TALKING if call is not None and call.state in _IN_CONVERSATION:
            acts |= _in_conversation(call, request, readout)
        case WorkState.TALKING if call is not None and call.state is CallState.CALLING:
            acts.add("stop-calling")
        case _:
            pass
    return frozenset(acts)


def needs_challenge(request: Request | None) -> bool:
    """Tell whether the wizard has to answer a challenge before an ID is issued."""
    return (
        request is not None
        and request.state is RequestState.CHECKED
        and request.reason is Reason.PRIVATE_KEY_COMPROMISED
        and request.challenge_answered_at is None
    )


def _in_conversation(call: Call, request: Request | None, readout: ReadOut) -> set[str]:
    acts = {"hang-up"}
    if call.state is CallState.KEYING:
        acts.add("return")
    if request is None:
        return acts | {"identify"}
    if request.state in _READABLE:
        return acts | _reading_out(call, request, readout)
    if request.state in _UNDECIDED:
        acts |= {"refuse", "reason"}
        if not request.last_issue:
            acts.add("replace")
    if request.state is RequestState.OPENED:
        acts.add("identify")
        if request.reason is not None:
            acts.add("verify")
    if needs_challenge(request):
        acts |= _challenge(call)
    elif request.state is RequestState.CHECKED:
        acts.add("issue")
    return acts


def _challenge(call: Call) -> set[str]:
    acts = {"challenge", "answer-challenge"}
    return acts if call.state is CallState.KEYING else acts | {"key-answer"}


def _reading_out(call: Call, request: Request, readout: ReadOut) -> set[str]:
    if request.state is RequestState.CONFIRMED and readout.asked:
        return set()  # in this very call; one that was confirmed before is read out again
    acts = set()
    if readout.current is not None:
        acts.add("read")
    if readout.read:
        acts.add("back")
    if call.state is CallState.KEYING:
        return acts
    acts.add("line-reads")
    if request.state is not RequestState.ISSUED or readout.current is None:
        acts.add("ask-closing-code")
    return acts


class Progress(StrEnum):
    """How far a step is; the words stand on the page."""

    DONE = "done"
    NOW = "now"
    LATER = "later"
    STOPPED = "stopped"


STEPS: Final = ("Verify", "Issue", "Read-out", "Closing code", "Wrap-up")
_BEGUN: Final = {
    RequestState.OPENED: 0,
    RequestState.CHECKED: 1,
    RequestState.ISSUED: 2,
    RequestState.READ: 3,
    RequestState.LAPSED: 3,
    RequestState.CONFIRMED: 4,
}


def progress(request: Request | None, *, is_over: bool) -> tuple[tuple[str, Progress], ...]:
    """Tell for each step of a call how far it is."""
    reached = 0 if request is None else _BEGUN.get(request.state, -1)
    states = []
    for place, name in enumerate(STEPS):
        if name == STEPS[-1]:
            state = Progress.NOW if is_over else Progress.LATER
        elif reached < 0 or (is_over and place >= reached):
            state = Progress.STOPPED
        elif place == reached:
            state = Progress.NOW
        else:
            state = Progress.DONE if place < reached else Progress.LATER
        states.append((name, state))
    return tuple(states)
