"""The console in a real Chromium: by keyboard alone, live, and within its security policy."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    APIResponse,
    Browser,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from data_store import transaction
from switchboard import queues
from tests.agent_console.console_house import (
    PASSWORD,
    House,
    build_house,
    receipt_of_active_server,
)
from tests.agent_console.test_console_packs import current_id, pack
from tests.chromium import WCAG, violations

pytestmark = pytest.mark.xdist_group("browser-console")

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists():
    pytest.skip("needs Chromium at /usr/bin/chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def served(built: House) -> Iterator[House]:
    server = make_server("127.0.0.1", 0, built.app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    built.address = f"http://127.0.0.1:{server.port}/console"
    yield built
    server.shutdown()
    thread.join()
    server.server_close()
    built.engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served(build_house(tmp_path)) as built:
        yield built


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A page that is logged in; at the end nothing may have gone against the policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(opened, house)
    yield opened
    context.close()
    # An act that is refused is answered by 409 or 422, which the browser reports as well.
    assert [text for text in complaints if "the server responded with a status" not in text] == []


def log_in(page: Page, house: House) -> None:
    page.goto(f"{house.address}/login")
    page.get_by_label("Log-in").fill("rep")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    expect(page.locator("#desk")).to_be_visible()


def become_available(page: Page) -> None:
    page.get_by_role("button", name="Available").click()
    expect(page.get_by_text("The next call rings here")).to_be_visible()


def work_state(page: Page) -> Locator:
    return page.locator(".bar .badge")


def test_a_call_by_keyboard_alone(page: Page, house: House):
    page.get_by_role("button", name="Available").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The next call rings here")).to_be_visible()
    call_id = house.ring()
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible()
    expect(page).to_have_title("Incoming call from United Kingdom · Desk · Activation Line")
    page.keyboard.press("F2")
    expect(work_state(page)).to_have_text("In a call")
    page.keyboard.press("F6")
    expect(page.get_by_role("heading", name="Issue the new ID")).to_be_visible()
    page.keyboard.press("F7")
    expect(page.get_by_role("button", name="Issue now")).to_be_visible()
    assert page.locator(".groups").count() == 0
    page.keyboard.press("F7")
    lit = page.locator(".groups .lit .number")
    for group in range(1, 8):
        expect(lit).to_have_text(str(group))
        page.keyboard.press("F9")
    expect(lit).to_have_count(0)
    page.keyboard.press("F10")
    expect(page.get_by_text("The caller keys the last group")).to_be_visible()
    house.confirm(call_id)
    expect(page.get_by_text("the license server has accepted")).to_be_visible()
    page.keyboard.press("Shift+F2")
    expect(page.get_by_role("button", name="Hang up now")).to_be_visible()
    page.keyboard.press("Shift+F2")
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
    page.keyboard.press("F10")
    expect(page.get_by_role("heading", name="No call")).to_be_visible()


def test_live_swaps_keep_focus_and_what_is_being_typed(page: Page, house: House):
    become_available(page)
    house.ring(complete=False)
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible()
    page.keyboard.press("F2")
    field = page.get_by_label("Product ID")
    expect(field).to_have_value(house.product[:5])
    field.fill("")
    field.press_sequentially(house.product[:9])
    expect(page.locator("#product_id-check")).to_contain_text("digits")
    house.ring(sid="CA2")
    expect(page.locator(".facts dd strong")).to_have_text("1")
    expect(field).to_be_focused()
    expect(field).to_have_value(house.product[:9])


def test_keys_are_silent_in_text_fields_and_can_be_switched_off(page: Page, house: House):
    become_available(page)
    house.ring(complete=False)
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible()
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.keyboard.press("?")
    expect(page.locator("#keys")).not_to_be_visible()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.get_by_label("Product ID").focus()
    page.keyboard.press("Shift+F2")
    page.keyboard.press("?")
    expect(page.get_by_role("button", name="Hang up now")).not_to_be_visible()
    expect(page.get_by_label("Product ID")).to_have_value(f"?{house.product[:5]}")


def test_two_tabs_ring_together_and_stop_together(page: Page, house: House):
    become_available(page)
    second = page.context.new_page()
    second.goto(f"{house.address}/")
    house.ring()
    for tab in (page, second):
        expect(tab.get_by_role("heading", name="Incoming call")).to_be_visible()
    second.keyboard.press("F2")
    for tab in (page, second):
        expect(work_state(tab)).to_have_text("In a call")


def test_an_answer_that_was_overtaken_does_not_bring_the_past_back(page: Page, house: House):
    become_available(page)
    call_id = house.ring()
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/answer", lambda route: held.append((route, route.fetch())))
    page.keyboard.press("F2")
    expect(work_state(page)).to_have_text("In a call")  # by the stream: the answer is held
    with transaction(house.services.engine) as conn:
        queues.requeue(conn, "rep", call_id, house.now())
    house.services.live_feed.publish()
    expect(page.get_by_text("A call did not come through to you")).to_be_visible()
    route, answer = held[0]
    with page.expect_response("**/console/desk"):
        route.fulfill(response=answer)
    expect(work_state(page)).to_have_text("Not responding")


def test_a_lost_stream_is_told_and_taken_up_again(page: Page, house: House):
    become_available(page)
    banner = page.locator("#stream-lost")
    expect(banner).to_be_empty()
    page.route("**/console/stream*", lambda route: route.abort())
    house.services.live_feed.publish()
    page.evaluate("document.getElementById('live')._htmx.sse.reader.cancel()")
    expect(banner).to_contain_text("No live connection")
    page.unroute("**/console/stream*")
    house.ring()
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible(timeout=15_000)
    expect(banner).to_be_empty()


def test_without_javascript_the_forms_do_the_same(browser: Browser, house: House):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, house)
    become_available(page)
    house.ring()
    page.reload()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("button", name="Issue …").click()
    page.get_by_role("button", name="Issue now").click()
    expect(page.locator(".groups li")).to_have_count(7)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_narrow_screen(browser: Browser, house: House, scheme: str):
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    log_in(page, house)
    become_available(page)
    house.ring()
    steps = ("Answer", "Verify", "Issue …", "Issue now", "Next")
    for name in steps:
        page.get_by_role("button", name=name).first.click()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, name
    context.close()


DEVICE_URL = "http://127.0.0.1:9/client/device.js"
DEVICE = """
class Emitter {
  on(name, listener) { (this.heard ??= {})[name] = listener; return this; }
}
class Call extends Emitter {
  accept() { window.accepted = true; }
  say(text) { (window.said ??= []).push(text); }
}
export class Device extends Emitter {
  async register() {
    window.device = this;
    window.ring = () => { window.call = new Call(); this.heard.incoming(window.call); };
    this.heard.registered();
  }
}
"""


def test_the_voice_device_takes_the_call_and_says_each_lit_group(browser: Browser, tmp_path: Path):
    with served(build_house(tmp_path, voice_device_url=DEVICE_URL)) as house:
        context = browser.new_context()
        page = context.new_page()
        page.route(
            DEVICE_URL,
            lambda route: route.fulfill(
                body=DEVICE,
                content_type="text/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            ),
        )
        log_in(page, house)
        expect(page.locator("#voice-state")).to_have_text("ready")
        expect(page.get_by_label("Say")).not_to_be_visible()
        become_available(page)
        house.ring()
        page.get_by_role("button", name="Answer").click()
        page.get_by_role("button", name="Verify").click()
        page.evaluate("ring()")
        assert page.evaluate("accepted")
        page.evaluate("call.heard.hears({who: '+44', text: 'Hello?'})")
        expect(page.get_by_role("log")).to_contain_text("Caller: Hello?")
        page.get_by_label("Say").fill("Good morning.")
        page.get_by_label("Say").press("Enter")
        page.get_by_role("button", name="Issue …").click()
        page.get_by_role("button", name="Issue now").click()
        expect(page.locator(".groups .lit .number")).to_have_text("1")
        page.get_by_role("button", name="Next").click()
        expect(page.locator(".groups .lit .number")).to_have_text("2")
        page.get_by_role("button", name="Repeat").click()
        said = page.evaluate("said")
        assert said[0] == "Good morning."
        assert [text.split(" of ")[0] for text in said[1:]] == ["Group 1", "Group 2", "Group 2"]
        expect(page.locator("#voice-state")).to_have_text("ready")
        context.close()


def test_a_deactivation_by_keyboard_alone(page: Page, house: House):
    receipt = receipt_of_active_server(house)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Deactivation").press("Enter")
    beside = opened.value
    beside.set_viewport_size({"width": 320, "height": 700})
    expect(beside.get_by_label("Product ID")).to_be_focused()
    beside.keyboard.type(house.product)
    expect(beside.locator("#product_id-check")).to_have_text("Every group is good.")
    beside.keyboard.press("Tab")
    beside.keyboard.type(receipt[:-1])
    expect(beside.locator("#deactivation_receipt-check")).to_contain_text("group 3")
    beside.keyboard.type(receipt[-1])
    beside.keyboard.press("Enter")
    number = beside.locator(".groups .lit .number")
    for group in ("1", "2", "3"):
        expect(number).to_have_text(group)
        beside.keyboard.press("F9")
    expect(number).to_have_count(0)
    beside.keyboard.press("Shift+F9")
    expect(number).to_have_text("3")
    width = beside.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
    beside.keyboard.press("F10")
    expect(beside.get_by_label("Product ID")).to_have_value("")
    # The desk, and with it the voice, stayed where it was.
    expect(page.locator("#desk .bar")).to_be_visible()
    beside.close()


def test_a_license_pack_by_keyboard_alone(page: Page, house: House):
    current, code = current_id(house), pack(house)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="License packs").press("Enter")
    beside = opened.value
    beside.set_viewport_size({"width": 320, "height": 700})
    expect(beside.get_by_label("Product ID")).to_be_focused()
    beside.keyboard.type(house.product)
    beside.keyboard.press("Tab")
    beside.keyboard.type(current)
    expect(beside.locator("#current_license_server_id-check")).to_have_text("Every group is good.")
    beside.keyboard.press("Tab")
    beside.keyboard.type(code[:-1])
    expect(beside.locator("#license_code-check")).to_contain_text("group 5")
    beside.keyboard.type(code[-1])
    beside.keyboard.press("Enter")
    number = beside.locator(".groups .lit .number")
    expect(number).to_have_text("1")
    beside.keyboard.press("F9")
    expect(number).to_have_text("2")
    beside.keyboard.press("Shift+F6")
    expect(beside.locator("#again")).to_contain_text("Say again, group 2 of 7:")
    beside.keyboard.press("Shift+F9")
    expect(number).to_have_text("1")
    expect(beside.locator("#again")).to_have_text("")
    assert beside.evaluate("document.documentElement.scrollWidth") <= 320
    beside.keyboard.press("F10")
    expect(beside.get_by_label("Product ID")).to_have_value("")
    expect(page.locator("#desk .bar")).to_be_visible()
    beside.close()


def examine_packs(page: Page, house: House, examine: Callable[[str], None]) -> None:
    current, codes = current_id(house), [pack(house), pack(house)]
    page.goto(f"{house.address}/license-packs")
    examine("license packs")
    page.get_by_label("Product ID").fill(house.product)
    page.get_by_label("Current license server ID").fill(current)
    page.get_by_label("License code").fill("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not done.")).to_be_visible()
    examine("license packs, refused")
    for code in codes:
        page.goto(f"{house.address}/license-packs")
        page.get_by_label("Product ID").fill(house.product)
        page.get_by_label("Current license server ID").fill(current)
        page.get_by_label("License code").fill(code)
        page.keyboard.press("Enter")
        expect(page.locator(".groups .lit")).to_have_count(1)
    examine("license pack ID")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(  # noqa: PLR0915 -- one state after the other
    browser: Browser, house: House, scheme: str
):
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    found: dict[str, list[tuple[str, str]]] = {}

    def examine(state: str) -> None:
        if broken := violations(page, tags=WCAG):
            found[state] = broken

    receipt = receipt_of_active_server(house)
    page.goto(f"{house.address}/login")
    examine("log-in")
    log_in(page, house)
    examine("offline")
    become_available(page)
    house.ring(complete=False)
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible()
    examine("ringing")
    page.keyboard.press("F2")
    page.get_by_label("Product ID").fill("12345")
    page.get_by_label("License server ID").fill(house.wrong_server_id())
    page.get_by_role("button", name="Open the request").click()
    expect(page.get_by_text("Not done.")).to_be_visible()
    examine("incomplete, refused")
    page.get_by_label("Product ID").fill(house.product)
    page.get_by_label("License server ID").fill(house.new_server_id())
    page.get_by_role("button", name="Open the request").click()
    page.get_by_label("Reason").select_option("certificate_expired")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_label("Goes on with")).to_be_visible()
    examine("opened")
    for name in ("Verify", "Issue …"):
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name="Issue now")).to_be_visible()
    examine("issue, sure?")
    page.keyboard.press("F7")
    expect(page.locator(".groups .lit")).to_have_count(1)
    page.keyboard.press("F9")
    expect(page.locator(".groups .read")).to_have_count(1)
    examine("read-out")
    page.keyboard.press("Shift+F2")
    page.keyboard.press("Shift+F2")
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
    examine("wrap-up")
    page.keyboard.press("?")
    examine("keys")
    page.goto(f"{house.address}/deactivation")
    examine("deactivation")
    page.get_by_label("Product ID").fill(house.product)
    page.get_by_label("Deactivation receipt").fill("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not done.")).to_be_visible()
    examine("deactivation, refused")
    page.get_by_label("Deactivation receipt").fill(receipt)
    page.keyboard.press("Enter")
    expect(page.locator(".groups .lit")).to_have_count(1)
    examine("confirmation")
    examine_packs(page, house, examine)
    assert found == {}
    context.close()
