"""The document's procedures page by page, by their titles, in a real Chromium over real HTTPS.

The telephone method is walked in test_whole_way.py. `ACTIVATION_LINE_SCREENSHOTS=DIR` keeps a
picture of every page in DIR.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from activation_line.house import House, Plan
from license_server import health
from tests.browser.walking import Walker, advanced, choose_method, come_in, menu, standing

pytestmark = pytest.mark.xdist_group("browser-seed")

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists():
    pytest.skip("needs Chromium at /usr/bin/chromium", allow_module_level=True)

SHOTS = os.environ.get("ACTIVATION_LINE_SCREENSHOTS")
WHO = {"first_name": "Kim", "last_name": "Example", "company": "Example"}
WIZARD = "Completing the Reactivate Server Wizard"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Plan(tmp_path / "demo", with_site=True), [].append) as opened:
        yield opened


@pytest.fixture
def walker(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Walker]:
    # The demo's website has a certificate of the demo's own authority.
    context = browser.new_context(ignore_https_errors=True, reduced_motion="reduce")
    shots = None
    if SHOTS is not None:
        shots = Path(SHOTS) / request.node.name
        shots.mkdir(parents=True, exist_ok=True)
    page = context.new_page()
    complaints: list[str] = []
    # A form that comes back with its faults is a 422, which the browser tells as an error.
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type == "error" and "422" not in said.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Walker(page, shots)
    context.close()
    assert complaints == []


def other_page(walker: Walker) -> Walker:
    """Another computer's browser."""
    return Walker(walker.page.context.new_page(), walker.shots)


def choose(walker: Walker, option: str) -> Walker:
    """Take an option of the licensing site's first page."""
    walker.at("Select Option - Licensing Site")
    walker.page.get_by_role("radio", name=option).check()
    return walker.next()


def openssl_accepts(house: House) -> bool:
    """Have openssl verify the certificate against what is above it: chain or local root."""
    above, own = health.certificate_paths(house.demo.license_server_dir)
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(above), str(own)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_the_automatic_method_page_by_page(house: House, walker: Walker) -> None:
    come_in(walker, house)
    walker.page.locator("#server-node").click()
    assert standing(walker) == "expired"
    choose_method(walker, "Automatic connection (recommended)")
    advanced(walker, "Reactivate Server").at("Welcome").next()
    walker.at("Information Needed").next()
    # Nothing is sent before it is complete, and nothing that was typed is lost.
    expect(walker.page.get_by_role("alert")).to_be_visible()
    walker.fill(**WHO)
    walker.page.locator("[name=country]").select_option("US")
    assert walker.page.locator("[name=reason]:checked").input_value() == "certificate_expired"
    walker.next().at(WIZARD)
    assert "clearinghouse signed the certificate" in walker.page.locator("main").inner_text()
    walker.next("Finish")
    assert standing(walker) == "valid"
    assert openssl_accepts(house)


def test_the_web_browser_method_page_by_page(house: House, walker: Walker) -> None:
    come_in(walker, house)
    choose_method(walker, "Web Browser")
    advanced(walker, "Reactivate Server").at("Welcome").next()
    walker.at("License Server Reactivation")
    address = walker.page.locator("#site-url").get_attribute("data-url") or ""
    ids = {
        name: walker.shown(name.replace("_", "-")) for name in ("product_id", "license_server_id")
    }
    assert not any(code in address for code in ids.values())
    site = other_page(walker)
    site.page.goto(address)
    choose(site, "Reactivate a license server").at("Information Needed - Licensing Site")
    site.fill(**ids, **WHO)
    site.page.locator("[name=country]").select_option("DE")
    site.page.get_by_role("radio", name="certificate expired").check()
    site.next().at("Verify Everything - Licensing Site").next()
    site.at("New License Server ID - Licensing Site")
    for code in ids.values():
        assert code not in site.page.url
    new_id = site.shown("new-license-server-id")
    for number in range(7):
        field = walker.page.locator(f"#group{number + 1}")
        field.press_sequentially(new_id[number * 5 : number * 5 + 5])
        expect(walker.page.locator(".group").nth(number)).to_have_attribute("data-mark", "good")
    walker.next().at(WIZARD)
    closing_code = walker.shown("closing-code")
    site.page.get_by_role("link", name="Confirm").click()
    site.at("Confirm - Licensing Site").fill(closing_code=closing_code).next("Confirm")
    site.at("Confirmed - Licensing Site").next("Finish")
    walker.next("Finish")
    assert standing(walker) == "valid"
    assert openssl_accepts(house)


def test_deactivation_automatically(house: House, walker: Walker) -> None:
    come_in(walker, house)
    choose_method(walker, "Automatic connection (recommended)")
    advanced(walker, "Deactivate Server").at("Information Needed")
    walker.fill(first_name="Kim", last_name="Example").next()
    # The internet method needs the e-mail address; the phone number may be left out.
    expect(walker.page.get_by_role("alert")).to_contain_text("e-mail")
    walker.fill(email="kim@example.org").next()
    walker.at("Completing the Deactivate Server Wizard").next("Finish")
    licenses_nobody_new(walker)
    # Until it is activated again.
    menu(walker).get_by_role("link", name="Activate Server").click()
    walker.at("Welcome").next().at("Connection Method").next()
    walker.at("Company Information").fill(**WHO)
    walker.page.locator("[name=country]").select_option("US")
    walker.next().at("Completing the Activate Server Wizard")
    if walker.page.locator("#install-licences").count():
        walker.page.locator("#install-licences").uncheck()
    walker.next("Finish")
    assert standing(walker) == "valid"


def licenses_nobody_new(walker: Walker) -> None:
    """The Manager says so, and what would give out licences is out of reach, with the reason."""
    assert "deactivated" in walker.page.locator("main").inner_text().lower()
    opened = menu(walker)
    item = opened.locator("[aria-disabled=true]").filter(has_text="Install Licenses")
    expect(item).to_contain_text("deactivated")
    walker.page.keyboard.press("Escape")


def test_deactivation_by_codes(house: House, walker: Walker) -> None:
    """The receipt goes to the licensing site, and the confirmation back, typed by hand."""
    come_in(walker, house)
    choose_method(walker, "Web Browser")
    advanced(walker, "Deactivate Server").at("Information Needed")
    walker.fill(first_name="Kim", last_name="Example", email="kim@example.org").next()
    walker.at("License Server Deactivation").next("Show the receipt")
    walker.at("License Server Deactivation")
    site = other_page(walker)
    site.page.goto(walker.page.locator("#site-url").inner_text())
    choose(site, "Deactivate a license server").at("Information Needed - Licensing Site")
    site.fill(
        product_id=walker.shown("product-id"),
        deactivation_receipt=walker.shown("receipt"),
        first_name="Kim",
        last_name="Example",
        email="kim@example.org",
    )
    site.page.locator("[name=cause]").first.check()
    site.next().at("Verify Everything - Licensing Site").next()
    site.at("Deactivation Confirmation - Licensing Site")
    confirmation = site.shown("confirmation")
    # A whole code may be typed into any field.
    walker.page.locator("#group1").fill(confirmation)
    walker.next().at("Completing the Deactivate Server Wizard").next("Finish")
    licenses_nobody_new(walker)
