"""What the browser tests of the document's procedures share: a person at the Manager's pages."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from activation_line.house import House
from tests.chromium import WCAG, violations

NARROW = {"width": 320, "height": 800}
WIDE = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Walker:
    """One person's page; every page is looked at as it is left behind: axe, narrow and wide."""

    page: Page
    shots: Path | None

    def at(self, title: str) -> "Walker":
        """Be on the page of this title, and have it examined."""
        expect(self.page).to_have_title(title)
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)
            overflow = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{title} scrolls sideways at {size['width']}"
            if self.shots is not None:
                name = f"{len(list(self.shots.iterdir())):03}-{title}-{size['width']}.png"
                self.page.screenshot(path=self.shots / name.replace(" ", "-"), full_page=True)
        assert violations(self.page, tags=WCAG) == []
        return self

    def next(self, name: str = "Next") -> "Walker":
        """Press the button that leads on."""
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def fill(self, **values: str) -> "Walker":
        """Type into fields, by their names."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]").fill(value)
        return self

    def shown(self, name: str) -> str:
        """A code that the page shows."""
        return self.page.locator(f"#{name}").get_attribute("data-code") or ""


def come_in(walker: Walker, house: House) -> Walker:
    """Log in, and open Licensing Manager from the Tools menu of Server Manager."""
    page = walker.page
    page.goto(f"{house.license_server.facts['url'].rstrip('/')}/log-in")
    page.get_by_label("Password").fill(house.demo.password)
    page.keyboard.press("Enter")
    walker.at("Server Manager")
    # Which one is the license server stands in words; the demo's other servers are none.
    roles = page.locator("td[data-label=Role]").all_inner_texts()
    assert len(roles) >= 2
    assert roles.count("License server") == 1
    page.get_by_text("Tools", exact=True).click()
    page.get_by_text("Remote Licensing", exact=True).click()
    page.get_by_role("link", name="Remote Licensing Manager").click()
    return walker.at("Licensing Manager")


def menu(walker: Walker) -> Locator:
    """Right-click the license server in the console tree."""
    walker.page.locator("#server-node").click(button="right")
    opened = walker.page.locator("#action-menu")
    expect(opened.get_by_role("link", name="Properties")).to_be_visible()
    return opened


def choose_method(walker: Walker, method: str, region: str | None = None) -> Walker:
    """Properties, Connection Method, OK."""
    page = walker.page
    menu(walker).get_by_role("link", name="Properties").click()
    page.get_by_role("tab", name="Connection Method").click()
    page.get_by_label("Connection method", exact=True).select_option(label=method)
    if region is not None:
        page.get_by_label("Select Country or Region").select_option(label=region)
    walker.next("OK")
    page.wait_for_url("**/manager/server")
    return walker


def advanced(walker: Walker, item: str) -> Walker:
    """Point to Advanced, and select an item."""
    opened = menu(walker)
    opened.get_by_text("Advanced").click()
    opened.get_by_role("link", name=item).click()
    return walker


def standing(walker: Walker) -> str:
    """The activation state that the Manager shows."""
    return walker.page.locator(".standing").get_attribute("data-state") or ""
