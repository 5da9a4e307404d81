"""The one table of verbs and nouns: attributes with defaults, allowed children, where allowed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from phone_network.errors import BAD_WAIT_VERB, PARSE_FAILED, SCHEMA_WARNING
from phone_network.twiml import Element


class Place(Enum):
    """Where a document runs; it decides which verbs are legal."""

    CALL = "call"
    QUEUE = "waiting in a queue"
    CONFERENCE = "waiting in a conference"


class Support(Enum):
    """How far a verb or noun is simulated."""

    SIMULATED = "simulated"
    ACCEPTED = "accepted, not simulated"


@dataclass(frozen=True, slots=True)
class Verb:
    """One row: `attributes` maps each known attribute to its default ('' means none)."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset({Place.CALL})
    support: Support = Support.SIMULATED
    free_children: bool = False  # SSML and the like: not checked


_WAITING = frozenset(Place)
_QUEUE_ONLY = frozenset({Place.CALL, Place.QUEUE})
_RECORDING = (
    "record recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"
    " recordingTrack trim"
)
_CALLBACK = "statusCallback statusCallbackMethod statusCallbackEvent"
_ANSWERING = (
    "machineDetection amdStatusCallback amdStatusCallbackMethod machineDetectionTimeout"
    " machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold"
    " machineDetectionSilenceTimeout"
)


def _attributes(names: str = "", /, **defaults: str) -> Mapping[str, str]:
    return MappingProxyType(dict.fromkeys(names.split(), "") | defaults)


_ROWS: Final = (
    Verb(
        "Say",
        _attributes("voice", language="en-US", loop="1"),
        places=_WAITING,
        free_children=True,
    ),
    Verb("Play", _attributes("digits", loop="1"), places=_WAITING),
    Verb("Pause", _attributes(length="1"), places=_WAITING),
    Verb(
        "Gather",
        _attributes(
            "action hints partialResultCallback partialResultCallbackMethod enhanced speechModel"
            " maxSpeechTime debug speechTimeout",
            input="dtmf",
            method="POST",
            timeout="5",
            finishOnKey="#",
            numDigits="",
            actionOnEmptyResult="false",
            language="en-US",
            profanityFilter="true",
            bargeIn="true",
        ),
        children=frozenset({"Say", "Play", "Pause"}),
        places=_QUEUE_ONLY,
    ),
    Verb("Redirect", _attributes(method="POST"), places=_WAITING),
    Verb("Hangup", _attributes("parameter"), places=_QUEUE_ONLY),
    Verb("Leave", _attributes(), places=_QUEUE_ONLY),
    Verb("Reject", _attributes(reason="rejected"), children=frozenset({"Parameter"})),
    Verb(
        "Enqueue",
        _attributes("action waitUrl workflowSid maxQueueSize", method="POST", waitUrlMethod="POST"),
        children=frozenset({"Task"}),
    ),
    Verb(
        "Dial",
        _attributes(
            f"{_RECORDING} action callerId ringTone referUrl referMethod sequential callReason"
            " recordingConfiguration events",
            method="POST",
            timeout="30",
            timeLimit="14400",
            hangupOnStar="false",
            answerOnBridge="false",
        ),
        children=frozenset(
            {"Number", "Client", "Conference", "Queue", "Sip", "Sim", "Application", "WhatsApp"}
        ),
    ),
    Verb(
        "Number",
        _attributes(f"{_CALLBACK} {_ANSWERING} sendDigits url byoc", method="POST"),
        places=frozenset(),
    ),
    Verb(
        "Client",
        _attributes(f"{_CALLBACK} url", method="POST"),
        children=frozenset({"Identity", "Parameter"}),
        places=frozenset(),
    ),
    Verb("Identity", places=frozenset()),
    Verb("Parameter", _attributes("name value"), places=frozenset()),
    Verb(
        "Queue",
        _attributes("url reservationSid postWorkActivitySid", method="POST"),
        places=frozenset(),
    ),
    Verb(
        "Conference",
        _attributes(
            f"{_CALLBACK} {_RECORDING} coach participantLabel jitterBufferSize region"
            " eventCallbackUrl recordingConfiguration waitUrl",
            muted="false",
            beep="true",
            startConferenceOnEnter="true",
            endConferenceOnExit="false",
            waitMethod="POST",
            maxParticipants="250",
        ),
        places=frozenset(),
    ),
    *(
        Verb(name, places=frozenset(), support=Support.ACCEPTED, free_children=True)
        for name in ("Sip", "Sim", "Application", "WhatsApp", "Task")
    ),
    *(
        Verb(name, support=Support.ACCEPTED, free_children=True)
        for name in ("Record", "Refer", "Start", "Stop", "Connect", "Pay", "Prompt", "Sms", "Echo")
    ),
)
VERBS: Final[Mapping[str, Verb]] = MappingProxyType({row.name: row for row in _ROWS})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a document that the vendor's schema check would report."""

    code: int
    message: str
    line: int
    column: int
    fatal: bool = False
    unknown_verb: bool = False


def check(root: Element, place: Place, *, nesting_is_fatal: bool = True) -> tuple[Finding, ...]:
    """List what is wrong in a document: unknown names, wrong nesting, stray text."""
    return tuple(_check_response(root, place, nesting_is_fatal=nesting_is_fatal))


def runnable(element: Element, place: Place) -> bool:
    """Whether a child of `<Response>` is a verb that is legal here; others are skipped."""
    verb = VERBS.get(element.name)
    return verb is not None and place in verb.places


def _check_response(root: Element, place: Place, *, nesting_is_fatal: bool) -> Iterator[Finding]:
    if root.own_text:
        yield _warning(root, "Text directly inside <Response> is not spoken.")
    for element in root.children:
        verb = VERBS.get(element.name)
        if verb is None:
            message = f"There is no verb <{element.name}>; it was skipped."
            yield Finding(SCHEMA_WARNING, message, element.line, element.column, unknown_verb=True)
            continue
        if place not in verb.places:
            yield _misplaced(element, verb, place, nesting_is_fatal=nesting_is_fatal)
        yield from _check_element(element, verb, nesting_is_fatal=nesting_is_fatal)


def _misplaced(element: Element, verb: Verb, place: Place, *, nesting_is_fatal: bool) -> Finding:
    if place is not Place.CALL and verb.places:
        message = f"<{element.name}> is not allowed {place.value}; it was skipped."
        return Finding(BAD_WAIT_VERB, message, element.line, element.column)
    message = f"<{element.name}> is not allowed directly inside <Response>."
    if nesting_is_fatal:
        return Finding(PARSE_FAILED, message, element.line, element.column, fatal=True)
    return _warning(element, message)


def _check_element(element: Element, verb: Verb, *, nesting_is_fatal: bool) -> Iterator[Finding]:
    if verb.free_children:
        if verb.support is Support.SIMULATED:
            yield from _check_attributes(element, verb)
        return
    yield from _check_attributes(element, verb)
    for child in element.children:
        noun = VERBS.get(child.name)
        if noun is None:
            yield _warning(child, f"There is no <{child.name}>; it was skipped.")
            continue
        if child.name not in verb.children:
            message = f"<{child.name}> is not allowed inside <{element.name}>."
            if nesting_is_fatal:
                yield Finding(PARSE_FAILED, message, child.line, child.column, fatal=True)
            else:
                yield _warning(child, message)
        elif child.name == "Play" and "digits" in child.attributes:
            yield _warning(child, "<Play digits> is not allowed inside <Gather>.")
        yield from _check_element(child, noun, nesting_is_fatal=nesting_is_fatal)


def _check_attributes(element: Element, verb: Verb) -> Iterator[Finding]:
    for name in element.attributes:
        if name not in verb.attributes:
            yield _warning(element, f"<{element.name}> has no attribute {name!r}.")


def _warning(element: Element, message: str) -> Finding:
    return Finding(SCHEMA_WARNING, message, element.line, element.column)


def word(element: Element, name: str) -> str:
    """Give an attribute's text, or its default from the table."""
    return element.attributes.get(name, VERBS[element.name].attributes.get(name, ""))


def flag(element: Element, name: str) -> bool:
    """Give an attribute as yes or no; what is neither counts as the default."""
    text = word(element, name).strip().lower()
    if text in {"true", "false"}:
        return text == "true"
    return VERBS[element.name].attributes.get(name) == "true"


def number(element: Element, name: str, low: int = 0, high: int = 10**9) -> int:
    """Give an attribute as a whole number, held inside its bounds; else the default."""
    text = word(element, name).strip()
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        text = VERBS[element.name].attributes.get(name, "") or "0"
    return min(max(int(text), low), high)
