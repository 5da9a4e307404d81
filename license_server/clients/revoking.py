"""Revoking a licence of a device that is gone, within what the rules allow."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from license_server import event_log
from license_server.clients import rules, store
from license_server.clients.errors import LicenceRefusedError, UnknownLicenceError
from license_server.clients.model import Ending, Kind, Licence
from license_server.clients.store import Store


@dataclass(frozen=True, slots=True)
class Revocable:
    """How many licences of a version may be revoked now; else the moment of the next one."""

    left: int
    limit: int
    next_date: datetime | None


def revocable(rows: Store, version: int, now: datetime) -> Revocable:
    """Count what may be revoked of a version."""
    installed = sum(
        pack.quantity
        for pack in rows.packs()
        if pack.kind is Kind.PER_DEVICE and pack.version == version
    )
    limit = installed * rules.REVOCABLE_PERCENT // 100
    revoked = rows.revoked(version, now)
    left = max(0, limit - len(revoked))
    if left or not limit:
        return Revocable(left, limit, None)
    # They run out in this order; the next may be revoked when fewer than the limit are left.
    return Revocable(0, limit, revoked[len(revoked) - limit].expires_at)


def revoke(data: Path, number: int, now: datetime) -> Licence:
    """Revoke a permanent per-device licence. Raises LicenceRefusedError, UnknownLicenceError."""
    with store.opened(data) as rows:
        licence = rows.licence(number)
        if licence is None:
            raise UnknownLicenceError(f"There is no licence {number}.")
        if licence.kind is not Kind.PER_DEVICE or licence.is_temporary or not licence.holds(now):
            raise LicenceRefusedError(
                "not_revocable",
                "Only a permanent per-device licence that holds can be revoked.",
            )
        allowed = revocable(rows, licence.version, now)
        if not allowed.left:
            raise _too_many(licence, allowed)
        rows.end(number, Ending.REVOKED, now)
    event_log.record(data, event_log.Kind.LICENCE_REVOKED, now, licence=number)
    return replace(licence, ended_at=now, ending=Ending.REVOKED)


def _too_many(licence: Licence, allowed: Revocable) -> LicenceRefusedError:
    share = f"{rules.REVOCABLE_PERCENT}% of the installed licences of version {licence.version}"
    if allowed.next_date is None:
        return LicenceRefusedError(
            "revocation_limit", f"Of so few licences none can be revoked: the limit is {share}."
        )
    return LicenceRefusedError(
        "revocation_limit",
        f"At most {share} ({allowed.limit}) may be revoked at any time. The next can be revoked on "
        f"{allowed.next_date:%d %B %Y, %H:%M} UTC.",
        allowed.next_date,
    )
