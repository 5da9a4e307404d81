"""A scripted representative, sans I/O: the desk as the console shows it goes in, acts come out.

The console enables what may be done now; the script only ever does what is enabled.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Desk:
    """What the console shows: the acts that it allows and the call in hand.

    `groups` are the new license server ID's, once issued; `read` counts those marked as read.
    `challenge` is what the wizard is to answer where a key was compromised, once it is shown.
    """

    allowed: frozenset[str]
    call_id: int | None = None
    groups: tuple[str, ...] = ()
    read: int = 0
    refusal: str | None = None
    challenge: str | None = None


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller said one of its phrases."""

    phrase: str
    values: Mapping[str, str] = field(default_factory=dict)


Event = Desk | CallerSaid


@dataclass(frozen=True, slots=True)
class Do:
    """One act at the console, by its name there."""

    act: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """Say a phrase of the catalogue to the caller."""

    phrase: str
    values: Mapping[str, str] = field(default_factory=dict)


Act = Do | Say


@dataclass(frozen=True, slots=True)
class Representative:
    """A representative's habits and what has happened in the call in hand.

    `is_away`: available, but not there when it rings.
    """

    refuses: bool = False
    is_away: bool = False
    greeted: bool = False
    said_group: int = 0
    said_challenge: bool = False
    heard: tuple[str, ...] = ()
    answer: str | None = None
    refused: bool = False
    finished: bool = False


def advance(who: Representative, event: Event) -> tuple[Representative, tuple[Act, ...]]:
    """Take one event; return the representative afterwards and what is done now."""
    match event:
        case CallerSaid(phrase, values):
            answer = values.get("digits") if phrase == "answer" else who.answer
            return replace(who, heard=(*who.heard, phrase), answer=answer), ()
        case Desk():
            return _work(who, event)


def _work(who: Representative, desk: Desk) -> tuple[Representative, tuple[Act, ...]]:
    for act in ("available",) if who.is_away else ("available", "answer"):
        if act in desk.allowed:
            return who, (Do(act),)
    if "finish" in desk.allowed:
        disposition = "refused" if who.refused else "new_id_issued"
        return replace(who, finished=True), (Do("finish", {"disposition": disposition}),)
    if desk.call_id is None or (who.greeted and "hello" not in who.heard):
        return who, ()
    if not who.greeted:
        return replace(who, greeted=True), (Say("representative_greeting"),)
    is_unread = "identify" in desk.allowed and "verify" not in desk.allowed
    if who.refuses or is_unread:  # IDs that are read out by a caller are beyond this script
        return _refuse(who, desk.allowed)
    return _serve(who, desk)


def _refuse(
    who: Representative, allowed: Collection[str]
) -> tuple[Representative, tuple[Act, ...]]:
    if "refuse" in allowed and not who.refused:
        return replace(who, refused=True), (
            Say("representative_refusal"),
            Do("refuse", {"why": "refused by the representative"}),
        )
    return who, (Do("hang-up"),) if "hang-up" in allowed else ()


def _serve(who: Representative, desk: Desk) -> tuple[Representative, tuple[Act, ...]]:
    for act in ("verify", "issue"):
        if act in desk.allowed:
            return who, (Do(act),)
    if "answer-challenge" in desk.allowed:
        return _challenge(who, desk.challenge)
    return _read_out(who, desk)


def _read_out(who: Representative, desk: Desk) -> tuple[Representative, tuple[Act, ...]]:
    if "read" in desk.allowed and desk.read < len(desk.groups):
        if who.said_group == desk.read:
            number = desk.read + 1
            said = {"group": str(number), "digits": desk.groups[desk.read]}
            return replace(who, said_group=number), (Say("representative_group", said),)
        if who.heard.count("noted") >= who.said_group:
            return who, (Do("read"),)
        return who, ()
    if "ask-closing-code" in desk.allowed:
        return who, (Say("representative_proof"), Do("ask-closing-code"))
    return who, ()


def _challenge(who: Representative, shown: str | None) -> tuple[Representative, tuple[Act, ...]]:
    """Have the wizard's answer read out, and check it at the console."""
    if who.answer is not None:
        return who, (Do("answer-challenge", {"answer": who.answer}),)
    if shown is None:
        return who, (Do("challenge"),)
    if not who.said_challenge:
        said = Say("representative_challenge", {"digits": shown})
        return replace(who, said_challenge=True), (said,)
    return who, ()
