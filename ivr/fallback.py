"""What a caller hears where the line itself can't answer: an apology that keeps the case.

It needs no database. The network asks for it where a webhook fails, so it is served beside the
webhooks and, for the hour in which those are down, by a process of its own.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from codes import case_number
from ivr.circumstances import language_for
from ivr.keepsake import Keepsake
from ivr.signature import checker
from region_routing import RoutingTable
from spoken_prompts import Prompts
from spoken_prompts.prompts import FALLBACK

# "Say: Invalid voice value", and the same for a Say in a Gather.
VOICE_CODES = frozenset({"13511", "13321"})
REFUSED_VOICE = "/voice/refused-voice"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FallbackServices:
    """What an apology needs.

    `public_base_url` is the base of the URL that the network signs; `site` is the website's address
    as it is spoken, empty where there is none. In production only approved languages are spoken.
    """

    routing: RoutingTable
    prompts: Prompts
    auth_tokens: Sequence[str] = field(repr=False)
    public_base_url: str
    site: str
    production: bool


def create_blueprint(services: FallbackServices) -> Blueprint:
    """The fallback webhook alone, to be mounted at `/voice`."""
    blueprint = Blueprint("fallback", __name__)
    blueprint.before_request(checker(services.auth_tokens, services.public_base_url))
    apology = Apology(services)

    @blueprint.post("/fallback")
    def fallback() -> Response:
        code, failed = request.form.get("ErrorCode", ""), request.form.get("ErrorUrl", "")
        if code not in VOICE_CODES or not failed:
            return apology.after_failure()
        # The line is there, since it gave the document: it knows by which voices it spoke.
        response = VoiceResponse()
        response.redirect(urljoin(failed, f"{REFUSED_VOICE}?code={code}"), method="POST")
        return Response(str(response), mimetype="text/xml")

    return blueprint


class Apology:
    """Makes the document that apologises to the call of the request in hand."""

    def __init__(self, services: FallbackServices) -> None:
        self._services = services
        self._keepsake = Keepsake(
            services.auth_tokens, is_secure=services.public_base_url.startswith("https:")
        )

    def __call__(self) -> Response:
        """In the call's language; with its case number, and how to go on, once it has one."""
        kept = self._keepsake.find(request)
        known = kept is not None and kept.language in self._services.prompts.languages
        language = kept.language if kept and known else self._language_rung()
        response = VoiceResponse()
        if kept is None:
            self._say(response, "technical_fault", language)
        else:
            number = case_number.format(kept.case_number)
            digits = self._services.prompts.digits(number, language)
            self._say(response, "technical_fault_case", language)
            for _ in range(2):
                self._say(response, "case_number", language, digits=digits)
            self._say(response, "technical_fault_resume", language)
        response.hangup()
        return Response(str(response), mimetype="text/xml")

    def cannot_help(self) -> Response:
        """For a call that comes while nothing can be done: nothing was keyed yet."""
        language = self._language_rung()
        response = VoiceResponse()
        self._say(response, "cannot_help_now", language)
        if self._services.site:
            self._say(response, "status_at", language, site=self._services.site)
        response.hangup()
        return Response(str(response), mimetype="text/xml")

    def after_failure(self) -> Response:
        """Answer the network, which fell back and says why."""
        error = request.form.get("ErrorCode", "unknown")
        where = urlsplit(request.form.get("ErrorUrl", "")).path
        log.error("the network fell back: error %s at %s", error, where or "an unknown address")
        return self.cannot_help() if where.endswith("/incoming") else self()

    def _language_rung(self) -> str:
        services = self._services
        line = services.routing.line_for_number(request.form.get("To", ""))
        if line is None:
            return FALLBACK
        region = services.routing.regions[line.region]
        production = services.production
        return language_for(services.prompts, line, region, production=production).language

    def _say(self, response: VoiceResponse, prompt: str, language: str, **values: str) -> None:
        prompts = self._services.prompts
        text = prompts.text(prompt, language, **values)
        response.say(text, language=prompts.voice(language))
