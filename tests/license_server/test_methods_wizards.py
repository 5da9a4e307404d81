"""The wizards' pages in all three methods, page title by page title, without a browser."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from codes import closing_code, deactivation_confirmation, product_key
from license_server import activation, deactivation, files, health, link
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.link import Link
from license_server.model import CertificateState, DeactivationCause, Licensing, Method, Reason
from license_server.pages import wizard

REGION = "DE"
CONTACT = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Analytical Engines",
    "country": "DE",
    "email": "ada@engines.example",
}
SITE = "https://site.example/licensing"


class Browser:
    """An administrator at the pages; `follow` is what a browser does with a redirect."""

    def __init__(self, data: Path, now: datetime) -> None:
        self.data = data
        self.now = now
        self.app = create_app(data, clock=lambda: self.now)
        self.client: FlaskClient = self.app.test_client()
        self.client.get(one_time_path(self.app))

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, follow_redirects=True)

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data=form, follow_redirects=True)

    def choose(self, method: Method) -> "Browser":
        self.post("/manager/properties", action="ok", method=method, region=REGION, **CONTACT)
        return self

    @property
    def state(self) -> states.State:
        return states.load(self.data)


def title(page: TestResponse) -> str:
    found = re.search(r"<title>(.*?)</title>", page.text)
    assert found is not None
    heading = re.search(r"<h1>(.*?)</h1>", page.text)
    assert heading is not None
    assert found[1].startswith(heading[1])
    return html.unescape(found[1])


def code(page: TestResponse, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*data-code="([^"]*)"', page.text)
    assert found is not None, name
    return found[1]


def text(page: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


@pytest.fixture
def browser(activated: Path, now: datetime) -> Browser:
    return Browser(activated, now + timedelta(hours=1))


@pytest.fixture
def new(data: Path, now: datetime) -> Browser:
    return Browser(data, now)


def test_automatic_reactivation(browser: Browser, internet: Any) -> None:
    internet.number = 1
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    assert title(browser.get("/reactivate")) == "Welcome"
    page = browser.post("/reactivate/welcome", action="next")
    assert title(page) == "Information Needed"
    for value in CONTACT.values():
        assert f'value="{value}"' in page.text
    assert page.text.count('name="reason"') == 5
    done = browser.post(
        "/reactivate/information-needed", action="next", reason="server_upgraded", **CONTACT
    )
    assert title(done) == "Completing the Reactivate Server Wizard"
    assert "is reactivated" in text(done)
    assert 'id="closing-code"' not in done.text
    sent = dict(internet.asked)["/permissions"]
    assert sent["reason"] == "server_upgraded"
    assert sent["contact"] == {**CONTACT, "phone": ""}
    finished = browser.post("/reactivate/completing", action="finish")
    assert "LICENSE-01" in title(finished)
    found = health.status(browser.data, browser.now)
    assert (found.state, found.issue) == (CertificateState.VALID, 2)


@pytest.mark.parametrize(
    ("method", "region"), [("telephone", ""), ("telephone", "XX"), ("automatic", "XX")]
)
def test_a_region_is_one_of_the_table(new: Browser, method: str, region: str) -> None:
    new.post("/activate/welcome", action="next")
    page = new.post("/activate/connection-method", action="next", method=method, region=region)
    assert (page.status_code, title(page)) == (422, "Connection Method")
    assert code(page, "error") == "region"


def test_signs_that_cannot_be_printed_are_refused(browser: Browser) -> None:
    browser.choose(Method.AUTOMATIC)
    form = {**CONTACT, "company": "En\x07gines", "reason": "server_upgraded"}
    page = browser.post("/reactivate/information-needed", action="next", **form)
    assert (page.status_code, browser.state.request) == (422, None)


def test_a_full_disk_is_said_on_a_page_and_nothing_is_lost(
    browser: Browser, licence: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.choose(Method.WEB)
    page = browser.post("/reactivate/welcome", action="next")
    asked = code(page, "license-server-id")
    typed = licence.issue(asked, 2)
    path = "/reactivate/license-server-reactivation"

    def full(target: Path, content: bytes) -> None:
        raise files.unusable(target, OSError(28, "No space left on device"))

    with monkeypatch.context() as patched:
        patched.setattr(files, "write", full)
        refused = browser.post(path, new_license_server_id=typed, action="next")
    assert refused.status_code == 503
    assert "No space left on device" in text(refused)
    assert code(browser.get(path), "license-server-id") == asked
    done = browser.post(path, new_license_server_id=typed, action="next")
    assert title(done) == "Completing the Reactivate Server Wizard"


def test_what_the_clearinghouse_could_not_be_told_is_said(browser: Browser, internet: Any) -> None:
    internet.number = 1
    internet.answers["/permissions/000000000000/confirmation"] = (503, b"", {})
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    form = {**CONTACT, "action": "next", "reason": "server_upgraded"}
    done = browser.post("/reactivate/information-needed", **form)
    assert title(done) == "Completing the Reactivate Server Wizard"
    assert "could not be told yet" in text(done)
    assert re.fullmatch(r"\d{4}", code(done, "closing-code"))


def test_next_pressed_twice_is_one_request(activated: Path, internet: Any, now: datetime) -> None:
    internet.number = 1
    link.store(activated, internet.link)
    tabs = [Browser(activated, now + timedelta(hours=1)).choose(Method.AUTOMATIC) for _ in "ab"]
    form = {**CONTACT, "action": "next", "reason": "server_upgraded"}
    with ThreadPoolExecutor() as pool:
        pages = pool.map(lambda tab: tab.post("/reactivate/information-needed", **form), tabs)
    assert {title(page) for page in pages} == {"Completing the Reactivate Server Wizard"}
    assert len(internet.issued) == 1
    assert [path for path, _ in internet.asked].count("/permissions") == 1


@pytest.mark.parametrize("missing", ["first_name", "last_name", "company", "country", "reason"])
def test_information_that_is_needed(browser: Browser, internet: Any, missing: str) -> None:
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    form = {**CONTACT, "reason": "server_upgraded", missing: ""}
    page = browser.post("/reactivate/information-needed", action="next", **form)
    assert (page.status_code, title(page)) == (422, "Information Needed")
    assert code(page, "error") == "invalid_entry"
    assert internet.asked == []


def test_the_reason_that_holds_is_proposed(activated: Path, now: datetime) -> None:
    browser = Browser(activated, now + timedelta(days=800)).choose(Method.AUTOMATIC)
    page = browser.get("/reactivate/information-needed")
    assert re.search(r'value="certificate_expired" checked>.*?proposed', page.text)
    assert page.text.count("(proposed") == 1


def test_no_network_names_the_other_methods_and_loses_nothing(
    browser: Browser, internet: Any
) -> None:
    ca = internet.link.ca_file
    link.store(browser.data, Link("https://127.0.0.1:1/api", SITE, ca))
    browser.choose(Method.AUTOMATIC)
    form = {**CONTACT, "company": "Changed", "reason": "server_upgraded"}
    page = browser.post("/reactivate/information-needed", action="next", **form)
    assert page.status_code == 502
    assert "Web Browser or Telephone" in text(page)
    asked = browser.state.request
    assert asked is not None
    again = browser.get("/reactivate")
    assert title(again) == "Information Needed"
    assert 'value="Changed"' in again.text
    assert 'value="server_upgraded" checked' in again.text
    browser.choose(Method.TELEPHONE)
    browser.post("/reactivate/welcome", action="next")
    shown = browser.get("/reactivate")
    assert title(shown) == "License Server Reactivation"
    assert code(shown, "license-server-id") == asked.license_server_id


def test_a_refusal_is_shown_with_count_and_date(browser: Browser, internet: Any) -> None:
    said = {"detail": "Used up.", "code": "quota", "left": 0, "next_date": "2026-05-01"}
    internet.answers["/permissions"] = (403, said, {})
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    page = browser.post(
        "/reactivate/information-needed", action="next", reason="server_upgraded", **CONTACT
    )
    assert (page.status_code, code(page, "error")) == (422, "quota")
    assert "Used up. Left in this period: 0. Next possible: 2026-05-01." in text(page)


def test_the_web_method_shows_the_site_and_takes_the_new_id(browser: Browser, licence: Any) -> None:
    link.store(browser.data, Link("https://site.example/api/v1", SITE))
    browser.choose(Method.WEB)
    assert title(browser.get("/reactivate")) == "Welcome"
    page = browser.post("/reactivate/welcome", action="next")
    assert title(page) == "License Server Reactivation"
    assert SITE in page.text
    assert code(page, "product-id") == licence.product_id
    assert "tel:" not in page.text
    asked = code(page, "license-server-id")
    typed = licence.issue(asked, 2)
    wrong = browser.post(
        "/reactivate/license-server-reactivation", new_license_server_id=asked, action="next"
    )
    assert (wrong.status_code, code(wrong, "error")) == (422, "displayed_id")
    done = browser.post(
        "/reactivate/license-server-reactivation", new_license_server_id=typed, action="next"
    )
    assert title(done) == "Completing the Reactivate Server Wizard"
    secret = product_key.secret(licence.product_key)
    assert closing_code.verify(secret, licence.product_id, typed, code(done, "closing-code"))
    assert "licensing site" in text(done)


def test_the_compromised_key_is_answered_for_on_the_site(browser: Browser) -> None:
    browser.choose(Method.WEB)
    page = browser.post("/reactivate/welcome", action="next", compromised="yes")
    assert 'data-reason="private_key_compromised"' in page.text
    answered = browser.post(
        "/reactivate/license-server-reactivation", challenge="1234", action="answer"
    )
    assert re.fullmatch(r"\d{6}", code(answered, "answer"))


@pytest.mark.parametrize("method", list(Method))
def test_activation_asks_for_the_method(
    new: Browser, internet: Any, licence: Any, method: Method
) -> None:
    link.store(new.data, internet.link)
    assert title(new.get("/activate")) == "Welcome"
    page = new.post("/activate/welcome", action="next")
    assert title(page) == "Connection Method"
    assert "Select Country or Region" in page.text
    assert title(new.get("/activate")) == "Connection Method"
    page = new.post("/activate/connection-method", action="next", method=method, region=REGION)
    assert new.state.properties.method is method
    if method is Method.AUTOMATIC:
        assert title(page) == "Company Information"
        assert 'name="reason"' not in page.text
        done = new.post("/activate/company-information", action="next", **CONTACT)
    else:
        assert title(page) == "License Server Activation"
        typed = licence.issue(code(page, "license-server-id"))
        done = new.post(
            "/activate/license-server-activation", new_license_server_id=typed, action="next"
        )
    assert title(done) == "Completing the Activate Server Wizard"
    assert "is activated" in text(done)
    new.post("/activate/completing", action="finish")
    assert health.status(new.data, new.now).may_license is Licensing.ALL
    assert "already" in text(new.get("/activate"))
    assert new.post("/activate/welcome", action="next").status_code == 409


@pytest.mark.parametrize("ticked", ["yes", ""])
def test_finish_starts_the_next_wizard_if_that_is_ticked(
    data: Path, now: datetime, licence: Any, monkeypatch: pytest.MonkeyPatch, ticked: str
) -> None:
    monkeypatch.setattr(wizard, "INSTALL_LICENCES", "/manager/properties")
    new = Browser(data, now)
    new.post("/activate/welcome", action="next")
    page = new.post("/activate/connection-method", action="next", method="web")
    typed = licence.issue(code(page, "license-server-id"))
    path = "/activate/license-server-activation"
    done = new.post(path, new_license_server_id=typed, action="next")
    assert "Start Install Licenses Wizard now" in text(done)
    opened = new.post("/activate/completing", action="finish", install_licences=ticked)
    assert opened.request.path == ("/manager/properties" if ticked else "/manager/server")
    assert new.state.completed is None


@pytest.mark.parametrize(
    ("form", "wrong"), [({"method": "telephone"}, "region"), ({"method": "post"}, "method")]
)
def test_a_method_without_what_it_needs_is_refused(
    new: Browser, form: dict[str, str], wrong: str
) -> None:
    page = new.post("/activate/connection-method", action="next", **form)
    assert (page.status_code, code(page, "error")) == (422, wrong)
    assert new.state.request is None


def test_back_and_cancel_behave_in_the_activate_wizard(new: Browser) -> None:
    new.post("/activate/welcome", action="next")
    page = new.post("/activate/connection-method", action="next", method="web")
    asked = code(page, "license-server-id")
    back = new.post("/activate/license-server-activation", action="back", group1="12345")
    assert title(back) == "Connection Method"
    assert title(new.post("/activate/connection-method", action="back")) == "Welcome"
    assert title(new.post("/activate/welcome", action="cancel")) == "Leave the wizard?"
    assert "LICENSE-01" in title(new.post("/activate/cancel", action="keep"))
    new.post("/activate/welcome", action="next")
    page = new.post("/activate/connection-method", action="next", method="web")
    assert code(page, "license-server-id") == asked
    assert 'name="group1" value="12345"' in page.text
    new.post("/activate/cancel", action="cancel-request")
    assert new.state.request is None


def test_two_wizards_in_two_tabs_show_one_id_and_end_together(
    new: Browser, now: datetime, licence: Any
) -> None:
    other = Browser(new.data, now)
    new.choose(Method.TELEPHONE)
    first = new.post("/reactivate/welcome", action="next")
    other.post("/activate/welcome", action="next")
    form = {"method": "telephone", "region": REGION}
    second = other.post("/activate/connection-method", action="next", **form)
    asked = code(first, "license-server-id")
    assert code(second, "license-server-id") == asked
    typed = licence.issue(asked)
    page = "/activate/license-server-activation"
    done = other.post(page, new_license_server_id=typed, action="next")
    assert "Activate" in title(done)
    same = new.post(
        "/reactivate/license-server-reactivation", new_license_server_id=typed, action="next"
    )
    assert title(same) == "Completing the Reactivate Server Wizard"
    assert code(same, "closing-code") == code(done, "closing-code")


def test_an_id_for_the_request_of_another_tab_has_its_own_message(
    browser: Browser, licence: Any
) -> None:
    browser.choose(Method.WEB)
    first = code(browser.post("/reactivate/welcome", action="next"), "license-server-id")
    browser.post("/reactivate/cancel", action="cancel-request")
    second = code(browser.post("/reactivate/welcome", action="next"), "license-server-id")
    assert first != second
    page = browser.post(
        "/reactivate/license-server-reactivation",
        new_license_server_id=licence.issue(first, 2),
        action="next",
    )
    assert code(page, "error") == "cancelled_request"
    assert code(page, "license-server-id") == second


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (Method.AUTOMATIC, "information-needed"),
        (Method.WEB, "license-server-reactivation"),
        (Method.TELEPHONE, "license-server-reactivation"),
    ],
)
def test_a_killed_process_resumes_where_it_was(
    browser: Browser, now: datetime, method: Method, path: str
) -> None:
    browser.choose(method)
    browser.post("/reactivate/welcome", action="next")
    restarted = Browser(browser.data, now + timedelta(days=1))
    assert restarted.get("/reactivate").request.path == f"/reactivate/{path}"


def confirmed(licence: Any, receipt: str) -> str:
    secret = product_key.secret(licence.product_key)
    return deactivation_confirmation.make(secret, licence.product_id, receipt)


def test_automatic_deactivation(browser: Browser, internet: Any) -> None:
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    page = browser.get("/deactivate")
    assert title(page) == "Information Needed"
    assert all(f'value="{CONTACT[name]}"' in page.text for name in ("first_name", "email"))
    assert page.text.count('name="cause"') == 3
    form = {**CONTACT, "phone": "+49 30 1", "cause": "server_redeployed"}
    page = browser.post("/deactivate/information-needed", action="next", **form)
    assert title(page) == "Completing the Deactivate Server Wizard"
    sent = dict(internet.asked)["/deactivations"]
    assert sent["contact"]["email"] == CONTACT["email"]
    assert sent["contact"]["phone"] == "+49 30 1"
    browser.post("/deactivate/completing", action="finish")
    assert health.status(browser.data, browser.now).may_license is Licensing.NONE
    assert "LICENSE-01" in title(browser.get("/deactivate"))
    assert title(browser.get("/activate")) == "Welcome"


@pytest.mark.parametrize(
    ("method", "form", "status"),
    [
        (Method.AUTOMATIC, {"email": ""}, 422),
        (Method.WEB, {"email": ""}, 422),
        (Method.TELEPHONE, {"email": ""}, 200),
        (Method.TELEPHONE, {"email": "nonsense"}, 422),
        (Method.TELEPHONE, {"last_name": ""}, 422),
        (Method.TELEPHONE, {"phone": ""}, 200),
        (Method.TELEPHONE, {"cause": "boredom"}, 422),
    ],
)
def test_what_deactivation_needs(
    browser: Browser, method: Method, form: dict[str, str], status: int
) -> None:
    browser.choose(method)
    sent = {**CONTACT, "cause": "server_redeployed", **form}
    page = browser.post("/deactivate/information-needed", action="next", **sent)
    assert page.status_code == status
    assert browser.state.deactivation is None


def test_deactivation_by_telephone_warns_first(browser: Browser, licence: Any) -> None:
    browser.choose(Method.TELEPHONE)
    form = {**CONTACT, "cause": "certificate_damaged"}
    page = browser.post("/deactivate/information-needed", action="next", **form)
    assert title(page) == "License Server Deactivation"
    assert "cannot be taken back" in text(page)
    assert health.status(browser.data, browser.now).may_license is Licensing.ALL
    restarted = Browser(browser.data, browser.now)
    assert "cannot be taken back" in text(restarted.get("/deactivate"))
    back = browser.post("/deactivate/license-server-deactivation", action="back")
    assert title(back) == "Information Needed"
    browser.post("/deactivate/information-needed", action="next", **form)
    page = browser.post("/deactivate/license-server-deactivation", action="show")
    assert title(page) == "License Server Deactivation"
    assert "tel:" in page.text
    receipt = code(page, "receipt")
    assert health.status(browser.data, browser.now).may_license is Licensing.NONE
    checked = browser.client.post("/deactivate/check", json={"groups": [receipt[:5], "12", ""]})
    assert [each["mark"] for each in checked.get_json()["groups"]] == ["good", "short", "empty"]
    restarted = Browser(browser.data, browser.now)
    again = restarted.get("/deactivate")
    assert code(again, "receipt") == receipt
    assert f'name="group1" value="{receipt[:5]}"' in again.text
    wrong = restarted.post(
        "/deactivate/license-server-deactivation", action="next", deactivation_confirmation=receipt
    )
    assert (wrong.status_code, code(wrong, "error")) == (422, "displayed_receipt")
    typed = confirmed(licence, receipt)
    groups = {f"group{number + 1}": typed[number * 5 : number * 5 + 5] for number in range(3)}
    done = restarted.post("/deactivate/license-server-deactivation", action="next", **groups)
    assert title(done) == "Completing the Deactivate Server Wizard"


def test_deactivation_by_web_names_the_site(browser: Browser) -> None:
    link.store(browser.data, Link("https://site.example/api/v1", SITE))
    browser.choose(Method.WEB)
    form = {**CONTACT, "cause": "certificate_damaged"}
    browser.post("/deactivate/information-needed", action="next", **form)
    page = browser.post("/deactivate/license-server-deactivation", action="show")
    assert SITE in page.text


def test_a_deactivation_that_could_not_be_sent_goes_on(browser: Browser, internet: Any) -> None:
    internet.answers["/deactivations"] = (503, b"", {})
    link.store(browser.data, internet.link)
    browser.choose(Method.AUTOMATIC)
    form = {**CONTACT, "cause": "certificate_damaged"}
    page = browser.post("/deactivate/information-needed", action="next", **form)
    assert (page.status_code, title(page)) == (502, "License Server Deactivation")
    receipt = code(page, "receipt")
    internet.answers.clear()
    done = browser.post("/deactivate/license-server-deactivation", action="send")
    assert title(done) == "Completing the Deactivate Server Wizard"
    begun = deactivation.status(browser.data)
    assert begun is not None
    assert begun.receipt == receipt


def test_what_was_never_activated_has_nothing_to_deactivate(new: Browser) -> None:
    new.choose(Method.TELEPHONE)
    form = {**CONTACT, "cause": "certificate_damaged"}
    page = new.post("/deactivate/information-needed", action="next", **form)
    assert page.status_code == 422
    assert "never activated" in text(page)


def test_an_unconfirmed_deactivation_can_be_ended_by_reactivation(
    browser: Browser, licence: Any
) -> None:
    deactivation.begin(browser.data, DeactivationCause.CERTIFICATE_DAMAGED, browser.now)
    browser.choose(Method.TELEPHONE)
    assert "not confirmed yet" in text(browser.get("/activate"))
    page = browser.post("/reactivate/welcome", action="next")
    assert browser.state.request is not None
    assert browser.state.request.reason is Reason.CERTIFICATE_CORRUPTED
    typed = licence.issue(code(page, "license-server-id"), 2)
    activation.accept(browser.data, typed, browser.now)
    assert browser.state.deactivation is None


def test_pages_that_are_not_due_lead_to_the_one_that_is(
    browser: Browser, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    browser.choose(Method.TELEPHONE)
    before = contents(browser.data)
    for path in ("information-needed", "license-server-reactivation", "completing"):
        assert title(browser.get(f"/reactivate/{path}")) == "Welcome"
        assert title(browser.post(f"/reactivate/{path}", action="next")) in (
            "Welcome",
            "LICENSE-01 - Licensing Manager",
        )
    for path in ("license-server-deactivation", "completing"):
        assert title(browser.get(f"/deactivate/{path}")) == "Information Needed"
    assert title(browser.get("/activate/connection-method")) == "Welcome"
    assert contents(browser.data) == before


@pytest.mark.parametrize("path", ["/activate/check", "/deactivate/check"])
def test_ticks_are_for_administrators(new: Browser, path: str) -> None:
    assert new.client.post(path, json={"groups": "12345"}).status_code == 400
    assert new.app.test_client().post(path, json={"groups": []}).status_code == 401
