"""The Activate and the Reactivate Server Wizard in the terminal.

Which page is open, the request and the groups typed so far stand on disk, as they do for the pages:
a wizard that was left here goes on there.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server import (
    activation,
    clearinghouse_client,
    contact,
    health,
    link,
    progress,
    properties,
    telephone,
)
from license_server import state as states
from license_server.errors import InvalidEntryError, NoOpenRequestError
from license_server.model import Method, Reason, WizardPage
from license_server.state import Request
from license_server.terminal import contact_facts, new_id
from license_server.terminal.console import Console
from license_server.terminal.entering import Move
from license_server.terminal.new_id import NewID
from license_server.terminal.walking import FINISHED, LEFT, Walk

_NEXT: Final = "Enter: Next   b: Back   c: Cancel >"


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
class Wizard(Walk):
    """One wizard over one data directory. `reason` is given where nobody is to be asked for it."""

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
        return self.through(pages, self._place())

    def _place(self) -> str:
        state = states.load(self.data)
        if state.completed is not None:
            return "completing"
        is_automatic = state.properties.method is Method.AUTOMATIC
        if not self._is_ready():
            return "welcome"
        if state.page is WizardPage.INFORMATION and is_automatic:
            return "information"
        is_asked = state.request is not None and state.page is WizardPage.NEW_ID
        return "new_id" if is_asked and not is_automatic else "welcome"

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
        if found.method is Method.AUTOMATIC:
            return "information"
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
        if method is Method.AUTOMATIC:
            return "information"
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
        progress.turn_page(self.data, WizardPage.NEW_ID)
        return "new_id"

    def _information(self) -> str:
        page = "Company Information" if self.words is ACTIVATE else "Information Needed"
        self.console.title(self.words.wizard, page)
        progress.turn_page(self.data, WizardPage.INFORMATION)
        self.console.line("Enter keeps what stands there.")
        contact_facts.confirm(
            self.console,
            self.data,
            self.clock,
            self.routing,
            labels=contact_facts.ACTIVATING,
            required=contact.ACTIVATING,
        )
        reason = None
        if self.words is REACTIVATE:
            proposed = health.status(self.data, self.clock()).proposed_reason
            reason = self._asked_reason(states.load(self.data).request, proposed)
        match self.console.ask(_NEXT).lower():
            case "b" | "back":
                progress.turn_page(self.data, WizardPage.WELCOME)
                return "welcome"
            case "c" | "cancel":
                return "cancel"
        return self._sent(reason)

    def _sent(self, reason: Reason | None) -> str:
        def act() -> object:
            known = link.load(self.data)
            return clearinghouse_client.reactivate(self.data, known, self.clock(), reason=reason)

        if self.sends(act):
            return "completing"
        keys = {"1": "Try again", "2": "Another connection method", "3": "Cancel"}
        choice = self.console.choose("Choose", keys, "1")
        return {"1": "information", "2": "connection_method", "3": "cancel"}[choice]

    def _new_id(self) -> str:
        if states.load(self.data).request is None:
            return self._place()
        self.console.title(self.words.wizard, self.words.entry_page)
        try:
            move = NewID(self.console, self.data, self.clock, self.routing).ask()
        except NoOpenRequestError:
            self.console.say("The request was answered or cancelled meanwhile, elsewhere.")
            return self._place()
        match move:
            case Move.BACK:
                progress.turn_page(self.data, WizardPage.WELCOME)
                return "welcome"
            case Move.CANCEL:
                return "cancel"
        return "completing"

    def _completing(self) -> str:
        completed(self.console, self.data, self.words, self.clock())
        self.console.ask("Enter: Finish >")
        activation.finish(self.data)
        return FINISHED

    def _cancel(self) -> str:
        if states.load(self.data).request is None:
            return LEFT
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
        return LEFT

    def _is_ready(self) -> bool:
        held = states.load(self.data).properties
        try:
            properties.require_region(held, self.routing)
        except InvalidEntryError:
            return False
        return held.method is not Method.AUTOMATIC or link.load(self.data) is not None


def completed(console: Console, data: Path, words: Words, now: datetime) -> None:
    """Write the wizard's last page."""
    console.title(words.wizard, words.last_page)
    new_id.completed(console, data, words.done, now)
