"""What client licences are: kinds, packs, licences, and for whom they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Whom a licence counts for."""

    PER_DEVICE = "per_device"
    PER_USER = "per_user"

    @property
    def label(self) -> str:
        """The kind as people read it."""
        return "Per device" if self is Kind.PER_DEVICE else "Per user"


class Ending(StrEnum):
    """Why a licence ended before its time."""

    RELEASED = "released"
    REVOKED = "revoked"
    REPLACED = "replaced"
    """By a permanent licence, or by one of a higher version."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: a device, by the hash of its key, and for per-user licences the user it names."""

    device: str
    device_name: str
    user: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of licence that is asked for."""
        return Kind.PER_USER if self.user else Kind.PER_DEVICE

    @property
    def name(self) -> str:
        """What the licence is bound to: the user, or the device's hash."""
        return self.user or self.device


@dataclass(frozen=True, slots=True)
class Pack:
    """An installed license pack. `number` is unique for the product; codes are compact."""

    number: int
    version: int
    kind: Kind
    quantity: int
    license_pack_id: str
    license_code: str
    program: str
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class Licence:
    """An issued licence; it holds until `expires_at` unless it ended before."""

    id: int
    kind: Kind
    version: int
    subject: Subject
    is_temporary: bool
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether the licence is good at a moment."""
        return self.ended_at is None and now < self.expires_at

    @property
    def word(self) -> str:
        """What kind of licence this is, as people read it."""
        return "Temporary" if self.is_temporary else "Permanent"
