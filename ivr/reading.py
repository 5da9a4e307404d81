"""The new license server ID is read out by the line, group by group, at the caller's pace.

The ID is never kept in the session, only the number of the group in hand: the register gives it
each time. What comes after the last group stands in `ivr.proving`.
"""

from dataclasses import replace

from ivr import packs
from ivr.actions import Action, Ask, FindRepresentative, GiveId, Note, Say
from ivr.events import IdGiven, KeysPressed, NothingPressed, ReadingWanted, Refused
from ivr.helping import with_pace
from ivr.outcomes import MOST_SILENCES, Turn, say_goodbye
from ivr.persons import to_person, with_case
from ivr.session import Session, Step
from switchboard.events import EventKind

GROUPS = 7
GROUP_DIGITS = 5
# Time to write five digits down, or to type them into the wizard, and to press a key.
SECONDS_FOR_A_GROUP = 8
SECONDS_TO_CHOOSE = 10


def want(session: Session, event: ReadingWanted) -> Turn:
    """The representative lets the line read: from the first group on, where there is an ID."""
    session = with_case(session, event.case)
    if session.case is None:
        return session, (FindRepresentative(),)
    return begin(replace(session, group=1, tries=0, silences=0))


def begin(session: Session, *first: Action) -> Turn:
    """Read from the group in hand on, after what the keys do."""
    return _order(replace(session, group=max(session.group, 1)), *first, with_keys=True)


def again(session: Session) -> Turn:
    """Read the group in hand once more."""
    return _order(session)


def _order(session: Session, *first: Action, with_keys: bool = False) -> Turn:
    session = replace(session, step=Step.READING)
    if session.license_code:
        return session, (*first, packs.give(session, with_keys=with_keys))
    if session.case is None:
        return to_person(session, *first)
    return session, (*first, GiveId(session.case, with_keys))


def give(session: Session, event: IdGiven) -> Turn:
    """Read the group in hand, as the register gives it."""
    first = (Say("reading_keys"),) if event.with_keys else ()
    return read(session, event.groups, *first)


def read(session: Session, groups: tuple[str, ...], *first: Say) -> Turn:
    """Say the group in hand, and after the last one what proves that it was heard."""
    number = session.group
    prompt = "pack_id_group" if session.license_code else "new_id_group"
    said = Say(prompt, (("group", str(number)), ("digits", groups[number - 1])))
    if number == GROUPS and not session.license_code:
        session = replace(session, step=Step.LAST_GROUP)
        return session, (ask_last(*first, said, Say("ask_last_group")),)
    more = (Say("offer_person"),) if session.silences >= MOST_SILENCES else ()
    ask = Ask((*first, said, *more), digits=1, seconds=SECONDS_FOR_A_GROUP)
    return replace(session, step=Step.READING), (ask,)


def take_key(session: Session, event: KeysPressed) -> Turn:
    """1 goes on, 2 repeats, 3 goes back, 7 and 9 change the pace, 0 is a person.

    `#` does what 1 does; whatever else is pressed repeats the group.
    """
    session = replace(session, silences=0)
    group = session.group
    match event.keys:
        case "1" | "#" if group == GROUPS:
            return packs.finish(session)
        case "1" | "#":
            return _order(replace(session, group=group + 1), noted(group))
        case "3":
            back = max(group - 1, 1)
            return _order(replace(session, group=back), noted(back, back=True))
        case "0":
            return fetch_person(session)
        case key:
            return _order(with_pace(session, key))


def miss_key(session: Session, _event: NothingPressed) -> Turn:
    """Say the group again; then offer a person; then the caller has gone, and the ID stays."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    return _order(session) if silences < 2 * MOST_SILENCES else leave(session)


def refuse(session: Session, event: Refused) -> Turn:
    """There is no ID to read: a person can tell why."""
    return packs.refuse(session, event) if session.license_code else fetch_person(session)


def choose(session: Session, event: KeysPressed) -> Turn:
    """Read from the group whose number was pressed; `*` the last one."""
    keys = event.keys
    if keys == "0":
        return fetch_person(session)
    if keys == "*":
        return _order(replace(session, group=GROUPS))
    number = int(keys) if keys.isascii() and keys.isdigit() else 0
    if not 1 <= number <= GROUPS:
        return offer_groups(session)
    return _order(replace(session, group=number), noted(number, back=True))


def miss_choice(session: Session, _event: NothingPressed) -> Turn:
    """Nobody chose: the last group is read once more."""
    return _order(replace(session, group=GROUPS))


def offer_groups(session: Session, *first: Action, says: tuple[Say, ...] = ()) -> Turn:
    """Ask from which group on the ID is to be heard."""
    ask = Ask((*says, Say("ask_which_group")), digits=1, seconds=SECONDS_TO_CHOOSE)
    return replace(session, step=Step.CHOOSING_GROUP), (*first, ask)


def fetch_person(session: Session, *first: Action) -> Turn:
    """The representative who waits, or another person."""
    if session.accompanied:
        return session, (*first, FindRepresentative())
    return to_person(session, *first)


def leave(session: Session) -> Turn:
    """Back to the representative who waits; or the line ends a call that nobody follows."""
    if session.accompanied:
        return session, (FindRepresentative(),)
    return say_goodbye(session, Say("id_stays_valid"))


def ask_last(*says: Say) -> Ask:
    """Listen for the last group."""
    return Ask(says, GROUP_DIGITS, SECONDS_TO_CHOOSE, star=True)


def noted(group: int, *, back: bool = False) -> Note:
    """A group was read; `back`: it is to be read once more."""
    data: tuple[tuple[str, str | int | bool], ...] = (("group", group), ("by", "line"))
    return Note(EventKind.GROUP_READ, (*data, ("back", True)) if back else data)
