"""What schemas are made of. A description says what the value is and how it is written.

The sentence that tells somebody of a wrong field is made from the description.
"""

from collections.abc import Container, Mapping
from typing import Any, Final

from clearinghouse import Reason

Schema = Mapping[str, Any]

LONGEST_TEXT: Final = 200
LONGEST_PEM: Final = 16_384
CONTROL: Final = r"[\u0000-\u001f\u007f]"


def ref(name: str) -> Schema:
    """Point at a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def digits(count: int, what: str) -> Schema:
    """A code without hyphens."""
    return {
        "type": "string",
        "pattern": f"^[0-9]{{{count}}}$",
        # A pattern's end also stands before a line feed, which the length rules out.
        "maxLength": count,
        "description": f"{what}: {count} digits, without hyphens.",
    }


def text(what: str, longest: int = LONGEST_TEXT, **more: object) -> Schema:
    """A line that a person writes."""
    return {
        "type": "string",
        "maxLength": longest,
        "not": {"pattern": CONTROL},
        "description": f"{what}: at most {longest} characters on one line.",
        **more,
    }


def word(what: str, words: list[str]) -> Schema:
    """One of several words."""
    return {"type": "string", "enum": words, "description": f"{what}: {', '.join(words)}."}


def const(value: str) -> Schema:
    """Exactly one word."""
    return {"type": "string", "const": value, "description": f"Always {value}."}


def pem(what: str, label: str) -> Schema:
    """A PEM text."""
    return {
        "type": "string",
        "maxLength": LONGEST_PEM,
        "pattern": f"^\\s*-----BEGIN {label}-----",
        "description": f"{what}: PEM, from BEGIN to END {label}.",
    }


def whole(what: str, lowest: int, highest: int | None = None, **more: object) -> Schema:
    """A whole number."""
    limits = f"from {lowest}" if highest is None else f"from {lowest} to {highest}"
    shown: dict[str, Any] = {"type": "integer", "minimum": lowest, **more}
    if highest is not None:
        shown["maximum"] = highest
    return {**shown, "description": f"{what}: a whole number {limits}."}


def moment(what: str) -> Schema:
    """A moment in UTC."""
    return {"type": "string", "format": "date-time", "description": f"{what}: ISO 8601, UTC."}


def maybe(schema: Schema) -> Schema:
    """What may be missing: null then."""
    return {**schema, "type": [schema["type"], "null"]}


def thing(description: str, optional: Container[str] = (), /, **fields: Schema) -> Schema:
    """An object with exactly these fields, of which some may be left out."""
    return {
        "type": "object",
        "description": description,
        "properties": fields,
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def page_of(name: str, what: str) -> Schema:
    """One page of a list."""
    return thing(
        f"A page of {what}.",
        items={"type": "array", "items": ref(name), "description": f"The {what} of this page."},
        next={
            "type": ["string", "null"],
            "description": "Give it as `cursor` to get the next page; null on the last one.",
        },
    )


PRODUCT_ID: Final = digits(20, "The product ID")
NEW_ID: Final = digits(35, "The new license server ID")
LICENSE_SERVER_NUMBER: Final = whole("The license server's number in the register", 1, 2**31 - 1)
LICENSE_SERVER_ID: Final = digits(35, "The license server ID")
CASE_NUMBER: Final = digits(12, "The case number")
REASON: Final = word("The reason", [reason.value for reason in Reason])
ISSUE: Final = whole("The issue number", 1, 999)
