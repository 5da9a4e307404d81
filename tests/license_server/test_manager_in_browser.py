"""The Manager in a real browser: menus by pointer and keyboard, the offer, accessibility, width."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from codes import new_license_server_id
from license_server import activation, deactivation, installation
from license_server import state as states
from license_server.model import DeactivationCause
from license_server.remote import listener, servers, tokens
from license_server.remote.servers import Role, Server
from tests.chromium import examine, in_a_browser
from tests.license_server.at_the_pages import at_the_pages, to_telephone_page

pytestmark = in_a_browser("manager")

Open = Callable[[Path, datetime], Page]


@pytest.fixture
def open_at(chromium: Browser) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda data, now: stack.enter_context(at_the_pages(chromium, data, now))


@pytest.fixture
def page(open_at: Open, activated: Path, now: datetime) -> Page:
    return open_at(activated, now + timedelta(hours=1))


def test_from_server_manager_to_licensing_manager_by_keyboard(page: Page) -> None:
    expect(page).to_have_title("Server Manager")
    page.locator("#tools-menu > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Remote Licensing", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Remote Licensing Manager")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Licensing Manager")


def test_the_same_menu_by_right_click_keys_and_button(page: Page) -> None:
    page.goto("/manager")
    menu = page.locator("#action-menu")
    first = menu.get_by_role("link", name="Properties")
    node = page.locator("#server-node")
    node.click(button="right")
    expect(first).to_be_focused()
    place, pointer = menu.locator("> ul").bounding_box(), node.bounding_box()
    assert place is not None
    assert pointer is not None
    assert abs(place["x"] - pointer["x"] - pointer["width"] / 2) < 3
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    for key in ("Shift+F10", "ContextMenu"):
        node.focus()
        page.keyboard.press(key)
        expect(first).to_be_focused()
        page.keyboard.press("Escape")
        expect(first).to_be_hidden()
    menu.locator("> summary").click()
    expect(first).to_be_visible()
    page.locator("h1").click()
    expect(first).to_be_hidden()


def test_a_disabled_item_can_be_reached_and_says_why(page: Page) -> None:
    page.goto("/manager/server")
    page.keyboard.press("Shift+F10")
    page.keyboard.press("ArrowDown")
    activate = page.get_by_role("link", name="Activate Server", exact=True)
    expect(activate).to_be_focused()
    expect(activate).to_have_accessible_description("This server is activated already.")
    expect(activate).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page).to_have_title("LICENSE-01 - Licensing Manager")


def test_the_menu_leads_to_review_configuration(page: Page) -> None:
    page.goto("/manager/server")
    page.locator("#server-node").click(button="right")
    page.locator("#action-menu").get_by_role("link", name="Review Configuration").click()
    expect(page).to_have_title("Review Configuration")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export local root certificate").click()
    assert download.value.suggested_filename == "local-root.pem"
    page.reload()
    expect(page.get_by_text("Exported as it is now")).to_be_visible()


def test_a_missing_group_is_filled_in_after_a_yes(page: Page, licence: SimpleNamespace) -> None:
    whole = new_license_server_id.split(licence.issue(to_telephone_page(page), 2))
    for number, group in enumerate(whole, 1):
        if number != 5:
            page.locator(f"#group{number}").click()
            page.keyboard.type(group)
            expect(page.locator(f"#verdict{number}")).to_have_text("good")
    offer = page.locator("#offer-made")
    expect(offer).to_contain_text(
        f"Group 5 is missing, and the other six prove that it is {whole[4]}"
    )
    expect(page.locator("#group5")).to_have_value("")
    page.locator("#offer-yes").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#group5")).to_have_value(whole[4])
    expect(offer).to_be_hidden()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_title("Completing the Reactivate Server Wizard")


def test_what_is_being_typed_is_not_spoken_of(page: Page, licence: SimpleNamespace) -> None:
    whole = new_license_server_id.split(licence.issue(to_telephone_page(page), 2))
    page.locator("#group1").focus()
    for number, group in enumerate(whole[:6], 1):
        expect(page.locator(f"#group{number}")).to_be_focused()
        page.keyboard.type(group)
    expect(page.locator("#group7")).to_be_focused()
    page.keyboard.type(whole[6][:3])
    expect(page.locator("#verdict7")).to_have_text("2 more")
    expect(page.locator("#offer-made")).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#offer-made")).to_contain_text("Group 7")


def test_the_call_sheet_prints_on_one_page(page: Page) -> None:
    to_telephone_page(page)
    page.get_by_role("link", name="Call sheet to print").click()
    expect(page).to_have_title("Call sheet")
    for paper in ("A4", "Letter"):
        document = page.pdf(format=paper)
        assert document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") == 1, paper
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()


def as_it_comes(data: Path, now: datetime) -> datetime:
    del data
    return now + timedelta(hours=1)


def expiring(data: Path, now: datetime) -> datetime:
    del data
    return now + timedelta(days=375)


def expired(data: Path, now: datetime) -> datetime:
    until = activation.status(data, now).valid_until
    assert until is not None
    return until + timedelta(hours=5)


def corrupted(data: Path, now: datetime) -> datetime:
    held = states.load(data).held
    assert held is not None
    (data / held.certificate_file).write_bytes(b"damaged")
    return now


def clock_set_back(data: Path, now: datetime) -> datetime:
    del data
    return now - timedelta(days=60)


def deactivated(data: Path, now: datetime) -> datetime:
    deactivation.begin(data, DeactivationCause.SERVER_REDEPLOYED, now)
    return now


STATES = [as_it_comes, expiring, expired, corrupted, clock_set_back, deactivated]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_state_is_accessible_and_fits(
    open_at: Open, activated: Path, now: datetime, state: Callable[[Path, datetime], datetime]
) -> None:
    page = open_at(activated, state(activated, now))
    for path in ("/server/manager", "/manager", "/manager/server", "/manager/configuration"):
        page.goto(path)
        examine(page, path)
        if path == "/manager/server":
            page.keyboard.press("Shift+F10")
            page.locator("#action-menu").get_by_text("Advanced", exact=True).click()
            examine(page, "the menu", within="#action-menu")


def test_the_pages_of_another_machines_server_are_accessible(
    page: Page, activated: Path, other_licence: SimpleNamespace, tmp_path: Path, now: datetime
) -> None:
    far = tmp_path / "far"
    installation.install(
        far,
        product_id=other_licence.product_id,
        product_key=other_licence.product_key,
        server_name="LICENSE-02",
        now=now,
    )
    with listener.listening(far, lambda: now, listener.Address("127.0.0.1", 0)) as address:
        token = tokens.make(far, now)
        for name, where in (("LICENSE-02", address), ("GONE-01", "https://127.0.0.1:9")):
            assert where is not None
            server = Server(name, Role.LICENSE_SERVER, where, token)
            servers.add(activated, server, taken="LICENSE-01")
        page.goto("/manager")
        examine(page, "/manager")
        node = page.get_by_role("navigation", name="Console tree").get_by_role(
            "link", name="LICENSE-02"
        )
        node.click(button="right")
        page.wait_for_url("**/manager/remote/LICENSE-02#action")
        expect(page.locator("#action-menu").get_by_role("link", name="Properties")).to_be_focused()
        # What an open menu lies over is no target meanwhile: the menu is looked at by itself.
        examine(page, "the menu of LICENSE-02", within="#action-menu")
        page.keyboard.press("Escape")
        examine(page, "LICENSE-02")
        base = "/manager/remote/LICENSE-02"
        wizard = ("activate/welcome", "activate/information-needed", "activate/completing")
        for path in ("properties", *wizard):
            page.goto(f"{base}/{path}")
            examine(page, path)
        page.goto(f"{base}/deactivate/information-needed")
        page.get_by_role("button", name="Next", exact=True).last.click()
        expect(page.get_by_text("is needed by this method")).to_be_visible()
        examine(page, "what is missing")
        page.goto("/manager/remote/GONE-01")
        examine(page, "GONE-01")


def test_a_server_that_was_never_activated_is_accessible(
    open_at: Open, data: Path, now: datetime
) -> None:
    page = open_at(data, now)
    for path in ("/manager/server", "/manager/configuration"):
        page.goto(path)
        examine(page, path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_other_pages_are_accessible_and_fit(
    page: Page, activated: Path, scheme: str, licence: SimpleNamespace
) -> None:
    servers.add(activated, Server("HOST-07", Role.SESSION_HOST), taken="LICENSE-01")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    asked = to_telephone_page(page)
    paths = ["/server/manager", "/server/add", "/manager/events", "/manager/events?level=error"]
    paths += [f"/manager/properties?tab={tab}" for tab in ("connection", "required", "optional")]
    paths += [f"/licences/{part}" for part in ("packs", "issued", "reports", "install", "manage")]
    for path in (*paths, "/call/sheet"):
        page.goto(path)
        examine(page, path)
    page.goto("/reactivate")
    whole = new_license_server_id.split(licence.issue(asked, 2))
    for number, group in enumerate(whole[:6], 1):
        page.locator(f"#group{number}").fill(group)
    page.locator("#group7").fill("00000")
    expect(page.locator("#offer-made")).to_be_visible()
    examine(page, "the offer")
    page.goto("/server/add")
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(page.get_by_text("Enter a name")).to_be_visible()
    examine(page, "a refused form")
