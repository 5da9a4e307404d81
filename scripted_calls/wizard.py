"""The license server's own pages, as the caller uses them: the seed's steps, by HTTP."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from aiohttp import ClientSession

from scripted_calls.caller import Accepted, Facts, Refused
from scripted_calls.pages import Page

TELEPHONE_PAGE = "/reactivate/license-server-reactivation"


class WizardError(Exception):
    """A page was not the one that was expected. The message names both."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page License Server Reactivation shows: what the caller reads off it."""

    number: str
    facts: Facts


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

    async def start(self) -> Shown:
        """Reactivate Server: Next on Welcome, and read License Server Reactivation."""
        page = await self._post("/reactivate/welcome", {"action": "next"})
        if page.heading != "License Server Reactivation":
            raise WizardError(f"expected License Server Reactivation, but it is {page.heading!r}")
        marked = page.marked
        facts = Facts(
            product_id=marked["product-id"]["data-code"],
            license_server_id=marked["license-server-id"]["data-code"],
            line_code=marked["line-code"]["data-code"],
            reason_key=page.proposed or "0",
        )
        return Shown(marked["phone-number"]["data-number"], facts)

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
