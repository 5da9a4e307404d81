"""A code that is typed in the terminal, group by group or whole, with a mark beside each group.

Wrong groups are asked again alone. One key that was dropped or doubled is located. Where one group
is all that is missing, it can be worked out from the others, if a proof stands behind it and the
administrator agrees.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from codes import slips
from codes.errors import CodeError, NotRestorable, named
from codes.groups import Shape
from codes.typed import signs
from license_server.errors import LicenseServerError
from license_server.terminal.console import Console

_ALONE: Final = re.compile(r"\s*(\d)\s*[:=]\s*(.*)")
_WORDS: Final = {"b": "back", "back": "back", "c": "cancel", "cancel": "cancel", "?": "unread"}


class Move(StrEnum):
    """Where the wizard goes from a page."""

    NEXT = "next"
    BACK = "back"
    CANCEL = "cancel"


@dataclass(slots=True)
class Entry:
    """A code under way. `keep` stores the groups typed so far, so that nothing is lost.

    `restore` gives the whole code from groups of which one is missing or wrong, or raises
    NotRestorable; `proof` is what people call what stands behind it; `restored` is told which group
    was taken so. `more` are further words that may be typed, each with what it does.
    """

    console: Console
    shape: Shape
    keep: Callable[[tuple[str, ...]], None]
    restore: Callable[[Sequence[str | None]], str]
    proof: str
    groups: list[str]
    restored: Callable[[int], None] | None = None
    more: dict[str, Callable[[], None]] = field(default_factory=dict)
    _unread: set[int] = field(default_factory=set)
    _tried: set[int] = field(default_factory=set)
    _declined: set[tuple[str, ...]] = field(default_factory=set)

    def ask(self) -> Move:
        """Ask until every group is good by itself (NEXT), or Back or Cancel is typed."""
        while (number := self._first_open()) is not None:
            if self._offer():
                continue
            line = self.console.ask(f"Group {number} of {self.shape.count}:")
            word = _WORDS.get(line.lower(), line.lower())
            if word in (Move.BACK, Move.CANCEL):
                return Move(word)
            if word in self.more:
                self.more[word]()
            elif word == "unread":
                self._leave_out(number)
            else:
                self.take(line, number)
        return Move.NEXT

    def take(self, line: str, number: int = 1) -> None:
        """Take a typed line: one group, several from `number` on, or the whole code."""
        if alone := _ALONE.fullmatch(line):
            number, line = int(alone[1]), alone[2]
            if number not in self.shape.numbers:
                self.console.line(f"There is no group {number}.")
                return
        typed = signs(line)
        try:
            digits = self.shape.compact(typed)
        except CodeError as error:
            self.console.say(str(error))
            return
        if not digits:
            return
        if len(digits) <= self.shape.width:
            self._put(number, digits)
        elif len(digits) > self.shape.length - self.shape.width:
            self._lay_whole(digits)
        else:
            for place, group in enumerate(self.shape.split(digits), number):
                if place in self.shape.numbers:
                    self._put(place, group)
        self.keep(tuple(self.groups))

    def clear(self, numbers: Sequence[int] = ()) -> None:
        """Forget groups, all of them without numbers."""
        for number in numbers or self.shape.numbers:
            self.groups[number - 1] = ""
        self._tried.clear()
        self._unread.clear()
        self.keep(tuple(self.groups))

    def show(self) -> None:
        """Write the groups typed so far with their marks."""
        for number, group in enumerate(self.groups, 1):
            if group:
                self._mark(number, group)

    def mend(self) -> bool:
        """Every group looks right and yet one is wrong: mend it by the proof, or ask which it is.

        Gives whether the code is whole again without a further question.
        """
        whole = self._restored()
        if whole is not None:
            fresh = self.shape.split(whole)
            changed = [n for n in self.shape.numbers if fresh[n - 1] != self.groups[n - 1]]
            if len(changed) == 1 and self._accepts(changed[0], fresh[changed[0] - 1], whole):
                return True
        self.show()
        keys = {str(n): f"group {n} is wrong" for n in self.shape.numbers}
        wrong = self.console.choose("Compare each. Which one is wrong?", keys)
        self.clear([int(wrong)])
        return False

    def _first_open(self) -> int | None:
        left = [number for number in self.shape.numbers if not self._is_good(number)]
        unread = self._unread
        return next((number for number in left if number not in unread), left[0] if left else None)

    def _is_good(self, number: int) -> bool:
        return self.shape.is_good(number, self.groups[number - 1])

    def _put(self, number: int, group: str) -> None:
        self.groups[number - 1] = group
        self._tried.add(number)
        self._unread.discard(number)
        self._mark(number, group)

    def _mark(self, number: int, group: str) -> None:
        missing = self.shape.width - len(group)
        if missing > 0:
            said = f"[{missing} more]"
        elif missing < 0:
            said = "[too long]"
        else:
            said = "[ok]" if self.shape.is_good(number, group) else "[wrong] type it again"
        self.console.line(f"  group {number}  {group:<{self.shape.width}}  {said}")

    def _lay_whole(self, digits: str) -> None:
        slip = self.shape.find_slip(digits)
        layout = slips.lay(digits, self.shape.numbers, self.shape.width, slip)
        laid = dict(layout.laid)
        for number in self.shape.numbers:
            if slip is not None and number == slip.group:
                what = "is missing" if slip.kind is slips.SlipKind.DROPPED else "is too many"
                self.groups[number - 1] = ""
                self._tried.add(number)
                self.console.line(f"  group {number}         [a digit {what}] type it again")
            elif number in laid:
                surplus = layout.surplus if number == self.shape.count else ""
                self._put(number, laid[number] + surplus)

    def _leave_out(self, number: int) -> None:
        self._unread.add(number)
        self._tried.add(number)
        left = [n for n in self.shape.numbers if not self._is_good(n)]
        if len(left) == 1:
            self._declined.discard(tuple(self.groups))
            return
        self.console.say(
            f"Type the others first: one group that cannot be read can be worked out from them. "
            f"{named(left).capitalize()} are open."
        )

    def _offer(self) -> bool:
        left = [number for number in self.shape.numbers if not self._is_good(number)]
        if len(left) != 1 or left[0] not in self._tried or tuple(self.groups) in self._declined:
            return False
        whole = self._restored()
        if whole is None:
            self._declined.add(tuple(self.groups))
            return False
        return self._accepts(left[0], self.shape.split(whole)[left[0] - 1], whole)

    def _restored(self) -> str | None:
        try:
            return self.restore([group or None for group in self.groups])
        except (NotRestorable, LicenseServerError):
            return None

    def _accepts(self, number: int, group: str, whole: str) -> bool:
        self.console.say(
            f"Group {number} can be worked out from the others: it is {group}. "
            f"The {self.proof} confirms it."
        )
        if not self.console.agrees(f"Take {group} for group {number}?"):
            self._declined.add(tuple(self.groups))
            return False
        self.groups[:] = self.shape.split(whole)
        if self.restored is not None:
            self.restored(number)
        self._mark(number, group)
        self.keep(tuple(self.groups))
        return True
