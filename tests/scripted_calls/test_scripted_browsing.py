"""The scripts at the license server's and the console's pages, over HTTP, each page played."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from scripted_calls.caller import (
    Facts,
)
from scripted_calls.calling import (
    Accepted,
    Refused,
)
from scripted_calls.console import ConsolePages, ConsoleRefusedError
from scripted_calls.representative import Do
from scripted_calls.wizard import TELEPHONE_PAGE, Shown, WizardError, WizardPages

Result = TypeVar("Result")
NEW_ID = "82609881973242599431076178073946394"
SHOWN = """<h1>License Server Reactivation</h1>
<b id="phone-number" data-number="+12025550143">(202) 555-0143</b>
<b id="product-id" data-code="00298772766931009389"></b>
<b id="license-server-id" data-code="07263704541960936955944048464452370"></b>
<b id="line-code" data-code="7140"></b><p data-proposed="2"></p>"""


@dataclass
class PlayedSite:
    """Answers each path with what it is told to; keeps what was sent."""

    answers: dict[str, Callable[[], web.StreamResponse]]
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if request.method == "POST":
            self.sent.append((request.path, form))
        answer = self.answers.get(request.path)
        return web.Response(status=404) if answer is None else answer()


def page(html: str, status: int = 200) -> Callable[[], web.StreamResponse]:
    return lambda: web.Response(text=html, content_type="text/html", status=status)


def away(path: str) -> Callable[[], web.StreamResponse]:
    def answer() -> web.StreamResponse:
        response = web.Response(status=303, headers={"Location": path})
        response.set_cookie("session", "token")
        return response

    return answer


def browse(site: PlayedSite, visit: Callable[[ClientSession, str], Awaitable[Result]]) -> Result:
    """Let a script visit the site with a browser of its own."""

    async def go() -> Result:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", site.answer)
        async with (
            TestServer(app) as server,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
        ):
            return await visit(http, str(server.make_url("")).rstrip("/"))

    return asyncio.run(go())


# The wizard


def test_logs_in_and_chooses_the_telephone_of_a_region() -> None:
    site = PlayedSite(
        {
            "/log-in": away("/manager"),
            "/manager": page("<h1>Licensing Manager</h1>"),
            "/manager/properties": away("/manager"),
        }
    )

    async def visit(http: ClientSession, url: str) -> None:
        wizard = await WizardPages.log_in(http, url, "three blind mice")
        await wizard.choose_telephone("DE")

    browse(site, visit)
    assert site.sent == [
        ("/log-in", {"password": "three blind mice"}),
        ("/manager/properties", {"action": "ok", "method": "telephone", "region": "DE"}),
    ]


def test_a_wrong_password_lets_nobody_in() -> None:
    refused = page('<h1>Log in</h1><p id="error">That is not the password.</p>', status=401)
    site = PlayedSite({"/log-in": refused})
    with pytest.raises(WizardError, match=r"refused: That is not the password\."):
        browse(site, lambda http, url: WizardPages.log_in(http, url, "four blind mice"))


def test_properties_that_are_not_accepted_are_told() -> None:
    shown = page('<h1>Properties</h1><p id="error">There is no region XX.</p>')
    site = PlayedSite({"/manager/properties": shown})
    with pytest.raises(WizardError, match=r"not accepted: There is no region XX\."):
        browse(site, lambda http, url: WizardPages(http, url).choose_telephone("XX"))


def test_what_the_page_shows_is_what_the_caller_knows() -> None:
    site = PlayedSite({"/reactivate/welcome": away(TELEPHONE_PAGE), TELEPHONE_PAGE: page(SHOWN)})
    shown = browse(site, lambda http, url: WizardPages(http, url).start())
    assert site.sent == [("/reactivate/welcome", {"action": "next"})]
    assert shown == Shown(
        "+12025550143",
        Facts("00298772766931009389", "07263704541960936955944048464452370", "7140", "2"),
    )


def test_another_page_than_expected_is_named() -> None:
    site = PlayedSite({"/reactivate/welcome": page("<h1>Log in</h1>")})
    with pytest.raises(WizardError, match="but it is 'Log in'"):
        browse(site, lambda http, url: WizardPages(http, url).start())


def test_a_new_id_that_is_accepted_shows_the_closing_code() -> None:
    completing = '<h1>Completing</h1><b id="closing-code" data-code="0208">0208</b>'
    site = PlayedSite({TELEPHONE_PAGE: page(completing), "/reactivate/completing": page("")})

    async def visit(http: ClientSession, url: str) -> Accepted | Refused:
        wizard = WizardPages(http, url)
        answer = await wizard.enter(NEW_ID)
        await wizard.finish()
        return answer

    assert browse(site, visit) == Accepted("0208")
    assert site.sent == [
        (TELEPHONE_PAGE, {"new_license_server_id": NEW_ID, "action": "next"}),
        ("/reactivate/completing", {"action": "finish"}),
    ]


def test_a_new_id_that_is_refused_gives_the_pages_words() -> None:
    refused = page(f'{SHOWN}<p id="error">Group 3 is wrong.</p>', status=422)
    site = PlayedSite({TELEPHONE_PAGE: refused})
    answer = browse(site, lambda http, url: WizardPages(http, url).enter(NEW_ID))
    assert answer == Refused("Group 3 is wrong.")


def test_a_server_in_trouble_is_no_refusal() -> None:
    site = PlayedSite({TELEPHONE_PAGE: page("", status=500)})
    with pytest.raises(WizardError, match=f"{TELEPHONE_PAGE} was answered 500"):
        browse(site, lambda http, url: WizardPages(http, url).enter(NEW_ID))


# The console

DESK = {
    "allowed": ["read", "hold"],
    "notice": None,
    "call": {
        "id": 12,
        "state": "talking",
        "new_id": {"groups": ["82609", "88197"], "read": 1},
    },
}


def desk_of(shown: object) -> Callable[[], web.StreamResponse]:
    return lambda: web.json_response(shown)


def test_the_desk_is_read_as_the_console_shows_it() -> None:
    site = PlayedSite({"/console/desk.json": desk_of(DESK)})
    desk = browse(site, lambda http, url: ConsolePages(http, f"{url}/console").look())
    assert desk.allowed == {"read", "hold"}
    assert (desk.call_id, desk.groups, desk.read) == (12, ("82609", "88197"), 1)


@pytest.mark.parametrize("call", [None, {"id": 12, "state": "talking", "new_id": None}])
def test_a_desk_without_a_call_or_without_a_new_id(call: dict[str, object] | None) -> None:
    site = PlayedSite(
        {"/console/desk.json": desk_of({"allowed": [], "notice": None, "call": call})}
    )
    desk = browse(site, lambda http, url: ConsolePages(http, f"{url}/console").look())
    assert (desk.call_id, desk.groups, desk.read) == (12 if call else None, (), 0)


def test_acts_go_to_the_call_in_hand() -> None:
    site = PlayedSite(
        {
            "/console/login": away("/console/"),
            "/console/presence": page("{}"),
            "/console/desk.json": desk_of(DESK),
            "/console/calls/12/refuse": page("{}"),
        }
    )

    async def visit(http: ClientSession, url: str) -> None:
        console = ConsolePages(http, f"{url}/console")
        await console.log_in("anna", "three blind mice")
        await console.do(Do("available"))
        await console.look()
        await console.do(Do("refuse", {"why": "unknown"}))

    browse(site, visit)
    assert site.sent == [
        ("/console/login", {"login": "anna", "password": "three blind mice"}),
        ("/console/presence", {"presence": "available"}),
        ("/console/calls/12/refuse", {"why": "unknown"}),
    ]


def test_a_log_in_that_is_refused() -> None:
    site = PlayedSite({"/console/login": page("no", status=401)})
    with pytest.raises(ConsoleRefusedError, match="log-in was answered 401"):
        browse(site, lambda http, url: ConsolePages(http, f"{url}/console").log_in("anna", "x"))


def test_an_act_that_is_refused_gives_the_consoles_words() -> None:
    site = PlayedSite({"/console/presence": page("That is not possible now.", status=409)})
    with pytest.raises(ConsoleRefusedError, match=r"answered 409: That is not possible now\."):
        browse(site, lambda http, url: ConsolePages(http, f"{url}/console").do(Do("available")))
