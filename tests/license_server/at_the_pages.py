"""An administrator at a license server's pages in a real browser, logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from license_server.app import create_app, one_time_path
from tests.chromium import opened
from tests.serving import Served


@contextmanager
def at_the_pages(browser: Browser, data: Path, now: datetime, **options: Any) -> Iterator[Page]:
    """Serve a data directory, and open Server Manager by the one-time link."""
    app = create_app(data, clock=lambda: now, is_demo=True)
    server = Served(app)
    with opened(browser, base_url=server.address, **options) as page:
        page.goto(one_time_path(app))
        page.wait_for_url("**/server/manager")
        yield page
    server.stop()


def to_telephone_page(page: Page) -> str:
    """Choose the telephone and begin to reactivate; gives the license server ID that is shown."""
    page.goto("/manager/properties")
    page.get_by_label("Connection method", exact=True).select_option("telephone")
    page.get_by_label("Select Country or Region").select_option("DE")
    page.get_by_role("button", name="OK", exact=True).click()
    page.wait_for_url("**/manager/server")
    page.goto("/reactivate")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_title("License Server Reactivation")
    return page.locator("#license-server-id").get_attribute("data-code") or ""
