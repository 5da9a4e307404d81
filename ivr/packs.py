"""License packs by telephone: the license code is keyed where the license server ID would be.

The caller then keys the server's current license server ID, and the line reads the license pack ID
out like a new license server ID. The pack ID is not kept: the register gives the same one again.
"""

from dataclasses import replace

from codes import license_code
from ivr import servers
from ivr.actions import Action, Ask, InstallPack, Note, Say
from ivr.events import KeysPressed, NothingPressed, Refused
from ivr.helping import after_no_choice
from ivr.outcomes import MOST_SILENCES, MOST_TRIES, SECONDS_FOR_A_MENU, Turn
from ivr.persons import refusal, to_person
from ivr.session import NO_LICENSE_SERVER_ID, Session, Step
from switchboard.events import EventKind

CODE_GROUPS = 5
INSTALL, GO_ON = "1", "2"
# What is said otherwise than of a request or a receipt.
REFUSALS = {"not_current": (Say("current_id_outdated"),)}


def code_of(session: Session) -> str | None:
    """The license code that was keyed in place of a license server ID, if it is one."""
    groups = session.license_server_id.groups
    keyed = groups[:CODE_GROUPS]
    if session.license_code or None in keyed or any(groups[CODE_GROUPS:]):
        return None
    code = "".join(map(str, keyed))
    return code if license_code.is_valid(code) else None


def offer(session: Session, *first: Action) -> Turn:
    """Ask whether the pack is to be installed."""
    ask = Ask((Say("ask_pack"),), digits=1, seconds=SECONDS_FOR_A_MENU)
    return replace(session, step=Step.PACK), (*first, ask)


def choose(session: Session, event: KeysPressed) -> Turn:
    """1 installs the pack, 2 goes on with a license server ID, 0 is a person."""
    key = event.keys
    session = replace(session, silences=0)
    if key == INSTALL:
        return _ask_current(replace(session, license_code=code_of(session) or "", tries=0))
    if key == GO_ON:
        # The five groups stay: they begin a license server ID, rare as that is.
        asking = Say("ask_groups_from", (("group", str(CODE_GROUPS + 1)),))
        return replace(session, step=Step.LICENSE_SERVER_ID, tries=0), (Ask((asking,)),)
    if key == "0":
        return to_person(session)
    session = after_no_choice(session, key)
    return to_person(session) if session.tries >= MOST_TRIES else offer(session)


def miss_choice(session: Session, _event: NothingPressed) -> Turn:
    """A person will ask, if the menu is not answered."""
    silences = session.silences + 1
    session = replace(session, silences=silences)
    return to_person(session) if silences >= MOST_SILENCES else offer(session)


def install(session: Session, *first: Action) -> Turn:
    """All is keyed: have the pack installed, and its ID read from the first group on."""
    session = replace(session, step=Step.READING, group=1, tries=0, silences=0)
    return session, (*first, give(session, with_keys=True))


def give(session: Session, *, with_keys: bool = False) -> InstallPack:
    """The command that brings the license pack ID, the same one each time."""
    ids = (session.product_id.digits, session.license_server_id.digits)
    return InstallPack(*ids, session.license_code, with_keys=with_keys)


def refuse(session: Session, event: Refused) -> Turn:
    """A wrong code is keyed again; whatever else stands in the way is for a person."""
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    if event.code == "proof_wrong":
        return _ask_current(session, noted, says=(Say("proof_wrong"),))
    says = REFUSALS.get(event.code) or refusal(event.code)
    return to_person(replace(session, license_code=""), noted, *says)


def finish(session: Session) -> Turn:
    """The last group was heard: it is typed into the wizard, and there may be another server."""
    return servers.offer(session, says=(Say("pack_typed"),))


def _ask_current(session: Session, *first: Action, says: tuple[Say, ...] = ()) -> Turn:
    session = replace(
        session, step=Step.LICENSE_SERVER_ID, license_server_id=NO_LICENSE_SERVER_ID, silences=0
    )
    return session, (*first, Ask((*says, Say("ask_current_id"))))
