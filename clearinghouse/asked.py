"""What a license server asks for by itself, in a document, and what it gets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clearinghouse.model import DeactivationCause, Reason


@dataclass(frozen=True, slots=True)
class Contact:
    """Who asks in writing; each part may be empty."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    country: str = ""
    """ISO 3166, two letters."""
    email: str = ""
    phone: str = ""


NOBODY: Final = Contact()
"""Nothing was said of who asks."""


@dataclass(frozen=True, slots=True)
class PreviousKeyProof:
    """A signature by the private key that the license server holds already."""

    public_key: bytes
    """PEM."""
    signature: bytes
    """ECDSA with SHA-256, DER."""


@dataclass(frozen=True, slots=True)
class ProductKeyProof:
    """An HMAC under the product key: where the private key is lost, new or compromised."""

    mac: str


@dataclass(frozen=True, slots=True)
class AutomaticRequest:
    """A wish for a new license server ID and its certificate. Codes are compact."""

    product_id: str
    license_server_id: str
    reason: Reason
    server_name: str
    signing_request: bytes
    """PEM."""
    proof: PreviousKeyProof | ProductKeyProof
    contact: Contact = NOBODY


@dataclass(frozen=True, slots=True)
class ReplacementRequest:
    """A wish for the clearinghouse's certificate in place of the one that the local CA signed."""

    product_id: str
    license_server_id: str
    new_license_server_id: str
    signing_request: bytes
    proof: PreviousKeyProof


@dataclass(frozen=True, slots=True)
class DeactivationRequest:
    """A deactivation receipt that was sent in, with why and by whom."""

    product_id: str
    receipt: str
    cause: DeactivationCause
    contact: Contact


@dataclass(frozen=True, slots=True)
class Answer:
    """A new license server ID with its certificate. Codes are compact."""

    case_number: str
    product_id: str
    license_server_id: str
    new_license_server_id: str
    issue: int
    valid_until: datetime
    certificate: bytes
    """PEM, as are chain and list."""
    chain: tuple[bytes, bytes]
    """Issuing CA, root."""
    crl: bytes
    mac: str
    """By which the license server knows that its clearinghouse has answered."""
