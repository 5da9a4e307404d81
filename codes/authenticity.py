"""Whether a code was made with a product key, for whichever kind its digits and company say.

What is given besides decides the kind: thirty-five digits are a new license server ID where the
license server ID that it answers is given, a license pack ID where a license code is, else a
license server ID.
"""

from dataclasses import dataclass

from codes import (
    challenge,
    closing_code,
    deactivation_confirmation,
    deactivation_receipt,
    license_pack_id,
    license_server_id,
    line_code,
    new_license_server_id,
    product_id,
    product_key,
)
from codes.errors import CodeError, InvalidLength, NotAuthentic
from codes.groups import DEACTIVATION_RECEIPT, LICENSE_SERVER_ID
from codes.proofs import Secret
from codes.typed import digits


@dataclass(frozen=True, slots=True)
class Company:
    """The codes that the one in question belongs to, as typed; None where they are not known."""

    license_server_id: str | None = None
    current_id: str | None = None
    receipt: str | None = None
    challenge: str | None = None
    license_code: str | None = None


class MissingCompanyError(CodeError):
    """Another code is needed to verify this one."""

    code = "missing_company"


def verify(key: str, product: str, text: str, company: Company) -> str:
    """Give the name of the kind of which the code is authentic; raises CodeError where it is not.

    >>> key, product = "0B4YN-MNEDD-EJRN5-9W6P5-FJFK6", "00298-77276-69310-09389"
    >>> verify(key, product, "07263-70454-19609-36955-94404-84644-52370", Company())
    'license server ID'
    """
    product = product_id.validate(product)
    secret = product_key.secret(product_key.validate(key, product))
    length = len(digits(text))
    if length == LICENSE_SERVER_ID.length:
        return _verify_long(secret, product, text, company)
    if length == DEACTIVATION_RECEIPT.length:
        return _verify_deactivation(secret, product, text, company)
    return _verify_short(secret, product, text, company)


def _verify_long(secret: Secret, product: str, text: str, company: Company) -> str:
    if company.license_code is not None:
        current = new_license_server_id.validate(
            _needed(company.current_id, "A license pack ID", "--current-id")
        )
        license_pack_id.verify(secret, product, current, company.license_code, text)
        return "license pack ID"
    if company.license_server_id is None:
        license_server_id.verify(secret, product, text)
        return "license server ID"
    request = license_server_id.validate(company.license_server_id)
    new_license_server_id.verify(secret, product, request, text)
    return "new license server ID"


def _verify_deactivation(secret: Secret, product: str, text: str, company: Company) -> str:
    if company.receipt is not None:
        receipt = deactivation_receipt.validate(company.receipt)
        deactivation_confirmation.verify(secret, product, receipt, text)
        return "deactivation confirmation"
    current = new_license_server_id.validate(
        _needed(company.current_id, "A deactivation receipt", "--current-id")
    )
    deactivation_receipt.verify(secret, product, current, text)
    return "deactivation receipt"


def _verify_short(secret: Secret, product: str, text: str, company: Company) -> str:
    if company.challenge is not None:
        request = license_server_id.validate(
            _needed(company.license_server_id, "An answer", "--license-server-id")
        )
        is_authentic = challenge.verify(secret, product, request, company.challenge, text)
        name = "answer to the challenge"
    elif not line_code.is_valid(text):
        raise InvalidLength(
            f"No code that can be verified has {len(digits(text))} digits: "
            "compare it with the original."
        )
    elif company.current_id is not None:
        current = new_license_server_id.validate(company.current_id)
        is_authentic = closing_code.verify(secret, product, current, text)
        name = "closing code"
    else:
        request = license_server_id.validate(
            _needed(company.license_server_id, "A line code", "--license-server-id")
        )
        is_authentic = line_code.verify(secret, product, request, text)
        name = "line code"
    if not is_authentic:
        raise NotAuthentic(f"This is not the {name} that belongs to these codes.")
    return name


def _needed(code: str | None, what: str, option: str) -> str:
    if code is None:
        raise MissingCompanyError(
            f"{what} can only be verified with the code that it belongs to: give {option} as well."
        )
    return code
