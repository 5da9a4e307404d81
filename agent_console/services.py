"""What the console is built from; handed in by whoever wires the parts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from clearinghouse import Clearinghouse
from region_routing import RoutingTable
from spoken_prompts import Prompts
from switchboard.live import LiveFeed
from switchboard.telephony import Telephony

RING_SECONDS = 20.0
HEARTBEAT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class VoiceCredentials:
    """What signs the access tokens of voice devices."""

    account_sid: str
    api_key_sid: str
    api_key_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """Everything that the console's pages use.

    `voice_device_url` is the address of the ES module that the browser's voice device comes
    from; None where representatives speak on other apparatus. `demo` marks every page.
    """

    engine: Engine
    clearinghouse: Clearinghouse
    routing: RoutingTable
    prompts: Prompts
    telephony: Telephony
    clock: Callable[[], datetime]
    live_feed: LiveFeed
    voice_device_url: str | None = None
    voice_credentials: VoiceCredentials | None = None
    demo: bool = False
    ring_seconds: float = RING_SECONDS
    heartbeat_seconds: float = HEARTBEAT_SECONDS
