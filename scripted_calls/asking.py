"""No group is asked for twice without cause: what that means, and the check of one caller.

A group is *settled* once its five digits were keyed as they stand on the page, and what was keyed
reached the line: the line says something after it. From then on no question may name it, unless

- the caller went back: by a star alone, by one at the offer to resume, or by one that was hit in a
  breath in which another key missed as well;
- the caller marked it in a read-back;
- the register refused the code, which then is keyed anew.

A call that breaks off unsettles nothing that was settled, provided that the caller can be known
again: by the number, or by a case number that was said. What was under way in a breath when the
call broke had not reached the line, nor had what was keyed after a hash that was hit by mistake;
where another key of such a breath had missed as well, nobody can tell what was meant by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scripted_calls.caller import GROUP_DIGITS, LICENSE_SERVER_ID_GROUPS, PRODUCT_ID_GROUPS
from scripted_calls.calling import Ended, Heard
from scripted_calls.hand import Pressed

SIZES: Final = {"product_id": PRODUCT_ID_GROUPS, "license_server_id": LICENSE_SERVER_ID_GROUPS}
WHOLE: Final = {f"ask_{code}": code for code in SIZES}
ONE: Final = "ask_group"
FROM: Final = "ask_groups_from"
# After these the code is keyed anew, and rightly so.
REFUSALS: Final = "refused_"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the line that named groups that were settled."""

    prompt: str
    code: str
    groups: tuple[int, ...]


class _Listener:
    """Follows one caller through its calls."""

    def __init__(self, *, is_known: bool) -> None:
        self.found: list[Question] = []
        self._is_known = is_known
        self._settled: dict[str, set[int]] = {code: set() for code in SIZES}
        self._code = "product_id"
        self._asked: tuple[int, ...] = ()
        self._breath: set[int] = set()
        self._is_marking = self._is_resuming = False

    def take(self, what: Heard | Pressed | Ended) -> None:
        match what:
            case Heard(prompt):
                self._hear(prompt, what)
            case Pressed():
                self._press(what)
            case Ended():
                self._breath = set()
                if not self._is_known:
                    self._begin_anew()

    def _hear(self, prompt: str, heard: Heard) -> None:
        self._settled[self._code] |= self._breath
        self._breath = set()
        self._is_marking = prompt in {"parity_wrong", "read_back_group"}
        self._is_resuming = prompt.startswith("resume_by_")
        if prompt.startswith("case_number"):
            self._is_known = True
        if prompt.startswith(REFUSALS):
            self._settled[self._code] = set()
        self._code = WHOLE.get(prompt, self._code)
        asked = self._named(prompt, heard)
        again = tuple(group for group in asked if group in self._settled[self._code])
        if again:
            self.found.append(Question(prompt, self._code, again))
        self._asked = asked or self._asked

    def _begin_anew(self) -> None:
        self._settled = {code: set() for code in SIZES}

    def _named(self, prompt: str, heard: Heard) -> tuple[int, ...]:
        size = SIZES[self._code]
        if prompt in WHOLE:
            return tuple(range(1, size + 1))
        if prompt not in {ONE, FROM}:
            return ()
        first = int(heard.values["group"])
        return tuple(range(first, size + 1)) if prompt == FROM else (first,)

    def _press(self, pressed: Pressed) -> None:
        wanted, keys = pressed.wanted.removesuffix("#"), pressed.keys
        if self._is_marking:
            self._settled[self._code] -= {int(keys)} if keys.isdigit() else set()
            return
        if "*" in keys and self._is_resuming:
            self._begin_anew()
            return
        if "*" in keys and sum(one != other for one, other in zip(wanted, keys, strict=False)) > 1:
            self._settled[self._code] = set()
            return
        if len(wanted) != len(self._asked) * GROUP_DIGITS:
            return  # a menu, a proof or a code of another kind
        whole, ended, _ = keys.partition("#")
        if ended and len(whole) < len(wanted) and not wanted.startswith(whole):
            return
        for place, group in enumerate(self._asked):
            part = slice(place * GROUP_DIGITS, (place + 1) * GROUP_DIGITS)
            if whole[part] == wanted[part]:
                self._breath.add(group)


def asked_twice(
    history: Iterable[Heard | Pressed | Ended], *, is_known: bool
) -> tuple[Question, ...]:
    """The questions without cause in all the calls of one caller, in order.

    `is_known`: the line sees the caller's number.
    """
    listener = _Listener(is_known=is_known)
    for what in history:
        listener.take(what)
    return tuple(listener.found)
