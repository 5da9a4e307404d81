"""The whole register as one file, and back: nobody is locked in.

JSON Lines: a heading, a line per row, an end. The form is described in `docs/register.md`.
"""

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TextIO

from sqlalchemy import Connection, Integer, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from clearinghouse import audit
from clearinghouse.audit_findings import Finding
from clearinghouse.audit_keys import AuditKeyError, Signer, public_pem
from clearinghouse.model import Actor
from clearinghouse.passphrase import Derivation, Envelope, TransferError
from clearinghouse.tables import metadata
from clearinghouse.transfer_rows import RowForm
from data_store import Cipher

FORMAT: Final = "activation-line-register-1"
_AUDIT_KEY: Final = "audit_key"
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Heading:
    """What the first line says: when it was made, and the keys of the file and of its audit."""

    made_at: str
    envelope: Envelope
    signer: Signer


def tables() -> list[Table]:
    """The register's tables, each after those that it refers to."""
    return list(metadata.sorted_tables)


def write(
    connection: Connection,
    file: TextIO,
    *,
    cipher: Cipher,
    signer: Signer,
    passphrase: str,
    now: datetime,
) -> dict[str, int]:
    """Write the whole register; gives how many rows each table has."""
    derivation = Derivation.draw()
    envelope = Envelope(passphrase, derivation)

    def put(said: dict[str, Any]) -> None:
        line = json.dumps(said, ensure_ascii=False) + "\n"
        envelope.add(line)
        file.write(line)

    put(
        {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "keys": derivation.to_document(),
            _AUDIT_KEY: envelope.seal(signer.to_pem(), _AUDIT_KEY),
            "audit_public_key": public_pem(signer.public_key),
        }
    )
    counts: dict[str, int] = {}
    for table in tables():
        form = RowForm(table, cipher, envelope)
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=_BATCH)
        count = 0
        with connection.execute(query) as rows:
            for row in rows:
                put({"table": table.name, "row": form.write(row)})
                count += 1
        counts[table.name] = count
    file.write(json.dumps({"end": {"rows": counts, "mac": envelope.mac()}}) + "\n")
    return counts


def read_heading(line: str, passphrase: str) -> Heading:
    """Read the first line. Raises TransferError, for a wrong passphrase as well."""
    said = _object(line, 1)
    if said.get("format") != FORMAT:
        raise TransferError(f"Line 1: this is no exported register: its format has to be {FORMAT}.")
    envelope = Envelope(passphrase, Derivation.from_document(said.get("keys")))
    try:
        signer = Signer.from_pem(envelope.open(said.get(_AUDIT_KEY, ""), _AUDIT_KEY))
    except AuditKeyError as error:
        raise TransferError("Line 1: the audit's key in it is damaged.") from error
    envelope.add(line)
    return Heading(str(said.get("made_at", "")), envelope, signer)


def require_empty(connection: Connection) -> None:
    """Raise TransferError where the register holds anything already."""
    for table in tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise TransferError(
                f"The register holds data already (in {table.name}): import into an empty one,"
                " by another data directory or database URL."
            )


def read(
    connection: Connection, heading: Heading, lines: Iterable[str], cipher: Cipher
) -> dict[str, int]:
    """Read all rows after the heading into an empty register; gives how many each table has.

    Nothing may be committed where it raises TransferError: the lines are believed only once the
    end's code fits.
    """
    forms = {table.name: RowForm(table, cipher, heading.envelope) for table in tables()}
    counts = dict.fromkeys(forms, 0)
    end: dict[str, Any] | None = None
    batch: list[dict[str, Any]] = []
    open_form: RowForm | None = None
    for number, line, said in _numbered(lines):
        if end is not None:
            raise TransferError(f"Line {number}: it stands after the end.")
        if "end" in said:
            end = said["end"]
            continue
        heading.envelope.add(line)
        form = forms.get(str(said.get("table")))
        if form is None:
            raise TransferError(
                f"Line {number}: the table {said.get('table')!r} isn't known here: install the"
                " version that wrote the file, or a newer one."
            )
        if form is not open_form or len(batch) == _BATCH:
            _store(connection, open_form, batch)
            open_form, batch = form, []
        batch.append(form.read(said.get("row"), number))
        counts[form.table.name] += 1
    _store(connection, open_form, batch)
    _check_end(end, heading.envelope)
    _set_sequences(connection)
    return counts


def settle(
    connection: Connection, heading: Heading, actor: Actor, now: datetime, *, despite: bool
) -> list[Finding]:
    """Verify the imported audit, and write into it that it was imported; gives what was found.

    Raises TransferError where anything was found, unless it is to be imported `despite` that.
    """
    found = audit.examine(connection, keys=[heading.signer.public_key])
    if found and not despite:
        raise TransferError(
            "The audit in the file isn't whole, so nothing was imported. "
            + " ".join(f"{str(each).capitalize()}." for each in found)
        )
    data = {"made_at": heading.made_at, "findings": len(found)}
    audit.append(connection, "register.imported", actor=actor, now=now, data=data)
    return found


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for number, line in enumerate(lines, start=2):
        yield number, line, _object(line, number)


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TransferError(f"Line {number}: it isn't a JSON object: the file is damaged.")
    return said


def _store(connection: Connection, form: RowForm | None, batch: list[dict[str, Any]]) -> None:
    if form is None or not batch:
        return
    # Rows of one table may lack different columns; what is missing is empty.
    names = {name for row in batch for name in row}
    rows = [{name: row.get(name) for name in names} for row in batch]
    try:
        connection.execute(insert(form.table), rows)
    except (IntegrityError, StatementError) as error:
        raise TransferError(
            f"Rows of {form.table.name} don't fit into the register ({error.orig}):"
            " the file is damaged, or was changed."
        ) from error


def _check_end(end: object, envelope: Envelope) -> None:
    if end is None:
        raise TransferError("The file has no end: it was cut off. Export it again.")
    mac = end.get("mac") if isinstance(end, dict) else None
    if not isinstance(mac, str) or not hmac.compare_digest(mac.encode(), envelope.mac().encode()):
        raise TransferError("The file was changed after it was exported: its code doesn't fit.")


def _set_sequences(connection: Connection) -> None:
    """Let PostgreSQL count on from the ids that were brought along."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer):
            continue
        highest = connection.execute(select(func.max(column))).scalar()
        if highest is not None:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                {"table": table.name, "column": column.name, "highest": highest},
            )
