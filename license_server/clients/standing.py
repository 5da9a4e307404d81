"""Whom this server may license as it stands, and the sentence for whoever it may not."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from license_server import health
from license_server.model import CertificateState, Licensing


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom the server may license; `why` and `sentence` say what stands in the way, if anything."""

    may_license: Licensing
    why: str = ""
    sentence: str = ""
    grace_ends: datetime | None = None


def of(data: Path, now: datetime) -> Standing:
    """Examine the server. Raises NotInstalledError."""
    found = health.status(data, now)
    if found.may_license is Licensing.ALL:
        return Standing(Licensing.ALL, grace_ends=found.grace_ends)
    why, sentence = _reason(found)
    return Standing(found.may_license, why, sentence, found.grace_ends)


def _reason(found: health.Status) -> tuple[str, str]:
    if found.is_deactivated:
        return "deactivated", (
            "This license server is deactivated: nobody new is licensed until it is activated "
            "again."
        )
    if found.is_clock_set_back or found.state is CertificateState.CLOCK_WRONG:
        return "clock", (
            "The license server's clock is wrong: nobody new is licensed until it is set right."
        )
    if found.state is CertificateState.EXPIRED:
        return "grace_over", (
            "The license server's certificate expired and the grace is over: nobody new is "
            "licensed until it is reactivated."
        )
    return "not_activated", (
        f"The license server's state is “{found.state.word}”: it issues temporary licences only, "
        "until it is activated or reactivated."
    )
