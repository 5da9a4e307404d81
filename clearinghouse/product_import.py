"""Products from a table (CSV): every line is checked, and each fault says what to do.

The first line names the columns, in any order: `product_id`, `product_key` and `name`; if wanted
`customer`, `contact`, and the figures of the policy. Commas or semicolons part them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from clearinghouse import customers
from clearinghouse.customers import Customer
from clearinghouse.model import Actor, Policy, RegisterError
from clearinghouse.register import Clearinghouse
from codes import product_id as product_ids
from codes.errors import CodeError

REQUIRED: Final = ("product_id", "product_key", "name")
CUSTOMER: Final = ("customer", "contact")
FIGURES: Final = tuple(field.name for field in fields(Policy))
_DEFAULTS: Final = Policy()
COLUMNS: Final = (*REQUIRED, *CUSTOMER, *FIGURES)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line, and what to do."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import took over, as compact product IDs, and what was wrong."""

    imported: tuple[str, ...]
    faults: tuple[Fault, ...]


class _FaultError(Exception):
    """Ends the look at a line; the message is the fault."""


def take(
    connection: Connection, house: Clearinghouse, text: str, *, actor: Actor, now: datetime
) -> Report:
    """Register every product of a table that can be; the caller commits or rolls back.

    Raises RegisterError where the first line isn't one of columns.
    """
    reader = _reader(text)
    imported: list[str] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    try:
        for row in reader:
            line = reader.line_num
            try:
                product_id = _take_one(connection, house, row, seen, actor, now)
            except (_FaultError, CodeError, RegisterError) as error:
                faults.append(Fault(line, str(error)))
            else:
                seen[product_id] = line
                imported.append(product_id)
    except csv.Error as error:  # what can't be read isn't counted as a line yet
        faults.append(Fault(reader.line_num + 1, f"The line can't be read ({error}): mend it."))
    return Report(tuple(imported), tuple(faults))


def _reader(text: str) -> "csv.DictReader[str]":
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    first = lines[0] if lines else ""
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(lines, delimiter=delimiter, restkey="", strict=True)
    named = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in named]
    strange = [name for name in named if name not in COLUMNS]
    if missing or strange or len(set(named)) != len(named):
        raise RegisterError(
            "Line 1 has to name the columns"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; unknown: {', '.join(map(repr, strange))}" if strange else "")
            + f". There are {', '.join(COLUMNS)}, each once."
        )
    reader.fieldnames = named
    return reader


def _take_one(
    connection: Connection,
    house: Clearinghouse,
    row: Mapping[str, str | list[str] | None],
    seen: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> str:
    cells = _cells(row)
    product_id = product_ids.validate(cells["product_id"])
    if product_id in seen:
        raise _FaultError(f"Line {seen[product_id]} has this product ID already: remove one.")
    policy = _policy(cells)
    customer = _customer(connection, cells, actor, now) if cells.get("customer") else None
    house.add_product(
        connection,
        product_id=product_id,
        product_key=cells["product_key"],
        name=cells["name"],
        policy=policy,
        actor=actor,
        now=now,
    )
    if customer is not None:
        customers.give(connection, product_id, customer, actor, now)
    return product_id


def _cells(row: Mapping[str, str | list[str] | None]) -> dict[str, str]:
    """The cells of a line. Raises _FaultError where there are too many or too few."""
    if "" in row:
        raise _FaultError("It has more cells than line 1: quote cells that hold a comma.")
    cells = {name: cell.strip() for name, cell in row.items() if isinstance(cell, str)}
    empty = [name for name in REQUIRED if not cells.get(name)]
    if empty:
        raise _FaultError(f"{', '.join(empty)} can't be empty: fill in, or remove the line.")
    return cells


def _policy(cells: Mapping[str, str]) -> Policy:
    figures: dict[str, Any] = {}
    for name in FIGURES:
        cell = cells.get(name, "")
        if not cell:
            continue
        if isinstance(getattr(_DEFAULTS, name), str):
            figures[name] = cell
            continue
        if not (cell.isascii() and cell.isdigit()):
            raise _FaultError(f"{name} is {cell!r}: write a whole number, or leave it empty.")
        figures[name] = int(cell)
    try:
        return Policy(**figures)
    except ValueError as error:
        raise _FaultError(str(error)) from error


def _customer(
    connection: Connection, cells: Mapping[str, str], actor: Actor, now: datetime
) -> Customer:
    name = cells["customer"]
    known = customers.by_name(connection, name)
    if known is not None:
        return known
    contact = cells.get("contact", "")
    return customers.add(connection, name=name, contact=contact, actor=actor, now=now)
