"""A whole line in one process: register, switchboard, flow, console and phone network, no HTTP.

Time is simulated, the database is in memory, one representative serves all centres. Each call has a
network of its own, so that the thousandth costs what the first did.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

import agent_console.tables
import clearinghouse.tables
import region_routing
import spoken_prompts
import switchboard.tables
from agent_console.services import ConsoleServices
from clearinghouse import Actor, Channel, Clearinghouse, Policy, Reason, Request, customers
from codes import closing_code, license_server_id, product_id, product_key
from data_store import Cipher, open_engine, reading, transaction
from ivr.services import Services
from phone_network.clock import VirtualClock
from phone_network.exchange import Exchange
from phone_network.local_actor import LocalActor
from phone_network.rules import Rules
from phone_network.settings import Number, Settings, new_account
from phone_network.speech import Rate, Voice
from scripted_calls.caller import Caller
from scripted_calls.calling import Ended, Heard
from scripted_calls.desk import DeskHere
from scripted_calls.hand import Hand, Pressed
from scripted_calls.line import VOICE, LineHere
from scripted_calls.playing import KEY_SECONDS, CallerPlayer
from scripted_calls.representative import Representative
from scripted_calls.screen import Screen
from scripted_calls.serving import GLANCE_SECONDS, RepresentativePlayer
from scripted_calls.switching import ExchangeTelephony
from switchboard import calls, events, overrides, representatives
from switchboard.events import Event, EventKind
from switchboard.live import LiveFeed
from switchboard.telephony import TelephonyError

BASE: Final = "http://line.invalid"
LOGIN: Final = "representative"
ADMINISTRATOR: Final = Actor("administrator", "simulation")
LANGUAGE: Final = "en"
# Longer than the wait for the next opening of a centre, shorter than for ever.
A_DAY: Final = timedelta(days=1)
# Simulated: a call that has not ended by then is held to be stuck.
LONGEST_CALL: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How a caller is and what befalls it.

    `key_seconds` pass between keys. The call breaks off after `drop_after` seconds, where that is
    set.
    """

    key_seconds: float = KEY_SECONDS
    drop_after: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What came of one call. `history` is what the caller heard and keyed, in order.

    `is_cut`: the connection broke. `by_line`: the line itself issued the ID.
    """

    script: Caller
    history: tuple[Heard | Pressed | Ended, ...]
    seconds: float
    events: tuple[Event, ...]
    request: Request | None
    by_line: bool
    is_cut: bool


class _News(LiveFeed):
    """The live feed, which tells the representative's telephone as well while there is a call."""

    phone: LocalActor | None = None

    def publish(self) -> None:
        super().publish()
        if self.phone is not None:
            self.phone.tell("news")


class _Attentive(RepresentativePlayer):
    """Looks at the desk at the same moments as any other, but not where nothing is new there."""

    async def _glance(self) -> None:
        looked = self._now
        if not self._waiting:
            self._waiting.append(await self._receive())
        passed = (self._now - looked).total_seconds() % GLANCE_SECONDS
        await self._pause(GLANCE_SECONDS - passed)


class StuckError(Exception):
    """A call did not end. The message says where it stood."""


class World:
    """The line. `voice` says how long a text takes; without one a rate does.

    `chance` draws what the line draws, so that a call can be repeated to the second.
    """

    def __init__(self, start: datetime, *, voice: Voice | None = None, seed: int = 1) -> None:
        self.now = start
        self.chance = Random(seed)
        self._voice = voice if voice is not None else Rate()
        self._clock: VirtualClock | None = None
        self._register = Clearinghouse(Cipher([bytes(32)]), self.chance)
        self._routing = region_routing.load()
        self._prompts = spoken_prompts.load()
        self._engine = open_engine("sqlite://")
        for tables in (clearinghouse.tables, switchboard.tables, agent_console.tables):
            tables.metadata.create_all(self._engine)
        self._feed = _News(self._engine)
        self._exchange: Exchange | None = None
        self._console, self._line = self._wired()
        tongues = {each for centre in self._routing.centres.values() for each in centre.languages}
        with transaction(self._engine) as conn:
            representatives.add(
                conn,
                name=LOGIN,
                display_name="Representative",
                centres=sorted(self._routing.centres),
                languages=sorted(tongues),
                now=start,
            )

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def clock(self) -> datetime:
        """The simulated time."""
        return self.now if self._clock is None else self._clock.now()

    def keep(self, *, is_open: bool) -> None:
        """Keep every centre open or closed for a day from now."""
        with transaction(self._engine) as conn:
            for centre in self._routing.centres:
                overrides.add(conn, centre, start=self.now, end=self.now + A_DAY, is_open=is_open)

    def number(self, region: str) -> str:
        """The number that the wizard shows in a region."""
        return self._routing.route(region).line.number

    def server(
        self, rng: Random, reason_key: str, *, policy: Policy | None = None, country: str = ""
    ) -> Screen:
        """A license server that was activated long ago and now wants to be reactivated.

        `country` is where the product's holder is registered, empty for nobody.
        """
        long_ago = self.now - timedelta(days=430)
        product = product_id.random(rng)
        key = product_key.make(product, rng.randbytes(15))
        secret = product_key.secret(key)
        first, second = (
            license_server_id.assemble(secret, product, issue, f"{rng.randrange(10**16):016}")
            for issue in (0, 1)
        )
        house = self._register
        with transaction(self._engine) as conn:
            house.add_product(
                conn,
                product_id=product,
                product_key=key,
                name="Product",
                policy=policy or Policy(),
                actor=ADMINISTRATOR,
                now=long_ago,
            )
            if country:
                holder = customers.add(
                    conn,
                    name=f"Holder of {product}",
                    contact="",
                    actor=ADMINISTRATOR,
                    now=long_ago,
                    region=country,
                )
                customers.give(conn, product, holder, ADMINISTRATOR, long_ago)
            opened = house.open_request(
                conn,
                product_id=product,
                license_server_id=first,
                channel=Channel.AUTOMATIC,
                caller=None,
                actor=ADMINISTRATOR,
                now=long_ago,
            )
            house.set_reason(conn, opened.id, Reason.FIRST_ACTIVATION, ADMINISTRATOR, long_ago)
            house.check(conn, opened.id, ADMINISTRATOR, long_ago)
            issued = house.issue(conn, opened.id, ADMINISTRATOR, long_ago)
            closing = closing_code.make(secret, product, str(issued.new_license_server_id))
            house.confirm(conn, opened.id, closing, ADMINISTRATOR, long_ago)
        return Screen(secret, product, second, reason_key)

    async def call(
        self,
        screen: Screen,
        script: Caller,
        *,
        number: str,
        caller: str,
        hand: Hand | None = None,
        manner: Manner = Manner(),
        tell: Callable[[datetime, str, str], object] = lambda *_: None,
    ) -> Called:
        """Let the caller ring and stay until the call is over, its call-back included."""
        clock = self._clock = VirtualClock(self.now)
        exchange = self._exchange = Exchange(
            self._settings(number), clock, self._line, name=self._name
        )
        began = clock.now()
        phone, desk_phone = LocalActor(exchange, "caller"), LocalActor(exchange, LOGIN)
        player = CallerPlayer(
            phone,
            self._prompts,
            LANGUAGE,
            tell,
            script=script,
            wizard=screen,
            hand=hand,
            key_seconds=manner.key_seconds,
        )
        serving = _Attentive(
            desk_phone,
            self._prompts,
            LANGUAGE,
            tell,
            script=Representative(),
            console=DeskHere(self._console, LOGIN),
            identity=LOGIN,
        )
        self._feed.phone = desk_phone
        stuck, cut = asyncio.Event(), asyncio.Event()
        if manner.drop_after is not None:
            clock.call_later(manner.drop_after, lambda: _cut(exchange, phone, cut), background=True)
        clock.call_later(LONGEST_CALL, stuck.set)
        try:
            await _play(player, serving, number, caller, stuck)
        finally:
            self._feed.phone = None
            self.now, self._clock, self._exchange = clock.now(), None, None
        return self._called(player, began, is_cut=cut.is_set())

    def _called(self, player: CallerPlayer, began: datetime, *, is_cut: bool) -> Called:
        with reading(self._engine) as conn:
            row = calls.load(conn, player.call_sid)
            happened = tuple(events.of_call(conn, row.id)) if row else ()
            case = row.request_id if row else None
            request = None if case is None else self._register.request(conn, case)
        ended = player.ended or self.now
        return Called(
            player.script,
            tuple(player.history),
            (ended - began).total_seconds(),
            happened,
            request,
            by_line=any(
                each.kind is EventKind.ID_ISSUED and each.data.get("by") == "line"
                for each in happened
            ),
            is_cut=is_cut,
        )

    def _settings(self, number: str) -> Settings:
        own = Number(number, f"{BASE}{VOICE}/incoming", status_callback=f"{BASE}{VOICE}/status")
        rules = Rules(voice=self._voice)
        return Settings(new_account(), (own,), virtual=True, rules=rules, speech="rate")

    def _wired(self) -> tuple[ConsoleServices, LineHere]:
        telephony = ExchangeTelephony(self._network, f"{BASE}{VOICE}")
        console = ConsoleServices(
            engine=self._engine,
            clearinghouse=self._register,
            routing=self._routing,
            prompts=self._prompts,
            telephony=telephony,
            clock=self.clock,
            live_feed=self._feed,
        )
        services = Services(
            engine=self._engine,
            clearinghouse=self._register,
            routing=self._routing,
            prompts=self._prompts,
            telephony=telephony,
            clock=self.clock,
            auth_token="",
            public_base_url=BASE,
            live_feed=self._feed,
        )
        return console, LineHere(services)

    def _name(self, prefix: str) -> str:
        return f"{prefix}{self.chance.getrandbits(128):032x}"

    def _network(self) -> Exchange:
        if self._exchange is None:
            raise TelephonyError("There is no call.")
        return self._exchange


async def _play(
    player: CallerPlayer,
    serving: RepresentativePlayer,
    number: str,
    caller: str,
    stuck: asyncio.Event,
) -> None:
    """Let both work until the caller's call is over, or nothing more comes of it."""
    ringing = asyncio.create_task(player.call(number, caller))
    working = asyncio.create_task(serving.work())
    endings = [asyncio.create_task(each.wait()) for each in (player.waits, stuck)]
    try:
        await asyncio.wait({ringing, working, *endings}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working  # what went wrong at the console is raised here
            await asyncio.wait({ringing, *endings}, return_when=asyncio.FIRST_COMPLETED)
        if stuck.is_set():
            raise StuckError(f"The call did not end within half an hour: {player.script}")
        if not player.script.is_promised:
            await ringing
        await player.leave()
        if serving.has_call and not working.done():
            await asyncio.wait({working, endings[1]}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        tasks = (ringing, working, *endings)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _cut(exchange: Exchange, phone: LocalActor, cut: asyncio.Event) -> None:
    """The caller's connection breaks."""
    for call in list(exchange.calls.values()):
        if call.live and call.line is phone:
            cut.set()
            exchange.hang_up(call, "connection lost")
