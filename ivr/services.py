"""What the webhooks need, wired by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from clearinghouse import Clearinghouse
from region_routing import RoutingTable
from spoken_prompts import Prompts
from switchboard.live import LiveFeed
from switchboard.telephony import Telephony


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one web process that a telephone call touches.

    `public_base_url` is the base of every URL that the network signs, without a trailing slash.
    """

    engine: Engine
    clearinghouse: Clearinghouse
    routing: RoutingTable
    prompts: Prompts
    telephony: Telephony
    clock: Callable[[], datetime]
    auth_token: str = field(repr=False)
    public_base_url: str
    live_feed: LiveFeed
