"""The rules by which client licences are issued, as data.

The reactivation procedure names one of them; every other one is this project's own choice, made
after what such servers commonly do, and is marked so.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SERVER_VERSION: Final = 10
"""The version of this license server; it issues licences of this version or lower."""

TEMPORARY: Final = timedelta(days=90)
PERMANENT_DAYS: Final = (52, 89)
PER_USER: Final = timedelta(days=60)
RENEWAL: Final = timedelta(days=7)
REASSIGNMENT: Final = timedelta(days=90)
GRACE_HOURS: Final = 72
REVOCABLE_PERCENT: Final = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a stable name, what it says, and whether the procedure itself names it."""

    name: str
    sentence: str
    is_given: bool = False


RULES: Final = (
    Rule(
        "deactivated",
        "While a license server is deactivated, nobody new is licensed until it is activated "
        "again.",
        is_given=True,
    ),
    Rule("what_is_issued", "What is issued goes on to its own end, however the server stands."),
    Rule(
        "renewal_needs_activation",
        "A licence is renewed, or a temporary one made permanent, by an activated server only.",
    ),
    Rule("not_activated", "A server that was never activated issues temporary licences only."),
    Rule(
        "grace",
        f"When the certificate has expired, licensing goes on for {GRACE_HOURS} hours; then nobody "
        "new is licensed until the server is reactivated.",
    ),
    Rule(
        "first_sight",
        f"A device's first request gets a temporary licence, good for {TEMPORARY.days} days; it "
        "gets one only once.",
    ),
    Rule(
        "permanent",
        f"Its next request gets a permanent licence from a pack, good for {PERMANENT_DAYS[0]} to "
        f"{PERMANENT_DAYS[1]} days at random, so that not all devices come back on one day.",
    ),
    Rule(
        "renewal",
        f"A licence is renewed from {RENEWAL.days} days before its end on, as long as its pack is "
        "installed.",
    ),
    Rule(
        "back_to_the_pack",
        "A permanent licence that ran out, was released or was revoked is available again.",
    ),
    Rule(
        "no_more_than_installed",
        "Per-device licences are issued no more than are installed.",
    ),
    Rule(
        "per_user",
        f"Per-user licences are good for {PER_USER.days} days; more may be issued than are "
        "installed, and the report says how many too many.",
    ),
    Rule(
        "reassignment",
        f"A per-user licence may be released {REASSIGNMENT.days} days after it was first issued.",
    ),
    Rule(
        "version",
        "A licence serves clients that ask for its version or a lower one; the lowest that serves "
        f"is taken. This server issues up to version {SERVER_VERSION}.",
    ),
    Rule(
        "revocation",
        f"Only permanent per-device licences can be revoked, at most {REVOCABLE_PERCENT}% of the "
        "installed ones of a version at any time; one counts until it would have run out.",
    ),
)
