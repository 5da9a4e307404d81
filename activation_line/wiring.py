"""`bootstrap`: the only place where the parts are put together."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Engine

import region_routing
from activation_line.clock import Clock
from activation_line.register_access import Register, open_register
from activation_line.settings import Settings
from activation_line.voices import own_prompts
from agent_console.services import ConsoleServices, VoiceCredentials
from clearinghouse import Clearinghouse
from ivr.services import Services as VoiceServices
from ivr.status import ProbedStatus
from ivr.telephony import TwilioTelephony
from region_routing import RoutingTable
from spoken_prompts import RefusedVoices
from switchboard.live import LiveFeed


@dataclass(frozen=True, slots=True)
class Line:
    """One web process's parts, wired."""

    settings: Settings
    register: Register
    engine: Engine
    clock: Clock
    routing: RoutingTable
    clearinghouse: Clearinghouse
    telephony: TwilioTelephony
    voice: VoiceServices
    console: ConsoleServices
    status: ProbedStatus

    def close(self) -> None:
        """Let the parts go: what still asks the database ends first."""
        self.status.close()
        self.engine.dispose()


def bootstrap(settings: Settings) -> Line:
    """Wire one web process. Raises typed errors, each with its sentence."""
    register = open_register(settings)
    engine, clock, clearinghouse = register.engine, register.clock, register.clearinghouse
    routing = region_routing.load(settings.routing_dir)
    prompts = own_prompts(settings)
    telephony = TwilioTelephony(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        public_base_url=settings.public_base_url,
        api_base_url=settings.twilio_api_url or None,
        auth_token_next=settings.twilio_auth_token_next,
        records=settings.record_conversations,
    )
    live_feed = LiveFeed(engine)
    status = ProbedStatus(engine, clearinghouse, routing, clock)
    voice = VoiceServices(
        engine=engine,
        clearinghouse=clearinghouse,
        routing=routing,
        prompts=prompts,
        telephony=telephony,
        clock=clock,
        auth_token=settings.twilio_auth_token,
        public_base_url=settings.public_base_url,
        live_feed=live_feed,
        status=status,
        resume_window=timedelta(hours=settings.resume_hours),
        site=urlsplit(settings.site_base_url).hostname or "",
        production=not settings.demo,
        records=settings.record_conversations,
        check_from=settings.check_from,
        auth_token_next=settings.twilio_auth_token_next,
        refused_voices=RefusedVoices(settings.refused_voices_file),
    )
    console = ConsoleServices(
        engine=engine,
        clearinghouse=clearinghouse,
        routing=routing,
        prompts=prompts,
        telephony=telephony,
        clock=clock,
        live_feed=live_feed,
        voice_device_url=settings.voice_device_url or None,
        voice_credentials=VoiceCredentials(
            account_sid=settings.twilio_account_sid,
            api_key_sid=settings.twilio_api_key_sid,
            api_key_secret=settings.twilio_api_key_secret,
        ),
        demo=settings.demo,
    )
    return Line(
        settings=settings,
        register=register,
        engine=engine,
        clock=clock,
        routing=routing,
        clearinghouse=clearinghouse,
        telephony=telephony,
        voice=voice,
        console=console,
        status=status,
    )
