"""The API's page in a real browser: accessible, narrow, and with nothing from elsewhere."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from licensing_site.api import MOUNT
from tests.chromium import in_a_browser, violations
from tests.licensing_site.api_house import Api
from tests.serving import Served

pytestmark = in_a_browser("api-page")


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, chromium: Browser, sqlite_engine: Engine
) -> Iterator[Page]:
    mounted = DispatcherMiddleware(NotFound(), {MOUNT: Api(sqlite_engine).app})
    server = Served(mounted)
    faults: list[str] = []
    context = chromium.new_context(
        base_url=server.address,
        color_scheme=request.param,
        viewport={"width": 320, "height": 640},
    )
    page = context.new_page()
    page.on("console", lambda told: faults.append(told.text))
    page.on("requestfailed", lambda failed: faults.append(failed.url))
    page.goto(f"{MOUNT}/")
    yield page
    context.close()
    server.stop()
    assert faults == []


def test_the_page_is_for_everybody(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_problem_leads_to_its_entry(page: Page) -> None:
    page.goto(f"{MOUNT}/#limit_reached")
    shown = page.locator(":target")
    assert shown.is_visible()
    assert "limit_reached" in shown.inner_text()
