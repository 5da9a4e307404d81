"""What the website's forms ask for: fields as data, read and checked in one way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from clearinghouse import Contact, DeactivationCause, Reason
from codes.errors import CodeError
from codes.groups import SHAPES
from region_routing import RoutingTable

_LONGEST_CODE: Final = 80


class Widget(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    EMAIL = "email"
    TELEPHONE = "tel"
    CODE = "code"
    CHOICE = "choice"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `missing` is what is said where it is left empty; "": it may be.

    A code's name is the name of its kind. Texts are kept up to `longest` signs, so that a whole
    form fits into a cookie.
    """

    name: str
    label: str
    missing: str = ""
    hint: str = ""
    widget: Widget = Widget.TEXT
    autocomplete: str = "off"
    choices: Mapping[str, str] = field(default_factory=dict)
    longest: int = 80
    short: str = ""
    """The label where an answer stands beside it."""


def _code(kind: str, label: str, where: str) -> Field:
    groups = {3: "Three", 4: "Four", 5: "Five", 7: "Seven"}[SHAPES[kind].count]
    return Field(
        kind,
        label,
        f"Type the {label[0].lower()}{label[1:]}: {where}",
        f"{groups} groups of five digits, with or without hyphens.",
        Widget.CODE,
        longest=_LONGEST_CODE,
    )


PRODUCT_ID: Final = _code("product_id", "Product ID", "the wizard shows it in four groups.")
LICENSE_SERVER_ID: Final = _code(
    "license_server_id", "License server ID", "the wizard shows it in seven groups."
)
RECEIPT: Final = _code(
    "deactivation_receipt", "Deactivation receipt", "the wizard shows it in three groups."
)
CURRENT_ID: Final = _code(
    "new_license_server_id",
    "Current license server ID",
    "Licensing Manager shows the current one on the server's page.",
)
LICENSE_CODE: Final = _code(
    "license_code", "License code", "it stands on the receipt of your purchase."
)
MOVE: Final = Field(
    "move",
    "What is to be done with the license pack?",
    "Choose what is to be done with the license pack.",
    widget=Widget.CHOICE,
    choices={
        "recover": "Recover it: this license server was reactivated, redeployed, or its database "
        "was rebuilt",
        "migrate": "Migrate it to this license server from another one of the same product",
    },
    short="To be done",
)
REASON: Final = Field(
    "reason",
    "Why does the license server have to be reactivated?",
    "Choose why the license server has to be reactivated; the wizard proposes a reason.",
    widget=Widget.CHOICE,
    choices={
        Reason.CERTIFICATE_EXPIRED: "The license server certificate expired",
        Reason.CERTIFICATE_CORRUPTED: "The license server certificate was corrupted",
        Reason.SERVER_UPGRADED: "The license server was upgraded",
        Reason.SERVER_REDEPLOYED: "The license server was redeployed",
        Reason.PRIVATE_KEY_COMPROMISED: "The license server private key was compromised",
    },
    short="Reason",
)
CAUSE: Final = Field(
    "cause",
    "Why is the license server deactivated?",
    "Choose why the license server is deactivated.",
    widget=Widget.CHOICE,
    choices={
        DeactivationCause.CERTIFICATE_EXPIRED: "Its certificate expired",
        DeactivationCause.CERTIFICATE_DAMAGED: "Its certificate was damaged",
        DeactivationCause.SERVER_REDEPLOYED: "The license server is being redeployed",
    },
    short="Cause",
)
FIRST_NAME: Final = Field(
    "first_name", "First name", "Type your first name.", autocomplete="given-name"
)
LAST_NAME: Final = Field(
    "last_name", "Last name", "Type your last name.", autocomplete="family-name"
)
COMPANY: Final = Field(
    "company",
    "Company",
    "Type the name of your company or organization.",
    autocomplete="organization",
    longest=120,
)
COUNTRY: Final = Field(
    "country",
    "Country or region",
    "Choose your country or region.",
    widget=Widget.COUNTRY,
    autocomplete="country",
)
EMAIL: Final = Field(
    "email", "E-mail", widget=Widget.EMAIL, autocomplete="email", hint="name@example.org"
)
NEEDED_EMAIL: Final = Field(
    "email",
    "E-mail",
    "Type the e-mail address that the confirmation concerns.",
    "name@example.org",
    Widget.EMAIL,
    "email",
)
PHONE: Final = Field("phone", "Phone", widget=Widget.TELEPHONE, autocomplete="tel", longest=40)


def read(fields: Sequence[Field], form: Mapping[str, str]) -> dict[str, str]:
    """Read what was typed; nothing is lost but what is beyond any sense in length."""
    return {each.name: " ".join(form.get(each.name, "").split())[: each.longest] for each in fields}


def faults(
    fields: Sequence[Field], values: Mapping[str, str], routing: RoutingTable
) -> dict[str, str]:
    """Say of each field that can't be taken what is wrong and what to do; empty where none is."""
    found = {each.name: _fault(each, values.get(each.name, ""), routing) for each in fields}
    return {name: says for name, says in found.items() if says}


def contact(values: Mapping[str, str]) -> Contact:
    """Take from a form who asks."""
    names = Contact.__dataclass_fields__
    return Contact(**{name: values[name] for name in names if name in values})


def _fault(asked: Field, value: str, routing: RoutingTable) -> str:
    if not value:
        return asked.missing
    match asked.widget:
        case Widget.CODE:
            try:
                SHAPES[asked.name].validate(value)
            except CodeError as error:
                return str(error)
        case Widget.CHOICE if value not in asked.choices:
            return asked.missing
        case Widget.COUNTRY if value not in routing.regions:
            return asked.missing
        case Widget.EMAIL if "@" not in value[1:-1] or " " in value:
            return "This is no e-mail address: correct it" + (
                "." if asked.missing else ", or leave it out."
            )
    return ""
