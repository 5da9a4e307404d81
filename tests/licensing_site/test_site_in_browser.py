"""What needs a real browser: ticks, keyboard, 320 pixels, accessibility of every page and state."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clearinghouse import Actor
from clearinghouse.packs import PackKind
from codes import license_server_id
from license_server import exchange
from tests.chromium import examine, in_a_browser, opened
from tests.clearinghouse.desk import LicenseServer
from tests.licensing_site.website import Website
from tests.serving import Served

pytestmark = in_a_browser("site")


@pytest.fixture
def address(website: Website) -> Iterator[str]:
    server = Served(website.app)
    yield server.address
    server.stop()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    with opened(chromium, base_url=address, accept_downloads=True) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield page


def check(page: Page, title: str) -> None:
    """Hold the page of this title against the rules, wide and narrow, light and dark."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    examine(page, title)


def go_on(page: Page, name: str = "Next") -> None:
    page.get_by_role("button", name=name).click()


def begin(page: Page, option: str) -> None:
    page.goto("/licensing/")
    page.locator(f'input[value="{option}"]').check()
    go_on(page)


def fill(page: Page, server: LicenseServer, reason: str = "expired") -> None:
    page.get_by_label("Product ID", exact=True).fill(server.product_id)
    page.get_by_label("License server ID", exact=True).fill(server.shown)
    if reason:
        page.get_by_label(reason).check()
    page.get_by_label("First name").fill("Anna")
    page.get_by_label("Last name").fill("Ödegård")
    page.get_by_label("Company").fill("Example GmbH")
    page.get_by_label("Country or region").select_option("DE")


def test_every_page_of_reactivate_is_accessible(website: Website, page: Page) -> None:
    server = website.desk.activated()
    page.goto("/licensing/")
    check(page, "Select Option")
    begin(page, "reactivate")
    check(page, "Information Needed")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Not complete yet.")
    check(page, "Information Needed")
    fill(page, server, "compromised")
    expect(page.locator(".field .wrong:visible")).to_have_count(0)
    expect(page.locator('[data-mark="good"]')).to_have_count(11)
    check(page, "Information Needed")
    go_on(page)
    check(page, "Verify Everything")
    go_on(page)
    check(page, "Answer the Challenge")
    page.get_by_label("The wizard’s answer").fill("000000")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Tries left: 4.")
    check(page, "Answer the Challenge")
    challenge = page.locator("#challenge").get_attribute("data-code") or ""
    page.get_by_label("The wizard’s answer").fill(server.answer(challenge))
    go_on(page)
    page.get_by_text("Show it as a QR code").click()
    check(page, "New License Server ID")
    new_id = page.locator("#new-license-server-id").get_attribute("data-code") or ""
    go_on(page, "Copy")
    expect(page.locator("#copied")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == license_server_id.format(new_id)
    page.get_by_role("link", name="Confirm").click()
    go_on(page, "Confirm")
    check(page, "Confirm")
    page.get_by_label("Closing code").fill(server.accept(new_id))
    go_on(page, "Confirm")
    check(page, "Confirmed")
    page.go_back()
    page.get_by_role("link", name="Back").click()
    check(page, "New License Server ID")
    go_on(page, "Finish")
    check(page, "Select Option")


def test_refusals_and_deactivation_are_accessible(website: Website, page: Page) -> None:
    server = website.desk.server()
    begin(page, "activate")
    fill(page, website.desk.stranger(), "")
    go_on(page)
    go_on(page)
    check(page, "Not Accepted")
    page.get_by_role("link", name="Back to what I typed").click()
    fill(page, server, "")
    go_on(page)
    go_on(page)
    new_id = page.locator("#new-license-server-id").get_attribute("data-code") or ""
    begin(page, "deactivate")
    check(page, "Information Needed")
    page.get_by_label("Product ID", exact=True).fill(server.product_id)
    page.get_by_label("Deactivation receipt", exact=True).fill(website.receipt(new_id))
    page.get_by_label("redeployed").check()
    page.get_by_label("First name").fill("Anna")
    page.get_by_label("Last name").fill("Ödegård")
    page.get_by_label("E-mail").fill("anna@example.org")
    go_on(page)
    check(page, "Verify Everything")
    go_on(page)
    check(page, "Deactivation Confirmation")
    page.goto("/licensing/reactivate/gone/verify")
    check(page, "Gone")


def test_installing_licences_is_accessible(website: Website, page: Page) -> None:
    desk = website.desk
    server = desk.server()
    new_id = desk.issued(server).new_license_server_id or ""
    pack = desk.do(
        desk.house.add_pack,
        version=3,
        kind=PackKind.PER_USER,
        quantity=50,
        customer="Example",
        actor=Actor("administrator", "root"),
        now=desk.now,
    )
    for option in ("install", "manage"):
        begin(page, option)
        check(page, "Information Needed")
        page.get_by_label("Product ID", exact=True).fill(server.product_id)
        page.get_by_label("Current license server ID", exact=True).fill(new_id)
        page.get_by_label("License code", exact=True).fill(pack.license_code)
        if option == "manage":
            page.get_by_label("Recover it").check()
        go_on(page)
        check(page, "Verify Everything")
        go_on(page)
        check(page, "License Pack ID")


def test_a_request_file_there_and_back(
    website: Website, page: Page, data: Path, tmp_path: Path
) -> None:
    now, asked = website.desk.now, tmp_path / "request.json"
    asked.write_text(json.dumps(exchange.request_document(data, now)))
    begin(page, "file")
    go_on(page)
    expect(page.get_by_role("alert")).to_have_text("Choose the request file.")
    check(page, "Choose the Request File")
    page.get_by_label("Request file").set_input_files(asked)
    go_on(page)
    check(page, "Verify Everything")
    with page.expect_download() as download:
        go_on(page)
    answer = json.loads(download.value.path().read_text())
    assert exchange.take_answer(data, answer, now)


def test_the_whole_way_by_keyboard(website: Website, page: Page) -> None:
    server = website.desk.activated()
    page.goto("/licensing/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Reactivate a license server")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Information Needed")
    page.wait_for_load_state()
    page.get_by_label("Product ID", exact=True).focus()
    codes = (server.product_id, license_server_id.format(server.shown))
    for text in (*codes, " ", "Anna", "Berg", "Example", "Germ"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify Everything")
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New License Server ID")
    new_id = page.locator("#new-license-server-id").get_attribute("data-code") or ""
    page.get_by_role("link", name="Confirm").press("Enter")
    expect(page.get_by_label("Closing code")).to_be_focused()
    page.keyboard.type(server.accept(new_id))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Finish")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Select Option")


def test_a_wrong_group_is_named_while_it_is_typed(website: Website, page: Page) -> None:
    shown = website.desk.activated().shown
    begin(page, "reactivate")
    field = page.get_by_label("License server ID", exact=True)
    field.press_sequentially(f"{(int(shown[:5]) + 1) % 10**5:05}{shown[5:12]}")
    expect(page.locator("#license_server_id-ticks")).to_contain_text("wrong")
    expect(page.locator("#license_server_id-verdict")).to_contain_text("group 1")


def test_two_forms_side_by_side_do_not_mix(website: Website, page: Page) -> None:
    first, second = website.desk.activated(), website.desk.activated(website.desk.add_product())
    other = page.context.new_page()
    for tab, server in ((page, first), (other, second)):
        begin(tab, "reactivate")
        fill(tab, server)
        go_on(tab)
    for tab, server in ((page, first), (other, second)):
        go_on(tab)
        tab.reload()
        server.accept(tab.locator("#new-license-server-id").get_attribute("data-code") or "")


def test_without_scripts_it_works_the_same(
    website: Website, chromium: Browser, address: str
) -> None:
    server = website.desk.activated()
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    begin(page, "reactivate")
    fill(page, server)
    go_on(page)
    go_on(page)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    server.accept(page.locator("#new-license-server-id").get_attribute("data-code") or "")
    context.close()
