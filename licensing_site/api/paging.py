"""Lists in pages: each goes on behind the last item that was seen."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from licensing_site.api.operations import Call, Document
from licensing_site.api.problems import Problem
from licensing_site.api.schema_parts import Schema, whole

T = TypeVar("T")

_PAGE: Final = 50
_LARGEST_PAGE: Final = 200
HIGHEST_ROW: Final = 2**31 - 1
"""What a row's number can be at most."""
PAGING: Final[Mapping[str, Schema]] = {
    "limit": whole("How many items a page holds", 1, _LARGEST_PAGE, default=_PAGE),
    "cursor": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{1,100}$",
        "maxLength": 100,
        "description": "The cursor: `next` of the page before, as it came.",
    },
}


def page(
    call: Call,
    read: Callable[[str, int], Sequence[T]],
    place: Callable[[T], str],
    show: Callable[[T], Document],
) -> Document:
    """One page of a list: one item more than is shown tells whether there is a next one."""
    limit = int(call.query.get("limit", _PAGE))
    cursor = call.query.get("cursor")
    found = read("" if cursor is None else _decode(cursor), limit + 1)
    following = _encode(place(found[limit - 1])) if len(found) > limit else None
    return {"items": [show(item) for item in found[:limit]], "next": following}


def row_number(place: str) -> int:
    """Read a cursor that is a row's number; empty on the first page."""
    number = int(place or HIGHEST_ROW)
    if number > HIGHEST_ROW:
        raise _bad_cursor()
    return number


def _encode(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode("ascii")).decode("ascii").rstrip("=")


def _decode(cursor: str) -> str:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        place = ""
    if not place.isdigit():
        raise _bad_cursor()
    return place


def _bad_cursor() -> Problem:
    return Problem("invalid_parameter", f"cursor doesn't fit. {PAGING['cursor']['description']}")
