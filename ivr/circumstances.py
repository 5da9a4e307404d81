"""How things stand for a call at this moment: language, who helps, how long it takes.

Needs the tables, the exceptions to opening hours and the status document; it decides nothing that
the flow could decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr.actions import ChangeLanguage, MoveCall
from ivr.events import LanguageChanged, Moved, Outlook, ProductFound
from region_routing import Line, Region, RoutingTable, better_region, language_name
from region_routing.destinations import Destination, Kind, destination
from spoken_prompts import Prompts
from spoken_prompts.choosing import Choice, choose, known
from switchboard import calls, overrides, waiting_times

if TYPE_CHECKING:
    from ivr.commands import Turn

ENGLISH = "en"
LONG_WAIT_MINUTES = 10
LONGEST_SAID = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found out for one call: who takes it, in which language, and what is said of it."""

    going: Destination
    language: str
    outlook: Outlook


def language_for(prompts: Prompts, line: Line, region: Region, *, production: bool) -> Choice:
    """The language to greet a call in: the number's, where the region's people speak it."""
    tongues = region.languages
    wanted = (line.language, *tongues) if line.language in tongues else (*tongues, line.language)
    return choose(prompts, wanted, production=production)


def look(turn: "Turn", region: str, choice: Choice) -> Standing:
    """Find out how things stand for a call of this region in this language."""
    services = turn.services
    dated = overrides.near(turn.conn, turn.now)
    going = destination(services.routing, region, choice.language, turn.now, dated)
    spoken, wanted, instead = choice.language, choice.fell_back_from, ""
    may_change = services.prompts.is_allowed(going.language, production=services.production)
    if going.kind is Kind.CENTRE and may_change and going.language != spoken:
        # Whoever answers has to be understood, so the line changes as well, and says so.
        spoken, wanted = going.language, wanted or spoken
        instead = language_name(spoken, spoken)
    other = next(_others(services.prompts, services.routing, region, spoken, turn), "")
    own = services.routing.route(region).centre
    outlook = Outlook(
        helped_by=going.kind.value,
        opens=spoken_opening(turn, going, spoken),
        is_elsewhere=going.kind is Kind.CENTRE and going.centre.id != own.id,
        wait_minutes=_wait_minutes(turn, going),
        site=services.site,
        other_language=other,
        wanted=language_name(wanted, spoken) if wanted else "",
        instead=instead,
    )
    return Standing(going, spoken, outlook)


def settle(turn: "Turn", region: str, standing: Standing) -> None:
    """Let the call be one of this region, in this language, for whoever helps there."""
    centre, language = standing.going.centre.id, standing.language
    if (turn.call.region, turn.call.centre, turn.call.language) == (region, centre, language):
        return
    calls.redirect(turn.conn, turn.call.id, region=region, centre=centre, language=language)
    turn.call = replace(turn.call, region=region, centre=centre, language=language)


def change_language(turn: "Turn", command: ChangeLanguage) -> LanguageChanged:
    """Carry out a change of language."""
    standing = look(turn, turn.call.region, Choice(command.language))
    settle(turn, turn.call.region, standing)
    return LanguageChanged(standing.outlook)


def move(turn: "Turn", command: MoveCall) -> Moved:
    """Carry out a move to another region: in the call's language where it is spoken there."""
    services = turn.services
    route = services.routing.route(command.region)
    tongues = route.region.languages
    spoken = turn.call.language
    wanted = tongues if spoken not in tongues else (spoken,)
    choice = choose(services.prompts, wanted, production=services.production)
    standing = look(turn, command.region, choice)
    settle(turn, command.region, standing)
    return Moved(standing.outlook)


def product_found(turn: "Turn", product_id: str) -> ProductFound:
    """A product that the register knows, and its holder's region if calls go elsewhere there."""
    services, call = turn.services, turn.call
    registered = services.clearinghouse.region_of_product(turn.conn, product_id)
    better = better_region(services.routing, call.region, registered)
    if better is None:
        return ProductFound()
    return ProductFound(better, services.routing.region_name(better, call.language))


def _others(
    prompts: Prompts, routing: RoutingTable, region: str, spoken: str, turn: "Turn"
) -> Iterator[str]:
    """The languages that star leads to, the next one first; English is always among them."""
    production = turn.services.production
    tags = (known(prompts, tag) for tag in (*routing.regions[region].languages, ENGLISH))
    ring = [
        tag
        for tag in dict.fromkeys((*tags, spoken))
        if tag is not None and (tag == ENGLISH or prompts.is_allowed(tag, production=production))
    ]
    at = ring.index(spoken) if spoken in ring else 0
    return (tag for tag in (*ring[at + 1 :], *ring[:at]) if tag != spoken)


def spoken_opening(turn: "Turn", going: Destination, language: str) -> str:
    """When a closed centre opens, in its own time; empty while one is open, or for long."""
    if going.opens is None:
        return ""
    local = going.opens.astimezone(going.centre.zone)
    return turn.services.prompts.spoken_time(local, language)


def _wait_minutes(turn: "Turn", going: Destination) -> int:
    """The time that a caller has to expect, where it is long and known; nobody waits: 0."""
    centre = going.centre.id
    waiting = turn.services.status.read().waiting.get(centre)
    if waiting is None or going.kind is not Kind.CENTRE:
        return 0
    measured = waiting_times.measure(turn.conn, (centre,), going.language)
    seconds = waiting_times.expected(measured, waiting.count + 1)
    minutes = 0 if seconds is None else waiting_times.spoken_minutes(seconds) or LONGEST_SAID
    return minutes if minutes >= LONG_WAIT_MINUTES else 0
