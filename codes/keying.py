"""What a caller has keyed so far: good groups are kept, and only what is missing is asked for.

Digits come in any number of pieces. Each piece is laid on the groups in every way that makes
sense (on from the first missing group, on the missing ones only, from the start; with one key
dropped or doubled; on top of the digits that the last piece left over) and the way that gains most
good groups counts. Since the check digit covers the group's number, a good group fits one place.

>>> keyed = start("product_id")
>>> taken = take(keyed, "0029877276")
>>> taken.keyed.groups, taken.keyed.next_wanted
(('00298', '77276', None, None), 3)
>>> taken = take(taken.keyed, "6931109389")  # one digit is wrong
>>> taken.verdicts
(Verdict(group=3, ok=False, digits=5), Verdict(group=4, ok=True, digits=5))
>>> taken = take(taken.keyed, "69310")
>>> taken.keyed.complete, taken.keyed.digits
(True, '00298772766931009389')
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codes.groups import SHAPES, Shape
from codes.slips import Layout, Slip, SlipKind, layouts

__all__ = ["Keyed", "Slip", "Taken", "Verdict", "back", "start", "take", "without"]


@dataclass(frozen=True, slots=True)
class Keyed:
    """The groups of one code as far as they are keyed; None stands for a missing or bad one.

    `pending` holds digits that the caller may go on from: of a group that was not finished at a
    pause, or such as can be read in two ways. They belong to the first missing group, and nothing
    is lost but convenience where they are not stored.
    """

    kind: str
    groups: tuple[str | None, ...]
    pending: str = ""

    @property
    def shape(self) -> Shape:
        """The shape of the code that is being keyed."""
        return SHAPES[self.kind]

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the groups that are still to be keyed."""
        return tuple(number for number, group in enumerate(self.groups, 1) if group is None)

    @property
    def next_wanted(self) -> int | None:
        """The first missing group's number; None where all are there."""
        return next(iter(self.missing), None)

    @property
    def parity_wrong(self) -> bool:
        """Whether all groups are there, each good, and yet one of them is wrong."""
        return not self.missing and not self.shape.parity_holds(self._joined)

    @property
    def complete(self) -> bool:
        """Whether the whole code is there and faultless."""
        return not self.missing and not self.parity_wrong

    @property
    def digits(self) -> str:
        """The whole compact code; ValueError before it is complete."""
        if not self.complete:
            raise ValueError(f"The {self.shape.name} is not complete yet.")
        return self._joined

    @property
    def _joined(self) -> str:
        return "".join(group or "" for group in self.groups)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the digits that were laid on one group; `digits` counts them."""

    group: int
    ok: bool
    digits: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one piece of keying brought.

    The verdicts' digits and the surplus (keyed after the last group) add up to what was keyed.
    """

    keyed: Keyed
    verdicts: tuple[Verdict, ...]
    slip: Slip | None
    parity_wrong: bool
    surplus: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a piece: where its digits lie and which groups are good by it."""

    layout: Layout
    joined: int
    groups: tuple[str | None, ...]
    good: frozenset[int]
    proof: int
    is_clean: bool
    whole: str | None
    is_likely: bool

    @property
    def is_straight(self) -> bool:
        return self.layout.slip is None

    @property
    def is_flawless(self) -> bool:
        """Whether it is what a caller without a slip keys: whole groups, all of them good."""
        return self.is_straight and self.is_clean and len(self.good) == len(self.layout.laid)

    @property
    def rank(self) -> tuple[int, bool, int, bool, bool]:
        return (self.proof, self.is_flawless, len(self.good), self.is_clean, self.is_likely)

    def is_rivalled(self, other: "_Reading") -> bool:
        """Tell whether another reading weighs as much as this one.

        The straight one does even if it ends inside a group: there the caller may have paused, and
        only seemed to drop a key. A twin that mends its group leaves no such doubt.
        """
        slip = self.layout.slip
        is_doubtful = slip is not None and slip.kind is SlipKind.DROPPED
        return other.rank == self.rank or (
            is_doubtful and other.is_straight and other.rank[:3] == self.rank[:3]
        )

    def contradicts(self, other: "_Reading", number: int) -> bool:
        """Tell whether two readings cannot both be right about a group.

        They can where the parity gives the same whole by both: a group ends with the digit that
        the next one begins with, and it is all the same which of the two was dropped.
        """
        is_same_whole = self.whole is not None and self.whole == other.whole
        return self.groups[number - 1] != other.groups[number - 1] and not is_same_whole


def start(kind: str) -> Keyed:
    """Begin a code of one kind (a key of `codes.groups.SHAPES`) with nothing keyed."""
    return Keyed(kind, (None,) * SHAPES[kind].count)


def back(keyed: Keyed) -> Keyed:
    """Forget the last good group before the one that is asked for (or the very last one)."""
    if keyed.pending:
        return replace(keyed, pending="")
    wanted = keyed.next_wanted or len(keyed.groups) + 1
    earlier = [n for n, group in enumerate(keyed.groups[: wanted - 1], 1) if group is not None]
    return without(keyed, earlier[-1]) if earlier else keyed


def without(keyed: Keyed, group: int) -> Keyed:
    """Forget one group, such as the one that the caller marked after hearing all of them."""
    groups = (*keyed.groups[: group - 1], None, *keyed.groups[group:])
    return replace(keyed, groups=groups, pending="")


def take(keyed: Keyed, digits: str) -> Taken:
    """Take one piece of keyed digits (ASCII); never loses a group that was good before."""
    if not digits:
        return Taken(keyed, (), None, keyed.parity_wrong, 0)
    readings = []
    for reading in _readings(keyed, digits):
        readings.append(reading)
        if reading.is_flawless and (reading.proof or None in reading.groups) and not keyed.pending:
            break
    chosen = max(readings, key=lambda reading: reading.rank)  # the first of equals
    # What readings of the same weight disagree about is asked again, rather than guessed.
    rivals = [other for other in readings if chosen.is_rivalled(other)]
    sure = frozenset(
        number
        for number in chosen.good
        if not any(chosen.contradicts(other, number) for other in rivals)
    )
    return _taken(keyed, chosen, sure)


def _taken(keyed: Keyed, chosen: _Reading, sure: frozenset[int]) -> Taken:
    groups = tuple(
        group if number in sure else old
        for number, (old, group) in enumerate(zip(keyed.groups, chosen.groups, strict=True), 1)
    )
    after = Keyed(keyed.kind, groups)
    laid = chosen.layout.laid
    verdicts = tuple(
        Verdict(number, number in sure, len(piece) - (chosen.joined if not index else 0))
        for index, (number, piece) in enumerate(laid)
    )
    pending = _pending(keyed, chosen, sure)
    if pending and after.next_wanted == pending[0]:
        after = replace(after, pending=pending[1])
    slip = chosen.layout.slip if sure == chosen.good else None
    return Taken(after, verdicts, slip, after.parity_wrong, len(chosen.layout.surplus))


def _pending(keyed: Keyed, chosen: _Reading, sure: frozenset[int]) -> tuple[int, str] | None:
    """Find the group and the digits that the next piece may go on from."""
    laid = chosen.layout.laid
    if sure != chosen.good:  # the next piece may tell the rival readings apart
        open_from = next(index for index, (number, _) in enumerate(laid) if number not in sure)
        digits = "".join(piece for _, piece in laid[open_from:])
        is_tail = sure.isdisjoint(number for number, _ in laid[open_from:])
        fits = len(digits) <= keyed.shape.length
        return (laid[open_from][0], digits) if is_tail and fits else None
    last, piece = laid[-1]
    return (last, piece) if len(piece) < keyed.shape.width else None


def _readings(keyed: Keyed, digits: str) -> Iterator[_Reading]:
    numbers = keyed.shape.numbers
    wanted = keyed.next_wanted
    orders = (
        [numbers[wanted - 1 :], keyed.missing, numbers]
        if wanted is not None
        else [numbers[first:] for first in range(len(numbers))]
    )
    # A dictionary keeps the order and drops what is there twice.
    ways = dict.fromkeys((order, "") for order in orders)
    if keyed.pending and wanted is not None:
        ways = dict.fromkeys((order, keyed.pending) for order in orders[:2]) | ways
    for order, pending in ways:
        for layout in layouts(pending + digits, order, keyed.shape.width):
            reading = _read(keyed, layout, len(pending))
            if reading is not None:
                yield reading


def _read(keyed: Keyed, layout: Layout, joined: int) -> _Reading | None:
    """Judge one layout; None where its slip is contradicted by what is known."""
    shape, slip = keyed.shape, layout.slip
    fresh: dict[int, str] = {
        number: piece
        for number, piece in layout.laid
        if (slip is None or slip.group != number) and shape.is_good(number, piece)
    }
    kept = {n: old for n, old in enumerate(keyed.groups, 1) if old is not None}
    merged = fresh | kept
    replaced = kept | fresh
    if keyed.parity_wrong or _is_sound(shape, replaced) > _is_sound(shape, merged):
        merged = replaced
    proof = 2 * _is_sound(shape, merged)
    whole = None
    is_likely = True
    if slip is not None:
        piece = next(piece for number, piece in layout.laid if number == slip.group)
        is_likely = slip.kind is SlipKind.DROPPED or _holds_twin(shape, slip.group, piece)
        others = [merged.get(number) for number in shape.numbers]
        others[slip.group - 1] = None
        if shape.has_parity and others.count(None) == 1:
            if not shape.witnesses(slip, piece, others):
                return None
            whole = shape.fill(others)
            # A dropped key and one too many are two slips; one wrong digit is likelier.
            proof = max(proof, 0 if layout.surplus else 1)
    good = frozenset(number for number, piece in fresh.items() if merged[number] == piece)
    groups = tuple(merged.get(number) for number in shape.numbers)
    last, piece = layout.laid[-1]
    is_whole = len(piece) == shape.width or (slip is not None and slip.group == last)
    is_clean = is_whole and not layout.surplus
    return _Reading(layout, joined, groups, good, proof, is_clean, whole, is_likely)


def _holds_twin(shape: Shape, number: int, piece: str) -> bool:
    """Tell whether a digit stands there twice without which the group is good."""
    return any(
        piece[at] == piece[at + 1] and shape.is_good(number, piece[:at] + piece[at + 1 :])
        for at in range(len(piece) - 1)
    )


def _is_sound(shape: Shape, groups: dict[int, str]) -> bool:
    """Tell whether all groups are there and their parity holds."""
    return len(groups) == shape.count and shape.parity_holds(
        "".join(groups[number] for number in shape.numbers)
    )
