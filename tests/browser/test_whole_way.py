"""The whole way by hand, as a new user goes it: real processes, real time, a real Chromium.

`ACTIVATION_LINE_SCREENSHOTS=DIR` keeps a picture of every station in DIR, and
`ACTIVATION_LINE_PICTURE=FILE` makes the README's picture of the read-out.
"""

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from activation_line.house import House, Plan
from codes import case_number
from tests.chromium import WCAG, violations

pytestmark = pytest.mark.xdist_group("browser-whole-way")

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists():
    pytest.skip("needs Chromium at /usr/bin/chromium", allow_module_level=True)

SHOTS = os.environ.get("ACTIVATION_LINE_SCREENSHOTS")
PICTURE = os.environ.get("ACTIVATION_LINE_PICTURE")
SHEET = """
body { margin: 24px; display: flex; flex-wrap: wrap; gap: 20px 24px; background: #dfe5e7; }
figure { margin: 0; } img { display: block; border-radius: 8px; }
figcaption { font: 600 20px/1 sans-serif; color: #33434a; padding: 4px 0 10px; }
"""
# What speaks takes its time, and this is real time.
SPOKEN = 15_000
GROUPS = 7
CALLER = "+12025550177"
# Not the one that was cut off, so the line does not offer to go on with its call.
ANOTHER_CALLER = "+12025550178"
# Either of the two may be the first in the conversation.
TOGETHER = re.compile("In a conversation with representative|representative has joined")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    said: list[str] = []
    with House(Plan(tmp_path_factory.mktemp("house") / "demo"), said.append) as opened:
        yield opened


@pytest.fixture
def people(browser: Browser, house: House) -> Iterator["People"]:
    """Three people, each with a browser of their own; no page may have complained at the end."""
    complaints: list[str] = []
    contexts = [
        browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        for _ in range(3)
    ]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.on("pageerror", lambda error: complaints.append(str(error)))
    yield People(house, *pages)
    for context in contexts:
        context.close()
    # One test keeps a module from its page, which the browser reports.
    assert [said for said in complaints if "net::ERR_FAILED" not in said] == []


@dataclass(frozen=True, slots=True)
class People:
    """The administrator's page, the telephone, and the representative's page."""

    house: House
    manager: Page
    telephone: Page
    console: Page

    @property
    def log(self) -> Locator:
        """The telephone's text of what is said."""
        return self.telephone.get_by_role("log")

    def hear(self, words: str | re.Pattern[str]) -> None:
        """Wait until the telephone says something with these words."""
        expect(self.log.locator("p").filter(has_text=words).last).to_be_visible(timeout=SPOKEN)

    def hear_digits(self, words: str) -> str:
        """Wait for a sentence with digits in it, and give them as the log shows them."""
        line = self.log.locator("p").filter(has_text=words).last
        return line.locator(".figures").inner_text(timeout=SPOKEN)

    def key(self, keys: str) -> None:
        """Press the telephone's keys on the keyboard, whatever is being said."""
        self.telephone.keyboard.type(keys)

    def keep(self, station: str, page: Page, width: int = 1280, *, full: bool = True) -> None:
        """Keep a picture of a station, where pictures are wanted."""
        if SHOTS is None:
            return
        before = page.viewport_size
        page.set_viewport_size({"width": width, "height": 900})
        path = Path(SHOTS) / f"{station}-{width}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=full)
        if before is not None:
            page.set_viewport_size(before)


def says_demo(page: Page) -> None:
    """Every page says that it is a demo, and where it listens."""
    text = page.locator("body").inner_text().lower()
    assert "demo" in text, page.url
    assert "127.0.0.1" in text, page.url


def open_menu(page: Page) -> Locator:
    page.locator("#server-node").click(button="right")
    menu = page.locator("#action-menu")
    expect(menu.get_by_role("link", name="Properties")).to_be_visible()
    return menu


def come_in(people: People) -> None:
    """By the password, as on every day after the first."""
    page = people.manager
    page.goto(f"{people.house.license_server.facts['url'].rstrip('/')}/log-in")
    page.get_by_label("Password").fill(people.house.demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/server/manager")


def to_wizard(people: People) -> None:
    """From Licensing Manager to the page License Server Reactivation, as the guide says."""
    page = people.manager
    says_demo(page)
    expect(page).to_have_title("Server Manager")
    people.keep("00-server-manager", page)
    page.get_by_text("Tools", exact=True).click()
    page.get_by_text("Remote Licensing", exact=True).click()
    page.get_by_role("link", name="Remote Licensing Manager").click()
    page.wait_for_url("**:*/manager")
    says_demo(page)
    people.keep("01-manager", page)
    page.locator("#server-node").click()
    people.keep("02-server", page)
    open_menu(page).get_by_role("link", name="Properties").click()
    page.get_by_role("tab", name="Connection Method").click()
    page.get_by_label("Connection method", exact=True).select_option(label="Telephone")
    page.get_by_label("Select Country or Region").select_option(label="United States")
    says_demo(page)
    people.keep("03-properties", page)
    page.get_by_role("button", name="OK", exact=True).click()
    page.wait_for_url("**/manager/server")
    menu = open_menu(page)
    menu.get_by_text("Advanced").click()
    people.keep("04-menu", page)
    menu.get_by_role("link", name="Reactivate Server").click()
    # Where a request is open, the wizard goes on from there.
    expect(page).to_have_title(re.compile("Welcome|License Server Reactivation"))
    says_demo(page)
    people.keep("05-welcome", page)
    if page.title() == "Welcome":
        page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_title("License Server Reactivation")
    says_demo(page)
    people.keep("06-reactivation", page)
    people.keep("06-reactivation", page, 320)


def shown(page: Page, name: str) -> str:
    """A code that a page of the license server shows."""
    return page.locator(f"#{name}").get_attribute("data-code") or ""


def dial(people: People, number: str, caller: str = CALLER) -> None:
    page = people.telephone
    page.goto(people.house.network.facts["telephone"])
    expect(page.locator("#state")).to_have_text("Ready")
    says_demo(page)
    people.keep("07-telephone-idle", page)
    page.get_by_label("Your own number").fill(caller)
    page.get_by_label("Number to call").fill(number)
    page.keyboard.press("Enter")


def key_both_ids(people: People) -> None:
    """Both IDs by the keyboard, without waiting for a prompt's end; the line answers."""
    wizard = people.manager
    people.hear("key the product ID")
    people.key(f"{shown(wizard, 'product-id')}#")
    people.hear("key the license server ID")
    people.key(f"{shown(wizard, 'license-server-id')}#")
    assert people.hear_digits("Your line code is") == shown(wizard, "line-code")
    people.keep("08-telephone-line-code", people.telephone)
    case_number.validate(people.hear_digits("Your case number is"))
    proposed = wizard.locator("[data-proposed]")
    # None is proposed where the certificate is valid.
    people.key(proposed.get_attribute("data-proposed") or "" if proposed.count() else "3")


def log_in(people: People, voice: str = "ready") -> None:
    page, demo = people.console, people.house.demo
    page.goto(f"{people.house.web.facts['url']}/console/")
    says_demo(page)
    people.keep("09-console-log-in", page)
    page.get_by_label("Log-in").fill(demo.login)
    page.get_by_label("Password").fill(demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    expect(page.locator("#voice-state")).to_contain_text(voice)
    page.get_by_role("button", name="Available").click()
    says_demo(page)


def to_read_out(people: People) -> None:
    """Answer, verify and issue, by the keys that the buttons show."""
    page = people.console
    expect(page.get_by_role("heading", name="Incoming call")).to_be_visible(timeout=SPOKEN)
    people.keep("10-console-ringing", page)
    page.keyboard.press("F2")
    expect(page.get_by_role("heading", name="Verify the request")).to_be_visible()
    keyed = page.locator(".keyed .digits").all_inner_texts()
    assert "".join(keyed[:4]) == shown(people.manager, "product-id")
    assert "".join(keyed[4:]) == shown(people.manager, "license-server-id")
    expect(page.locator(".keyed li.ok")).to_have_count(11)
    people.hear(TOGETHER)
    people.keep("11-console-answered", page)
    people.keep("11-telephone-connected", people.telephone)
    page.keyboard.press("F6")
    expect(page.get_by_role("heading", name="Issue the new ID")).to_be_visible()
    people.keep("12-console-verified", page)
    page.keyboard.press("F7")
    expect(page.get_by_role("button", name="Issue now")).to_be_visible()
    people.keep("13-console-issue", page, full=False)
    page.keyboard.press("F7")
    expect(page.locator(".groups .lit .number")).to_have_text("1")


def read_out(people: People) -> str:
    """Read every group by the keyboard; the caller hears each, and types it into the wizard.

    Gives the last one, which the caller keys to show that it was heard.
    """
    page, heard = people.console, []
    for group in range(1, GROUPS + 1):
        expect(page.locator(".groups .lit .number")).to_have_text(str(group))
        heard.append(people.hear_digits(f"Group {group} of the new ID"))
        field = people.manager.locator(f"#group{group}")
        field.press_sequentially(heard[-1])
        expect(people.manager.locator(".group").nth(group - 1)).to_have_attribute(
            "data-mark", "good"
        )
        if group == 4:
            people.keep("14-console-read-out", page)
            people.keep("14-console-read-out", page, 320)
            people.keep("14-telephone-read-out", people.telephone)
            people.keep("14-telephone-read-out", people.telephone, 320)
            make_picture(people)
        page.keyboard.press("F9")
    expect(page.locator(".groups .lit")).to_have_count(0)
    assert heard == page.locator(".groups .digits").evaluate_all(
        "all => all.map((each) => each.textContent)"
    )
    return heard[-1]


def make_picture(people: People) -> None:
    """Lay the three pages side by side, as they are now, into one picture."""
    if PICTURE is None:
        return
    parts = []
    for page, words, width, height in (
        (people.manager, "The wizard", 700, 720),
        (people.telephone, "The telephone", 740, 720),
        (people.console, "The agent console", 1464, 620),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.getElementById('entry')?.scrollIntoView({ block: 'end' })")
        data = base64.b64encode(page.screenshot()).decode()
        image = f'<img src="data:image/png;base64,{data}">'
        parts.append(f"<figure><figcaption>{words}</figcaption>{image}</figure>")
        page.set_viewport_size({"width": 1280, "height": 900})
    sheet = people.console.context.new_page()
    sheet.set_viewport_size({"width": 1512, "height": 1490})
    sheet.set_content(f"<style>{SHEET}</style>{''.join(parts)}")
    sheet.screenshot(path=PICTURE)
    sheet.close()


def test_a_server_is_reactivated_by_hand(people: People):
    manager, telephone, console = people.manager, people.telephone, people.console
    manager.goto(people.house.license_server.facts["one_time_link"])
    manager.wait_for_url("**/server/manager")
    to_wizard(people)
    log_in(people)
    dial(people, manager.locator("#phone-number").inner_text())
    key_both_ids(people)
    to_read_out(people)
    last_group = read_out(people)
    console.keyboard.press("F10")
    expect(console.get_by_text("The caller keys the last group")).to_be_visible()
    people.hear("Please key the last group")
    people.key(last_group)
    expect(console.get_by_text("The caller keys the closing code")).to_be_visible()
    people.hear("Type the new ID into the wizard")
    expect(console.get_by_text("does not hear you")).to_be_visible()
    people.keep("15-console-closing-code", console)
    people.keep("15-telephone-closing-code", telephone)
    expect(manager.locator('[data-mark="good"]')).to_have_count(GROUPS)
    people.keep("16-wizard-typed", manager)
    manager.keyboard.press("Enter")
    expect(manager).to_have_title("Completing the Reactivate Server Wizard")
    says_demo(manager)
    people.keep("17-wizard-completing", manager)
    people.keep("17-wizard-completing", manager, 320)
    people.key(shown(manager, "closing-code"))
    people.hear("Your license server is active again")
    expect(console.get_by_text("the license server has accepted")).to_be_visible(timeout=SPOKEN)
    people.keep("18-console-confirmed", console)
    people.hear("For another server of this product, press one")
    telephone.keyboard.press("Escape")
    expect(telephone.locator("#state")).to_contain_text("Ended", timeout=SPOKEN)
    people.keep("19-telephone-ended", telephone)
    people.keep("19-telephone-ended", telephone, 320)
    expect(console.get_by_role("heading", name="Wrap-up")).to_be_visible(timeout=SPOKEN)
    people.keep("20-console-wrap-up", console)
    console.keyboard.press("F10")
    expect(console.get_by_role("heading", name="No call")).to_be_visible()
    people.keep("21-console-idle", console)
    manager.get_by_role("button", name="Finish").click()
    manager.wait_for_url("**/manager/server")
    expect(manager.locator("[data-state]")).to_contain_text("Activated")
    people.keep("22-server-valid", manager)


def test_a_caller_who_hangs_up_in_the_read_out(people: People):
    come_in(people)
    to_wizard(people)
    manager, telephone, console = people.manager, people.telephone, people.console
    number = manager.locator("#phone-number").inner_text()
    log_in(people)
    dial(people, number)
    key_both_ids(people)
    to_read_out(people)
    console.keyboard.press("F9")
    first = people.hear_digits("Group 2 of the new ID")
    telephone.keyboard.press("Escape")
    expect(console.get_by_role("heading", name="Wrap-up")).to_be_visible()
    expect(console.get_by_text("the caller hung up")).to_be_visible()
    expect(console.get_by_label("What came of it")).to_have_value("caller_gone")
    expect(console.get_by_text("The ID stays good")).to_be_visible()
    expect(console.get_by_label("Say", exact=True)).not_to_be_visible()
    people.keep("40-console-hung-up", console)
    people.keep("40-telephone-hung-up", telephone)
    console.keyboard.press("F10")
    expect(console.get_by_role("heading", name="No call")).to_be_visible()
    expect(people.console.locator("#voice")).not_to_be_visible()
    dial(people, number, ANOTHER_CALLER)
    key_both_ids(people)
    expect(console.get_by_role("heading", name="Incoming call")).to_be_visible(timeout=SPOKEN)
    console.keyboard.press("F2")
    expect(console.locator(".groups .lit .number")).to_have_text("1")
    people.keep("41-console-called-again", console)
    # What is lit already is said when the representative is ready to.
    people.hear(TOGETHER)
    console.keyboard.press("Shift+F6")
    people.hear("Group 1 of the new ID")
    console.keyboard.press("F9")
    assert people.hear_digits("Group 2 of the new ID") == first
    console.keyboard.press("Shift+F2")
    console.keyboard.press("Shift+F2")
    expect(console.get_by_role("heading", name="Wrap-up")).to_be_visible()
    console.keyboard.press("F10")
    expect(console.get_by_role("heading", name="No call")).to_be_visible()


def test_a_desk_without_a_voice_device(people: People):
    come_in(people)
    to_wizard(people)
    console = people.console
    console.route("**/client/device.js", lambda route: route.abort())
    log_in(people, voice="lost")
    expect(console.get_by_text("No voice at this desk")).to_be_visible()
    people.keep("50-console-no-voice", console)
    dial(people, people.manager.locator("#phone-number").inner_text())
    key_both_ids(people)
    expect(console.get_by_role("heading", name="Incoming call")).to_be_visible(timeout=SPOKEN)
    console.keyboard.press("F2")
    expect(console.get_by_text("A call did not come through to you")).to_be_visible(timeout=SPOKEN)
    people.hear("You are first in line now")
    people.keep("51-console-no-voice", console)
    console.unroute("**/client/device.js")
    console.reload()
    expect(console.locator("#voice-state")).to_have_text("ready")
    console.keyboard.press("F2")
    expect(console.get_by_role("heading", name="Incoming call")).to_be_visible(timeout=SPOKEN)
    console.keyboard.press("F2")
    people.hear(TOGETHER)
    people.keep("52-console-voice-again", console)
    say_something(people)
    people.telephone.keyboard.press("Escape")
    expect(console.get_by_role("heading", name="Wrap-up")).to_be_visible()
    console.keyboard.press("F10")
    expect(console.get_by_role("heading", name="No call")).to_be_visible()


def say_something(people: People) -> None:
    """Both speak by text: each hears the other."""
    console, telephone = people.console, people.telephone
    console.get_by_label("Say", exact=True).fill("Good morning.")
    console.keyboard.press("Enter")
    people.hear("Good morning.")
    telephone.get_by_label("Say something").fill("Good morning to you.")
    telephone.keyboard.press("Enter")
    expect(console.locator("#voice-log")).to_contain_text("Caller: Good morning to you.")
    telephone.locator("#hangup").focus()


def test_health_is_well_and_the_pages_are_accessible(people: People):
    page = people.manager
    network = people.house.network.facts
    addresses = {
        "health": f"{people.house.web.facts['url']}/health",
        "telephone": network["telephone"],
        "debugger": f"{network['url']}/",
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for name, address in addresses.items():
        page.goto(address)
        says_demo(page)
        if name == "health":
            expect(page.get_by_text("All is well.")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if page.locator("summary").count():
                page.locator("details").first.evaluate("each => { each.open = true; }")
            page.set_viewport_size({"width": 320, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") == 320, name
            page.set_viewport_size({"width": 1280, "height": 900})
            for width in (1280, 320):
                people.keep(f"30-{name}-{scheme}", page, width)
            if broken := violations(page, tags=WCAG):
                found[f"{name}, {scheme}"] = broken
    assert found == {}
