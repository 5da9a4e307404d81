"""Issuing licences: what a client gets when it asks, renews or gives back."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from license_server import event_log
from license_server.clients import rules, standing, store
from license_server.clients.errors import LicenceRefusedError
from license_server.clients.model import Ending, Kind, Licence, Subject
from license_server.clients.standing import Standing
from license_server.clients.store import Store
from license_server.event_log import Kind as Event
from license_server.model import Licensing

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request with what decides about it."""

    subject: Subject
    version: int
    standing: Standing
    now: datetime
    rng: random.Random


def request(
    data: Path,
    subject: Subject,
    version: int,
    now: datetime,
    rng: random.Random | None = None,
) -> Licence:
    """Give a client the licence that serves a version: the one it has, renewed if due, or another.

    Raises LicenceRefusedError.
    """
    _check(subject, version)
    asked = _Asked(subject, version, standing.of(data, now), now, rng or random.SystemRandom())
    try:
        with store.opened(data) as rows:
            licence, event = _decide(rows, asked)
    except LicenceRefusedError as error:
        facts = {"kind_of_licence": subject.kind.value, "version": version, "why": error.why}
        event_log.record(data, Event.LICENCE_REFUSED, now, **facts)
        raise
    if event is not None:
        event_log.record(
            data,
            event,
            now,
            licence=licence.id,
            kind_of_licence=licence.kind.value,
            version=licence.version,
            temporary=licence.is_temporary,
        )
    return licence


def release(data: Path, subject: Subject, now: datetime) -> Licence:
    """Take a permanent licence back, so that another client can have it."""
    with store.opened(data) as rows:
        held = next((each for each in rows.of_subject(subject) if each.holds(now)), None)
        if held is None or held.is_temporary:
            raise LicenceRefusedError(
                "nothing_to_release", "There is no permanent licence that could be given back."
            )
        free_from = held.issued_at + rules.REASSIGNMENT
        if held.kind is Kind.PER_USER and now < free_from:
            raise LicenceRefusedError(
                "too_early",
                f"A per-user licence stays with its user for {rules.REASSIGNMENT.days} days: it "
                f"can be released from {free_from:%d %B %Y} on.",
                free_from,
            )
        rows.end(held.id, Ending.RELEASED, now)
    event_log.record(data, Event.LICENCE_RELEASED, now, licence=held.id)
    return replace(held, ended_at=now, ending=Ending.RELEASED)


def available(rows: Store, kind: Kind, now: datetime) -> dict[int, int]:
    """Count by version what can still be issued; below zero where too many per-user ones are."""
    installed: dict[int, int] = {}
    for pack in rows.packs():
        if pack.kind is kind:
            installed[pack.version] = installed.get(pack.version, 0) + pack.quantity
    return {
        version: count - rows.in_use(kind, version, now)
        for version, count in sorted(installed.items())
    }


def _check(subject: Subject, version: int) -> None:
    if not 1 <= version <= rules.SERVER_VERSION:
        raise LicenceRefusedError(
            "version",
            f"This license server issues licences of versions 1 to {rules.SERVER_VERSION}, but "
            f"version {version} was asked for: ask a newer license server.",
        )
    for name in (subject.device_name, subject.user):
        if len(name) > _LONGEST_NAME or not (name.isprintable() or not name):
            raise LicenceRefusedError(
                "name", f"A name has at most {_LONGEST_NAME} printable characters: shorten it."
            )


def _decide(rows: Store, asked: _Asked) -> tuple[Licence, Event | None]:
    held = next(
        (
            each
            for each in rows.of_subject(asked.subject)
            if each.holds(asked.now) and each.version >= asked.version
        ),
        None,
    )
    is_active = asked.standing.may_license is Licensing.ALL
    if held is not None and not held.is_temporary:
        is_due = held.expires_at - asked.now <= rules.RENEWAL
        if not (is_due and is_active and _is_covered(rows, held, asked.now)):
            return held, None
        ends = asked.now + _life(asked)
        rows.renew(held.id, ends)
        return replace(held, expires_at=ends), Event.LICENCE_RENEWED
    had_any = held is not None or bool(_temporary(rows, asked))
    version = _version(rows, asked) if is_active else None
    if version is not None and (had_any or asked.subject.kind is Kind.PER_USER):
        return _permanent(rows, asked, version), Event.LICENCE_ISSUED
    if held is not None:
        return held, None
    if asked.standing.may_license is Licensing.NONE:
        raise LicenceRefusedError(asked.standing.why, asked.standing.sentence)
    if had_any:
        raise _no_more(asked)
    ends = asked.now + rules.TEMPORARY
    issued = rows.add_licence(asked.subject, asked.version, asked.now, ends, is_temporary=True)
    return issued, Event.LICENCE_ISSUED


def _is_covered(rows: Store, held: Licence, now: datetime) -> bool:
    # A pack that was removed, to another server for one, renews nothing.
    left = available(rows, held.kind, now).get(held.version)
    return left is not None and (left >= 0 or held.kind is Kind.PER_USER)


def _permanent(rows: Store, asked: _Asked, version: int) -> Licence:
    for each in rows.of_subject(asked.subject):
        if each.holds(asked.now):
            rows.end(each.id, Ending.REPLACED, asked.now)
    ends = asked.now + _life(asked)
    return rows.add_licence(asked.subject, version, asked.now, ends, is_temporary=False)


def _version(rows: Store, asked: _Asked) -> int | None:
    """Choose the lowest version that serves; a per-user licence may be one too many."""
    kind = asked.subject.kind
    suited = {
        version: left
        for version, left in available(rows, kind, asked.now).items()
        if asked.version <= version <= rules.SERVER_VERSION
    }
    free = [version for version, left in suited.items() if left > 0]
    if not free and kind is Kind.PER_USER:
        free = list(suited)
    return free[0] if free else None


def _temporary(rows: Store, asked: _Asked) -> list[Licence]:
    return [
        each
        for each in rows.of_subject(asked.subject)
        if each.is_temporary and each.version >= asked.version
    ]


def _life(asked: _Asked) -> timedelta:
    if asked.subject.kind is Kind.PER_USER:
        return rules.PER_USER
    return timedelta(days=asked.rng.randint(*rules.PERMANENT_DAYS))


def _no_more(asked: _Asked) -> LicenceRefusedError:
    if asked.standing.may_license is Licensing.TEMPORARY:
        return LicenceRefusedError(
            "temporary_ran_out",
            "The temporary licence ran out, and there is only one for each client. "
            + asked.standing.sentence,
        )
    return LicenceRefusedError(
        "none_available",
        "The temporary licence ran out, and no permanent licence of version "
        f"{asked.version} or higher is available: install a license pack, or release or revoke a "
        "licence that is not needed.",
    )
