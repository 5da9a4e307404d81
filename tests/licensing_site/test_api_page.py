"""The API's page in a real browser: accessible, narrow, and with nothing from elsewhere."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from data_store import open_engine
from licensing_site.api import MOUNT
from tests.licensing_site.api_house import Api
from tests.serving import Served

CHROMIUM = shutil.which("chromium")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = [
    pytest.mark.xdist_group("browser-api-page"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    engine = open_engine(f"sqlite:///{tmp_path}/store.db")
    mounted = DispatcherMiddleware(NotFound(), {MOUNT: Api(engine).app})
    server = Served(mounted)
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            base_url=server.address,
            color_scheme=request.param,
            viewport={"width": 320, "height": 640},
        )
        page = context.new_page()
        page.on("console", lambda told: faults.append(told.text))
        page.on("requestfailed", lambda failed: faults.append(failed.url))
        page.goto(f"{MOUNT}/")
        yield page
        browser.close()
    server.stop()
    engine.dispose()
    assert faults == []


def test_the_page_is_for_everybody(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_problem_leads_to_its_entry(page: Page) -> None:
    page.goto(f"{MOUNT}/#limit_reached")
    shown = page.locator(":target")
    assert shown.is_visible()
    assert "limit_reached" in shown.inner_text()
