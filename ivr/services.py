"""What the webhooks need, wired by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from clearinghouse import Clearinghouse
from ivr.observer import UNOBSERVED, Observer
from region_routing import RoutingTable
from spoken_prompts import Prompts
from switchboard.live import LiveFeed
from switchboard.telephony import Telephony


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one web process that a telephone call touches.

    `public_base_url` is the base of every URL that the network signs, without a trailing slash.
    `auth_token_next` is believed as well where it is set: while the tokens are changed.
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
    auth_token_next: str = field(default="", repr=False)
    observer: Observer = UNOBSERVED

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that the network may sign with; the first is the one in use."""
        return tuple(token for token in (self.auth_token, self.auth_token_next) if token)
