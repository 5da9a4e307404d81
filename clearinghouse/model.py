"""What the register speaks of: products, requests, refusals and who acts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class Reason(StrEnum):
    """Why a license server is activated again; the first five are keys 1 to 5 of the keypad."""

    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_CORRUPTED = "certificate_corrupted"
    SERVER_UPGRADED = "server_upgraded"
    SERVER_REDEPLOYED = "server_redeployed"
    PRIVATE_KEY_COMPROMISED = "private_key_compromised"
    FIRST_ACTIVATION = "first_activation"


class RequestState(StrEnum):
    """Where a request stands; `clearinghouse.transitions` says what leads where."""

    OPENED = "opened"
    CHECKED = "checked"
    ISSUED = "issued"
    READ = "read"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    LAPSED = "lapsed"
    ABANDONED = "abandoned"


class PermissionState(StrEnum):
    """What the register thinks of an issued number."""

    PENDING = "pending"
    """Issued; nothing shows yet that the server accepted it."""
    CURRENT = "current"
    """Accepted by the server."""
    SUPERSEDED = "superseded"
    """A higher number of the same server was accepted."""
    REVOKED = "revoked"
    """Its private key was compromised."""
    DEACTIVATED = "deactivated"
    """Its license server was deactivated."""


class ServerState(StrEnum):
    """What the register thinks of a license server."""

    PENDING = "pending"
    """Given a number; nothing shows yet that it accepted one."""
    ACTIVE = "active"
    REVOKED = "revoked"
    """The number that it holds was revoked, and it hasn't shown that it accepted the next."""
    DEACTIVATED = "deactivated"


class Channel(StrEnum):
    """By which method a request came."""

    TELEPHONE = "telephone"
    WEB = "web"
    AUTOMATIC = "automatic"


class LineIssues(StrEnum):
    """When the line itself issues a plain request, without a representative."""

    OUT_OF_HOURS = "out_of_hours"
    ALWAYS = "always"
    NEVER = "never"


class DeactivationCause(StrEnum):
    """Why a license server is deactivated."""

    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_DAMAGED = "certificate_damaged"
    SERVER_REDEPLOYED = "server_redeployed"


class RefusalCode(StrEnum):
    """Why the register says no, for programs."""

    PRODUCT_UNKNOWN = "product_unknown"
    PROOF_WRONG = "proof_wrong"
    PRODUCT_BLOCKED = "product_blocked"
    ISSUE_UNKNOWN = "issue_unknown"
    LIMIT_REACHED = "limit_reached"
    SERVERS_LIMIT = "servers_limit"
    CHALLENGE_NEEDED = "challenge_needed"
    CLOSING_CODE_WRONG = "closing_code_wrong"
    WRONG_STATE = "wrong_state"
    REFUSED_BY_REPRESENTATIVE = "refused_by_representative"
    TOO_MANY_WRONG_PROOFS = "too_many_wrong_proofs"
    SIGNATURE_WRONG = "signature_wrong"
    KEY_MISMATCH = "key_mismatch"
    DEACTIVATED = "deactivated"
    RECEIPT_WRONG = "receipt_wrong"
    NOT_CURRENT = "not_current"
    COOLING_OFF = "cooling_off"
    LICENSE_CODE_UNKNOWN = "license_code_unknown"
    LICENSE_CODE_USED = "license_code_used"


_SENTENCES = {
    RefusalCode.PRODUCT_UNKNOWN: "The register doesn't know this product ID.",
    RefusalCode.PROOF_WRONG: "The license server ID doesn't belong to this product ID.",
    RefusalCode.PRODUCT_BLOCKED: "This product is blocked.",
    RefusalCode.ISSUE_UNKNOWN: "The license server holds a number that the register doesn't know.",
    RefusalCode.LIMIT_REACHED: "This license server was reactivated as often as its policy allows.",
    RefusalCode.SERVERS_LIMIT: "The product has as many license servers as its policy allows.",
    RefusalCode.CHALLENGE_NEEDED: "The challenge has to be answered by the wizard first.",
    RefusalCode.CLOSING_CODE_WRONG: "This isn't the closing code of the new license server ID.",
    RefusalCode.WRONG_STATE: "The request isn't at a stage where this can be done.",
    RefusalCode.REFUSED_BY_REPRESENTATIVE: "The representative refused the request.",
    RefusalCode.TOO_MANY_WRONG_PROOFS: "Too many wrong codes were given; try again later.",
    RefusalCode.SIGNATURE_WRONG: "The request isn't proven by the license server that it names.",
    RefusalCode.KEY_MISMATCH: "The signing request's key isn't the one of the license server ID.",
    RefusalCode.DEACTIVATED: "This license server was deactivated; it has to be activated again.",
    RefusalCode.RECEIPT_WRONG: "This isn't a deactivation receipt of the product's license server.",
    RefusalCode.NOT_CURRENT: "The license server has held another number since then.",
    RefusalCode.COOLING_OFF: "This license server got a new ID a short time ago.",
    RefusalCode.LICENSE_CODE_UNKNOWN: "The register doesn't know this license code.",
    RefusalCode.LICENSE_CODE_USED: "Another license server has this license code's pack.",
}


class Refusal(Exception):  # noqa: N818 -- a no is an answer, not an error
    """The register says no. `str()` is a sentence for people.

    What was written before a refusal (wrong codes are counted) belongs to the transaction: catch
    it inside, and let the transaction commit.
    """

    def __init__(
        self,
        code: RefusalCode,
        sentence: str | None = None,
        *,
        left: int | None = None,
        next_date: date | None = None,
    ) -> None:
        super().__init__(sentence or _SENTENCES[code])
        self.code = code
        self.left = left
        """How many are left: reactivations, servers or tries, whichever the code speaks of."""
        self.next_date = next_date
        """The first day (UTC) on which it may go through; None where waiting doesn't help."""


class RegisterError(Exception):
    """An administrator's change that can't be made; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    kind: Literal["caller", "line", "representative", "administrator", "demo", "server", "website"]
    name: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What a product allows. Raises ValueError where a figure can't be."""

    validity_months: int = 12
    """How long a new license server ID is valid, from its month of issue; 1 to 99."""
    window_days: int = 14
    """How long the same request gets the same ID."""
    reactivations: int = 5
    """How often one license server may be reactivated within `period_days`."""
    period_days: int = 365
    max_servers: int = 1
    cooling_off_hours: int = 0
    """How long after a new number the same license server waits for the next one."""
    issue_by_line: str = LineIssues.OUT_OF_HOURS.value
    """When the line issues a plain request by itself: one of `LineIssues`."""

    def __post_init__(self) -> None:
        if not 1 <= self.validity_months <= 99:  # noqa: PLR2004 -- two digits of the code
            raise ValueError("The validity has to be 1 to 99 months.")
        if self.window_days < 1 or self.period_days < 1:
            raise ValueError("Window and period have to be at least one day.")
        if self.reactivations < 0 or self.max_servers < 0:
            raise ValueError("Reactivations and servers can't be negative.")
        if self.cooling_off_hours < 0:
            raise ValueError("The cooling-off time can't be negative.")
        if self.issue_by_line not in set(LineIssues):
            raise ValueError(f"Issue by line has to be one of: {', '.join(LineIssues)}.")


@dataclass(frozen=True, slots=True)
class Product:
    """A licensed product, without its key."""

    product_id: str
    name: str
    policy: Policy
    is_blocked: bool
    last_issue: int


@dataclass(frozen=True, slots=True)
class Request:
    """One wish for a new license server ID. Codes are compact."""

    id: int
    case_number: str
    product_id: str
    license_server_id: str
    state: RequestState
    reason: Reason | None
    channel: Channel
    line_code: str
    new_license_server_id: str | None
    issue: int | None
    opened_at: datetime
    issued_at: datetime | None
    read_at: datetime | None
    confirmed_at: datetime | None
    last_issue: int = 0
    """The last issue number that the license server accepted; 0: none, or lost."""
    replaces: int | None = None
    """The number of the server that this one replaces, where a person chose it."""
    challenge_answered_at: datetime | None = None
    denied_because: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the policy says of a request before anything is issued."""

    left: int
    """How many reactivations this server has left in the period."""
    next_date: date | None
    """Where none is left, or it cools off: the first day on which it may go through."""
    servers: int
    """How many license servers of the product are registered."""
    max_servers: int
    replaces: int | None
    """The accepted number of the server that goes on with the new one; None for a new server."""
    server_known: bool
    """Whether the request names a registered server."""
    refusal: RefusalCode | None = None
    """What `check` and `issue` would say; None where nothing stands in the way."""


@dataclass(frozen=True, slots=True)
class Server:
    """A license server of a product."""

    id: int
    issue: int
    """The highest number that it showed to hold; where it showed none, the last one issued."""
    state: ServerState
    issued_at: datetime
    """When it was last given a number."""
    accepted_at: datetime | None
    """When it first showed that it accepted one."""
    deactivated_at: datetime | None
    revoked: tuple[int, ...]
    """Its numbers whose private key was compromised."""


@dataclass(frozen=True, slots=True)
class Deactivation:
    """A deactivation as the license server is told of it; the confirmation is compact."""

    confirmation: str
    issue: int
    at: datetime
