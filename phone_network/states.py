"""What a document that has been left standing waits for."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from phone_network import messages as m
from phone_network.gathering import Gathering
from phone_network.playing import Player
from phone_network.twiml import Element


class Outcome(Enum):
    """How a wait document ended the waiting."""

    LEFT = "left"
    HUNG_UP = "hung up"
    FAILED = "failed"


@dataclass(slots=True)
class Fetching:
    """A document has been requested."""

    token: int
    purpose: m.Purpose


@dataclass(slots=True)
class Playing:
    """Say, Play or Pause is under way."""

    player: Player
    last: bool = False  # the application error message: the call ends after it


@dataclass(slots=True)
class Resting:
    """A wait document that took no time is requested again after a moment."""

    token: int


@dataclass(slots=True)
class Queued:
    """The call waits in a queue, or is talked to from it."""

    element: Element
    since: datetime
    sid: str = ""
    served_at: datetime | None = None


@dataclass(slots=True)
class Dialling:
    """The call rings somebody, talks, or is in a conference."""

    element: Element


State = Fetching | Playing | Resting | Gathering | Queued | Dialling
