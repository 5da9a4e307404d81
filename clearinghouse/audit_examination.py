"""The examination of the audit: which entries were changed, removed, added or moved.

It walks over rows, wherever they come from: the register, or an exported file.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clearinghouse.audit_findings import Finding, Kind, join, moved, one
from clearinghouse.audit_keys import Signer, is_signed

FIRST_HASH: Final = "0" * 64
SIGNING: Final = "audit.signing"
"""The action of the entry with which the signing of an older register began."""

_SAYS = {"number", "at", "actor", "action", "product_id", "request_id", "data"}
_CHANGED = "it was changed"
_LINKED_ANEW = "its content is as it was written, but it was linked anew without the key"


class Written(NamedTuple):
    """One row of the audit, as it lies there."""

    number: int
    at: datetime
    product_id: str | None
    request_id: int | None
    body: str
    previous: str
    hash: str
    signature: str | None
    seal: str | None


class End(NamedTuple):
    """What somebody knows of the chain's end: the register itself, or who keeps a signed head."""

    number: int
    hash: str
    source: str


def link(previous: str, body: str) -> str:
    """Hash an entry's content with the hash of the one before it."""
    return hashlib.sha256(f"{previous}|{body}".encode()).hexdigest()


@dataclass
class Examination:
    """One walk over the chain.

    `keys` are public; without any, links alone are looked at. The signer tells more, if its own
    key is among them. `own` is the end that the register itself knows, `ends` what was kept
    elsewhere.
    """

    keys: Sequence[Ed25519PublicKey] = ()
    signer: Signer | None = None
    own: End | None = None
    ends: Sequence[End] = ()
    _found: list[Finding] = field(default_factory=list)
    _gaps: list[tuple[int, int]] = field(default_factory=list)
    _moved: dict[int, int] = field(default_factory=dict)  # place: the entry's own number
    _unsound: dict[int, tuple[Kind, str]] = field(default_factory=dict)
    _hashes: dict[int, str] = field(default_factory=dict)  # at the ends
    _signed_from: int | None = None
    _unsigned: tuple[int, int] | None = None  # from where to where, before that
    _place: int = 0
    _before: Written | None = None  # the neighbour, where nothing is wrong with it

    def __post_init__(self) -> None:
        believed = self.signer is not None and self.signer.public_key in self.keys
        self._sealer = self.signer if believed else None
        self._ends = [*([] if self.own is None else [self.own]), *self.ends]

    def run(self, rows: Iterable[Written]) -> list[Finding]:
        """Walk over the rows, which are in the order of their numbers; give all findings."""
        wanted = {end.number for end in self._ends}
        for row in rows:
            if row.number > self._place + 1:
                self._gaps.append((self._place + 1, row.number - 1))
                self._before = None
            self._place = row.number
            is_well = self._look_at(row)
            if is_well and self._before is not None and self._before.hash != row.previous:
                # Its hash covers what it says of its neighbour, so it is the neighbour's word
                # that isn't the one it was.
                self._found.append(one(Kind.CHANGED, self._before.number, _CHANGED))
            self._before = row if is_well else None
            number = self._moved.get(row.number, row.number)
            if number in wanted:
                self._hashes[number] = row.hash
        self._conclude()
        return join(self._found)

    def _look_at(self, row: Written) -> bool:
        """Look at one row by itself; whether nothing is wrong with it."""
        said = _parse(row.body)
        if said is None:
            self._unsound[row.number] = (Kind.CHANGED, _CHANGED)
            return False
        trouble = self._trouble(row, said)
        if trouble is not None:
            self._unsound[row.number] = trouble
            return False
        if said["number"] != row.number:
            self._moved[row.number] = said["number"]
            return False
        if _columns(row) != (said["at"], said["product_id"], said["request_id"]):
            problem = "it was changed: its columns say something else than its content"
            self._found.append(one(Kind.CHANGED, row.number, problem))
        return True

    def _trouble(self, row: Written, said: dict[str, Any]) -> tuple[Kind, str] | None:
        """Say what speaks against a row having been written so by the register."""
        is_whole = link(row.previous, row.body) == row.hash
        if not self.keys:
            return None if is_whole else (Kind.CHANGED, _CHANGED)
        is_ours = self._sealer is not None and self._sealer.is_sealed(row.body, row.seal)
        if row.signature is None:
            if self._signed_from is not None:
                return (Kind.UNSIGNED, "it was written without the key")
            self._unsigned = ((self._unsigned or (row.number, 0))[0], row.number)
            return None if is_whole else (Kind.CHANGED, _CHANGED)
        if is_whole and self._is_signed(row.signature, (said["number"], said["at"], row.hash)):
            self._begin_signed(row.number, is_told=said["action"] == SIGNING)
            # Where there are older keys, their seals can't be checked: the signature has to do.
            if self._sealer is not None and not is_ours and len(self.keys) == 1:
                return (Kind.CHANGED, "it was changed: its seal is another")
            return None
        self._begin_signed(row.number, is_told=False)
        return (Kind.RELINKED, _LINKED_ANEW) if is_ours else (Kind.CHANGED, _CHANGED)

    def _is_signed(self, signature: str, signed: tuple[int, str, str]) -> bool:
        # Ed25519 gives the same signature each time, and signing costs a third of checking one.
        if self._sealer is not None and self._sealer.sign(*signed) == signature:
            return True
        return is_signed(self.keys, signature, *signed)

    def _begin_signed(self, place: int, *, is_told: bool) -> None:
        """Note where signatures begin; entries before it are older ones only where it is told."""
        if self._signed_from is None:
            self._signed_from = place
            if self._unsigned and not is_told:
                first, last = self._unsigned
                problem = "it has no signature, though signing began before it"
                self._found.append(Finding(Kind.UNSIGNED, first, problem, last))

    def _conclude(self) -> None:
        """Draw the whole from what was seen row by row."""
        end = max((end.number for end in self._ends), default=self._place)
        if end > self._place:
            self._gaps.append((self._place + 1, end))
        homes = set(self._moved.values())
        for place, number in self._moved.items():
            if self._is_at_home(number):
                self._found.append(one(Kind.ADDED, place, f"it is a copy of entry {number}"))
            else:
                self._found.append(moved(number, place))
        for place, (kind, problem) in self._unsound.items():
            if place in homes or (self._ends and place > end):
                self._found.append(one(Kind.ADDED, place, "it was added"))
            else:
                self._found.append(one(kind, place, problem))
        self._find_removed(homes, end)
        self._compare_ends()
        if self.keys and self._unsigned and self._signed_from is None:
            first, last = self._unsigned
            problem = "it has no signature: signing never began, or all signatures were removed"
            self._found.append(Finding(Kind.UNSIGNED, first, problem, last))

    def _is_at_home(self, number: int) -> bool:
        """Whether an entry that was seen elsewhere also stands, unharmed, in its own place."""
        is_missing = any(first <= number <= last for first, last in self._gaps)
        return not (is_missing or number in self._moved or number in self._unsound) and (
            1 <= number <= self._place
        )

    def _find_removed(self, homes: set[int], end: int) -> None:
        """Entries whose place is empty or taken by another, and that stand nowhere else."""
        problem = "it was removed"
        taken = [(place, place) for place in self._moved if place <= end]
        for first, last in [*self._gaps, *taken]:
            start = first
            for home in sorted(number for number in homes if first <= number <= last):
                if home > start:
                    self._found.append(Finding(Kind.REMOVED, start, problem, home - 1))
                start = home + 1
            if start <= last:
                self._found.append(Finding(Kind.REMOVED, start, problem, last))

    def _compare_ends(self) -> None:
        for end in self._ends:
            if end.number == 0:
                known: str | None = FIRST_HASH
            else:
                known = self._hashes.get(end.number)
            if known is not None and known != end.hash:
                problem = f"{end.source} knows another one: the chain up to it was made anew"
                self._found.append(one(Kind.HEAD, end.number, problem))
        if self.own is not None and self._place > self.own.number:
            self._look_beyond(self.own)

    def _look_beyond(self, own: End) -> None:
        """Entries after the register's own end: added, or the end was set back."""
        beyond = range(own.number + 1, self._place + 1)
        sound = [n for n in beyond if n not in self._unsound and n not in self._moved]
        if sound and self._signed_from is not None:
            problem = f"{own.source} was set back to it: signed entries follow"
            self._found.append(one(Kind.HEAD, own.number, problem))
        else:
            self._found += [one(Kind.ADDED, n, f"{own.source} doesn't know it") for n in sound]


def _parse(body: str) -> dict[str, Any] | None:
    """Read an entry's content; None where it isn't one."""
    try:
        said = json.loads(body) if body.isascii() else None
    except ValueError:
        return None
    if not isinstance(said, dict) or not said.keys() >= _SAYS:
        return None
    return said if isinstance(said["number"], int) else None


def _columns(row: Written) -> tuple[str, str | None, int | None]:
    return (row.at.isoformat(timespec="microseconds"), row.product_id, row.request_id)
