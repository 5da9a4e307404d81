"""The words of a license server: reasons, certificate states, connection methods."""

from enum import StrEnum


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
        match self:
            case Reason.CERTIFICATE_EXPIRED:
                return "The license server certificate expired"
            case Reason.CERTIFICATE_CORRUPTED:
                return "The license server certificate was corrupted"
            case Reason.SERVER_UPGRADED:
                return "The license server was upgraded"
            case Reason.SERVER_REDEPLOYED:
                return "The license server was redeployed"
            case Reason.PRIVATE_KEY_COMPROMISED:
                return "The license server private key was compromised"
            case Reason.FIRST_ACTIVATION:
                return "The license server is activated for the first time"


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
        match self:
            case CertificateState.VALID:
                return "Activated"
            case CertificateState.EXPIRED:
                return "Certificate expired"
            case CertificateState.CORRUPTED:
                return "Certificate corrupted"
            case CertificateState.UPGRADED:
                return "Server upgraded"
            case CertificateState.REDEPLOYED:
                return "Server redeployed"
            case CertificateState.NOT_ACTIVATED:
                return "Not activated"
            case CertificateState.CLOCK_WRONG:
                return "Clock wrong"

    @property
    def proposed_reason(self) -> Reason | None:
        """The reason that this state speaks for; none where nothing asks for a new ID."""
        match self:
            case CertificateState.EXPIRED:
                return Reason.CERTIFICATE_EXPIRED
            case CertificateState.CORRUPTED:
                return Reason.CERTIFICATE_CORRUPTED
            case CertificateState.UPGRADED:
                return Reason.SERVER_UPGRADED
            case CertificateState.REDEPLOYED:
                return Reason.SERVER_REDEPLOYED
            case CertificateState.NOT_ACTIVATED:
                return Reason.FIRST_ACTIVATION
            case CertificateState.VALID | CertificateState.CLOCK_WRONG:
                return None


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
