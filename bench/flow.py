"""How many steps a second the call flow takes by itself: no store, no network, one core.

A step is one event taken: what was pressed, and what the register or the switchboard said to a
command. The calls are whole ones, with each ID keyed in several pieces, a wrong digit, a dropped
one, help, a queue, reading out, a pack, a deactivation and a call that is taken up again.
"""

import time
from statistics import median
from typing import Final

from codes import family, license_pack_id, new_license_server_id
from ivr import events
from ivr.events import Event, KeysPressed, NothingPressed
from ivr.flow import advance
from ivr.session import Session

OWN: Final = family.draw(7)
ROUNDS: Final = 15
CALLS_IN_A_ROUND: Final = 200


def _pieces(code: str, *lengths: int) -> tuple[Event, ...]:
    """A code in pieces, whose last one is the rest."""
    pieces, at = [], 0
    for length in lengths:
        pieces.append(code[at : at + length])
        at += length
    return tuple(KeysPressed(piece) for piece in (*pieces, code[at:]))


def _wrong(code: str, place: int) -> str:
    return code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]


PRODUCT, SERVER, NEW = OWN.product_id, OWN.license_server_id, OWN.new_license_server_id
OPENED: Final = events.RequestOpened(1, OWN.case_number, OWN.line_code, issues=True)
GROUPS: Final = new_license_server_id.split(NEW)
GIVEN: Final = events.IdGiven(GROUPS)
PACK: Final = events.IdGiven(license_pack_id.split(OWN.license_pack_id))
ONE: Final = KeysPressed("1")
ARRIVED: Final = events.CallArrived(events.Outlook(other_language="es"))
FOUND: Final = (ARRIVED, KeysPressed(PRODUCT), events.ProductFound())
READ: Final = (ONE, GIVEN) * 6
CONFIRMED: Final = (
    KeysPressed(GROUPS[-1]),
    events.HeardProven(),
    NothingPressed(),
    KeysPressed(OWN.closing_code),
    events.Confirmed(),
)
# The line issues, and everything goes right at once.
STRAIGHT: Final = (
    *(*FOUND, KeysPressed(SERVER), OPENED, ONE, events.IssuedByLine(GROUPS, 3)),
    *(*READ, *CONFIRMED, NothingPressed()),
)
# With a representative; groups in pieces, one digit wrong, one key dropped, help, and a wait.
HALTING: Final = (
    *(ARRIVED, *_pieces(PRODUCT, 5, 10), events.ProductFound()),
    *(KeysPressed(_wrong(SERVER, 12)), KeysPressed("**"), KeysPressed("7")),
    *(KeysPressed(SERVER[10:15]), OPENED, NothingPressed(), KeysPressed("0")),
    *(events.StillWaiting(3, 4), events.StillWaiting(2, 3), KeysPressed("2")),
    *(events.StillWaiting(1, 1), events.PutThrough("call-1")),
    *(events.ClosingCodeWanted(unproven=True), *CONFIRMED, NothingPressed()),
)
DROPPED: Final = (
    *FOUND,
    *(KeysPressed(SERVER[:13] + SERVER[14:]), KeysPressed(SERVER[10:15]), OPENED),
    *(KeysPressed("0"), events.HungUp()),
)
PACK_INSTALLED: Final = (
    *(*FOUND, KeysPressed(OWN.license_code), ONE, KeysPressed(NEW), PACK),
    *((ONE, PACK) * 6),
    *(ONE, NothingPressed()),
)
DEACTIVATED: Final = (
    *(*FOUND, KeysPressed(OWN.deactivation_receipt), ONE),
    *(events.Deactivated(OWN.deactivation_confirmation), ONE, NothingPressed()),
)


def _resumed() -> tuple[Event, ...]:
    """A call that goes on where one before broke off in the license server ID."""
    session = Session()
    for event in (*FOUND, KeysPressed(SERVER[:20]), events.HungUp()):
        session, _ = advance(session, event)
    earlier = events.Earlier(1, "license_server_id", 2)
    return (
        events.CallArrived(earlier=earlier),
        KeysPressed(SERVER[5:7]),
        events.Resumed(session, events.Outlook()),
        *(KeysPressed(SERVER[20:]), OPENED, ONE, events.IssuedByLine(GROUPS, 3)),
        *(*READ, *CONFIRMED, NothingPressed()),
    )


CALLS: Final = (STRAIGHT, HALTING, DROPPED, PACK_INSTALLED, DEACTIVATED, _resumed())


def take(call: tuple[Event, ...]) -> Session:
    """Take a whole call through the flow."""
    session = Session()
    for event in call:
        session, _ = advance(session, event)
    return session


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Steps in a second of CPU time, over all calls and in keying alone, the dearest part."""
    figures = {}
    for name, calls in {"all": CALLS, "halting_call": (HALTING,)}.items():
        steps = sum(map(len, calls)) * CALLS_IN_A_ROUND
        taken = []
        for _ in range(rounds):
            begun = time.process_time()
            for _ in range(CALLS_IN_A_ROUND):
                for call in calls:
                    take(call)
            taken.append(time.process_time() - begun)
        figures[f"{name}.steps_per_second"] = steps / median(taken)
    return figures
