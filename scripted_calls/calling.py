"""What a scripted caller hears and sees (events), and what it does about it (acts)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt of the line, or a phrase of the representative, was heard to its end."""

    prompt: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def digits(self) -> int:
        """How many digits were spoken one by one."""
        return len(self.values.get("digits", ""))


@dataclass(frozen=True, slots=True)
class Listening:
    """The line began to listen for keys."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The wizard took the new license server ID and shows the closing code."""

    closing_code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The wizard refused what was typed: its message, the groups that it marks, what stands there.

    `groups` is empty where the page marks none.
    """

    message: str
    groups: tuple[int, ...] = ()
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The wizard answered the challenge that was typed into it."""

    digits: str


@dataclass(frozen=True, slots=True)
class Rings:
    """The caller's telephone rings."""


Event = Heard | Listening | Accepted | Refused | Ended | Answered | Rings


@dataclass(frozen=True, slots=True)
class Press:
    """Key digits."""

    digits: str


@dataclass(frozen=True, slots=True)
class Say:
    """Say a phrase of the caller's to the representative."""

    phrase: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeIntoWizard:
    """Type the new license server ID into the wizard and choose Next.

    `groups` are those that are typed anew where the wizard has marked some; empty for all of them.
    """

    new_license_server_id: str
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down; `why` is for the report."""

    why: str


@dataclass(frozen=True, slots=True)
class TypeChallenge:
    """Type the challenge into the wizard, which answers it."""

    digits: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick the receiver up."""


Act = Press | Say | TypeIntoWizard | HangUp | TypeChallenge | Answer
