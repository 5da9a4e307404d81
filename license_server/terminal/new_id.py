"""The page that shows the license server ID and takes the new one, and the last page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from codes import new_license_server_id
from codes.errors import CodeError
from codes.groups import NEW_LICENSE_SERVER_ID
from license_server import activation, event_log, health, installation, link, progress
from license_server import state as states
from license_server.errors import IDRefusedError
from license_server.model import Method
from license_server.terminal import call
from license_server.terminal.console import Console
from license_server.terminal.entering import Entry, Move
from region_routing import RoutingTable

# After these the groups are right as they were typed; something else has to be put right.
_NOT_THE_GROUPS: Final = frozenset({"clock_before_issue", "clock_set_back", "ran_out"})


@dataclass(frozen=True, slots=True)
class NewID:
    """The page over one data directory with an open request."""

    console: Console
    data: Path
    clock: Callable[[], datetime]
    routing: RoutingTable

    def ask(self) -> Move:
        """Ask until a new license server ID is accepted (NEXT), or Back or Cancel is typed."""
        state, known = states.load(self.data), link.load(self.data)
        call.show(
            self.console,
            state,
            activation.line_code_of(self.data),
            routing=self.routing,
            site_url=known.site_url if known else None,
            now=self.clock(),
        )
        self.console.say(
            "Type the new license server ID: a group of five digits a line, or all seven at once. "
            "3:12345 puts group 3 right, ? leaves out a group that cannot be read, a answers the "
            "four digits that are asked when a private key was compromised, b is Back, c Cancel."
        )
        entry = self._entry(state)
        entry.show()
        while (move := entry.ask()) is Move.NEXT:
            try:
                activation.accept(self.data, "".join(entry.groups), self.clock())
            except IDRefusedError as error:
                if not self._goes_on(entry, error):
                    return Move.CANCEL
            else:
                break
        return move

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
            restored=self._note,
            more={"a": self._answer},
        )

    def _note(self, group: int) -> None:
        event_log.record(self.data, event_log.Kind.GROUP_RESTORED, self.clock(), group=group)

    def _goes_on(self, entry: Entry, error: IDRefusedError) -> bool:
        self.console.say(str(error))
        if error.why == "invalid_parity":
            entry.mend()
        elif error.why in _NOT_THE_GROUPS:
            return self.console.ask("Enter: try again   c: Cancel >").lower() not in ("c", "cancel")
        else:
            entry.clear()
        return True

    def _answer(self) -> None:
        try:
            answer = activation.answer(self.data, self.console.ask("Four digits:"))
        except CodeError as error:
            self.console.say(str(error))
            return
        self.console.line(f"Key or read out:  {' '.join(answer)}")


def completed(console: Console, data: Path, done_sentence: str, now: datetime) -> None:
    """Write the last page: the closing code, and what else there is to do."""
    state, found = states.load(data), health.status(data, now)
    done = state.completed
    until = found.valid_until
    within = f", until {until.day} {until:%B %Y} (UTC)" if until else ""
    console.say(f"{done_sentence}{within}. State: {found.state.word}.")
    if done is None:
        return
    # What came in a file, or could not be told over the internet, is still to be told.
    if done.method is not Method.AUTOMATIC or state.unconfirmed is not None:
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
