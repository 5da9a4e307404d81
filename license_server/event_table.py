"""The event log as a table for other programs: CSV, a row an event."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from license_server import event_meanings

_COLUMNS: Final = ("at", "level", "kind", "meaning", "facts")
# A table program reads a cell that begins with one of these as a formula.
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(entries: Iterable[Mapping[str, Any]]) -> str:
    """Write entries of the log, with their level and meaning."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for entry in entries:
        event = event_meanings.read(entry)
        facts = "; ".join(f"{name}: {value}" for name, value in event.facts)
        row = (event.at, event.level.value, event.kind, event.meaning, facts)
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
