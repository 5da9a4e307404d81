"""What can go wrong with client licences; each error carries a sentence for people."""

from datetime import datetime

from license_server.errors import LicenseServerError


class LicenceRefusedError(LicenseServerError):
    """A client gets no licence, or one can't be renewed, released or revoked; nothing was changed.

    `why` is the stable word; `next_date` (UTC) is when it may go through, None where waiting does
    not help.
    """

    code = "licence_refused"

    def __init__(self, why: str, sentence: str, next_date: datetime | None = None) -> None:
        super().__init__(sentence)
        self.why = why
        self.next_date = next_date


class EnrolmentRefusedError(LicenseServerError):
    """A client's signing request can't be used; it gets no certificate."""

    code = "enrolment_refused"


class UnknownLicenceError(LicenseServerError):
    """There is no licence, or no pack, of this number."""

    code = "unknown_licence"
