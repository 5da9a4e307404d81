"""The Activate and the Reactivate Server Wizard in the terminal.

Which page is open, the request and the groups typed so far stand on disk, as they do for the pages:
a wizard that was left here goes on there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from codes import new_license_server_id
from codes.errors import CodeError
from codes.groups import NEW_LICENSE_SERVER_ID
from license_server import (
    activation,
    clearinghouse_client,
    health,
    installation,
    link,
    progress,
    properties,
    telephone,
)
from license_server import state as states
from license_server.clearinghouse_api import ClearinghouseRefused, ClearinghouseUnreachable
from license_server.errors import CodeRefusedError, IDRefusedError, InvalidEntryError
from license_server.model import Method, Reason, WizardPage
from license_server.state import Request
from license_server.terminal import call
from license_server.terminal.console import Console
from license_server.terminal.entering import Entry, Move
from region_routing import RoutingTable

# After these the groups are right as they were typed; something else has to be put right.
_NOT_THE_GROUPS: Final = frozenset({"clock_before_issue", "clock_set_back", "ran_out"})
_NEXT: Final = "Enter: Next   b: Back   c: Cancel >"
INFORMATION: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "country": "Country or region (ISO 3166 code)",
    "email": "E-mail",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the two wizards are called, and what differs in what they say."""

    wizard: str
    entry_page: str
    last_page: str
    done: str
    does: str


ACTIVATE: Final = Words(
    "Activate Server Wizard",
    "License Server Activation",
    "Completing the Activate Server Wizard",
    "The license server is activated",
    "activates",
)
REACTIVATE: Final = Words(
    "Reactivate Server Wizard",
    "License Server Reactivation",
    "Completing the Reactivate Server Wizard",
    "The license server is reactivated",
    "reactivates",
)


@dataclass(frozen=True, slots=True)
class Wizard:
    """One wizard over one data directory. `reason` is given where nobody is to be asked for it."""

    console: Console
    data: Path
    clock: Callable[[], datetime]
    routing: RoutingTable
    words: Words
    reason: Reason | None = None

    def run(self) -> bool:
        """Walk the pages from where the wizard stands; gives whether it was finished."""
        pages = {
            "welcome": self._welcome,
            "connection_method": self._connection_method,
            "information": self._information,
            "new_id": self._new_id,
            "completing": self._completing,
            "cancel": self._cancel,
        }
        page = self._place()
        while page in pages:
            page = pages[page]()
        return page == "finished"

    def _place(self) -> str:
        state = states.load(self.data)
        if state.completed is not None:
            return "completing"
        if state.request is not None and state.page is WizardPage.NEW_ID and self._is_ready():
            return "new_id"
        return "welcome"

    def _welcome(self) -> str:
        state, found = states.load(self.data), health.status(self.data, self.clock())
        console = self.console
        console.title(self.words.wizard, "Welcome")
        console.say(
            f"This wizard {self.words.does} {found.server_name}. Ctrl+C leaves it at any time and "
            "loses nothing: the same command goes on where it was."
        )
        console.line()
        facts = {"Connection method": found.method.label, "State": found.state.word}
        if found.proposed_reason is not None:
            facts["Proposed reason"] = found.proposed_reason.sentence
        console.facts(facts)
        if state.request is not None:
            console.say("Your request is still open; Next shows the same license server ID.")
        console.line()
        if console.ask("Enter: Next   c: Cancel >").lower() in ("c", "cancel"):
            return "cancel"
        if self.words is ACTIVATE or not self._is_ready():
            return "connection_method"
        return self._opened(self._asked_reason(state.request, found.proposed_reason))

    def _connection_method(self) -> str:
        console, held = self.console, states.load(self.data).properties
        console.title(self.words.wizard, "Connection Method")
        keys = {str(n): method.label for n, method in enumerate(Method, 1)}
        keys |= {"b": "Back", "c": "Cancel"}
        now = str(list(Method).index(held.method) + 1)
        chosen = console.choose("Connection method", keys, now)
        if chosen in ("b", "c"):
            return "welcome" if chosen == "b" else "cancel"
        method = list(Method)[int(chosen) - 1]
        region = self._asked_region(held.region) if method is Method.TELEPHONE else None
        properties.change(self.data, self.routing, self.clock(), method=method, region=region)
        if not self._is_ready():
            console.say(
                "This server does not know the clearinghouse's address, so it cannot be reached "
                "automatically: license-server connect stores it. Choose another method."
            )
            return "connection_method"
        return self._opened(None) if self.words is ACTIVATE else "welcome"

    def _asked_region(self, held: str) -> str:
        self.console.line("Select Country or Region:")
        names = dict(telephone.choices(self.routing))
        return self.console.choose("Code", names, held if held in names else "")

    def _asked_reason(self, opened: Request | None, proposed: Reason | None) -> Reason | None:
        if self.reason is not None or (opened is not None and opened.reason is not None):
            return self._risen(opened)
        keys = {str(reason.key): reason.sentence for reason in Reason if reason.key is not None}
        keys["0"] = "First activation, or a representative is to ask"
        self.console.line("Reason for the reactivation:")
        default = "0" if proposed is None or proposed.key is None else str(proposed.key)
        key = self.console.choose("Reason", keys, default)
        return next((reason for reason in Reason if str(reason.key) == key), None)

    def _risen(self, opened: Request | None) -> Reason | None:
        compromised = Reason.PRIVATE_KEY_COMPROMISED
        if self.reason is not None or opened is None or opened.reason is compromised:
            return self.reason
        is_so = self.console.agrees("Was the private key compromised since?")
        return compromised if is_so else None

    def _opened(self, reason: Reason | None) -> str:
        activation.request(self.data, self.clock(), reason=reason)
        if states.load(self.data).properties.method is Method.AUTOMATIC:
            return "information"
        progress.turn_page(self.data, WizardPage.NEW_ID)
        return "new_id"

    def _information(self) -> str:
        page = "Company Information" if self.words is ACTIVATE else "Information Needed"
        self.console.title(self.words.wizard, page)
        self.console.line("Enter keeps what stands there.")
        held, given = states.load(self.data).properties, {}
        for name, label in INFORMATION.items():
            known = getattr(held, name)
            given[name] = self.console.ask(f"{label} [{known}]:" if known else f"{label}:") or known
        properties.change(self.data, self.routing, self.clock(), texts=given)
        match self.console.ask(_NEXT).lower():
            case "b" | "back":
                return "welcome"
            case "c" | "cancel":
                return "cancel"
        return self._sent()

    def _sent(self) -> str:
        known = link.load(self.data)
        self.console.line("The request is sent to the clearinghouse ...")
        try:
            clearinghouse_client.reactivate(self.data, known, self.clock())
        except (ClearinghouseUnreachable, ClearinghouseRefused, CodeRefusedError) as error:
            self.console.say(str(error))
            keys = {"1": "Try again", "2": "Another connection method", "3": "Cancel"}
            choice = self.console.choose("Choose", keys, "1")
            return {"1": "information", "2": "connection_method", "3": "cancel"}[choice]
        return "completing"

    def _new_id(self) -> str:
        state = states.load(self.data)
        if state.request is None:
            return self._place()
        console = self.console
        console.title(self.words.wizard, self.words.entry_page)
        known = link.load(self.data)
        call.show(
            console,
            state,
            state.request,
            activation.line_code_of(self.data),
            routing=self.routing,
            site_url=known.site_url if known else None,
            now=self.clock(),
        )
        console.say(
            "Type the new license server ID: a group of five digits a line, or all seven at once. "
            "3:12345 puts group 3 right, ? leaves out a group that cannot be read, a answers the "
            "four digits that are asked when a private key was compromised, b is Back, c Cancel."
        )
        return self._entered(self._entry(state))

    def _entry(self, state: states.State) -> Entry:
        secret, opened = installation.secret(self.data), state.request
        asked = opened.license_server_id if opened else ""

        def restore(groups: Sequence[str | None]) -> str:
            return new_license_server_id.restore(secret, state.product_id, asked, groups)

        return Entry(
            console=self.console,
            shape=NEW_LICENSE_SERVER_ID,
            keep=lambda groups: progress.keep_draft(self.data, groups),
            restore=restore,
            proof="authenticator",
            groups=list(state.draft or ("",) * NEW_LICENSE_SERVER_ID.count),
            more={"a": self._answer},
        )

    def _entered(self, entry: Entry) -> str:
        entry.show()
        while True:
            match entry.ask():
                case Move.BACK:
                    progress.turn_page(self.data, WizardPage.WELCOME)
                    return "welcome"
                case Move.CANCEL:
                    return "cancel"
            try:
                activation.accept(self.data, "".join(entry.groups), self.clock())
            except IDRefusedError as error:
                self.console.say(str(error))
                if error.why == "invalid_parity":
                    entry.mend()
                elif error.why in _NOT_THE_GROUPS:
                    if self.console.ask("Enter: try again   c: Cancel >").lower() == "c":
                        return "cancel"
                else:
                    entry.clear()
                continue
            return "completing"

    def _answer(self) -> None:
        try:
            answer = activation.answer(self.data, self.console.ask("Four digits:"))
        except CodeError as error:
            self.console.say(str(error))
            return
        self.console.line(f"Key or read out:  {' '.join(answer)}")

    def _completing(self) -> str:
        completed(self.console, self.data, self.words, self.clock())
        self.console.ask("Enter: Finish >")
        activation.finish(self.data)
        return "finished"

    def _cancel(self) -> str:
        if states.load(self.data).request is None:
            return "left"
        self.console.title(self.words.wizard, "Cancel")
        keys = {
            "1": "Keep the request: the same license server ID is shown next time",
            "2": "Cancel the request: an ID that was issued for it is of no use then",
            "3": "Back to the wizard",
        }
        match self.console.choose("Choose", keys, "1"):
            case "2":
                activation.cancel(self.data, self.clock())
                self.console.line("The request is cancelled.")
            case "3":
                return self._place()
        return "left"

    def _is_ready(self) -> bool:
        held = states.load(self.data).properties
        try:
            properties.require_region(held, self.routing)
        except InvalidEntryError:
            return False
        return held.method is not Method.AUTOMATIC or link.load(self.data) is not None


def completed(console: Console, data: Path, words: Words, now: datetime) -> None:
    """Write the last page: the closing code, and what else there is to do."""
    state, found = states.load(data), health.status(data, now)
    done = state.completed
    console.title(words.wizard, words.last_page)
    until = found.valid_until
    within = f", until {until.day} {until:%B %Y} (UTC)" if until else ""
    console.say(f"{words.done}{within}. State: {found.state.word}.")
    if done is None:
        return
    if state.properties.method is not Method.AUTOMATIC:
        console.line()
        console.line(f"Closing code:  {' '.join(done.closing_code)}")
        console.say(
            "Key it on the telephone, or type it on the website: it says that this server has "
            "accepted the ID. If you have hung up already, nothing is lost: call again and key it."
        )
    if done.is_root_new:
        console.say(
            "The local root certificate is new: export it (license-server export-root FILE) and "
            "give it to the clients on this network."
        )
    console.line()
