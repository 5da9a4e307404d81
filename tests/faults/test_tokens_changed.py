"""The auth token is changed while a call is under way, as docs/serving.md says: nobody notices."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from requests import get, post

from activation_line import processes
from activation_line.house import House, Plan
from activation_line.once import Variation, play

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Operator:
    """Whoever changes the tokens, a step at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._account = house.settings.twilio_account_sid
        self.old, self.new = house.settings.twilio_auth_token, ""
        self.steps: dict[str, Callable[[], None]] = {
            "Now key the license server ID": self.prepare,
            "I need a new license server ID": self.promote,
            "Group 3 of the new ID": self.forget_the_old,
        }

    def told(self, line: str) -> None:
        print(line)
        for words in list(self.steps):
            if words in line:
                self.steps.pop(words)()

    def prepare(self) -> None:
        """Make the second token, and let the line believe both."""
        self.new = self._ask("Secondary", self.old)["secondary_auth_token"]
        self._restart(TWILIO_AUTH_TOKEN_NEXT=self.new)

    def promote(self) -> None:
        """From here on the network signs with the new token and takes the old one no more."""
        self._ask("Promote", self.old)

    def forget_the_old(self) -> None:
        self._restart(TWILIO_AUTH_TOKEN=self.new, TWILIO_AUTH_TOKEN_NEXT="")

    def is_refused(self, token: str) -> bool:
        calls = f"{self._url}/2010-04-01/Accounts/{self._account}/Calls.json"
        return get(calls, auth=(self._account, token), timeout=10).status_code == 401

    def _ask(self, what: str, token: str) -> dict[str, str]:
        address = f"{self._url}/v1/AuthTokens/{what}"
        answer = post(address, auth=(self._account, token), timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    @property
    def _url(self) -> str:
        return self._house.settings.twilio_api_url

    def _restart(self, **settings: str) -> None:
        web = self._house.web
        web.stop()
        changed = {f"ACTIVATION_LINE_{name}": value for name, value in settings.items()}
        self._house.running["line"] = processes.start(
            web.name, web.command, web.log.parent, {**web.environment, **changed}
        )


def test_a_call_goes_on_while_the_tokens_are_changed(tmp_path: Path) -> None:
    with House(Plan(tmp_path / "demo", start=START), print) as house:
        operator = Operator(house)
        evidence = asyncio.run(play(house, Variation(), operator.told))
        assert evidence.faults == ()
        assert operator.steps == {}
        assert operator.is_refused(operator.old)
        assert not operator.is_refused(operator.new)
