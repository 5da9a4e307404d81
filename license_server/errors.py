"""What can go wrong at a license server, each with a stable word and a sentence for people."""

from collections.abc import Sequence
from typing import ClassVar


class LicenseServerError(Exception):
    """Any fault that a person can do something about; `str()` says what is wrong and what to do."""

    code: ClassVar[str] = "license_server_error"


class DataDirectoryError(LicenseServerError):
    """The data directory cannot be used as it is; nothing in it was changed."""

    code = "data_directory"


class ClockError(LicenseServerError):
    """The simulated clock does not answer."""

    code = "clock"


class NotInstalledError(LicenseServerError):
    """The first start, which asks for product ID and product key, is still to come."""

    code = "not_installed"


class AlreadyInstalledError(LicenseServerError):
    """The data directory holds a license server already."""

    code = "already_installed"


class InvalidEntryError(LicenseServerError):
    """Something typed at first start or in Properties is wrong; `field` says which."""

    code = "invalid_entry"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NoOpenRequestError(LicenseServerError):
    """A new license server ID was given, but this server has not asked for one."""

    code = "no_open_request"


class CodeRefusedError(LicenseServerError):
    """A typed code is not accepted; nothing was changed.

    `why` is the stable word, `groups` holds the numbers (from 1) of groups known to be wrong.
    """

    code = "code_refused"

    def __init__(self, why: str, message: str, groups: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.why = why
        self.groups = tuple(groups)


class IDRefusedError(CodeRefusedError):
    """A typed new license server ID is not accepted."""

    code = "id_refused"


class ConfirmationRefusedError(CodeRefusedError):
    """A typed deactivation confirmation is not accepted."""

    code = "confirmation_refused"


class AnswerRefusedError(CodeRefusedError):
    """An answer of the clearinghouse, or an answer file, is not accepted."""

    code = "answer_refused"


class NotActivatedError(LicenseServerError):
    """A server that was never activated has nothing to deactivate."""

    code = "not_activated"


class NoDeactivationError(LicenseServerError):
    """A confirmation was given, but this server shows no receipt."""

    code = "no_deactivation"


class LinkError(LicenseServerError):
    """The clearinghouse's addresses, or the root that they are trusted by, are unusable."""

    code = "link"
