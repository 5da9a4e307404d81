"""The line in the caller's own process: the network's requests become turns, without HTTP.

Turns, flow, register and switchboard are the ones that serve real calls. Signatures, cookies and
the web framework are left out, and nothing else.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from ivr import call_back_webhooks
from ivr.call_back_webhooks import OVER
from ivr.events import KeysPressed, NothingPressed
from ivr.queue_commands import look
from ivr.redirections import REDIRECTED, lose_representative
from ivr.ringing import Rung, begin
from ivr.services import Services
from ivr.turns import EMPTY, EventMaker, Turns, UnknownCallError
from phone_network.webhooks import Answer

VOICE: Final = "/voice"
_CALLED_BACK: Final = re.compile(r"/called-back/(\d+)/(\d+)(/status)?")
_OK: Final = 200


class LineHere:
    """Answers the phone network's requests as the line's webhooks do."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns = Turns(services)

    async def request(
        self,
        url: str,
        method: str,  # noqa: ARG002 -- as the network's own client
        parameters: Mapping[str, str],
        cookies: Any,  # noqa: ANN401, ARG002 -- as above
        token: str,
    ) -> Answer:
        """Take one request and give the document."""
        parts = urlsplit(url)
        document = self._answer(
            parts.path.removeprefix(VOICE),
            parameters,
            {name: values[0] for name, values in parse_qs(parts.query).items()},
            token,
        )
        return Answer(url, _OK, "text/xml", document.encode())

    def _answer(
        self, path: str, form: Mapping[str, str], query: Mapping[str, str], token: str
    ) -> str:
        keys = form.get("Digits", "")
        call_sid = form["CallSid"]
        match path:
            case "/incoming":
                rung = Rung(call_sid, form["To"], form["From"])
                return begin(self._services, self._turns, rung, token)
            case "/turn":
                keys += "*" if form.get("FinishedOnKey") == "*" else ""
                return self._turns.take(
                    call_sid, token, lambda *_: KeysPressed(keys) if keys else NothingPressed()
                )
            case "/wait":
                return self._turns.take(
                    call_sid, token, lambda turn, _: KeysPressed(keys) if keys else look(turn)
                )
            case "/status" | "/representative-status":
                if form["CallStatus"] in OVER:
                    self._end(call_sid, query)
                return EMPTY
            case "/left-queue":
                return EMPTY
        return self._elsewhere(path, form, token)

    def _end(self, call_sid: str, query: Mapping[str, str]) -> None:
        """The caller's leg is over, or the representative's of the call that `query` names."""
        if query:
            lose_representative(self._turns, query["call"], query["endpoint"])
        else:
            self._turns.end(call_sid)

    def _elsewhere(self, path: str, form: Mapping[str, str], token: str) -> str:
        """Redirections, and call-backs, whose address names call and attempt."""
        call_sid = form["CallSid"]
        what = REDIRECTED.get(path.removeprefix("/redirected/"))
        if what is not None:
            return self._turns.take(call_sid, token, what)
        found = _CALLED_BACK.fullmatch(path)
        if found is None:
            raise LookupError(f"The line has no address {path}.")
        call_id, attempt = int(found[1]), int(found[2])
        if not found[3]:
            made = call_back_webhooks.answered(call_id, attempt, call_sid)
            return self._attempt(call_id, token, made)
        if form["CallStatus"] in OVER:
            return self._attempt(call_id, None, call_back_webhooks.ended(attempt, call_sid))
        return EMPTY

    def _attempt(self, call_id: int, token: str | None, make: EventMaker) -> str:
        try:
            return self._turns.answer(call_id, token, make)
        except UnknownCallError:
            return EMPTY
