"""The audit as a file: JSON Lines that anybody with the public key can examine."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TextIO

from sqlalchemy import Connection

from clearinghouse import audit
from clearinghouse.audit_examination import Written
from clearinghouse.audit_keys import public_pem
from data_store import StoreError

FORMAT: Final = "activation-line-audit-1"


class AuditFileError(StoreError):
    """A file isn't an exported audit; `str()` names the line."""


def write(connection: Connection, file: TextIO) -> int:
    """Write the whole audit: a heading, then a line per entry. Gives how many entries."""
    signer = audit.signer_of(connection)
    key = None if signer is None else public_pem(signer.public_key)
    file.write(json.dumps({"format": FORMAT, "public_key": key}) + "\n")
    count = 0
    for entry in audit.written(connection):
        said = entry._asdict() | {"at": entry.at.isoformat(timespec="microseconds")}
        file.write(json.dumps(said) + "\n")
        count += 1
    return count


def read(lines: Iterable[str]) -> Iterator[Written]:
    """Read the entries of an exported audit. Raises AuditFileError."""
    numbered = enumerate(lines, start=1)
    heading = _object(*next(numbered, (1, "")))
    if heading.get("format") != FORMAT:
        raise AuditFileError(f"Line 1: this is no exported audit: its format has to be {FORMAT}.")
    for number, line in numbered:
        yield _entry(number, _object(number, line))


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise AuditFileError(f"Line {number}: it isn't a JSON object.")
    return said


def _entry(number: int, said: dict[str, Any]) -> Written:
    if said.keys() != set(Written._fields):
        raise AuditFileError(f"Line {number}: an entry has {', '.join(Written._fields)}.")
    try:
        at = datetime.fromisoformat(said["at"])
    except (TypeError, ValueError) as error:
        raise AuditFileError(f"Line {number}: 'at' isn't a moment.") from error
    for name in ("body", "previous", "hash"):
        if not isinstance(said[name], str):
            raise AuditFileError(f"Line {number}: {name!r} isn't a text.")
    if not isinstance(said["number"], int):
        raise AuditFileError(f"Line {number}: 'number' isn't a whole number.")
    return Written(**(said | {"at": at}))
