"""The console's words: labels, and every refusal with what to do and what to say to the caller."""

from collections.abc import Mapping
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date

from agent_console.sessions import Notice
from clearinghouse.model import (
    DeactivationCause,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    ServerState,
)
from switchboard.representatives import Presence, WorkState

REASONS: Final[Mapping[Reason, str]] = {
    Reason.CERTIFICATE_EXPIRED: "Certificate expired",
    Reason.CERTIFICATE_CORRUPTED: "Certificate corrupted",
    Reason.SERVER_UPGRADED: "Server upgraded",
    Reason.SERVER_REDEPLOYED: "Server redeployed",
    Reason.PRIVATE_KEY_COMPROMISED: "Private key compromised",
    Reason.FIRST_ACTIVATION: "First activation",
}
PRESENCES: Final[Mapping[Presence, str]] = {
    Presence.AVAILABLE: "Available",
    Presence.BREAK: "Break",
    Presence.TRAINING: "Training",
    Presence.OFFLINE: "Offline",
}
WORK_STATES: Final[Mapping[WorkState, str]] = {
    WorkState.IDLE: "Idle",
    WorkState.RINGING: "Ringing",
    WorkState.TALKING: "In a call",
    WorkState.WRAP_UP: "Wrap-up",
    WorkState.NOT_RESPONDING: "Not responding",
}
REQUEST_STATES: Final[Mapping[RequestState, str]] = {
    RequestState.OPENED: "Opened",
    RequestState.CHECKED: "Verified",
    RequestState.ISSUED: "Issued",
    RequestState.READ: "Read out",
    RequestState.CONFIRMED: "Confirmed",
    RequestState.DENIED: "Refused",
    RequestState.LAPSED: "Lapsed",
    RequestState.ABANDONED: "Abandoned",
}
ACTS: Final[Mapping[str, str]] = {
    "answer": "Answer",
    "decline": "Decline",
    "ready": "Ready again",
    "identify": "Open the request",
    "reason": "Set the reason",
    "replace": "Choose the server",
    "verify": "Verify",
    "issue": "Issue",
    "read": "Next group",
    "back": "Group before",
    "ask-closing-code": "Ask for the closing code",
    "line-reads": "Let the line read it",
    "key-answer": "Let the caller key it",
    "return": "Back to the caller",
    "challenge": "Ask the challenge",
    "answer-challenge": "Check the answer",
    "refuse": "Refuse",
    "stop-calling": "Stop calling",
    "hang-up": "Hang up",
    "finish": "Finish",
}
SERVER_STATES: Final[Mapping[ServerState, str]] = {
    ServerState.PENDING: "not confirmed yet",
    ServerState.ACTIVE: "active",
    ServerState.REVOKED: "revoked",
    ServerState.DEACTIVATED: "deactivated",
}
DEACTIVATION_CAUSES: Final[Mapping[DeactivationCause, str]] = {
    DeactivationCause.CERTIFICATE_EXPIRED: "The certificate expired",
    DeactivationCause.CERTIFICATE_DAMAGED: "The certificate was damaged",
    DeactivationCause.SERVER_REDEPLOYED: "The server is redeployed",
}
DISPOSITIONS: Final[Mapping[str, str]] = {
    "new_id_issued": "New ID issued",
    "refused": "Request refused",
    "caller_calls_back": "The caller will call back",
    "caller_gone": "The caller was gone",
    "wrong_line": "Not about a license server",
    "other": "Other",
}

# For each refusal: what the representative reads, and what the representative says.
_REFUSALS: Final[Mapping[RefusalCode, tuple[str, str]]] = {
    RefusalCode.PRODUCT_UNKNOWN: (
        "The register has no such product ID. Compare it with the caller's, group by group.",
        "I can't find this product ID. Please read it to me once more from the window.",
    ),
    RefusalCode.PROOF_WRONG: (
        "The license server ID was not made with this product's key: compare both IDs again.",
        "These two IDs don't belong together. Please read me both once more from the window.",
    ),
    RefusalCode.PRODUCT_BLOCKED: (
        "The product is blocked. Don't issue an ID; hand the call to a supervisor.",
        "This product is blocked at the moment, so I can't issue an ID. A colleague will help you.",
    ),
    RefusalCode.ISSUE_UNKNOWN: (
        "The license server names an ID that was never issued, or was revoked.",
        "Your license server holds an ID that is no longer good. I have to ask a colleague first.",
    ),
    RefusalCode.LIMIT_REACHED: (
        "The policy allows no more reactivations in this period.",
        "All reactivations of this period are used.",
    ),
    RefusalCode.SERVERS_LIMIT: (
        "The product has as many license servers as its policy allows. Choose one to replace.",
        "All license servers of this licence are in use. Which one does this one replace?",
    ),
    RefusalCode.CHALLENGE_NEEDED: (
        "The private key is compromised, so the license server has to answer a challenge first.",
        "Because the key may be in other hands, I need one more answer from your license server.",
    ),
    RefusalCode.CLOSING_CODE_WRONG: (
        "The closing code is not the one of this ID. Ask for it again.",
        "That isn't the closing code yet. Please read the four digits on the last page.",
    ),
    RefusalCode.WRONG_STATE: (
        "The request is past this step, or not there yet. The page shows where it stands now.",
        "One moment, please.",
    ),
    RefusalCode.REFUSED_BY_REPRESENTATIVE: (
        "The request was refused.",
        "I'm sorry, I can't issue a new ID for this license server.",
    ),
    RefusalCode.TOO_MANY_WRONG_PROOFS: (
        "Too many wrong license server IDs came for this product. Wait before the next attempt.",
        "There were too many attempts that did not fit. Please call again later.",
    ),
    RefusalCode.SIGNATURE_WRONG: (
        "The request isn't proven by the license server that it names.",
        "This request doesn't come from your license server. Please start its wizard once more.",
    ),
    RefusalCode.KEY_MISMATCH: (
        "The signing request was made with another key than the license server ID.",
        "The request file doesn't fit your license server ID. Please save it once more.",
    ),
    RefusalCode.DEACTIVATED: (
        "The license server was deactivated. It can only be activated again.",
        "Your license server was deactivated. Please start the wizard that activates it.",
    ),
    RefusalCode.RECEIPT_WRONG: (
        "No license server of this product made this receipt: compare both codes again.",
        "These two codes don't belong together. Please read me both once more from the window.",
    ),
    RefusalCode.NOT_CURRENT: (
        "The license server has held a newer ID since then.",
        "Your license server has got a newer ID since then. Please start its wizard once more.",
    ),
    RefusalCode.COOLING_OFF: (
        "The policy asks for some time between two new IDs of one license server.",
        "Your license server got a new ID a short time ago, so the next one has to wait.",
    ),
    RefusalCode.LICENSE_CODE_UNKNOWN: (
        "Nothing was sold under this license code: compare it with the receipt again.",
        "I can't find this license code. Please read it to me once more from your receipt.",
    ),
    RefusalCode.LICENSE_CODE_USED: (
        "Another license server has this pack. Migrate takes it over from one of this product.",
        "Another license server of yours uses this license code already.",
    ),
}
_LANGUAGE: Final = "en"
_DATES: Final = "en_GB"


def refusal_notice(refusal: Refusal) -> Notice:
    """Say a refusal of the clearinghouse: what it means, what is left, and what to tell."""
    text, say = _REFUSALS[refusal.code]
    if refusal.left is not None:
        text += f" Left: {refusal.left}."
    if refusal.next_date is not None:
        when = format_date(refusal.next_date, format="long", locale=_DATES)
        text += f" Possible again from {when}."
        say += f" The next one is possible on {when}."
    return Notice(refusal.code.value, text, say)


def language_name(tag: str) -> str:
    """Name a language for the representative; the tag itself where nobody knows it."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(_LANGUAGE) or tag
    except (UnknownLocaleError, ValueError):
        return tag
