"""A call comes: routed by the number that was rung and the caller's own, then it begins."""

import logging
from dataclasses import dataclass

from ivr.circumstances import language_for
from ivr.commands import Turn
from ivr.earlier_calls import arrive
from ivr.events import Event
from ivr.services import Services
from ivr.session import Session
from ivr.turns import Arrival, Turns

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rung:
    """What the network says of a call that comes: its name there, and both numbers."""

    call_sid: str
    to: str
    caller: str


def begin(
    services: Services, turns: Turns, rung: Rung, token: str | None, *, again: bool = False
) -> str:
    """The first turn's document. `again`: the call was here before, but its row is lost."""
    routing = services.routing
    line = routing.line_for_number(rung.to)
    if line is None:
        line = next(iter(routing.lines.values()))
        log.warning("a call came on a number that no line has; %s takes it", line.id)
    route = routing.route(routing.region_for_call(line, rung.caller))
    choice = language_for(services.prompts, line, route.region, production=services.production)
    arrival = Arrival(
        call_sid=rung.call_sid,
        line=line.id,
        region=route.region.code,
        centre=route.centre.id,
        language=choice.language,
        caller=rung.caller,
    )

    def arrived(turn: Turn, _session: Session) -> Event:
        return arrive(turn, choice, again=again)

    return turns.begin(arrival, token, arrived)
