"""Several servers in one call, and how many reactivations are left."""

from dataclasses import replace

from ivr.actions import Action, Ask, AskStanding, Release, Say
from ivr.events import KeysPressed, NothingPressed, StandingTold
from ivr.helping import after_no_choice
from ivr.outcomes import MOST_TRIES, SECONDS_FOR_A_MENU, Turn, say_goodbye
from ivr.persons import standing
from ivr.session import NO_LICENSE_SERVER_ID, NO_PRODUCT_ID, Session, Step

SAME_PRODUCT, OTHER_PRODUCT, LEFT = "1", "2", "3"


def offer(session: Session, *first: Action, says: tuple[Say, ...] = ()) -> Turn:
    """One server is done: another one, or the end. Nobody has to wait with the caller for that."""
    if session.accompanied:
        session, first = replace(session, accompanied=False), (*first, Release())
    return replace(session, step=Step.ANOTHER), (*first, _menu(*says))


def choose(session: Session, event: KeysPressed) -> Turn:
    """1 another server of the product, 2 of another product, 3 what is left."""
    key = event.keys
    if key == SAME_PRODUCT and session.product_id.complete:
        return _next(session, Step.LICENSE_SERVER_ID), (Ask((Say("ask_license_server_id"),)),)
    if key in (SAME_PRODUCT, OTHER_PRODUCT):
        session = replace(_next(session, Step.PRODUCT_ID), product_id=NO_PRODUCT_ID)
        return session, (Ask((Say("ask_product_id"),)),)
    if key == LEFT and session.case is not None:
        return session, (AskStanding(session.case),)
    session = after_no_choice(session, key)
    if session.tries >= MOST_TRIES:
        return say_goodbye(session)
    return session, (_menu(),)


def miss_choice(session: Session, _event: NothingPressed) -> Turn:
    """Silence is a no."""
    return say_goodbye(session)


def tell(session: Session, event: StandingTold) -> Turn:
    """Say what is left, and offer the rest again."""
    return session, (_menu(*standing(event.left, event.date)),)


def _next(session: Session, step: Step) -> Session:
    """What goes on to the next server: how the call came, and the product."""
    return replace(
        session,
        step=step,
        license_server_id=NO_LICENSE_SERVER_ID,
        case=None,
        issues=False,
        license_code="",
        group=0,
        tries=0,
        refused=0,
        silences=0,
    )


def _menu(*says: Say) -> Ask:
    return Ask((*says, Say("ask_another")), digits=1, seconds=SECONDS_FOR_A_MENU)
