"""The Deactivate Server Wizard in the terminal: a receipt goes out, a confirmation comes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes import deactivation_confirmation, deactivation_receipt, product_id
from codes.groups import DEACTIVATION_CONFIRMATION
from license_server import (
    clearinghouse_client,
    contact,
    deactivation,
    health,
    installation,
    link,
    progress,
    telephone,
)
from license_server import state as states
from license_server.errors import ConfirmationRefusedError, NotActivatedError
from license_server.model import DeactivationCause, Method
from license_server.state import Deactivation
from license_server.terminal import contact_facts
from license_server.terminal.console import Console
from license_server.terminal.entering import Entry, Move
from license_server.terminal.walking import FINISHED, LEFT, Walk

WIZARD: Final = "Deactivate Server Wizard"


@dataclass(frozen=True, slots=True)
class Wizard(Walk):
    """One wizard over one data directory. `cause` is given where nobody is to be asked for it."""

    cause: DeactivationCause | None = None

    def run(self) -> bool:
        """Walk the pages from where the wizard stands; gives whether it was finished."""
        pages = {
            "information_needed": self._information_needed,
            "license_server_deactivation": self._license_server_deactivation,
            "sent": self._sent,
            "completing": self._completing,
        }
        return self.through(pages, self._place())

    def _place(self) -> str:
        begun = deactivation.status(self.data)
        if begun is None:
            return "information_needed"
        return "completing" if begun.confirmed_at is not None else self._way()

    def _way(self) -> str:
        method = states.load(self.data).properties.method
        return "sent" if method is Method.AUTOMATIC else "license_server_deactivation"

    def _information_needed(self) -> str:
        state, console = states.load(self.data), self.console
        if state.held is None:
            raise NotActivatedError(
                "This server was never activated, so there is nothing to deactivate."
            )
        console.title(WIZARD, "Information Needed")
        console.say(
            "Confirm who you are; Enter keeps what stands there. The e-mail address is required "
            "over the internet."
        )
        method = state.properties.method
        is_automatic, is_online = method is Method.AUTOMATIC, method is not Method.TELEPHONE
        contact_facts.confirm(
            console,
            self.data,
            self.clock,
            self.routing,
            labels=contact_facts.DEACTIVATING,
            required=contact.DEACTIVATING | ({"email"} if is_online else set()),
        )
        cause = self.cause or self._asked_cause()
        console.line()
        console.say(
            "Next ends new licences from this server at once. That cannot be taken back: only an "
            "activation ends it. What is issued already goes on."
        )
        if not console.agrees("Deactivate this license server?"):
            return LEFT
        if not is_automatic:
            deactivation.begin(self.data, cause, self.clock())
            return self._way()
        return self._send(cause)

    def _asked_cause(self) -> DeactivationCause:
        proposed = health.status(self.data, self.clock()).proposed_cause
        causes = list(DeactivationCause)
        keys = {str(number): cause.sentence for number, cause in enumerate(causes, 1)}
        default = str(causes.index(proposed) + 1) if proposed else ""
        return causes[int(self.console.choose("Cause", keys, default)) - 1]

    def _sent(self) -> str:
        return self._send(None)

    def _send(self, cause: DeactivationCause | None) -> str:
        def act() -> object:
            known = link.load(self.data)
            return clearinghouse_client.deactivate(self.data, known, self.clock(), cause=cause)

        while not self.sends(act):
            if deactivation.status(self.data) is None:
                keys = {"1": "Try again", "2": "Leave; nothing was changed"}
            else:
                keys = {"1": "Try again", "2": "Leave", "3": "By telephone or website"}
            choice = self.console.choose("Choose", keys, "1")
            if choice == "2":
                return LEFT
            if choice == "3":
                return "license_server_deactivation"
        return "completing"

    def _license_server_deactivation(self) -> str:
        state, console = states.load(self.data), self.console
        begun = state.deactivation
        if begun is None:
            return self._place()
        console.title(WIZARD, "License Server Deactivation")
        whom = telephone.guidance(self.routing, state.properties.region, self.clock())
        known = link.load(self.data)
        facts = {"Call this number": f"{whom.number} ({whom.hours}, {whom.zone})"} if whom else {}
        if known is not None:
            facts["Or the website"] = known.site_url
        console.facts(facts)
        console.line()
        console.groups("Product ID", product_id.split(state.product_id))
        console.groups("Deactivation receipt", deactivation_receipt.split(begun.receipt))
        console.line()
        console.say(
            "No new client is licensed from now on. Type the deactivation confirmation, three "
            "groups of five digits; ? leaves out a group that cannot be read, c leaves the wizard."
        )
        entry = self._entry(begun)
        entry.show()
        while True:
            if entry.ask() is not Move.NEXT:
                return LEFT
            try:
                deactivation.confirm(self.data, "".join(entry.groups), self.clock())
            except ConfirmationRefusedError as error:
                console.say(str(error))
                if error.why == "invalid_parity":
                    entry.mend()
                else:
                    entry.clear()
                continue
            return "completing"

    def _entry(self, begun: Deactivation) -> Entry:
        secret, product = installation.secret(self.data), states.load(self.data).product_id

        def restore(groups: Sequence[str | None]) -> str:
            return deactivation_confirmation.restore(secret, product, begun.receipt, groups)

        return Entry(
            console=self.console,
            shape=DEACTIVATION_CONFIRMATION,
            keep=lambda groups: progress.keep_confirmation(self.data, groups),
            restore=restore,
            proof="proof in it",
            groups=list(begun.draft or ("",) * DEACTIVATION_CONFIRMATION.count),
        )

    def _completing(self) -> str:
        completed(self.console)
        self.console.ask("Enter: Finish >")
        deactivation.close(self.data)
        return FINISHED


def completed(console: Console) -> None:
    """Write the last page."""
    console.title(WIZARD, "Completing the Deactivate Server Wizard")
    console.say(
        "The license server is deactivated. No other client computer can be licensed from it until "
        "it is activated again (license-server activate)."
    )
    console.line()
