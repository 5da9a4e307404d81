"""All methods and deactivation in a real browser: titles, ticks, keyboard, axe, 320 pixels."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from codes import deactivation_confirmation, new_license_server_id, product_key
from license_server import health, link, progress
from license_server.app import create_app, one_time_path
from license_server.link import Link
from license_server.model import Method
from license_server.state import Properties
from tests.serving import Served

CHROMIUM = shutil.which("chromium")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ADA = Properties(
    region="DE",
    first_name="Ada",
    last_name="Lovelace",
    company="Analytical Engines",
    country="DE",
    email="ada@engines.example",
)

pytestmark = [
    pytest.mark.xdist_group("browser-methods"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Walker:
    """Somebody at the pages, who has each one examined before leaving it."""

    def __init__(self, page: Page, data: Path) -> None:
        self.page = page
        self.data = data

    def choose(self, method: Method) -> None:
        properties = ADA.__class__(**{**_fields(ADA), "method": method})
        progress.keep_properties(self.data, properties)

    def on(self, title: str) -> None:
        """See that this is the page, and that it is fit for everybody."""
        expect(self.page).to_have_title(title)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 700})
            assert self.page.evaluate("document.documentElement.scrollWidth") == width, title
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": TAGS}})
        faults = [
            (fault["id"], node["html"])
            for fault in found.response["violations"]
            for node in fault["nodes"]
        ]
        assert faults == [], title

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).press("Enter")

    def code(self, name: str) -> str:
        return self.page.locator(f"#{name}").get_attribute("data-code") or ""

    def type_groups(self, groups: list[str]) -> None:
        """Type group by group; each tick moves on to the next field."""
        self.page.locator("#group1").focus()
        for number, group in enumerate(groups, 1):
            expect(self.page.locator(f"#group{number}")).to_be_focused()
            self.page.keyboard.type(group)
        expect(self.page.locator('[data-mark="good"]')).to_have_count(len(groups))


def _fields(properties: Properties) -> dict[str, Any]:
    return {name: getattr(properties, name) for name in properties.__slots__}


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=request.param)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda told: faults.append(told.text) if "Content Security" in told.text else None,
    )
    yield page
    context.close()
    assert faults == []


def _walking(page: Page, data: Path, now: datetime) -> Iterator[Walker]:
    app = create_app(data, clock=lambda: now)
    server = Served(app)
    base = server.address
    page.goto(base + one_time_path(app))
    page.wait_for_url("**/server/manager")
    page.base = base  # type: ignore[attr-defined]  # where the walk begins
    yield Walker(page, data)
    page.goto("about:blank")
    server.stop()


@pytest.fixture
def new(page: Page, data: Path, now: datetime) -> Iterator[Walker]:
    yield from _walking(page, data, now)


@pytest.fixture
def active(page: Page, activated: Path, now: datetime) -> Iterator[Walker]:
    yield from _walking(page, activated, now + timedelta(hours=1))


def go(walker: Walker, path: str) -> None:
    walker.page.goto(walker.page.base + path)  # type: ignore[attr-defined]  # see above


def test_automatic_reactivation(active: Walker, internet: Any) -> None:
    internet.number = 1
    link.store(active.data, internet.link)
    active.choose(Method.AUTOMATIC)
    go(active, "/reactivate")
    active.on("Welcome")
    active.press("Next")
    active.on("Information Needed")
    active.press("Next")
    active.on("Information Needed")
    expect(active.page.locator("#error")).to_contain_text("Choose the reason")
    active.page.get_by_label("The license server was upgraded").check()
    active.press("Next")
    active.on("Completing the Reactivate Server Wizard")
    expect(active.page.get_by_role("button", name="Finish")).to_be_focused()
    active.press("Finish")
    active.page.wait_for_url("**/manager/server")


def test_reactivation_by_web_browser(active: Walker, licence: Any) -> None:
    link.store(active.data, Link("https://site.example/api/v1", "https://site.example/licensing"))
    active.choose(Method.WEB)
    go(active, "/reactivate")
    active.on("Welcome")
    active.press("Next")
    active.on("License Server Reactivation")
    expect(active.page.locator("#site-url")).to_have_text("https://site.example/licensing")
    active.page.get_by_text("By file instead of typing").click()
    active.press("Take the answer file")
    expect(active.page.locator("#error")).to_contain_text("Choose the answer file")
    active.on("License Server Reactivation")
    new_id = licence.issue(active.code("license-server-id"), 2)
    active.type_groups(list(new_license_server_id.split(new_id)))
    active.page.keyboard.press("Enter")
    active.on("Completing the Reactivate Server Wizard")
    active.press("Finish")
    active.page.wait_for_url("**/manager/server")


def test_activation(new: Walker, licence: Any, internet: Any) -> None:
    go(new, "/activate")
    new.on("Welcome")
    new.press("Next")
    new.on("Connection Method")
    new.page.locator("#method").select_option("telephone")
    new.press("Next")
    new.on("Connection Method")
    expect(new.page.locator("#error")).to_contain_text("Choose the country or region")
    new.page.get_by_label("Select Country or Region").select_option("DE")
    new.press("Next")
    new.on("License Server Activation")
    asked = new.code("license-server-id")
    new.press("Back")
    new.page.locator("#method").select_option("automatic")
    new.press("Next")
    new.on("Company Information")
    new.press("Back")
    new.page.locator("#method").select_option("web")
    new.press("Next")
    new.on("License Server Activation")
    assert new.code("license-server-id") == asked
    new.type_groups(list(new_license_server_id.split(licence.issue(asked))))
    new.press("Next")
    new.on("Completing the Activate Server Wizard")


def test_deactivation(active: Walker, licence: Any) -> None:
    active.choose(Method.TELEPHONE)
    go(active, "/deactivate")
    active.on("Information Needed")
    active.page.get_by_label("The server is redeployed").check()
    active.press("Next")
    active.on("License Server Deactivation")
    active.press("Show the receipt")
    expect(active.page.locator("#receipt")).to_be_visible()
    active.on("License Server Deactivation")
    secret = product_key.secret(licence.product_key)
    code = deactivation_confirmation.make(secret, licence.product_id, active.code("receipt"))
    active.page.locator("#group1").press_sequentially(f"{(int(code[:5]) + 1) % 10**5:05}")
    expect(active.page.locator("#verdict1")).to_have_text("wrong")
    active.page.locator("#group1").fill("")
    active.type_groups(list(deactivation_confirmation.split(code)))
    active.page.keyboard.press("Enter")
    active.on("Completing the Deactivate Server Wizard")
    active.press("Finish")
    active.page.wait_for_url("**/manager/server")
    assert health.status(active.data, datetime.now().astimezone()).is_deactivated
