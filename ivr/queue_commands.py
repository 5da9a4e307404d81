"""Carry out what the flow orders of queue and call-back, in the turn's transaction."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ivr import own_number
from ivr.actions import AskCallBack, CallLater, ChangeCentre, CheckCallBack, LookAtQueue
from ivr.circumstances import spoken_opening
from ivr.events import (
    LONG,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    Event,
    PlaceKept,
    StillWaiting,
)
from ivr.own_number import NotCallable
from ivr.session import Session
from region_routing import Destination, Kind, destination
from switchboard import call_backs, overflow, overrides, queues, waiting_times
from switchboard.model import CallState

if TYPE_CHECKING:
    from ivr.commands import Turn

QueueCommand = LookAtQueue | ChangeCentre | CheckCallBack | AskCallBack | CallLater
SPOKEN_DIGITS: Final = 2


def carry_out(turn: "Turn", session: Session, command: QueueCommand) -> Event:
    """Carry out one command; the event that it brings."""
    match command:
        case LookAtQueue():
            return look(turn)
        case ChangeCentre():
            return _change_centre(turn)
        case CheckCallBack():
            return _check(turn, _destination(turn))
        case AskCallBack():
            return _ask(turn, session)
        case CallLater():
            return _miss(turn)


def look(turn: "Turn") -> StillWaiting:
    """Place, expected time, and whether anybody is at work, as of now."""
    call, conn, services = turn.call, turn.conn, turn.services
    place = queues.place_of(conn, call, turn.now).place
    if place == 0:
        return StillWaiting(0)
    known = services.forecasts.of(conn, services.routing, call.centre, call.language, turn.now)
    own = known.measured
    seconds = waiting_times.expected(own, place)
    minutes = None if seconds is None else waiting_times.spoken_minutes(seconds) or LONG
    return StillWaiting(place, minutes, own.at_work > 0, known.elsewhere, call.case_number)


def _change_centre(turn: "Turn") -> StillWaiting:
    """To the first centre of the overflow list where somebody is at work; else stay."""
    call = turn.call
    centres = overflow.reachable(turn.services.routing, turn.conn, call.centre, turn.now)
    for centre in centres[1:]:
        if waiting_times.at_work(turn.conn, [centre], call.language):
            turn.call = replace(
                call, centre=queues.move(turn.conn, call.id, centre, turn.now).centre
            )
            break
    return look(turn)


def _check(turn: "Turn", goes: Destination) -> CallBackPossible | CallBackRefused:
    opens = spoken_opening(turn, goes, turn.call.language) or None
    why = _obstacle(turn, goes)
    if why is not None:
        return CallBackRefused(why.value, opens)
    return CallBackPossible(turn.call.caller[-SPOKEN_DIGITS:], opens)


def _obstacle(turn: "Turn", goes: Destination) -> NotCallable | None:
    call = turn.call
    why = own_number.check(call.caller, call.line, turn.services.routing)
    if why is not None:
        return why
    if call_backs.is_pending(turn.conn, call, turn.now):
        return NotCallable.PENDING
    if call_backs.has_had_enough(turn.conn, call, turn.now):
        return NotCallable.TOO_OFTEN
    if goes.kind is not Kind.CENTRE and goes.opens is None:
        return NotCallable.NO_OPENING
    return None


def _ask(turn: "Turn", session: Session) -> Event:
    """Keep the place, unless a representative was faster, or the number is asked for no more."""
    goes = _destination(turn)
    checked = _check(turn, goes)
    if isinstance(checked, CallBackRefused):
        return checked
    turn.share(session)
    # Where a centre has to open first, it is the one that calls, in a language that it speaks.
    by = None if goes.opens is None else (goes.centre.id, goes.language)
    asked = call_backs.ask(turn.conn, turn.call, turn.now, opens=goes.opens, by=by)
    turn.call = replace(turn.call, state=asked.state, representative=asked.representative)
    if asked.state is not CallState.CALL_BACK:
        return StillWaiting(0)
    return PlaceKept(checked.opens)


def _miss(turn: "Turn") -> Event:
    call = turn.call
    missed = call_backs.missed(turn.conn, call.id, turn.now)
    turn.call = replace(call, state=missed.state, representative=missed.representative)
    if call.representative is not None:
        turn.end_conference()
    return CallBackMissed(again=call.attempts < call_backs.MOST_ATTEMPTS)


def _destination(turn: "Turn") -> Destination:
    call = turn.call
    dated = overrides.near(turn.conn, turn.now)
    return destination(turn.services.routing, call.region, call.language, turn.now, dated)
