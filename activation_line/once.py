"""One whole scripted call: what a person does after `make run`, done by scripts and checked.

The caller works the license server's own pages and a telephone of the simulated network, the
representative the console's own pages. What counts is read from the register, the event log and
the certificate, never from the scripts.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

import region_routing
import spoken_prompts
from activation_line.clock import system_clock
from activation_line.compromised import note
from activation_line.demo import FIRST_ACTIVATION
from activation_line.evidence import Evidence, collect
from activation_line.house import House
from ivr.circumstances import language_for
from license_server import simulate
from license_server.model import Reason
from license_server.simulate import What
from phone_network import actor_client
from region_routing import Route, RoutingTable
from scripted_calls.caller import Caller, Stage
from scripted_calls.console import ConsolePages
from scripted_calls.playing import CallerPlayer
from scripted_calls.representative import Representative
from scripted_calls.serving import RepresentativePlayer
from scripted_calls.wizard import WizardPages

# A run is stuck after so many seconds of wall time; a straight one takes a few.
LONGEST_RUN = 90.0
# Simulated, after the call: what is under way then is over before it has passed.
SETTLING_SECONDS = 1.0
# A caller's number from ranges for fiction, where the region has one; else nobody's.
WITHHELD = "anonymous"
CALLERS = {
    "US": "+12025550177",
    "CA": "+16135550177",
    "GB": "+442079460177",
    "AU": "+61270100177",
    "DE": "+493023125177",
}


# What is brought about before the call, on a server whose certificate is valid otherwise.
HAPPENED = {
    Reason.CERTIFICATE_CORRUPTED: What.CORRUPT,
    Reason.SERVER_UPGRADED: What.UPGRADE,
    Reason.SERVER_REDEPLOYED: What.REDEPLOY,
    Reason.PRIVATE_KEY_COMPROMISED: What.COMPROMISE,
}
RECENTLY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Variation:
    """How the call departs from the straight one.

    `case_number` and `told` come from an earlier call that broke off: what is keyed first, and
    which groups of the new ID the caller has noted. The caller's number may be withheld.
    """

    region: str = "US"
    reason: Reason = Reason.CERTIFICATE_EXPIRED
    seed: int = 1
    wrong_digit: int | None = None
    hang_up_at: Stage | None = None
    spoil_issued: bool = False
    no_issue: bool = False
    call_back: bool = False
    case_number: str | None = None
    told: tuple[tuple[int, str], ...] = ()
    is_withheld: bool = False
    out_of_hours: bool = False

    @property
    def age(self) -> timedelta:
        """How long ago the license server was activated."""
        return RECENTLY if self.reason in HAPPENED else FIRST_ACTIVATION

    @property
    def is_compromised(self) -> bool:
        """Whether the private key is in other hands."""
        return self.reason is Reason.PRIVATE_KEY_COMPROMISED


class RegionError(Exception):
    """There is no such region. The message says what lists those there are."""


def route_for(routing: RoutingTable, region: str) -> Route:
    """Where the region's calls go. Raises `RegionError`."""
    if region not in routing.regions:
        raise RegionError(
            f"No line serves {region!r}: write the ISO 3166 code of a region, such as DE; "
            "`activation-line routing table` lists them all."
        )
    return routing.route(region)


async def play(house: House, variation: Variation, say: Callable[[str], object]) -> Evidence:
    """Play the call and collect what it left behind; each line is said as it happens."""
    data = house.demo.license_server_dir
    if variation.reason in HAPPENED:
        simulate.begin(data, HAPPENED[variation.reason], house.plan.start or system_clock())
    before = note(data) if variation.is_compromised else None
    async with asyncio.timeout(LONGEST_RUN):
        player = await converse(house, variation, say)
    script = player.script
    return collect(
        house,
        player.call_sid,
        player.began,
        player.ended,
        script.hung_up,
        reason=variation.reason,
        before=before,
    )


async def converse(
    house: House, variation: Variation, say: Callable[[str], object]
) -> CallerPlayer:
    """Let caller and representative work through one call; the caller tells how it went."""
    routing = region_routing.load()
    route = route_for(routing, variation.region)
    prompts = spoken_prompts.load()
    language = language_for(prompts, route.line, route.region, production=False).language
    tell = _Teller(house.plan.start, say)
    async with AsyncExitStack() as stack:
        caller_http, desk_http = [await stack.enter_async_context(_browser()) for _ in range(2)]
        control = house.network.facts["control"]
        caller_phone, desk_phone = [
            await stack.enter_async_context(actor_client.connect(caller_http, control, name))
            for name in ("caller", "representative")
        ]
        server = house.license_server.facts["url"].rstrip("/")
        wizard = await WizardPages.log_in(caller_http, server, house.demo.password)
        await wizard.choose_telephone(variation.region)
        shown = await wizard.start(is_compromised=variation.is_compromised)
        tell(house.plan.start, "wizard", f"License Server Reactivation: call {route.line.display}")
        console = ConsolePages(desk_http, f"{house.web.facts['url']}/console")
        await console.log_in(house.demo.login, house.demo.password)
        representative = RepresentativePlayer(
            desk_phone,
            prompts,
            language,
            tell,
            script=Representative(
                refuses=variation.no_issue, is_away=variation.hang_up_at is Stage.QUEUE
            ),
            console=console,
            identity=house.demo.login,
        )
        caller = CallerPlayer(
            caller_phone,
            prompts,
            language,
            tell,
            script=Caller(
                shown.facts,
                wrong_digit=variation.wrong_digit,
                hang_up_at=variation.hang_up_at,
                spoil_issued=variation.spoil_issued,
                wants_call_back=variation.call_back,
                case_number=variation.case_number,
                told=variation.told,
                seed=variation.seed,
                closing_code=shown.closing_code,
            ),
            wizard=wizard,
        )
        calling = asyncio.create_task(caller.call(shown.number, _number_of(variation)))
        if variation.call_back or variation.out_of_hours:
            await desk_phone.rest()  # nobody is at work until the caller has hung up, or at all
        working = asyncio.create_task(_work(representative, caller, variation))
        try:
            await _beside(working, calling)
            # Time moves on only once the network has told the line that the call is over.
            await _beside(working, asyncio.create_task(caller_phone.sleep(SETTLING_SECONDS)))
            await caller_phone.rest()
            if representative.has_call:
                await working
        finally:
            for task in (calling, working):
                task.cancel()
            await asyncio.gather(calling, working, return_exceptions=True)
        if caller.script.closing_code is not None:
            await wizard.finish()
    return caller


async def _beside(working: asyncio.Task[None], act: asyncio.Task[None]) -> None:
    """Wait for an act; what goes wrong at the console meanwhile is raised, not waited for."""
    await asyncio.wait({working, act}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        await working
    await act


async def _work(
    representative: RepresentativePlayer, caller: CallerPlayer, variation: Variation
) -> None:
    if variation.call_back:
        await caller.waits.wait()
    if not variation.out_of_hours:
        await representative.work()


def _number_of(variation: Variation) -> str:
    return WITHHELD if variation.is_withheld else CALLERS.get(variation.region, WITHHELD)


def _browser() -> ClientSession:
    """A browser of its own for each person: cookies are kept for addresses without a name, too."""
    return ClientSession(
        cookie_jar=CookieJar(unsafe=True),
        timeout=ClientTimeout(total=30),
        # A process may be replaced between two requests, and an act that is lost with an old
        # connection can't be told from one that was done.
        connector=TCPConnector(force_close=True),
    )


class _Teller:
    """Says each line of the conversation with its simulated time."""

    def __init__(self, start: datetime | None, say: Callable[[str], object]) -> None:
        self._start = start
        self._say = say

    def __call__(self, at: datetime | None, who: str, words: str) -> None:
        seconds = (at - self._start).total_seconds() if at and self._start else 0.0
        self._say(f"{int(seconds) // 60:02d}:{seconds % 60:04.1f}  {who:<14}  {words}")
