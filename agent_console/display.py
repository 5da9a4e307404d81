"""What the templates call: times, dates and codes as people read them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

import phonenumbers
from babel.dates import format_date
from flask import Blueprint, url_for

from agent_console import steps, wording
from agent_console.desk import CallInHand, Desk
from agent_console.keyed import KeyedCode
from agent_console.services import ConsoleServices
from clearinghouse.model import Refusal, RefusalCode, Request, RequestState
from codes import case_number
from spoken_prompts import Prompts
from switchboard import call_backs
from switchboard.representatives import WorkState

KEYS: Final = (
    ("F2", "Answer a ringing call; ready again"),
    ("F6", "Verify"),
    ("F7", "Issue; a second press confirms"),
    ("F9", "Next group of the read-out"),
    ("Shift+F9", "Back to the group before"),
    ("Shift+F6", "Repeat the lit group"),
    ("F10", "Ask for the closing code; finish"),
    ("Shift+F7", "Hand over to the line: to read the ID, or to have the answer keyed"),
    ("F4", "Back to the caller"),
    ("Shift+F2", "Hang up; a second press confirms"),
    ("Ctrl+Enter", "Finish, from within the note"),
    ("?", "This list"),
)
_ENDED_BY: Final = {
    "caller": "the caller hung up",
    "representative": "you hung up",
    "line": "the line ended it",
    "network": "the telephone network lost it",
}
_MINUTE: Final = 60


def elapsed(since: datetime, now: datetime) -> str:
    """Write how long ago something was: minutes and seconds, hours where there are any."""
    minutes, seconds = divmod(max(0, int((now - since).total_seconds())), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def day(at: date | datetime) -> str:
    """Write a date."""
    return format_date(at, format="medium", locale="en_GB")


def headline(desk: Desk) -> str:
    """Say in a few words what the desk shows; it is the page's title and its status message."""
    if desk.who is None:
        return "No calls at this desk"
    place = f" from {desk.hand.region_name}" if desk.hand else ""
    is_call_back = desk.hand is not None and desk.hand.call.is_call_back
    match desk.who.work_state:
        case WorkState.RINGING:
            return f"{'Call-back' if is_call_back else 'Incoming call'}{place}"
        case WorkState.TALKING:
            stands = desk.hand and desk.hand.request
            told = f": {wording.REQUEST_STATES[stands.state].lower()}" if stands else ""
            return f"{'Calling back' if is_call_back else 'Call'}{place}{told}"
        case WorkState.WRAP_UP:
            return "Wrap-up"
        case WorkState.NOT_RESPONDING:
            return "Not responding"
        case _:
            return f"{wording.PRESENCES[desk.who.presence]}, no call"


def phone_number(number: str | None) -> str:
    """Write a telephone number as it is read internationally."""
    if not number:
        return "withheld"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def refusal_text(code: RefusalCode) -> str:
    """Say what the register would refuse, before anyone asks it."""
    return wording.refusal_notice(Refusal(code)).text


def keyed_so_far(codes: tuple[KeyedCode, ...], kind: str) -> str:
    """Give what the caller keyed of one ID, so that nobody has to say it again."""
    return next(code.typed for code in codes if code.kind == kind)


def suggested_disposition(request: Request | None, ended_by: str | None) -> str:
    """Tell which disposition the call's course suggests."""
    if request is None:
        return "other"
    if ended_by in {"caller", "network"} and request.state is RequestState.ISSUED:
        return "caller_gone"  # in the middle of the read-out
    if request.state is RequestState.DENIED:
        return "refused"
    return "new_id_issued" if request.new_license_server_id else "caller_calls_back"


def group_phrase(prompts: Prompts, hand: CallInHand) -> str:
    """Write the lit group as it is said to the caller, in the caller's language."""
    number = hand.readout.current
    if number is None or not hand.new_id:
        return ""
    language = hand.call.language
    said = prompts.digits(hand.new_id[number - 1], language)
    phrase: str = prompts.text("representative_group", language, group=str(number), digits=said)
    return phrase


def equip(blueprint: Blueprint, services: ConsoleServices) -> None:
    """Give the blueprint's templates their filters and words."""
    filters: dict[str, Callable[..., str]] = {
        "elapsed": elapsed,
        "day": day,
        "headline": headline,
        "phone_number": phone_number,
        "refusal_text": refusal_text,
        "spaced": " ".join,
        "case": case_number.format,
        "keyed_so_far": keyed_so_far,
    }
    for name, function in filters.items():
        blueprint.add_app_template_filter(function, name)

    @blueprint.context_processor
    def words() -> dict[str, Any]:
        return {"services": services, "keys": KEYS}


def desk_words(services: ConsoleServices, desk: Desk) -> dict[str, Any]:
    """Give what the desk's template needs beside the desk."""
    call_id = desk.hand.call.id if desk.hand else 0
    return {
        "desk": desk,
        "services": services,
        "keys": KEYS,
        "most_attempts": call_backs.MOST_ATTEMPTS,
        "presences": wording.PRESENCES,
        "work_states": wording.WORK_STATES,
        "reasons": wording.REASONS,
        "request_states": wording.REQUEST_STATES,
        "server_states": wording.SERVER_STATES,
        "dispositions": wording.DISPOSITIONS,
        "ended_by": _ENDED_BY,
        "progress": steps.progress,
        "needs_challenge": steps.needs_challenge,
        "suggested": suggested_disposition,
        "group_phrase": lambda hand: group_phrase(services.prompts, hand),
        "call_url": lambda act: url_for("console.act", call_id=call_id, act=act),
    }
