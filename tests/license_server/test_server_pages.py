import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import region_routing
from codes import new_license_server_id, product_key
from codes.groups import NEW_LICENSE_SERVER_ID
from license_server import activation, event_log, health, telephone
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.model import CertificateState, Method, Reason

REGION = "DE"
TELEPHONE_PAGE = "/reactivate/license-server-reactivation"


class Browser:
    """A browser at the license server, whose clock can be set."""

    def __init__(self, data: Path, now: datetime) -> None:
        self.now = now
        self.data = data
        self.app = create_app(data, clock=lambda: self.now, is_demo=True)
        self.client: FlaskClient = self.app.test_client()

    def come_in(self) -> "Browser":
        assert self.client.get(one_time_path(self.app)).status_code == 200
        return self

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data=form)

    def choose_telephone(self) -> "Browser":
        done = self.post("/manager/properties", action="ok", method=Method.TELEPHONE, region=REGION)
        assert done.status_code == 303
        return self

    def open_request(self) -> str:
        assert self.post("/reactivate/welcome", action="next").location == TELEPHONE_PAGE
        return code_of(self.get(TELEPHONE_PAGE), "license-server-id")


def text_of(page: TestResponse) -> str:
    bare = re.sub(r"<[^>]+>", " ", page.text)
    return " ".join(html.unescape(bare).split())


def code_of(page: TestResponse, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*data-code="(\d+)"', page.text)
    assert found is not None
    return found[1]


def heading(page: TestResponse) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    title = re.search(r"<title>(.*?)</title>", page.text)
    assert found is not None
    assert title is not None
    assert found[1] == title[1]
    return found[1]


def values(page: TestResponse) -> list[str]:
    return re.findall(r'name="group\d" value="([^"]*)"', page.text)


@pytest.fixture
def browser(activated: Path, now: datetime) -> Browser:
    return Browser(activated, now + timedelta(hours=1))


def test_the_one_time_link_works_once(browser: Browser) -> None:
    path = one_time_path(browser.app)
    assert browser.client.head(path).status_code == 200
    page = browser.get(path)
    cookie = page.headers["Set-Cookie"]
    assert page.status_code == 200
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert browser.get("/manager").status_code == 200
    assert browser.get(path).status_code == 410
    assert browser.app.test_client().get("/manager").location == "/log-in"


def test_the_password_logs_in(browser: Browser, password: str) -> None:
    assert browser.post("/log-in", password="wrong").status_code == 403
    assert browser.get("/manager").location == "/log-in"
    assert browser.post("/log-in", password=password).status_code == 303
    assert browser.get("/manager").status_code == 200
    browser.post("/log-out")
    assert browser.get("/manager").location == "/log-in"


def test_guessing_is_slowed_down(browser: Browser, password: str) -> None:
    for _ in range(5):
        browser.post("/log-in", password="guess")
    assert browser.post("/log-in", password=password).status_code == 403
    browser.now += timedelta(seconds=31)
    assert browser.post("/log-in", password=password).status_code == 303


def test_a_session_ends(browser: Browser) -> None:
    browser.come_in()
    browser.now += timedelta(hours=13)
    assert browser.get("/manager").location == "/log-in"


def test_a_new_password_after_a_one_time_link_ends_other_sessions(
    browser: Browser, activated: Path, password: str
) -> None:
    other = Browser(activated, browser.now)
    other.post("/log-in", password=password)
    assert other.get("/manager").status_code == 200
    browser.come_in()
    assert browser.post("/password", password="short").status_code == 422
    assert browser.post("/password", password="another one").status_code == 303
    assert browser.get("/manager").status_code == 200
    assert other.get("/manager").location == "/log-in"
    assert browser.post("/password", old_password="no", password="third one").status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
    ],
)
def test_other_sites_are_refused(browser: Browser, headers: dict[str, str]) -> None:
    browser.come_in().choose_telephone()
    done = browser.client.post("/reactivate/welcome", data={"action": "next"}, headers=headers)
    assert done.status_code == 403
    assert states.load(browser.data).request is None


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}])
def test_own_pages_and_programs_are_let_through(browser: Browser, headers: dict[str, str]) -> None:
    browser.come_in().choose_telephone()
    done = browser.client.post("/reactivate/welcome", data={"action": "next"}, headers=headers)
    assert done.status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/manager", "/manager/server", "/manager/root.pem", "/manager/properties", "/reactivate",
     "/reactivate/completing", "/password", "/first-start"],
)  # fmt: skip
def test_nothing_is_shown_to_strangers(browser: Browser, path: str) -> None:
    assert browser.get(path).location == "/log-in"
    assert browser.client.post("/reactivate/check", json={"groups": []}).status_code == 401


def test_every_page_is_strict_and_says_where_it_listens(browser: Browser) -> None:
    browser.come_in().choose_telephone()
    browser.open_request()
    paths = ["/manager", "/manager/server", "/manager/properties", "/reactivate/welcome"]
    paths += ["/reactivate/cancel", "/password", "/log-in", "/nothing-here"]
    for path in (*paths, TELEPHONE_PAGE):
        page = browser.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "Demo: listens on 127.0.0.1 only" in page.text
        assert "loopback" in page.text
        inline = r"<script(?![^>]*src=)|<style|style=|\son\w+="
        assert not re.search(inline, page.text), path


def test_first_start_in_the_browser(
    tmp_path: Path, licence: SimpleNamespace, other_licence: SimpleNamespace, now: datetime
) -> None:
    browser = Browser(tmp_path / "new", now).come_in()
    assert browser.get("/manager").location == "/first-start"
    typed = {
        "product_id": licence.product_id,
        "product_key": other_licence.product_key,
        "server_name": "LICENSE-07",
        "password": "long enough",
    }
    page = browser.post("/first-start", **typed)
    assert page.status_code == 422
    assert "another product" in page.text
    assert licence.product_id in page.text
    assert other_licence.product_key in page.text
    assert "LICENSE-07" in page.text
    assert "long enough" not in page.text
    typed["product_key"] = product_key.format(licence.product_key)
    assert browser.post("/first-start", **typed).location == "/manager/server"
    page = browser.get("/manager/server")
    assert "Not activated" in page.text
    assert heading(browser.get("/reactivate/welcome")) == "Welcome"
    assert browser.get("/first-start").status_code == 303


def test_manager_shows_tree_state_and_ids(browser: Browser, activated: Path) -> None:
    browser.come_in()
    page = text_of(browser.get("/manager/server"))
    held = states.load(activated).held
    assert held is not None
    for said in ("All servers", "LICENSE-01", "Activated", "31 March 2027", "Action", "Properties",
                 "Advanced", "Reactivate Server",
                 new_license_server_id.format(held.new_license_server_id)):  # fmt: skip
        assert said in page
    browser.now += timedelta(days=500)
    browser.come_in()
    assert "Certificate expired" in browser.get("/manager").text
    root = browser.get("/manager/root.pem")
    assert root.data.startswith(b"-----BEGIN CERTIFICATE-----")
    assert "attachment" in root.headers["Content-Disposition"]


def test_properties_keep_what_is_typed_from_tab_to_tab(browser: Browser) -> None:
    browser.come_in()
    page = browser.post("/manager/properties", tab="required", method="telephone", region=REGION)
    assert 'id="panel-connection" aria-labelledby="tab-connection" hidden' in page.text
    assert f'<option value="{REGION}" selected>' in page.text
    assert states.load(browser.data).properties.method is Method.AUTOMATIC
    browser.post("/manager/properties", action="cancel", method="telephone", region=REGION)
    assert states.load(browser.data).properties.method is Method.AUTOMATIC
    browser.post("/manager/properties", action="ok", method="web", company="Example", email="a@b")
    held = states.load(browser.data).properties
    assert (held.method, held.company, held.email) == (Method.WEB, "Example", "a@b")


@pytest.mark.parametrize(
    ("region", "said"), [("", "Choose the country"), ("XX", "not in the list")]
)
def test_telephone_needs_a_region(browser: Browser, region: str, said: str) -> None:
    browser.come_in()
    page = browser.post("/manager/properties", action="ok", method="telephone", region=region)
    assert page.status_code == 422
    assert said in page.text
    assert '<option value="telephone" selected>' in page.text


def test_regions_are_offered_by_name(browser: Browser) -> None:
    page = browser.come_in().get("/manager/properties")
    listed = re.findall(r'<option value="([A-Z]{2})"(?: selected)?>([^<]+)<', page.text)
    listed = [(code, html.unescape(name)) for code, name in listed]
    offered = list(region_routing.load().named_regions(telephone.PAGE_LANGUAGE))
    assert listed[: len(offered)] == offered
    assert len(offered) == 245
    assert ("KN", "St Kitts & Nevis") in offered  # as the British write it, not the code's table


@pytest.mark.parametrize(
    ("region", "abroad"),
    [
        ("CH", "Another country's number (Germany): Switzerland has none of its own."),
        ("JP", "Another country's number (Australia): Japan has none of its own."),
        ("XK", "Another country's number (United Kingdom): Kosovo has none of its own."),
        ("TA", "Another country's number (United Kingdom): Tristan da Cunha has none of its own."),
        ("CA", ""),
        ("JM", ""),
    ],
)
def test_a_region_without_numbers_for_fiction_is_shown_anothers_line(
    browser: Browser, region: str, abroad: str
) -> None:
    browser.come_in()
    browser.post("/manager/properties", action="ok", method="telephone", region=region)
    browser.open_request()
    page = browser.get(TELEPHONE_PAGE)
    route = region_routing.load().route(region)
    assert ("has none of its own" in text_of(page)) is bool(abroad)
    assert abroad in text_of(page)
    assert route.line.display in text_of(page)
    assert f'href="tel:{route.line.number}"' in page.text
    assert route.centre.name in text_of(page)


def test_the_wizard_by_telephone(browser: Browser, licence: SimpleNamespace) -> None:
    browser.now += timedelta(days=500)
    browser.come_in().choose_telephone()
    assert browser.get("/reactivate").location == "/reactivate/welcome"
    assert heading(browser.get("/reactivate/welcome")) == "Welcome"
    asked = browser.open_request()
    page = browser.get(TELEPHONE_PAGE)
    assert heading(page) == "License Server Reactivation"
    route = region_routing.load().route(REGION)
    said = text_of(page)
    assert route.line.display in said
    assert route.centre.name in said
    assert "Numbers as of" in said
    assert "says these four digits first" in said
    assert code_of(page, "line-code") == activation.line_code_of(browser.data)
    assert code_of(page, "product-id") == licence.product_id
    assert 'data-proposed="1"' in page.text
    new = licence.issue(asked, 2, at=browser.now)
    done = browser.post(TELEPHONE_PAGE, action="next", new_license_server_id=new)
    assert done.location == "/reactivate/completing"
    page = browser.get("/reactivate/completing")
    assert heading(page) == "Completing the Reactivate Server Wizard"
    assert len(code_of(page, "closing-code")) == 4
    # Whoever has hung up already finds here what another call needs.
    assert code_of(page, "license-server-id") == asked
    assert code_of(page, "product-id") == licence.product_id
    assert code_of(page, "line-code") == activation.line_code_of(browser.data)
    assert route.line.display in page.text
    assert browser.get("/reactivate").location == "/reactivate/completing"
    assert browser.post("/reactivate/completing", action="finish").location == "/manager/server"
    assert browser.get("/reactivate").location == "/reactivate/welcome"
    assert health.status(browser.data, browser.now).state is CertificateState.VALID


def groups_form(code: str) -> dict[str, str]:
    cut = [code[at : at + 5] for at in range(0, 35, 5)]
    return {f"group{number}": text for number, text in enumerate(cut, 1)}


def test_outside_its_hours_the_page_says_when_the_centre_opens(browser: Browser) -> None:
    centre = region_routing.load().route(REGION).centre
    browser.now = browser.now.replace(hour=2, day=8)
    assert not region_routing.is_open(centre, browser.now)
    browser.come_in().choose_telephone()
    browser.open_request()
    said = text_of(browser.get(TELEPHONE_PAGE))
    assert "Outside its hours It opens Monday" in said
    assert "Until then the line itself answers, and issues what needs no person." in said
    browser.now += timedelta(hours=34)
    browser.come_in()
    assert "Open now" in text_of(browser.get(TELEPHONE_PAGE))


def test_wrong_groups_come_back_as_typed_and_named(
    browser: Browser, licence: SimpleNamespace
) -> None:
    browser.come_in().choose_telephone()
    new = licence.issue(browser.open_request(), 2)
    typed = groups_form(new) | {"group3": f"{(int(new[10:15]) + 1) % 10**5:05}"}
    page = browser.post(TELEPHONE_PAGE, action="next", **typed)
    assert page.status_code == 422
    assert "Group 3" in text_of(page)
    assert values(page) == list(typed.values())
    assert page.text.count('aria-invalid="true"') == 1
    assert values(browser.get(TELEPHONE_PAGE)) == list(typed.values())
    assert browser.post(TELEPHONE_PAGE, action="next", **groups_form(new)).status_code == 303


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group2": "", "group5": "", "group6": "12"}, "Groups 2 and 5 are empty, group 6 is too"),
        ({"group4": "12"}, "Group 4 is too short"),
        ({"group7": "1"}, "31 were given"),
        ({"group1": "O0120"}, "letter O"),
        ({f"group{number}": "" for number in range(1, 8)}, "Type the new license server ID"),
    ],
)
def test_incomplete_entries_have_their_own_message(
    browser: Browser, licence: SimpleNamespace, change: dict[str, str], said: str
) -> None:
    browser.come_in().choose_telephone()
    typed = groups_form(licence.issue(browser.open_request(), 2)) | change
    page = browser.post(TELEPHONE_PAGE, action="next", **typed)
    assert page.status_code == 422
    assert said in text_of(page)
    assert values(page) == list(typed.values())
    assert event_log.entries(browser.data)[-1]["kind"] == "id.refused"


def without_a_digit_of_group_3(licence: SimpleNamespace, request: str) -> str:
    """Issue an ID and drop a digit, so that only group 3 can be where it was dropped.

    A group that was shifted passes its check digit once in ten; then its neighbour may be meant.
    """
    return next(
        short
        for number in range(2, 100)
        for new in [licence.issue(request, number)]
        for at in range(10, 15)
        for short in [new[:at] + new[at + 1 :]]
        if not any(NEW_LICENSE_SERVER_ID.is_good(3, short[start : start + 5]) for start in (9, 10))
    )


def test_a_dropped_digit_in_a_pasted_id_is_found(
    browser: Browser, licence: SimpleNamespace
) -> None:
    browser.come_in().choose_telephone()
    short = without_a_digit_of_group_3(licence, browser.open_request())
    page = browser.post(TELEPHONE_PAGE, new_license_server_id=short)
    assert "In group 3 of the new license server ID a digit is missing" in text_of(page)
    assert "".join(values(page)) == short


@pytest.mark.parametrize("field", ["group1", "group4", "new_license_server_id"])
def test_a_whole_id_may_stand_in_any_field(
    browser: Browser, licence: SimpleNamespace, field: str
) -> None:
    browser.come_in().choose_telephone()
    new = new_license_server_id.format(licence.issue(browser.open_request(), 2))
    done = browser.post(TELEPHONE_PAGE, action="next", **{field: f" {new} "})
    assert done.location == "/reactivate/completing"


def test_the_displayed_id_typed_as_the_new_one(browser: Browser) -> None:
    browser.come_in().choose_telephone()
    asked = browser.open_request()
    page = browser.post(TELEPHONE_PAGE, action="next", **groups_form(asked))
    assert 'data-code="displayed_id"' in page.text
    assert "your request" in page.text


def test_ticks_group_by_group(browser: Browser, licence: SimpleNamespace) -> None:
    browser.come_in().choose_telephone()
    new = licence.issue(browser.open_request(), 2)
    cut = list(groups_form(new).values())
    typed = [cut[0], "99999" if cut[1] != "99999" else "99998", "1", "", "abcde", "", ""]
    found = browser.client.post("/reactivate/check", json={"groups": typed}).json
    assert [mark["mark"] for mark in found["groups"]] == [
        "good", "bad", "short", "empty", "bad", "empty", "empty",
    ]  # fmt: skip
    assert found["whole"] == ""
    asked = list(groups_form(states.load(browser.data).request.license_server_id).values())  # type: ignore[union-attr]
    whole = browser.client.post("/reactivate/check", json={"groups": asked}).json["whole"]
    assert "your request" in whole
    for wrong in ({"groups": 7}, {"groups": [1]}, [], None):
        assert browser.client.post("/reactivate/check", json=wrong).status_code == 400


def test_the_wizard_resumes_after_a_restart(browser: Browser, activated: Path) -> None:
    browser.come_in().choose_telephone()
    asked = browser.open_request()
    browser.client.post("/reactivate/check", json={"groups": ["00107", "123"]})
    after = Browser(activated, browser.now + timedelta(days=1)).come_in()
    assert after.get("/reactivate").location == TELEPHONE_PAGE
    page = after.get(TELEPHONE_PAGE)
    assert code_of(page, "license-server-id") == asked
    assert values(page) == ["00107", "123", "", "", "", "", ""]


def test_back_and_next_keep_the_request(browser: Browser) -> None:
    browser.come_in().choose_telephone()
    asked = browser.open_request()
    assert browser.post(TELEPHONE_PAGE, action="back", group1="001").location == (
        "/reactivate/welcome"
    )
    assert browser.get("/reactivate").location == "/reactivate/welcome"
    assert browser.open_request() == asked
    assert values(browser.get(TELEPHONE_PAGE))[0] == "001"


def test_without_a_fault_no_reason_is_proposed(browser: Browser) -> None:
    browser.come_in().choose_telephone()
    browser.open_request()
    page = browser.get(TELEPHONE_PAGE)
    assert "data-proposed" not in page.text
    assert "none is proposed" in page.text


def test_a_first_activation_is_for_a_representative(data: Path, now: datetime) -> None:
    browser = Browser(data, now).come_in().choose_telephone()
    browser.open_request()
    assert re.findall(r'data-proposed="(\d)"', browser.get(TELEPHONE_PAGE).text) == ["0"]


def test_cancel_asks_first(browser: Browser) -> None:
    browser.come_in().choose_telephone()
    assert browser.post("/reactivate/welcome", action="cancel").location == "/manager/server"
    asked = browser.open_request()
    assert browser.post(TELEPHONE_PAGE, action="cancel").location == "/reactivate/cancel"
    assert heading(browser.get("/reactivate/cancel")) == "Leave the wizard?"
    assert browser.post("/reactivate/cancel", action="back").location == TELEPHONE_PAGE
    assert browser.post("/reactivate/cancel", action="keep").location == "/manager/server"
    assert browser.open_request() == asked
    browser.post("/reactivate/cancel", action="cancel-request")
    assert states.load(browser.data).request is None
    assert browser.open_request() != asked


def test_a_compromised_key_is_the_administrators_word(
    browser: Browser, licence: SimpleNamespace
) -> None:
    browser.come_in().choose_telephone()
    browser.post("/reactivate/welcome", action="next", compromised="yes")
    opened = states.load(browser.data).request
    assert opened is not None
    assert opened.reason is Reason.PRIVATE_KEY_COMPROMISED
    page = browser.post(TELEPHONE_PAGE, action="answer", challenge="0444", group1="00107")
    assert code_of(page, "answer") == activation.answer(browser.data, "0444")
    assert values(page)[0] == "00107"
    page = browser.post(TELEPHONE_PAGE, action="answer", challenge="44")
    assert page.status_code == 422
    new = licence.issue(opened.license_server_id, 2)
    browser.post(TELEPHONE_PAGE, action="next", **groups_form(new))
    assert "local root certificate is new" in browser.get("/reactivate/completing").text


def test_a_directory_damaged_meanwhile_is_told(browser: Browser) -> None:
    browser.come_in()
    (browser.data / states.FILE).write_bytes(b"{")
    page = browser.get("/manager")
    assert page.status_code == 503
    assert "damaged" in page.text
