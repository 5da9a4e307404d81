"""What the register says no to while the IDs are keyed: keyed again, or a person explains."""

from dataclasses import replace

from ivr.actions import Note, Say
from ivr.events import Refused
from ivr.keying import ask_for_groups
from ivr.outcomes import MOST_TRIES, Turn, say_goodbye
from ivr.persons import refusal, to_person
from ivr.session import NO_LICENSE_SERVER_ID, NO_PRODUCT_ID, Session, Step
from switchboard.events import EventKind


def refuse_product(session: Session, event: Refused) -> Turn:
    """The product ID holds together, but the register does not know it: keyed again, twice."""
    refused = session.refused + 1
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    session = replace(session, refused=refused)
    if event.code == "too_many_wrong_proofs":
        return say_goodbye(session, noted, *refusal(event.code))
    if refused >= MOST_TRIES:
        return to_person(session, noted, Say("too_many_tries"))
    session = replace(session, product_id=NO_PRODUCT_ID, step=Step.PRODUCT_ID)
    return ask_for_groups(session, (Say("product_unknown"),), (noted,))


def refuse_request(session: Session, event: Refused) -> Turn:
    """A license server ID of another product is keyed again; the rest is for a person."""
    noted = Note(EventKind.REQUEST_REFUSED, (("code", event.code),))
    match event.code:
        case "proof_wrong":
            refused = session.refused + 1
            session = replace(session, refused=refused)
            if refused >= MOST_TRIES:
                return to_person(session, noted, Say("too_many_tries"))
            session = replace(
                session,
                license_server_id=NO_LICENSE_SERVER_ID,
                step=Step.LICENSE_SERVER_ID,
            )
            return ask_for_groups(session, (Say("proof_wrong"),), (noted,))
        case "too_many_wrong_proofs":
            return say_goodbye(session, noted, *refusal(event.code))
        case code:
            return to_person(session, noted, *refusal(code, event.left, event.date))
