"""License pack ID: what is typed into the license server, and becomes licences there.

An addition of this project. Seven groups: the pack's number (4 digits), the version (2), the kind
(1: per device, 2: per user), the quantity (5), the mark (4), the authenticator (8), the parity (4).

License server IDs are as long. The mark is a proof over what the pack says, by which one product's
pack ID is told from them wherever it is typed; the authenticator binds it to one license server
and one license code.

>>> from codes import product_key
>>> secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
>>> product, current = "00298772766931009389", "82609881973242599431076178073946394"
>>> said = LicensePackID(number=7, version=3, kind=PER_DEVICE, quantity=25)
>>> pack = make(secret, product, current, "1234956781901223456693240", said)
>>> format(pack)
'00072-03105-00251-88898-43722-80783-62176'
>>> verify(secret, product, current, "1234956781901223456693240", pack) == said
True
>>> is_marked(secret, product, pack), is_marked(secret, product, current)
(True, False)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes import license_code as license_codes
from codes import license_server_id, new_license_server_id, restoring
from codes import product_id as product_ids
from codes.errors import CodeError, InvalidField, NotAuthentic, OtherKind
from codes.groups import LICENSE_PACK_ID, number
from codes.proofs import Secret, same, signed

PER_DEVICE: Final = 1
PER_USER: Final = 2
_MARK_DIGITS: Final = 4
_AUTHENTICATOR_DIGITS: Final = 8
_SAID_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class LicensePackID:
    """What a license pack ID says; `number` counts from 1 within a product."""

    number: int
    version: int
    kind: int
    quantity: int


def make(
    secret: Secret, product_id: str, current_id: str, license_code: str, said: LicensePackID
) -> str:
    """Make the ID that gives a pack to the server whose current license server ID this is."""
    fields = _fields(said)
    product = product_ids.compact(product_id)
    return signed(
        LICENSE_PACK_ID,
        secret,
        "".join(fields) + _mark(secret, product, fields),
        _AUTHENTICATOR_DIGITS,
        "license-pack",
        product,
        new_license_server_id.compact(current_id),
        license_codes.compact(license_code),
        *fields,
    )


def parse(text: str) -> LicensePackID:
    """Read what a license pack ID says; raises CodeError where it is not well-formed."""
    data = LICENSE_PACK_ID.data(LICENSE_PACK_ID.validate(text))
    return LicensePackID(int(data[:4]), int(data[4:6]), int(data[6]), int(data[7:_SAID_DIGITS]))


def verify(
    secret: Secret, product_id: str, current_id: str, license_code: str, text: str
) -> LicensePackID:
    """Read an ID that was made for this server and code; raises OtherKind, NotAuthentic if not."""
    said = parse(text)
    code = compact(text)
    if same(code, new_license_server_id.compact(current_id)):
        raise OtherKind(
            "This is the current license server ID of this license server. Type the license pack "
            "ID, which was given for it."
        )
    if not is_marked(secret, product_id, code):
        raise _unmarked(secret, product_id, code)
    if not same(make(secret, product_id, current_id, license_code, said), code):
        raise NotAuthentic(
            "The license pack ID was made for another license server or another license code, or "
            "before this server was reactivated: give the current license server ID and the "
            "license code once more."
        )
    return said


def is_marked(secret: Secret, product_id: str, text: str) -> bool:
    """Tell whether a code of this length is a license pack ID of the product."""
    try:
        data = LICENSE_PACK_ID.data(LICENSE_PACK_ID.validate(text))
        fields = _fields(parse(text))
    except CodeError:
        return False
    mark = data[_SAID_DIGITS : _SAID_DIGITS + _MARK_DIGITS]
    return same(_mark(secret, product_ids.compact(product_id), fields), mark)


def restore(
    secret: Secret,
    product_id: str,
    current_id: str,
    license_code: str,
    groups: Sequence[str | None],
) -> str:
    """Give the ID of which one group is missing or wrong, if the authenticator confirms it."""

    def is_authentic(code: str) -> bool:
        try:
            verify(secret, product_id, current_id, license_code, code)
        except CodeError:
            return False
        return True

    return restoring.restore(LICENSE_PACK_ID, groups, is_authentic, "authenticator")


def compact(text: str) -> str:
    """Read a typed license pack ID as ASCII digits, however many."""
    return LICENSE_PACK_ID.compact(text)


def split(text: str) -> tuple[str, ...]:
    """Cut a typed license pack ID into its groups."""
    return LICENSE_PACK_ID.split(text)


def validate(text: str) -> str:
    """Give the compact license pack ID, or raise the CodeError that fits."""
    return LICENSE_PACK_ID.validate(text)


def is_valid(text: str) -> bool:
    """Tell whether a typed license pack ID is well-formed."""
    return LICENSE_PACK_ID.is_valid(text)


def format(text: str) -> str:  # noqa: A001 -- the name that codes have for it, as in python-stdnum
    """Write a license pack ID with hyphens."""
    return LICENSE_PACK_ID.format(text)


def _fields(said: LicensePackID) -> tuple[str, str, str, str]:
    if said.kind not in (PER_DEVICE, PER_USER):
        raise InvalidField(f"The kind is 1 (per device) or 2 (per user), but not {said.kind}.")
    return (
        number(said.number, 4, "number of the pack", least=1),
        number(said.version, 2, "version", least=1),
        str(said.kind),
        number(said.quantity, 5, "quantity", least=1),
    )


def _mark(secret: Secret, product_id: str, fields: tuple[str, ...]) -> str:
    return secret.digits(_MARK_DIGITS, "license-pack-mark", product_id, *fields, 0)


def _unmarked(secret: Secret, product_id: str, code: str) -> CodeError:
    try:
        license_server_id.verify(secret, product_id, code)
    except CodeError:
        return NotAuthentic(
            "This is no license pack ID of this product: it may be a license server ID, or belong "
            "to another product. Compare it with what was given for the license code."
        )
    return OtherKind(
        "This is a license server ID, a request. Type the license pack ID, which was given for "
        "the license code."
    )
