"""What the webhooks need, wired by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from clearinghouse import Clearinghouse
from ivr.forecasts import Forecasts
from ivr.observer import UNOBSERVED, Observer
from ivr.status import AlwaysUp, StatusSource
from region_routing import RoutingTable
from spoken_prompts import Prompts, RefusedVoices
from switchboard.live import LiveFeed
from switchboard.telephony import Telephony


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one web process that a telephone call touches.

    `public_base_url` is the base of every URL that the network signs, without a trailing slash.
    `auth_token_next` is believed as well where it is set: while the tokens are changed.
    A call that broke off may go on within `resume_window`. `site` is the website's address as it is
    spoken, empty where there is none. In production only approved languages are spoken. `records`:
    conversations are recorded, and callers told so. The line's numbers are rung to see whether they
    answer, each from another of them or from `check_from`. `refused_voices` are passed over.
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
    status: StatusSource = field(default_factory=AlwaysUp)
    resume_window: timedelta = timedelta(hours=2)
    site: str = ""
    production: bool = False
    forecasts: Forecasts = field(default_factory=Forecasts)
    auth_token_next: str = field(default="", repr=False)
    records: bool = False
    check_from: str = ""
    observer: Observer = UNOBSERVED
    refused_voices: RefusedVoices = field(default_factory=RefusedVoices)

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that the network may sign with; the first is the one in use."""
        return tuple(token for token in (self.auth_token, self.auth_token_next) if token)
