"""How the line learns that the network refuses a voice, and what it does then.

The network reports every error and warning of the account to one address (Twilio's error webhook),
and asks for the fallback where an error ends a document. Neither names the voice, but the document
does that was being spoken: every voice in it that the table knows is passed over from then on,
unless the report names one of them. A voice under wrong suspicion costs the second-best voice until
somebody clears it; a refused one that stays costs calls.
"""

import json
import logging
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from data_store import StoreError, reading
from ivr.fallback import VOICE_CODES, Apology
from ivr.services import Services
from ivr.turns import Turns
from switchboard import calls

log = logging.getLogger(__name__)


def add_routes(blueprint: Blueprint, services: Services, turns: Turns, apology: Apology) -> None:
    """Mount the address of reports, and that of the fallback."""
    refusals = VoiceRefusals(services)

    @blueprint.post("/trouble")
    def trouble() -> Response:
        refusals.reported(request.form.get("Level", ""), request.form.get("Payload", ""))
        return Response(status=HTTPStatus.NO_CONTENT)

    def again(code: str) -> Response | None:
        call_sid = request.form.get("CallSid", "")
        if not refusals.after_failure(code, call_sid):
            return None
        return Response(turns.say_again(call_sid), mimetype="text/xml")

    @blueprint.post("/fallback")
    def fallback() -> Response:
        return again(request.form.get("ErrorCode", "")) or apology.after_failure()

    @blueprint.post("/refused-voice")
    def refused_voice() -> Response:
        """Where the fallback's own process hands a call over: it has no database."""
        return again(request.args.get("code", "")) or apology()


class VoiceRefusals:
    """Marks voices as refused, for one web process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        prompts = services.prompts
        self._speaks = {
            name: language for language in prompts.languages for name in prompts.voices(language)
        }

    def reported(self, level: str, payload: str) -> None:
        """An error or a warning, as the network tells it; `payload` is its JSON."""
        try:
            told = json.loads(payload)
            code = str(told["error_code"])
        except (ValueError, TypeError, KeyError):
            log.warning("the network reported something that can't be read")
            return
        log.warning("the network reports %s %s", level.lower() or "trouble", _number(code))
        if code not in VOICE_CODES:
            return
        document = _document(told) or self._spoken_to(str(told.get("resource_sid", "")))
        self._refuse(document, code, json.dumps(told.get("more_info", "")))

    def after_failure(self, code: str, call_sid: str) -> bool:
        """The network fell back; whether for a voice, and the next document has another."""
        return code in VOICE_CODES and self._refuse(self._spoken_to(call_sid), code)

    def _spoken_to(self, call_sid: str) -> str:
        """The last document that a call was given; none where nobody knows it."""
        try:
            with reading(self._services.engine) as conn:
                call = calls.load(conn, call_sid)
        except (SQLAlchemyError, StoreError):
            return ""
        return (call and call.last_answer) or ""

    def _refuse(self, document: str, code: str, said: str = "") -> bool:
        """Pass over whatever may be meant; whether there was anything."""
        suspects = _named_in(document, self._speaks)
        names = _named_in(said, suspects) or suspects
        if not names:
            log.error("the network refused a voice (%s), and which one can't be told", code)
            return False
        services = self._services
        new = services.refused_voices.refuse(names, code, services.clock())
        for name in new:
            language = self._speaks[name]
            instead = services.refused_voices.first_of(services.prompts.voices(language))
            log.error(
                "the network refuses the voice %s (%s): %s is spoken by %s from now on",
                name,
                code,
                language,
                instead or "the network's own",
            )
            services.observer.voice_refused(name)
        return True


def _number(code: str) -> str:
    return code if re.fullmatch(r"[0-9]{1,6}", code, re.ASCII) else "without a number"


def _document(told: dict[str, Any]) -> str:
    """The answer of ours that the report quotes; empty where it quotes none."""
    webhook = told.get("webhook")
    answer = webhook.get("response") if isinstance(webhook, dict) else None
    body = answer.get("body") if isinstance(answer, dict) else None
    return body if isinstance(body, str) else ""


def _named_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that stand in a text, each as a whole.

    >>> _named_in('voice="Polly.Vicki-Neural"', ("Polly.Vicki", "Polly.Vicki-Neural"))
    ('Polly.Vicki-Neural',)
    """
    return tuple(
        name for name in names if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text)
    )
