"""Keying the two IDs: what one Gather brought, and what is asked next.

Groups that were keyed well are kept whatever comes after them; what is asked is the first group
that is missing, by the number that it bears on the wizard's page.
"""

import re
from dataclasses import replace

from codes import keying
from codes.keying import Keyed, Taken
from ivr import deactivating, packs
from ivr.actions import Action, Ask, LookUpProduct, Note, OpenRequest, Say
from ivr.events import KeysPressed, NothingPressed
from ivr.helping import ask_help, with_pace
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, Turn, say_goodbye
from ivr.persons import to_person
from ivr.session import Session, Step
from switchboard.events import EventKind

# Long enough to find the next group on the page, short enough not to seem dead.
SECONDS_FOR_KEYS = 6
SECONDS_TO_MARK = 10

KEYS = re.compile(r"[0-9]+|\*\*|\*")
# One star that more digits follow may be the key beside the one that was meant: then the group
# where it stands is wrong, and all the others hold. After a star that leads back they would not.
STRAY_STAR = re.compile(r"[0-9]*\*[0-9]+")


# What may be keyed in place of a license server ID, and what it leads to.
ANOTHER_CODE = (
    (deactivating.receipt_of, deactivating.offer),
    (packs.code_of, packs.offer),
)


def code_of(session: Session) -> Keyed:
    """The code that is being keyed: the product ID until it is complete."""
    if session.step is Step.PRODUCT_ID or not session.product_id.complete:
        return session.product_id
    return session.license_server_id


def with_code(session: Session, keyed: Keyed) -> Session:
    """The session with that code as it stands now."""
    if keyed.kind == "product_id":
        return replace(session, product_id=keyed)
    return replace(session, license_server_id=keyed)


def take_keys(session: Session, keys: str) -> Turn:
    """Take what one Gather brought: digits, `*` for one group back, `**` for help."""
    if session.silences:
        session = replace(session, silences=0)
    after, first, notes = _read(session, keys)
    if STRAY_STAR.fullmatch(keys):
        # Of two digits in its place, one at least is wrong, and spoils its own group alone.
        meant = max(
            (_read(session, keys.replace("*", digit)) for digit in "01"),
            key=lambda read: _missing(read[0]),
        )
        if _missing(meant[0]) < _missing(after):
            after, first, notes = meant
    if KEYS.findall(keys)[-1:] == ["**"] and not code_of(after).complete:
        return ask_help(after, *notes)
    return _go_on(after, first, notes)


def _read(session: Session, keys: str) -> tuple[Session, tuple[Say, ...], tuple[Action, ...]]:
    """What the keys come to, piece by piece: the session, what is said, what is noted.

    However many pieces are wrong, they were keyed in one breath, and are one try.
    """
    before = session.tries
    notes: tuple[Action, ...] = ()
    first: tuple[Say, ...] = ()
    for piece in KEYS.findall(keys):
        if piece == "**":
            continue
        if piece == "*":
            session = _go_back(session)
        else:
            keyed = code_of(session)
            taken = keying.take(keyed, piece)
            session = with_code(session, taken.keyed)
            notes += _notes(keyed.kind, taken)
            session, first = _judge(session, taken, before)
    return session, first, notes


def _missing(session: Session) -> int:
    """How many groups of both codes are still to be keyed."""
    return len(session.product_id.missing) + len(session.license_server_id.missing)


def take_help(session: Session, event: KeysPressed) -> Turn:
    """7 speaks slower, 9 faster, 0 is a person, `*` says it again; anything else goes on keying."""
    match event.keys:
        case "0":
            return to_person(session)
        case "*":
            return ask_help(session)
    return ask_for_groups(with_pace(session, event.keys))


def miss_help(session: Session, _event: NothingPressed) -> Turn:
    """Go on with the keying; whether somebody is there shows then."""
    return ask_for_groups(session)


def _go_back(session: Session) -> Session:
    keyed = code_of(session)
    if keyed.kind == "license_server_id" and not (keyed.pending or any(keyed.groups)):
        product = keying.back(session.product_id)
        return replace(session, step=Step.PRODUCT_ID, product_id=product)
    return with_code(session, keying.back(keyed))


def _notes(kind: str, taken: Taken) -> tuple[Action, ...]:
    notes = tuple(
        Note(
            EventKind.DIGITS_KEYED,
            (("code", kind), ("group", said.group), ("ok", said.ok), ("digits", said.digits)),
        )
        for said in taken.verdicts
    )
    if taken.surplus:
        data = (("code", kind), ("group", 0), ("ok", False), ("digits", taken.surplus))
        notes += (Note(EventKind.DIGITS_KEYED, data),)
    return notes


def _judge(session: Session, taken: Taken, before: int) -> tuple[Session, tuple[Say, ...]]:
    """Count a try after those `before` where something was wrong, and say what."""
    slip = taken.slip
    faulty = slip is not None or taken.parity_wrong or any(not said.ok for said in taken.verdicts)
    tries = before + 1 if faulty else 0
    if tries != session.tries:
        session = replace(session, tries=tries)
    if slip is None or taken.keyed.next_wanted != slip.group:
        return session, ()
    return session, (Say(f"{slip.kind}_key", (("group", str(slip.group)),)),)


def _go_on(session: Session, first: tuple[Say, ...], notes: tuple[Action, ...]) -> Turn:
    """Where the keys lead: the next code, the register, the missing group, or a person."""
    keyed = code_of(session)
    if keyed.complete:
        return _ask_register(replace(session, tries=0), keyed, notes)
    for is_another, offer in ANOTHER_CODE:
        if is_another(session) is not None:
            return offer(replace(session, tries=0), *notes)
    if session.tries >= MOST_TRIES:
        return to_person(session, *notes, Say("too_many_tries"))
    if keyed.parity_wrong:
        return ask_to_mark(session, notes)
    return ask_for_groups(session, first, notes)


def _ask_register(session: Session, keyed: Keyed, notes: tuple[Action, ...]) -> Turn:
    if keyed.kind == "product_id":
        step, command = Step.LOOKING_UP, LookUpProduct(keyed.digits)
        return replace(session, step=step), (*notes, command)
    if session.license_code:
        return packs.install(session, *notes)
    opening = OpenRequest(session.product_id.digits, keyed.digits)
    return replace(session, step=Step.OPENING), (*notes, opening)


def ask_for_groups(
    session: Session, first: tuple[Say, ...] = (), notes: tuple[Action, ...] = ()
) -> Turn:
    """Ask for the whole code, or from its first missing group on."""
    keyed = code_of(session)
    step = Step.PRODUCT_ID if keyed.kind == "product_id" else Step.LICENSE_SERVER_ID
    wanted, missing = keyed.next_wanted, keyed.missing
    group = (("group", str(wanted)),)
    if wanted == 1 and len(missing) == len(keyed.groups):
        asking = Say(f"ask_{keyed.kind}")
    elif len(missing) > 1 and missing == tuple(range(missing[0], len(keyed.groups) + 1)):
        asking = Say("ask_groups_from", group)
    else:
        asking = Say("ask_group", group)
    ask = Ask((*first, asking), seconds=SECONDS_FOR_KEYS)
    if step is not session.step:
        session = replace(session, step=step)
    return session, (*notes, ask)


def ask_to_mark(session: Session, notes: tuple[Action, ...] = ()) -> Turn:
    """Every group holds by itself and together they don't: the caller hears them and marks one."""
    groups = tuple(
        Say("read_back_group", (("group", str(number)), ("digits", str(group))))
        for number, group in enumerate(code_of(session).groups, 1)
    )
    ask = Ask((Say("parity_wrong"), *groups), digits=1, seconds=SECONDS_TO_MARK)
    return replace(session, step=Step.MARKING), (*notes, ask)


def take_mark(session: Session, keys: str) -> Turn:
    """Forget the group whose number was pressed, and ask for it again; 0 is a person."""
    if keys == "0":
        return to_person(session)
    if keys == "*":
        return ask_to_mark(replace(session, silences=0))
    keyed = code_of(session)
    number = int(keys) if keys.isascii() and keys.isdigit() else 0
    if number not in keyed.shape.numbers:
        tries = session.tries + 1
        if tries >= MOST_TRIES:
            return to_person(session, Say("too_many_tries"))
        return ask_to_mark(replace(session, tries=tries, silences=0))
    return ask_for_groups(replace(with_code(session, keying.without(keyed, number)), silences=0))


def hear_nothing(session: Session) -> Turn:
    """Ask again; after three silences a person takes over, or nobody, if nothing was keyed."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    if silences >= MOST_SILENCES:
        if session.has_keyed:
            return to_person(session)
        return say_goodbye(session, Say("goodbye_silence"))
    if session.step is Step.MARKING:
        return ask_to_mark(session)
    return ask_for_groups(session, (Say("still_there"),))
