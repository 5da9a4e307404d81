"""Rings the line's numbers, one after the other, and waits for the proof that the line answered.

The call out listens for keys' tones; the line, rung, plays the digits that were drawn for this
check, and the network brings what the call out heard to the line, which dates the number.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from activation_line.carrier.account import TwilioAccount
from activation_line.carrier.trouble import CarrierError
from activation_line.register_access import Register
from activation_line.settings import Settings
from data_store import reading, transaction
from region_routing import Line
from switchboard import number_checks

DIGITS = 6
RINGS = 30
LISTENS = 20
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVERY = 1.0
# What the call may take in all, and what its last word may take to arrive.
PATIENCE = 90.0
GRACE = 3.0
UNPROVEN = (
    "The call was answered, and not by this line: it is down, or the number leads elsewhere. See "
    "`activation-line doctor` and `activation-line twilio verify`."
)


@dataclass(frozen=True, slots=True)
class Rung:
    """How one number's check ended; `problem` is None where the line answered."""

    line: Line
    answered_at: datetime | None
    problem: str | None


class Ringer:
    """Rings from one number of the account to another."""

    def __init__(
        self,
        account: TwilioAccount,
        register: Register,
        settings: Settings,
        *,
        every: float = EVERY,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._account = account
        self._register = register
        self._settings = settings
        self._every = every
        self._sleep = sleep

    def ring(self, lines: Sequence[Line], all_lines: Sequence[Line]) -> Iterator[Rung]:
        """Ring each line's number from another that the account owns. Raises `CarrierError`."""
        owned = {each.name for each in self._account.numbers()}
        callers = [line for line in all_lines if line.number in owned]
        for line in lines:
            caller = self._settings.check_from or _caller(line, callers)
            yield self._ring(line, caller, is_owned=line.number in owned)

    def _ring(self, line: Line, caller: str, *, is_owned: bool) -> Rung:
        number = line.number
        digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        with transaction(self._register.engine) as conn:
            number_checks.begin(
                conn, number, caller=caller, digits=digits, now=self._register.clock()
            )
        problem = "The account does not own the number."
        if is_owned and not caller:
            problem = "There is no other number to ring it from: set check_from."
        elif is_owned:
            problem = self._call(number, caller)
        with transaction(self._register.engine) as conn:
            held = number_checks.find(conn, number)
            answered_at = None if held is None else held.answered_at
            if held is not None and held.is_proven:
                return Rung(line, answered_at, None)
            number_checks.failed(conn, number, problem)
        return Rung(line, answered_at, problem)

    def _call(self, number: str, caller: str) -> str:
        """Make the call and wait for its end; what to say of it unless the line dated it."""
        try:
            with self._account.asking():
                status = self._wait(self._dial(number, caller))
        except CarrierError as error:
            return f"The call could not be followed. {error}"
        if status not in OVER:
            return "The call did not end."
        if status != "completed":
            return f"Nobody answered: the network says {status}."
        return self._unproven(number)

    def _dial(self, number: str, caller: str) -> str:
        """Let Twilio call the number and listen for keys; the call's SID."""
        action = escape(f"{self._settings.public_base_url}/voice/checked")
        gather = f'<Gather numDigits="{DIGITS}" timeout="{LISTENS}" action="{action}"/>'
        made = self._account.client.calls.create(
            to=number, from_=caller, twiml=f"<Response>{gather}</Response>", timeout=RINGS
        )
        return str(made.sid)

    def _wait(self, sid: str) -> str:
        """Wait for a call's end, and end it where it takes too long; its last status."""
        call = self._account.client.calls(sid)
        status, waited = "queued", 0.0
        while status not in OVER and waited < PATIENCE:
            self._sleep(self._every)
            waited += self._every
            status = str(call.fetch().status)
        if status not in OVER:
            call.update(status="completed")
        return status

    def _unproven(self, number: str) -> str:
        """The call was answered; the proof may still be on its way."""
        waited = 0.0
        while waited < GRACE:
            with reading(self._register.engine) as conn:
                held = number_checks.find(conn, number)
            if held is None or held.is_proven:
                break
            self._sleep(self._every)
            waited += self._every
        return UNPROVEN


def _caller(line: Line, callers: Sequence[Line]) -> str:
    """Another line's number to ring this one from, of its own country if there is one."""
    others = [each for each in callers if each.number != line.number]
    others.sort(key=lambda each: each.country != line.country)
    return others[0].number if others else ""
