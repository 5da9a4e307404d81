"""The words of a license server: reasons, causes, certificate states, connection methods."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a server asks for a new license server ID; the same words as in the clearinghouse."""

    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_CORRUPTED = "certificate_corrupted"
    SERVER_UPGRADED = "server_upgraded"
    SERVER_REDEPLOYED = "server_redeployed"
    PRIVATE_KEY_COMPROMISED = "private_key_compromised"
    FIRST_ACTIVATION = "first_activation"

    @property
    def key(self) -> int | None:
        """The key to press on the telephone; a first activation has none."""
        place = list(Reason).index(self) + 1
        return None if self is Reason.FIRST_ACTIVATION else place

    @property
    def sentence(self) -> str:
        """The reason in words, as the wizard lists it."""
        return _REASON_SENTENCES[self]


_REASON_SENTENCES: Final = {
    Reason.CERTIFICATE_EXPIRED: "The license server certificate expired",
    Reason.CERTIFICATE_CORRUPTED: "The license server certificate was corrupted",
    Reason.SERVER_UPGRADED: "The license server was upgraded",
    Reason.SERVER_REDEPLOYED: "The license server was redeployed",
    Reason.PRIVATE_KEY_COMPROMISED: "The license server private key was compromised",
    Reason.FIRST_ACTIVATION: "The license server is activated for the first time",
}


class DeactivationCause(StrEnum):
    """Why a server is deactivated; the same words as in the clearinghouse."""

    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_DAMAGED = "certificate_damaged"
    SERVER_REDEPLOYED = "server_redeployed"

    @property
    def sentence(self) -> str:
        """The cause in words, as the wizard lists it."""
        return _CAUSE_SENTENCES[self]

    @property
    def reason(self) -> Reason:
        """The reason that says the same where a server is reactivated instead."""
        return _CAUSE_REASONS[self]


_CAUSE_SENTENCES: Final = {
    DeactivationCause.CERTIFICATE_EXPIRED: "The certificate of the server expired",
    DeactivationCause.CERTIFICATE_DAMAGED: "The certificate of the server was damaged",
    DeactivationCause.SERVER_REDEPLOYED: "The server is redeployed",
}
_CAUSE_REASONS: Final = {
    DeactivationCause.CERTIFICATE_EXPIRED: Reason.CERTIFICATE_EXPIRED,
    DeactivationCause.CERTIFICATE_DAMAGED: Reason.CERTIFICATE_CORRUPTED,
    DeactivationCause.SERVER_REDEPLOYED: Reason.SERVER_REDEPLOYED,
}


class CertificateState(StrEnum):
    """What the health check finds; it stops at the first thing that is wrong."""

    VALID = "valid"
    EXPIRED = "expired"
    CORRUPTED = "corrupted"
    UPGRADED = "upgraded"
    REDEPLOYED = "redeployed"
    NOT_ACTIVATED = "not_activated"
    CLOCK_WRONG = "clock_wrong"

    @property
    def word(self) -> str:
        """The state as people read it; never shown as a colour alone."""
        return _STATE_WORDS[self]

    @property
    def proposed_reason(self) -> Reason | None:
        """The reason that this state speaks for; none where nothing asks for a new ID."""
        return _PROPOSALS.get(self)

    @property
    def proposed_cause(self) -> DeactivationCause | None:
        """The cause of a deactivation that this state speaks for."""
        reason = self.proposed_reason
        return next((cause for cause in DeactivationCause if cause.reason is reason), None)


_STATE_WORDS: Final = {
    CertificateState.VALID: "Activated",
    CertificateState.EXPIRED: "Certificate expired",
    CertificateState.CORRUPTED: "Certificate corrupted",
    CertificateState.UPGRADED: "Server upgraded",
    CertificateState.REDEPLOYED: "Server redeployed",
    CertificateState.NOT_ACTIVATED: "Not activated",
    CertificateState.CLOCK_WRONG: "Clock wrong",
}
_PROPOSALS: Final = {
    CertificateState.EXPIRED: Reason.CERTIFICATE_EXPIRED,
    CertificateState.CORRUPTED: Reason.CERTIFICATE_CORRUPTED,
    CertificateState.UPGRADED: Reason.SERVER_UPGRADED,
    CertificateState.REDEPLOYED: Reason.SERVER_REDEPLOYED,
    CertificateState.NOT_ACTIVATED: Reason.FIRST_ACTIVATION,
}


class Licensing(StrEnum):
    """Whom a server may license as it stands; what is issued already goes on in any case."""

    ALL = "all"
    TEMPORARY = "temporary"
    NONE = "none"


class WizardPage(StrEnum):
    """Where the wizards that lead to a new license server ID can stand.

    The Activate and the Reactivate Server Wizard share one request, and so one place.
    """

    WELCOME = "welcome"
    CONNECTION_METHOD = "connection_method"
    INFORMATION = "information"
    NEW_ID = "new_id"


class Method(StrEnum):
    """How a server reaches the clearinghouse; a property of the server, set in Properties."""

    AUTOMATIC = "automatic"
    WEB = "web"
    TELEPHONE = "telephone"

    @property
    def label(self) -> str:
        """The method as the Connection Method list names it."""
        match self:
            case Method.AUTOMATIC:
                return "Automatic connection (recommended)"
            case Method.WEB:
                return "Web Browser"
            case Method.TELEPHONE:
                return "Telephone"
