"""Where a call stands in the flow: a frozen session, and its snapshot for the store."""

import json
from dataclasses import dataclass, fields
from enum import StrEnum

from codes.keying import Keyed, start

VERSION = 2
NO_PRODUCT_ID = start("product_id")
NO_LICENSE_SERVER_ID = start("license_server_id")


class Step(StrEnum):
    """The steps of the flow. What leads where stands in `ivr.transitions`."""

    ARRIVING = "arriving"
    PRODUCT_ID = "product_id"
    LICENSE_SERVER_ID = "license_server_id"
    MARKING = "marking"
    LOOKING_UP = "looking_up"
    OPENING = "opening"
    REASON = "reason"
    RECEIPT = "receipt"
    DEACTIVATING = "deactivating"
    CONFIRMATION = "confirmation"
    QUEUED = "queued"
    TALKING = "talking"
    CLOSING_CODE = "closing_code"
    CONFIRMING = "confirming"
    ENDED = "ended"
    RESUMING = "resuming"
    COUNTRY = "country"
    HELP = "help"
    CALL_BACK = "call_back"
    AWAITING_CALL = "awaiting_call"
    CALLED_BACK = "called_back"
    ISSUING = "issuing"
    READING = "reading"
    LAST_GROUP = "last_group"
    CHOOSING_GROUP = "choosing_group"
    CHALLENGE = "challenge"
    ANOTHER = "another"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class Session:
    """One call's place in the flow.

    `tries` counts wrong attempts and `silences` unanswered prompts at the step in hand, `refused`
    whole codes that the register has refused since it took one; `case` is
    the request's number in the register; `place` the position in the queue that was said last,
    `minutes` the expected time; `looks` counts how often the network asked what a waiting caller
    hears.

    `helped_by` says who can help now: a `centre`, the `line` itself, or a `call_back`. `issues`:
    the line may issue the request by itself. `accompanied`: a representative waits meanwhile.
    `group` is the group of the new license server ID that is read out, 0 before the first; the ID
    itself is never kept here. `license_code`: a license pack is installed instead.

    Star leads to `other_language` before anything is keyed. `pace` is how fast the line speaks.
    `broke_at` is the step at which the caller was cut off; `earlier` is such a call, to be resumed
    for two digits of group `proof_group` of its code `proof_code`. `registered` is the region of
    the product's holder, where another than the call's; `is_settled`: whether to be moved there was
    asked. `told_recorded`: the caller has heard that the conversation is recorded.
    """

    step: Step = Step.ARRIVING
    product_id: Keyed = NO_PRODUCT_ID
    license_server_id: Keyed = NO_LICENSE_SERVER_ID
    tries: int = 0
    silences: int = 0
    case: int | None = None
    place: int | None = None
    helped_by: str = "centre"
    other_language: str = ""
    pace: str = "normal"
    broke_at: str = ""
    earlier: int | None = None
    proof_code: str = ""
    proof_group: int = 0
    registered: str = ""
    is_settled: bool = False
    minutes: int | None = None
    looks: int = 0
    issues: bool = False
    accompanied: bool = False
    group: int = 0
    license_code: str = ""
    told_recorded: bool = False
    refused: int = 0

    @property
    def by_line(self) -> bool:
        """Whether the line itself takes the place of people, since no centre is open."""
        return self.helped_by == "line"

    @property
    def is_closed(self) -> bool:
        """Whether nobody answers before a centre opens."""
        return self.helped_by != "centre"

    @property
    def is_in_queue(self) -> bool:
        """Whether the network holds the caller in its queue, where not every verb is allowed."""
        return self.place is not None

    @property
    def has_keyed(self) -> bool:
        """Whether any group was keyed well so far."""
        return any(self.product_id.groups) or any(self.license_server_id.groups)


_encode = json.JSONEncoder(separators=(",", ":")).encode
# What a snapshot holds beside step and codes: only what differs from a fresh session.
_PLAIN = tuple(
    (field.name, field.default)
    for field in fields(Session)
    if field.name not in {"step", "product_id", "license_server_id"}
)


class SnapshotError(Exception):
    """A stored snapshot is of another version, or damaged."""


def snapshot(session: Session) -> str:
    """The session as text for the store; opaque to everybody else.

    A field that is added later, with a default, leaves older snapshots readable.
    """
    plain = {
        name: value for name, default in _PLAIN if (value := getattr(session, name)) != default
    }
    return _encode(
        (
            VERSION,
            session.step,
            session.product_id.groups,
            session.product_id.pending,
            session.license_server_id.groups,
            session.license_server_id.pending,
            plain,
        )
    )


def restore(text: str) -> Session:
    """The session of a snapshot. Raises `SnapshotError` where this version can't read it."""
    try:
        version, *parts = json.loads(text)
        if version != VERSION:
            raise SnapshotError(f"The snapshot is of version {version}; this one reads {VERSION}.")
        step, product, pending, server, server_pending, plain = parts
        return Session(
            Step(step),
            Keyed("product_id", tuple(product), pending),
            Keyed("license_server_id", tuple(server), server_pending),
            **plain,
        )
    except (ValueError, TypeError) as error:
        raise SnapshotError("The snapshot is damaged.") from error
