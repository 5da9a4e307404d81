"""New license server ID: the permission that is issued, read out and typed into the wizard.

Seven groups: the issue number (3 digits), the month of issue (3, counted from January 2020), the
validity in months (2), the authenticator (16), the parity (4).

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> request = "07263704541960936955944048464452370"
>>> new = make(secret, "00298772766931009389", request, 826, 88, 19)
>>> format(new)
'82609-88197-32425-99431-07617-80739-46394'
>>> said = verify(secret, "00298772766931009389", request, new)
>>> said.issue, said.first_day.isoformat(), said.last_moment.isoformat()
(826, '2027-05-01', '2028-12-31T23:59:59+00:00')
>>> groups = ["82609", "88197", "32425", None, "07617", "80739", "46394"]
>>> restore(secret, "00298772766931009389", request, groups) == new
True
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from codes import license_server_id as license_server_ids
from codes import product_id as product_ids
from codes import restoring
from codes.errors import NotAuthentic, OtherKind
from codes.groups import NEW_LICENSE_SERVER_ID, number
from codes.proofs import Secret, same, signed

_AUTHENTICATOR_DIGITS: Final = 16
_FIRST_YEAR: Final = 2020


def month_number(day: date) -> int:
    """Count the months from January 2020 (0) to the month of a day.

    >>> month_number(date(2020, 1, 31)), month_number(date(2026, 3, 2))
    (0, 74)
    """
    return (day.year - _FIRST_YEAR) * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(_FIRST_YEAR + month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class NewLicenseServerID:
    """What a new license server ID says; `authenticator` is digits with their zeros."""

    issue: int
    month: int
    months: int
    authenticator: str

    @property
    def first_day(self) -> date:
        """The first day (UTC) of the month of issue; no clock that is right can be before it."""
        return _first_day(self.month)

    @property
    def last_moment(self) -> datetime:
        """The last second (UTC) of the last month; `months` whole months follow that of issue."""
        following = _first_day(self.month + self.months + 1)
        return datetime(following.year, following.month, 1, tzinfo=UTC) - timedelta(seconds=1)


def make(
    secret: Secret, product_id: str, license_server_id: str, issue: int, month: int, months: int
) -> str:
    """Make the permission that answers a license server ID; `issue` counts from 1."""
    fields = (
        number(issue, 3, "issue number", least=1),
        number(month, 3, "month of issue"),
        number(months, 2, "validity in months"),
    )
    return signed(
        NEW_LICENSE_SERVER_ID,
        secret,
        "".join(fields),
        _AUTHENTICATOR_DIGITS,
        "new-id",
        product_ids.compact(product_id),
        license_server_ids.compact(license_server_id),
        *fields,
    )


def parse(text: str) -> NewLicenseServerID:
    """Read what a new license server ID says; raises CodeError where it is not well-formed."""
    data = NEW_LICENSE_SERVER_ID.data(NEW_LICENSE_SERVER_ID.validate(text))
    return NewLicenseServerID(int(data[:3]), int(data[3:6]), int(data[6:8]), data[8:])


def verify(
    secret: Secret, product_id: str, license_server_id: str, text: str
) -> NewLicenseServerID:
    """Read an ID that was issued for this request; raises NotAuthentic or OtherKind if not."""
    said = parse(text)
    code = compact(text)
    if same(code, license_server_ids.compact(license_server_id)):
        raise OtherKind(
            "This is the license server ID, the request itself. Type the new license server ID "
            "that was read out to you."
        )
    if not _is_authentic(secret, product_id, license_server_id, code):
        raise NotAuthentic(
            "The new license server ID was not issued for this license server ID and product: "
            "compare every group, and make sure that the request is the one that was keyed."
        )
    return said


def restore(
    secret: Secret, product_id: str, license_server_id: str, groups: Sequence[str | None]
) -> str:
    """Give the ID of which one group is missing or wrong, if the authenticator confirms it."""
    return restoring.restore(
        NEW_LICENSE_SERVER_ID,
        groups,
        lambda code: _is_authentic(secret, product_id, license_server_id, code),
        "authenticator",
    )


def _is_authentic(secret: Secret, product_id: str, license_server_id: str, code: str) -> bool:
    said = parse(code)
    if said.issue == 0:
        return False
    made = make(secret, product_id, license_server_id, said.issue, said.month, said.months)
    return same(made, code)


def compact(text: str) -> str:
    """Read a typed new license server ID as ASCII digits, however many."""
    return NEW_LICENSE_SERVER_ID.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed new license server ID into its groups."""
    return NEW_LICENSE_SERVER_ID.split(text)


def validate(text: str) -> str:
    """Give the compact new license server ID, or raise the CodeError that fits."""
    return NEW_LICENSE_SERVER_ID.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed new license server ID is well-formed."""
    return NEW_LICENSE_SERVER_ID.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a new license server ID with hyphens."""
    return NEW_LICENSE_SERVER_ID.format(text)
