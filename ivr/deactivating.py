"""Deactivation by telephone: the receipt is keyed where the license server ID would be.

A receipt is three groups whose parity holds; the first three groups of a license server ID do so
once in ten thousand, so the caller is asked. The confirmation is not kept in the session: the
register gives the same one for the same receipt whenever it is to be heard again.
"""

from dataclasses import replace

from codes import deactivation_confirmation, deactivation_receipt
from ivr import servers
from ivr.actions import Action, Ask, Deactivate, Note, Say
from ivr.events import Deactivated, KeysPressed, NothingPressed, Refused
from ivr.helping import after_no_choice
from ivr.outcomes import (
    MOST_SILENCES,
    MOST_TRIES,
    SECONDS_FOR_A_MENU,
    Turn,
    say_goodbye,
)
from ivr.persons import refusal, to_person
from ivr.session import NO_LICENSE_SERVER_ID, Session, Step
from switchboard.events import EventKind

RECEIPT_GROUPS = 3
CAUSES = tuple("123")
GO_ON = "4"
# The caller types fifteen digits into the wizard meanwhile.
SECONDS_TO_TYPE = 20


def receipt_of(session: Session) -> str | None:
    """The receipt that was keyed in place of a license server ID, if it is one."""
    groups = session.license_server_id.groups
    keyed = groups[:RECEIPT_GROUPS]
    if None in keyed or any(groups[RECEIPT_GROUPS:]):
        return None
    receipt = "".join(map(str, keyed))
    return receipt if deactivation_receipt.is_valid(receipt) else None


def offer(session: Session, *first: Action) -> Turn:
    """Ask whether the server is to be deactivated."""
    return replace(session, step=Step.RECEIPT), (*first, _menu())


def choose(session: Session, event: KeysPressed) -> Turn:
    """1 to 3 deactivate and say why, 4 goes on with a license server ID, 0 is a person."""
    key = event.keys
    if key in CAUSES:
        return _order(session, key)
    if key == GO_ON:
        # The three groups stay: they begin a license server ID, rare as that is.
        return replace(session, step=Step.LICENSE_SERVER_ID, tries=0, silences=0), (_go_on(),)
    if key == "0":
        return to_person(session)
    session = after_no_choice(session, key)
    if session.tries >= MOST_TRIES:
        return to_person(session)
    return offer(replace(session, silences=0))


def miss_choice(session: Session, _event: NothingPressed) -> Turn:
    """A person will ask, if the menu is not answered."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return to_person(session)
    return offer(replace(session, silences=silences))


def again(session: Session) -> Turn:
    """Have the register give the confirmation once more; why was said the first time."""
    return _order(session, CAUSES[0])


def read_out(session: Session, event: Deactivated) -> Turn:
    """Say the confirmation, group by group."""
    groups = deactivation_confirmation.split(event.confirmation)
    says = tuple(
        Say("read_back_group", (("group", str(number)), ("digits", group)))
        for number, group in enumerate(groups, 1)
    )
    first = () if session.silences or session.tries else (Note(EventKind.SERVER_DEACTIVATED),)
    ask = Ask(
        (Say("deactivation_done"), *says, Say("ask_confirmation_typed")),
        digits=1,
        seconds=SECONDS_TO_TYPE,
    )
    return replace(session, step=Step.CONFIRMATION), (*first, ask)


def refuse(session: Session, event: Refused) -> Turn:
    """A wrong receipt is keyed again; whatever else stands in the way is for a person."""
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    says = refusal(event.code, event.left, event.date)
    match event.code:
        case "receipt_wrong":
            session = replace(
                session, step=Step.LICENSE_SERVER_ID, license_server_id=NO_LICENSE_SERVER_ID
            )
            return session, (noted, Ask((*says, Say("ask_license_server_id"))))
        case "too_many_wrong_proofs":
            return say_goodbye(session, noted, *says)
    return to_person(session, noted, *says)


def hear_again(session: Session, event: KeysPressed) -> Turn:
    """1: it is typed, and there may be another server; anything else says it again."""
    if event.keys == "1":
        return servers.offer(session, says=(Say("deactivation_typed"),))
    return again(replace(session, tries=session.tries + 1, silences=0))


def miss_typed(session: Session, _event: NothingPressed) -> Turn:
    """Say it again; after three silences the caller has it, or has gone."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    return say_goodbye(session) if silences >= MOST_SILENCES else again(session)


def _order(session: Session, cause: str) -> Turn:
    command = Deactivate(session.product_id.digits, receipt_of(session) or "", cause)
    return replace(session, step=Step.DEACTIVATING), (command,)


def _menu() -> Ask:
    return Ask((Say("ask_deactivation"),), digits=1, seconds=SECONDS_FOR_A_MENU)


def _go_on() -> Ask:
    return Ask((Say("ask_groups_from", (("group", str(RECEIPT_GROUPS + 1)),)),))
