"""Before any digit: how things stand, in which language, and what help there is.

A closed centre, a long wait or a language that nobody speaks now is said first, with what there is
instead. The next language of the region is offered in that language, for one key. Where the product
is registered in another country, the caller may be moved there with everything that was keyed.
"""

from dataclasses import replace

from ivr import calling_back, keying, resuming
from ivr.actions import Ask, ChangeLanguage, MoveCall, Note, Say
from ivr.events import (
    CallArrived,
    KeysPressed,
    LanguageChanged,
    Moved,
    NothingPressed,
    Outlook,
    ProductFound,
)
from ivr.helping import with_pace
from ivr.outcomes import (
    MOST_SILENCES,
    MOST_TRIES,
    SECONDS_FOR_A_MENU,
    Turn,
)
from ivr.persons import to_person
from ivr.session import Session, Step
from switchboard.events import EventKind

CALL_BACK = "call_back"


def arrive(session: Session, event: CallArrived) -> Turn:
    """Greet, say how things stand, and ask for the product ID or where an earlier call broke."""
    outlook = event.outlook
    session = _with_outlook(session, outlook)
    first = (Say("start_again" if event.again else "welcome"), *news(outlook))
    if event.earlier is not None:
        return resuming.offer(session, event.earlier, *first)
    if outlook.helped_by == CALL_BACK:
        return calling_back.offer(session, *first)
    return _ask(session, outlook, first)


def change_language(session: Session) -> Turn:
    """Go on in the language that was offered."""
    return session, (ChangeLanguage(session.other_language),)


def go_on_in_language(session: Session, event: LanguageChanged) -> Turn:
    """Say again in the new language how things stand, and ask."""
    outlook = event.outlook
    session = _with_outlook(session, outlook)
    noted = (Note(EventKind.LANGUAGE_CHANGED),)
    if outlook.helped_by == CALL_BACK:
        return calling_back.offer(session, *noted, *news(outlook))
    return _ask(session, outlook, news(outlook), *noted)


def news(outlook: Outlook) -> tuple[Say, ...]:
    """What a caller has to know before keying anything; nothing where all is well."""
    says: tuple[Say, ...] = ()
    wanted = (("wanted", outlook.wanted),)
    if outlook.instead:
        says += (Say("nobody_speaks", (*wanted, ("instead", outlook.instead))),)
    elif outlook.wanted:
        says += (Say("language_fallback", wanted),)
    if outlook.helped_by == "centre":
        if outlook.is_elsewhere:
            says += (Say("another_centre"),)
        if outlook.wait_minutes:
            says += (Say("long_wait", (("minutes", str(outlook.wait_minutes)),)),)
    elif outlook.helped_by == CALL_BACK:
        says += (Say("closed_now"),)
    elif outlook.opens:
        says += (Say("line_helps", (("opens", outlook.opens),)),)
    else:
        says += (Say("line_helps_for_long"),)
    if outlook.site and (outlook.helped_by != "centre" or outlook.wait_minutes):
        says += (Say("website", (("site", outlook.site),)),)
    return says


def find_product(session: Session, event: ProductFound) -> Turn:
    """The product is known: go on keying, or ask first whether to be moved to its country."""
    session = replace(session, refused=0)
    if event.registered and not session.is_settled:
        moving = replace(session, registered=event.registered, is_settled=True)
        return ask_country(replace(moving, step=Step.COUNTRY), event.name)
    return keying.ask_for_groups(replace(session, step=Step.LICENSE_SERVER_ID))


def ask_country(session: Session, name: str) -> Turn:
    """Ask whether to be moved; `name` is the region's, as spoken."""
    said = Say("registered_elsewhere", (("region", name),)) if name else Say("ask_to_move")
    return session, (Ask((said,), digits=1, seconds=SECONDS_FOR_A_MENU),)


def choose_country(session: Session, event: KeysPressed) -> Turn:
    """1 moves the call with all that was keyed, 2 stays, 0 is a person."""
    match event.keys:
        case "1":
            return session, (MoveCall(session.registered),)
        case "0":
            return to_person(session)
        case "*" | "7" | "9" as key:
            return ask_country(with_pace(session, key), "")
    tries = session.tries + 1
    if event.keys == "2" or tries >= MOST_TRIES:
        return _stay(session)
    return ask_country(replace(session, tries=tries, silences=0), "")


def miss_country(session: Session, _event: NothingPressed) -> Turn:
    """Who doesn't answer stays."""
    silences = session.silences + 1
    if silences >= MOST_SILENCES:
        return _stay(session)
    return ask_country(replace(session, silences=silences), "")


def go_on_elsewhere(session: Session, event: Moved) -> Turn:
    """The call belongs to the other region now; nothing is keyed again."""
    session = _with_outlook(replace(session, tries=0, silences=0), event.outlook)
    session = replace(session, step=Step.LICENSE_SERVER_ID)
    noted = (Note(EventKind.COUNTRY_CHANGED, (("region", session.registered),)),)
    return keying.ask_for_groups(session, (Say("moved"), *news(event.outlook)), noted)


def _stay(session: Session) -> Turn:
    session = replace(session, step=Step.LICENSE_SERVER_ID, tries=0, silences=0)
    return keying.ask_for_groups(session)


def _with_outlook(session: Session, outlook: Outlook) -> Session:
    return replace(session, helped_by=outlook.helped_by, other_language=outlook.other_language)


def _ask(session: Session, outlook: Outlook, first: tuple[Say, ...], *notes: Note) -> Turn:
    """Ask for the product ID, after the other language and before what help there is.

    Help is announced once, at the end, where whoever is ready to key need not hear it.
    """
    if outlook.other_language:
        first += (Say("offer_language", language=outlook.other_language),)
    session, actions = keying.ask_for_groups(session, first, notes)
    *before, asked = actions
    if isinstance(asked, Ask):
        asked = replace(asked, says=(*asked.says, Say("access")))
    return session, (*before, asked)
