"""What needs a real browser: ticks, pasting, menu and tabs by keyboard, accessibility."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from codes import new_license_server_id
from license_server.app import create_app, one_time_path
from tests.serving import Served

CHROMIUM = shutil.which("chromium")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(activated: Path, now: datetime, chromium: Browser) -> Iterator[Page]:
    app = create_app(activated, clock=lambda: now + timedelta(hours=1))
    server = Served(app)
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        # What the browser reports of refused forms (422) is no fault of the page.
        lambda told: faults.append(told.text) if "Content Security" in told.text else None,
    )
    page.goto(one_time_path(app))
    page.wait_for_url("**/manager")
    yield page
    context.close()
    server.stop()
    assert faults == []


def to_telephone_page(page: Page) -> str:
    page.goto("/manager/properties")
    page.get_by_label("Connection method", exact=True).select_option("telephone")
    page.get_by_label("Select Country or Region").select_option("DE")
    page.get_by_role("button", name="OK", exact=True).click()
    page.wait_for_url("**/manager/server")
    page.goto("/reactivate")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_title("License Server Reactivation")
    return page.locator("#license-server-id").get_attribute("data-code") or ""


def test_the_whole_way_by_keyboard(page: Page, licence: SimpleNamespace) -> None:
    page.goto("/manager/server")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("link", name="Properties").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/properties")
    page.locator("#method").focus()
    page.keyboard.type("Tel")
    page.keyboard.press("Tab")
    page.keyboard.type("Germ")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="OK", exact=True).press("Enter")
    page.wait_for_url("**/server")
    page.keyboard.press("Shift+F10")
    for key in ("End", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Reactivate Server").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Welcome")
    page.get_by_role("button", name="Next", exact=True).press("Enter")
    expect(page).to_have_title("License Server Reactivation")
    asked = page.locator("#license-server-id").get_attribute("data-code") or ""
    page.locator("#group1").focus()
    for number, group in enumerate(new_license_server_id.split(licence.issue(asked, 2)), 1):
        expect(page.locator(f"#group{number}")).to_be_focused()
        page.keyboard.type(group)
    expect(page.locator('[data-mark="good"]')).to_have_count(7)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Completing the Reactivate Server Wizard")
    expect(page.get_by_role("button", name="Finish")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/server")


def test_a_wrong_group_is_marked_and_stays(page: Page, licence: SimpleNamespace) -> None:
    first = new_license_server_id.split(licence.issue(to_telephone_page(page), 2))[0]
    page.locator("#group1").press_sequentially(f"{(int(first) + 1) % 10**5:05}")
    expect(page.locator("#verdict1")).to_have_text("wrong")
    expect(page.locator("#group1")).to_be_focused()


@pytest.mark.parametrize("field", [1, 4])
def test_a_pasted_id_is_laid_over_all_fields(
    page: Page, licence: SimpleNamespace, field: int
) -> None:
    new = new_license_server_id.format(licence.issue(to_telephone_page(page), 2))
    page.locator(f"#group{field}").evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
        }""",
        new,
    )
    expect(page.locator('[data-mark="good"]')).to_have_count(7)
    page.reload()
    assert [field.input_value() for field in page.locator(".group input").all()] == new.split("-")


def test_tabs_turn_by_arrow_keys(page: Page) -> None:
    page.goto("/manager/properties")
    page.get_by_role("tab", name="Connection Method").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Required Information")).to_be_focused()
    expect(page.get_by_label("Company", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    to_telephone_page(page)
    page.set_viewport_size({"width": 320, "height": 700})
    paths = ["/manager", "/manager/server", "/manager/properties", "/reactivate/welcome"]
    paths += ["/reactivate/license-server-reactivation", "/reactivate/cancel", "/password"]
    for path in paths:
        page.goto(path)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert found.response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
