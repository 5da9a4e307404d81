"""What the page License Server Reactivation says in the terminal: whom to call and what to key."""

from datetime import datetime

from codes import license_server_id, product_id
from license_server import telephone
from license_server.model import Method, Reason
from license_server.state import Request, State
from license_server.telephone import Guidance
from license_server.terminal.console import Console
from region_routing import RoutingTable


def show(
    console: Console,
    state: State,
    line_code: str,
    *,
    routing: RoutingTable,
    site_url: str | None,
    now: datetime,
) -> None:
    """Write the page up to the place where the new license server ID is typed."""
    if state.properties.method is Method.WEB:
        _website(console, state.request, site_url)
    else:
        whom = telephone.guidance(routing, state.properties.region, now)
        if whom is not None:
            _number(console, whom, line_code, site_url)
    console.line()
    console.groups("Product ID", product_id.split(state.product_id))
    opened = state.request
    if opened is not None:
        console.groups("License server ID", license_server_id.split(opened.license_server_id))
    console.line()
    if opened is not None and state.properties.method is Method.TELEPHONE:
        console.facts({"Reason, when the line asks": key_to_press(opened.reason)})
        console.line()


def key_to_press(reason: Reason | None) -> str:
    """Say which key stands for a reason on the telephone."""
    if reason is None:
        return "key of the reason that you know, or 0: a representative asks"
    if reason.key is None:
        return f"0 ({reason.sentence}: a representative asks)"
    return f"{reason.key} ({reason.sentence})"


def _number(console: Console, whom: Guidance, line_code: str, site_url: str | None) -> None:
    hours = f"{whom.hours} ({whom.zone}). {'Open now.' if whom.is_open else 'Outside its hours.'}"
    if whom.opens is not None:
        hours += f" It opens {whom.opens:%A, %H:%M}, unless the line says otherwise."
    hours = f"{hours} {whom.meanwhile}".rstrip()
    facts = {
        "Call this number": f"{whom.number} (in {whom.abroad})" if whom.abroad else whom.number,
        "Support centre": f"{whom.centre}, for {whom.region}",
        "It speaks": ", ".join(whom.languages),
        "Hours": hours,
    }
    if whom.fallback is not None:
        other = whom.fallback
        is_open = "open now" if other.is_open else "outside its hours"
        facts["If nobody answers"] = f"{other.number} ({other.language}, {is_open})"
    if site_url is not None:
        facts["Or the website"] = site_url
    facts["Numbers as of"] = f"{whom.as_of.day} {whom.as_of:%B %Y}"
    facts["Line code"] = (
        f"{' '.join(line_code)}  (once you have keyed both IDs the line says these four digits "
        "first; if it does not, hang up)"
    )
    console.facts(facts)


def _website(console: Console, opened: Request | None, site_url: str | None) -> None:
    reason = opened.reason if opened else None
    is_first = reason is Reason.FIRST_ACTIVATION
    option = "Activate a license server" if is_first else "Reactivate a license server"
    console.say("On a computer or telephone that has internet, open the Licensing website:")
    console.line(f"  {site_url or 'its address stands on your licence'}")
    console.say(f'Select the option "{option}" and type both numbers there.')
    if reason is not None:
        console.say(f"Reason: {reason.sentence}.")
