"""What needs a real browser: ticks, pasting, menu and tabs by keyboard, accessibility."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from codes import new_license_server_id
from tests.chromium import EVERY_LOOK, examine, in_a_browser
from tests.license_server.at_the_pages import at_the_pages, to_telephone_page

pytestmark = in_a_browser("server")


@pytest.fixture
def page(chromium: Browser, activated: Path, now: datetime) -> Iterator[Page]:
    with at_the_pages(chromium, activated, now + timedelta(hours=1)) as page:
        yield page


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


def test_pages_are_accessible_and_fit(page: Page) -> None:
    to_telephone_page(page)
    paths = ["/manager", "/manager/server", "/manager/properties", "/reactivate/welcome"]
    paths += ["/reactivate/license-server-reactivation", "/reactivate/cancel", "/password"]
    for path in paths:
        page.goto(path)
        examine(page, path, looks=EVERY_LOOK)
