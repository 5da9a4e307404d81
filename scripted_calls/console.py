"""The agent console's own pages, as a scripted representative uses them: by HTTP, with a cookie."""

import re
from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession

from scripted_calls.representative import Desk, Do

JSON = {"Accept": "application/json"}


class ConsoleRefusedError(Exception):
    """The console did not do what was asked. The message says what, and what it answered."""


class OvertakenError(ConsoleRefusedError):
    """The act was open when the desk was read, and is no longer: look again."""


class ConsolePages:
    """One logged-in representative at the console at `url` (without the trailing slash)."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._call_id: int | None = None

    async def log_in(self, login: str, password: str) -> None:
        """Log in by the form. Raises `ConsoleRefusedError`."""
        form = {"login": login, "password": password}
        async with self._http.post(
            f"{self._url}/login", data=form, allow_redirects=False
        ) as answer:
            if answer.status != HTTPStatus.SEE_OTHER:
                raise ConsoleRefusedError(f"log-in was answered {answer.status}")

    async def look(self) -> Desk:
        """Read the desk."""
        async with self._http.get(f"{self._url}/desk.json") as answer:
            answer.raise_for_status()
            return self._desk(await answer.json())

    async def do(self, act: Do) -> None:
        """Carry out one act by its form.

        Raises `OvertakenError` where the desk has changed since it was read, and else
        `ConsoleRefusedError` with what it says.
        """
        if act.act == "available":
            path, fields = "presence", {"presence": "available"}
        else:
            path, fields = f"calls/{self._call_id}/{act.act}", dict(act.fields)
        async with self._http.post(f"{self._url}/{path}", data=fields, headers=JSON) as answer:
            if answer.status != HTTPStatus.OK:
                said = (await answer.text())[:500]
                is_overtaken = answer.status == HTTPStatus.CONFLICT
                kind = OvertakenError if is_overtaken else ConsoleRefusedError
                raise kind(f"{act.act} was answered {answer.status}: {said}")

    def _desk(self, shown: dict[str, Any]) -> Desk:
        call = shown["call"]
        notice = shown["notice"] or {"code": ""}
        challenge = re.sub(r"\D", "", notice["text"]) if notice["code"] == "challenge" else None
        new_id = (call or {}).get("new_id") or {"groups": [], "read": 0}
        self._call_id = call["id"] if call else None
        # Whoever is being called back can't be talked to yet.
        is_there = call is not None and call["state"] != "calling"
        return Desk(
            allowed=frozenset(shown["allowed"]),
            call_id=self._call_id if is_there else None,
            groups=tuple(new_id["groups"]),
            read=new_id["read"],
            challenge=challenge,
        )
