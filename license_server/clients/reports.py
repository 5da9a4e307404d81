"""Reports on client licences: what is installed, what is issued to whom, as a table and as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from license_server.clients import issuing, revoking, store
from license_server.clients.model import Kind, Licence, Pack
from license_server.clients.revoking import Revocable


@dataclass(frozen=True, slots=True)
class Line:
    """One kind and version: how many are installed and issued, and how many are left."""

    kind: Kind
    version: int
    installed: int
    issued: int
    available: int
    revocable: Revocable | None

    @property
    def too_many(self) -> int:
        """How many per-user licences more than installed are issued."""
        return max(0, -self.available)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything at one moment; `temporary` counts the temporary licences that hold."""

    at: datetime
    lines: tuple[Line, ...]
    packs: tuple[Pack, ...]
    licences: tuple[Licence, ...]
    temporary: int


def make(data: Path, now: datetime) -> Report:
    """Read the report."""
    with store.opened(data) as rows:
        lines = [
            Line(
                kind,
                version,
                left + rows.in_use(kind, version, now),
                rows.in_use(kind, version, now),
                left,
                revoking.revocable(rows, version, now) if kind is Kind.PER_DEVICE else None,
            )
            for kind in Kind
            for version, left in issuing.available(rows, kind, now).items()
        ]
        licences = tuple(rows.licences())
        temporary = sum(each.is_temporary and each.holds(now) for each in licences)
        return Report(now, tuple(lines), tuple(rows.packs()), licences, temporary)


ISSUED_COLUMNS = (
    "licence",
    "kind",
    "version",
    "permanence",
    "device",
    "hardware_id",
    "user",
    "issued_at",
    "expires_at",
    "state",
)
SUMMARY_COLUMNS = ("kind", "version", "installed", "issued", "available")


def issued_rows(report: Report) -> list[tuple[str, ...]]:
    """Give the issued licences as texts, in the order of ISSUED_COLUMNS."""
    return [
        (
            str(each.id),
            each.kind.value,
            str(each.version),
            each.word.lower(),
            each.subject.device_name,
            each.subject.device,
            each.subject.user,
            each.issued_at.isoformat(timespec="seconds"),
            each.expires_at.isoformat(timespec="seconds"),
            state(each, report.at),
        )
        for each in report.licences
    ]


def summary_rows(report: Report) -> list[tuple[str, ...]]:
    """Give what is installed, issued and left, in the order of SUMMARY_COLUMNS."""
    return [
        (line.kind.value, *map(str, (line.version, line.installed, line.issued, line.available)))
        for line in report.lines
    ]


def state(licence: Licence, now: datetime) -> str:
    """Say in one word how a licence stands."""
    if licence.ending is not None:
        return licence.ending.value
    return "holds" if licence.holds(now) else "expired"


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write CSV that a spreadsheet takes for data: names come from clients, not from us."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return target.getvalue()


def _harmless(cell: str) -> str:
    is_number = cell.lstrip("-").isdigit()
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number else cell
