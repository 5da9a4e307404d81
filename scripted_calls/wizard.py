"""The license server's own pages, as the caller uses them: the seed's steps, by HTTP."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from aiohttp import ClientSession

from scripted_calls.caller import Facts
from scripted_calls.calling import Accepted, Answered, Refused
from scripted_calls.pages import Page

TELEPHONE_HEADING = "License Server Reactivation"
LAST_HEADING = "Completing the Reactivate Server Wizard"
TELEPHONE_PAGE = "/reactivate/license-server-reactivation"


class WizardError(Exception):
    """A page was not the one that was expected. The message names both."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the wizard shows for a call: what the caller reads off it.

    `closing_code` is there where the new license server ID was accepted in an earlier call.
    """

    number: str
    facts: Facts
    closing_code: str | None = None


class WizardPages:
    """One administrator's session at the license server at `url` (without the trailing slash)."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    @classmethod
    async def log_in(cls, http: ClientSession, url: str, password: str) -> Self:
        """Log in with the local administrator's password. Raises `WizardError`."""
        pages = cls(http, url)
        page = await pages._post("/log-in", {"password": password})
        if page.url.endswith("/log-in"):
            raise WizardError(f"log-in was refused: {page.texts.get('error', page.heading)}")
        return pages

    async def choose_telephone(self, region: str) -> None:
        """Properties, Connection Method: Telephone, the country or region, OK."""
        fields = {"action": "ok", "method": "telephone", "region": region}
        page = await self._post("/manager/properties", fields)
        if page.url.endswith("/manager/properties"):
            raise WizardError(
                f"Properties was not accepted: {page.texts.get('error', page.heading)}"
            )

    async def start(self, *, is_compromised: bool = False) -> Shown:
        """Reactivate Server: Next on Welcome, and read the page that opens.

        That is License Server Reactivation, or the last page of a call that broke off there. Of a
        compromised key nobody but the administrator knows, who says so on Welcome.
        """
        said = {"compromised": "yes"} if is_compromised else {}
        page = await self._post("/reactivate/welcome", {"action": "next", **said})
        if page.heading not in {TELEPHONE_HEADING, LAST_HEADING}:
            raise WizardError(f"expected {TELEPHONE_HEADING}, but it is {page.heading!r}")
        marked = page.marked
        facts = Facts(
            product_id=marked["product-id"]["data-code"],
            license_server_id=marked["license-server-id"]["data-code"],
            line_code=marked["line-code"]["data-code"],
            reason_key=page.proposed or "0",
        )
        closing_code = marked.get("closing-code", {}).get("data-code")
        return Shown(marked["phone-number"]["data-number"], facts, closing_code)

    async def answer(self, challenge: str) -> Answered:
        """Type the four digits of the challenge, and read the answer. Raises `WizardError`."""
        page = await self._post(TELEPHONE_PAGE, {"challenge": challenge, "action": "answer"})
        if "answer" not in page.marked:
            raise WizardError(f"the wizard did not answer the challenge {challenge!r}")
        return Answered(page.marked["answer"]["data-code"])

    async def enter(self, new_license_server_id: str) -> Accepted | Refused:
        """Type the new license server ID, and Next."""
        fields = {"new_license_server_id": new_license_server_id, "action": "next"}
        page = await self._post(TELEPHONE_PAGE, fields)
        if "closing-code" in page.marked:
            return Accepted(page.marked["closing-code"]["data-code"])
        return Refused(page.texts.get("error", page.heading))

    async def finish(self) -> None:
        """Finish on Completing the Reactivate Server Wizard."""
        await self._post("/reactivate/completing", {"action": "finish"})

    async def _post(self, path: str, fields: dict[str, str]) -> Page:
        async with self._http.post(self._url + path, data=fields) as answer:
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise WizardError(f"{path} was answered {answer.status}")
            return Page(str(answer.url), await answer.text())
