"""All methods and deactivation in a real browser: titles, ticks, keyboard, axe, 320 pixels."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from codes import deactivation_confirmation, new_license_server_id, product_key
from license_server import health, link, progress
from license_server.link import Link
from license_server.model import Method
from license_server.state import Properties
from tests.chromium import EVERY_LOOK, examine, in_a_browser
from tests.license_server.at_the_pages import at_the_pages

ADA = Properties(
    region="DE",
    first_name="Ada",
    last_name="Lovelace",
    company="Analytical Engines",
    country="DE",
    email="ada@engines.example",
)

pytestmark = in_a_browser("methods")


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
        examine(self.page, title, looks=EVERY_LOOK)

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


@pytest.fixture
def new(chromium: Browser, data: Path, now: datetime) -> Iterator[Walker]:
    with at_the_pages(chromium, data, now) as page:
        yield Walker(page, data)


@pytest.fixture
def active(chromium: Browser, activated: Path, now: datetime) -> Iterator[Walker]:
    with at_the_pages(chromium, activated, now + timedelta(hours=1)) as page:
        yield Walker(page, activated)


def test_automatic_reactivation(active: Walker, internet: Any) -> None:
    internet.number = 1
    link.store(active.data, internet.link)
    active.choose(Method.AUTOMATIC)
    active.page.goto("/reactivate")
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
    active.page.goto("/reactivate")
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
    new.page.goto("/activate")
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
    active.page.goto("/deactivate")
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
