"""The offer to restore one group of a new license server ID, which the authenticator proves.

It is an offer: the group is filled in when the administrator says yes, and judged with the whole
ID like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codes import new_license_server_id
from codes.errors import CodeError
from license_server import entry, installation
from license_server import state as states
from license_server.entry import Mark


@dataclass(frozen=True, slots=True)
class Offer:
    """The group that has to be another one, and its digits; `is_missing` says that it is empty."""

    group: int
    digits: str
    is_missing: bool

    @property
    def sentence(self) -> str:
        """What is offered, as the page says it."""
        what = "is missing" if self.is_missing else "does not fit"
        return (
            f"Group {self.group} {what}, and the other six prove that it is {self.digits}. "
            "Use it only if that can be what was read to you."
        )


def offer(data: Path, groups: Sequence[str]) -> Offer | None:
    """Say which one group can be restored for the open request; None where none can be proven."""
    state = states.load(data)
    if state.request is None or len(groups) != entry.COUNT:
        return None
    known = [verdict.mark is Mark.GOOD for verdict in entry.verdicts(groups)]
    if known.count(False) > 1:
        return None
    given = [group if good else None for group, good in zip(groups, known, strict=True)]
    try:
        code = new_license_server_id.restore(
            installation.secret(data), state.product_id, state.request.license_server_id, given
        )
    except CodeError:
        return None
    whole = new_license_server_id.split(code)
    for number, (typed, right) in enumerate(zip(groups, whole, strict=True), 1):
        if typed != right:
            return Offer(number, right, is_missing=not typed)
    return None


def mended(groups: Sequence[str], offered: Offer) -> tuple[str, ...]:
    """Put the offered group among the others."""
    return (*groups[: offered.group - 1], offered.digits, *groups[offered.group :])
