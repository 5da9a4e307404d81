"""What Properties is made of: its tabs, their fields, and what browsers can fill in."""

from typing import Final

TABS: Final = {
    "connection": "Connection Method",
    "required": "Required Information",
    "optional": "Optional Information",
}
FIELDS: Final = {
    "required": {
        "first_name": "First name",
        "last_name": "Last name",
        "company": "Company",
        "country": "Country or region",
    },
    "optional": {
        "email": "E-mail",
        "phone": "Telephone",
        "unit": "Organizational unit",
        "address": "Company address",
        "city": "City",
        "province": "State or province",
        "postal_code": "Postal code",
    },
}
# What browsers know how to fill in (HTML, autofill field names).
AUTOCOMPLETE: Final = {
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "email": "email",
    "phone": "tel",
    "address": "street-address",
    "city": "address-level2",
    "province": "address-level1",
    "postal_code": "postal-code",
}
