"""A column of codes in a file: read, judged one by one, and reported as CSV or JSON.

The file is plain text with one code a line, or CSV whose column is named or numbered (from 1).
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from codes.errors import CodeError, InvalidLength
from codes.groups import SHAPES
from codes.typed import digits

_FIELDS: Final = ("line", "code", "kind", "good", "error", "groups", "message")


class ColumnError(Exception):
    """A file in which the column of codes cannot be found; says what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one code; `line` counts from 1, `error` is empty for a good one."""

    line: int
    code: str
    kind: str
    error: str = ""
    groups: tuple[int, ...] = ()
    message: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the code is well-formed."""
        return not self.error


def read_lines(text: str) -> list[tuple[int, str]]:
    r"""Give the codes of a text, one a line, with the line's number; empty lines are left out.

    >>> read_lines("00298-77276-69310-09389\n\n1234\n")
    [(1, '00298-77276-69310-09389'), (3, '1234')]
    """
    lines = enumerate(text.splitlines(), 1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def read_csv(text: str, column: str | None) -> list[tuple[int, str]]:
    r"""Give the codes of one column of a CSV text with a header, with the line's number.

    >>> read_csv("name,code\nfirst,1234\n", "code")
    [(2, '1234')]
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    index = _find_column(header, column)
    return [
        (reader.line_num, row[index].strip() if index < len(row) else "")
        for row in reader
        if any(cell.strip() for cell in row)
    ]


def _find_column(header: Sequence[str], column: str | None) -> int:
    if column is None:
        if len(header) == 1:
            return 0
        column = "code"
    if column in header:
        return header.index(column)
    if column.isdecimal() and 1 <= int(column) <= len(header):
        return int(column) - 1
    raise ColumnError(
        f"There is no column “{column}”. Say with --column which one holds the codes: "
        f"{', '.join(header) or 'the file is empty'}."
    )


def judge(line: int, text: str, kind: str | None) -> Finding:
    """Judge one code, of the given kind or of the one that its length suggests.

    >>> judge(1, "00298-77276-69310-09388", None).groups
    (4,)
    """
    try:
        shape = SHAPES[kind or _kind_of(text)]
    except CodeError as error:
        return Finding(line, text, "", error.code, error.groups, str(error))
    try:
        shape.validate(text)
    except CodeError as error:
        return Finding(line, text, shape.kind, error.code, error.groups, str(error))
    return Finding(line, text, shape.kind)


def _kind_of(text: str) -> str:
    length = len(digits(text))
    for shape in SHAPES.values():
        if shape.length == length:
            return shape.kind
    for shape in SHAPES.values():
        if shape.find_slip(digits(text)):
            return shape.kind
    raise InvalidLength(f"No code has {length} digits: compare it with the original.")


def write_csv(findings: Iterable[Finding]) -> str:
    """Report as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_FIELDS)
    for found in findings:
        writer.writerow(
            (
                found.line,
                found.code,
                found.kind,
                "yes" if found.is_good else "no",
                found.error,
                " ".join(map(str, found.groups)),
                found.message,
            )
        )
    return out.getvalue()


def write_json(findings: Iterable[Finding]) -> str:
    """Report as a JSON array of objects."""
    rows = [
        {
            "line": found.line,
            "code": found.code,
            "kind": found.kind,
            "good": found.is_good,
            "error": found.error,
            "groups": list(found.groups),
            "message": found.message,
        }
        for found in findings
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
