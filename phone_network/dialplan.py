"""Reads what a `<Dial>` asks for: parties, a queue or a conference."""

from collections.abc import Callable, Mapping
from typing import Final

from phone_network.messages import DialParties, DialQueue, JoinConference, Source, Target
from phone_network.twiml import Element
from phone_network.verbs import flag, number, word

MAX_PARTIES: Final = 10
Resolve = Callable[[str], str]


def read(dial: Element, resolve: Resolve) -> DialParties | DialQueue | JoinConference | None:
    """Give what to dial, or None where no noun names anybody within reach."""
    timeout = float(number(dial, "timeout", 5, 600))
    limit = float(number(dial, "timeLimit", 1, 86400))
    for noun in dial.children:
        if noun.name == "Conference":
            return _conference(noun, resolve, limit)
        if noun.name == "Queue":
            return DialQueue(noun.own_text, timeout, limit)
    targets = [
        _target(noun, resolve) for noun in dial.children if noun.name in {"Number", "Client"}
    ]
    if dial.own_text:
        targets.insert(0, Target("number", dial.own_text))
    if not targets:
        return None
    return DialParties(tuple(targets[:MAX_PARTIES]), timeout, limit, word(dial, "callerId").strip())


def _target(noun: Element, resolve: Resolve) -> Target:
    kind = "client" if noun.name == "Client" else "number"
    address = noun.own_text
    parameters: Mapping[str, str] = {}
    if kind == "client":
        identity = next((child.own_text for child in noun.children if child.name == "Identity"), "")
        address = f"client:{identity or address}"
        parameters = {
            child.attributes["name"]: child.attributes.get("value", "")
            for child in noun.children
            if child.name == "Parameter" and "name" in child.attributes
        }
    return Target(
        kind,
        address,
        _optional(noun, "statusCallback", resolve),
        word(noun, "statusCallbackMethod").upper() or "POST",
        _events(noun),
        parameters,
    )


def _conference(noun: Element, resolve: Resolve, limit: float) -> JoinConference:
    wait: Source | None = Source()
    if "waitUrl" in noun.attributes:
        url = noun.attributes["waitUrl"].strip()
        wait = Source(resolve(url), word(noun, "waitMethod")) if url else None
    return JoinConference(
        name=noun.own_text,
        muted=flag(noun, "muted"),
        start_on_enter=flag(noun, "startConferenceOnEnter"),
        end_on_exit=flag(noun, "endConferenceOnExit"),
        wait=wait,
        max_participants=number(noun, "maxParticipants", 2, 250),
        label=word(noun, "participantLabel")[:128],
        status_callback=_optional(noun, "statusCallback", resolve),
        status_callback_method=word(noun, "statusCallbackMethod").upper() or "POST",
        status_events=tuple(word(noun, "statusCallbackEvent").split()),
        time_limit=limit,
    )


def _optional(noun: Element, name: str, resolve: Resolve) -> str:
    reference = word(noun, name).strip()
    return resolve(reference) if reference else ""


def _events(noun: Element) -> tuple[str, ...]:
    return tuple(word(noun, "statusCallbackEvent").split()) or ("completed",)
