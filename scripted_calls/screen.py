"""What the wizard's page shows, made by the codes alone: a license server without its files.

It judges a typed ID by the same verification as the license server does; keys, certificates and
clocks are another matter, which the calls through real processes prove.
"""

from dataclasses import dataclass
from typing import Final

from codes import challenge, closing_code, line_code, new_license_server_id
from codes.errors import CodeError
from codes.proofs import Secret
from scripted_calls.caller import LICENSE_SERVER_ID_GROUPS, Facts
from scripted_calls.calling import Accepted, Answered, Refused

# Where no single group is wrong by itself, each of them has to be compared.
ALL_GROUPS: Final = tuple(range(1, LICENSE_SERVER_ID_GROUPS + 1))


@dataclass(frozen=True, slots=True)
class Screen:
    """The page License Server Reactivation of one server. Codes are compact."""

    secret: Secret
    product_id: str
    license_server_id: str
    reason_key: str

    @property
    def facts(self) -> Facts:
        """What the caller reads off it."""
        return Facts(
            self.product_id,
            self.license_server_id,
            line_code.make(self.secret, self.product_id, self.license_server_id),
            self.reason_key,
        )

    async def enter(self, typed: str) -> Accepted | Refused:
        """Type the new license server ID and choose Next."""
        try:
            new_license_server_id.verify(
                self.secret, self.product_id, self.license_server_id, typed
            )
        except CodeError as error:
            return Refused(str(error), tuple(error.groups) or ALL_GROUPS, typed)
        return Accepted(closing_code.make(self.secret, self.product_id, typed))

    async def answer(self, digits: str) -> Answered:
        """Type a challenge and read the answer."""
        return Answered(
            challenge.answer(self.secret, self.product_id, self.license_server_id, digits)
        )
