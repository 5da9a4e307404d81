"""Server Manager, Licensing Manager, its menu, Review Configuration and Properties."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from license_server import activation, deactivation, event_log
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.model import DeactivationCause, Method

Enter = Callable[[Path, datetime], FlaskClient]


@pytest.fixture
def enter() -> Enter:
    """A browser that is logged in at the license server of a directory, at a fixed time."""

    def logged_in(data: Path, now: datetime) -> FlaskClient:
        app = create_app(data, clock=lambda: now, is_demo=True)
        client = app.test_client()
        client.get(one_time_path(app))
        return client

    return logged_in


def text_of(page: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def menu_of(page: TestResponse) -> dict[str, str]:
    """The Action menu: each label with the address it leads to, or the reason why it does not."""
    menu = page.text.split('id="action-menu"')[1].split('<span class="hint">')[0]
    found = re.findall(r'<a href="([^"]+)">([^<]+)</a>', menu)
    off = re.findall(
        r'aria-disabled="true"[^>]*><span[^>]*>([^<]+)</span><span[^>]*>([^<]+)<', menu
    )
    return {label: href for href, label in found} | dict(off)


def rows_of(page: TestResponse) -> list[str]:
    body = page.text.split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row) for row in body.split("</tr>")]
    return [" ".join(html.unescape(row).split()) for row in rows if row.strip()]


def test_work_begins_in_server_manager(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    assert client.get("/").location == "/server/manager"
    page = client.get("/server/manager")
    assert "<h1>Server Manager</h1>" in page.text
    tools = page.text.split('id="tools-menu"')[1].split("</details>")[0]
    assert re.findall(r"<summary>([^<]+)", tools) == ["Tools", "Remote Licensing"]
    assert '<a href="/manager">Remote Licensing Manager</a>' in tools


def test_server_manager_tells_which_server_licenses(
    enter: Enter, activated: Path, now: datetime
) -> None:
    own, *others = rows_of(enter(activated, now).get("/server/manager"))
    assert len(others) >= 2
    assert "LICENSE-01" in own
    assert "License server" in own
    assert "Activated" in own
    assert all("not a license server" in row for row in others)


def test_password_and_link_lead_to_server_manager(
    activated: Path, now: datetime, password: str
) -> None:
    client = create_app(activated, clock=lambda: now).test_client()
    assert client.post("/log-in", data={"password": password}).location == "/"
    assert client.get("/").location == "/server/manager"


def test_a_server_is_added_and_removed(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    typed = {"name": "HOST-07", "role": "session_host", "address": "", "token": ""}
    assert client.post("/server/add", data=typed).location == "/server/manager"
    assert any("HOST-07 Session host" in row for row in rows_of(client.get("/server/manager")))
    again = client.post("/server/add", data=typed)
    assert again.status_code == 422
    assert "listed already" in again.text
    client.post("/server/remove", data={"name": "HOST-07"})
    assert "HOST-07" not in client.get("/server/manager").text
    assert (activated / "servers.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "license-01"}, "listed already"),
        ({"address": "http://license-02:8442"}, "https://"),
        ({"address": "https://license-02:99999"}, "https://"),
        ({"address": "https://license-02/path"}, "https://"),
        ({"token": ""}, "license-server token"),
    ],
)
def test_what_is_wrong_with_a_server_is_said(
    enter: Enter, activated: Path, now: datetime, wrong: dict[str, str], said: str
) -> None:
    client = enter(activated, now)
    typed = {"role": "license_server", "name": "LICENSE-02", "token": "x"}
    typed["address"] = "https://license-02:8442"
    page = client.post("/server/add", data=typed | wrong)
    assert page.status_code == 422
    assert said in html.unescape(page.text)
    assert not (activated / "servers.json").exists()


def test_the_menu_of_a_server_that_is_activated(
    enter: Enter, activated: Path, now: datetime
) -> None:
    menu = menu_of(enter(activated, now).get("/manager/server"))
    assert set(menu) == {
        "Properties", "Activate Server", "Install Licenses", "Manage Licenses",
        "Review Configuration", "Reactivate Server", "Deactivate Server",
    }  # fmt: skip
    assert menu["Properties"] == "/manager/properties"
    assert menu["Reactivate Server"] == "/reactivate"
    assert menu["Activate Server"] == "This server is activated already."


def test_the_menu_of_a_server_that_was_never_activated(
    enter: Enter, data: Path, now: datetime
) -> None:
    menu = menu_of(enter(data, now).get("/manager/server"))
    assert menu["Install Licenses"] == "Activate this server first."
    assert menu["Deactivate Server"] == "This server is not activated."


def test_the_menu_of_a_server_that_is_deactivated(
    enter: Enter, activated: Path, now: datetime
) -> None:
    deactivation.begin(activated, DeactivationCause.SERVER_REDEPLOYED, now)
    page = enter(activated, now).get("/manager/server")
    menu = menu_of(page)
    assert menu["Activate Server"] == "The deactivation is not confirmed yet."
    assert menu["Install Licenses"].startswith("This server is deactivated")
    assert "Nobody new is licensed" in text_of(page)
    assert "Deactivation begun" in text_of(page)


def checks_of(page: TestResponse) -> dict[str, tuple[str, str]]:
    found = re.findall(
        r'<li data-mark="(\w+)">\s*<h2>([^<]+) <span class="mark">[^<]+</span></h2>\s*<p>([^<]+)',
        page.text,
    )
    return {name: (mark, html.unescape(said)) for mark, name, said in found}


def test_review_configuration_says_what_is_missing(enter: Enter, data: Path, now: datetime) -> None:
    checks = checks_of(enter(data, now).get("/manager/configuration"))
    assert set(checks) == {
        "Activation", "Certificate", "Clock", "Connection method", "Information",
        "Local root certificate", "Telephone numbers",
    }  # fmt: skip
    assert checks["Activation"][0] == "wrong"
    assert checks["Information"] == (
        "wrong",
        "Missing: first name, last name, company, country or region.",
    )
    assert checks["Local root certificate"][0] == "attention"
    assert checks["Clock"][0] == "good"


def test_review_configuration_is_satisfied(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now + timedelta(hours=1))
    client.post(
        "/manager/properties",
        data={
            "action": "ok", "method": "telephone", "region": "DE", "first_name": "A",
            "last_name": "B", "company": "C", "country": "DE",
        },
    )  # fmt: skip
    client.get("/manager/root.pem")
    page = client.get("/manager/configuration")
    assert {mark for mark, _ in checks_of(page).values()} == {"good"}
    assert "everything is in order" in page.text


@pytest.mark.parametrize(
    ("after", "name", "mark", "said"),
    [
        (timedelta(days=375), "Certificate", "attention", "Valid until 31 March 2027"),
        (timedelta(days=400), "Certificate", "wrong", "Certificate expired"),
        (timedelta(days=-1), "Clock", "wrong", "earlier than the last request"),
        (timedelta(days=-40), "Certificate", "wrong", "later than this computer"),
        (timedelta(days=800), "Telephone numbers", "attention", "more than a year ago"),
    ],
)
def test_review_configuration_looks_at_times(
    enter: Enter,
    activated: Path,
    now: datetime,
    after: timedelta,
    name: str,
    mark: str,
    said: str,
) -> None:
    checks = checks_of(enter(activated, now + after).get("/manager/configuration"))
    assert checks[name][0] == mark
    assert said in checks[name][1]


def test_a_new_root_has_to_be_exported_again(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    client.get("/manager/root.pem")
    assert checks_of(client.get("/manager/configuration"))["Local root certificate"][0] == "good"
    (activated / states.load(activated).root_file).write_bytes(b"damaged")
    damaged = checks_of(client.get("/manager/configuration"))["Local root certificate"]
    assert damaged[0] == "wrong"
    assert "damaged" in damaged[1]


def test_properties_have_three_tabs_and_the_ids_at_the_bottom(
    enter: Enter, activated: Path, now: datetime
) -> None:
    client = enter(activated, now)
    for tab in ("connection", "required", "optional"):
        page = client.get(f"/manager/properties?tab={tab}")
        labels = re.findall(r'role="tab"[^>]*>([^<]+)<', page.text)
        assert labels == ["Connection Method", "Required Information", "Optional Information"]
        below = page.text.rsplit('role="tabpanel"', 1)[1].split("</div>\n<dl", 1)[1]
        assert "Product ID" in below
        assert "Current license server ID" in below
    for label in ("Automatic connection (recommended)", "Web Browser", "Telephone", "E-mail"):
        assert label in page.text


def test_countries_are_kept_by_code_and_shown_by_name(
    enter: Enter, activated: Path, now: datetime
) -> None:
    client = enter(activated, now)
    page = client.get("/manager/properties?tab=required")
    countries = dict(
        re.findall(r'<option value="([A-Z]{2})"[^>]*>([^<]+)', page.text.split('id="country"')[1])
    )
    assert countries["BY"] == "Belarus"
    assert len(countries) == 249
    for name in ("Belarus", "by", "XX"):
        refused = client.post("/manager/properties", data={"action": "ok", "country": name})
        assert refused.status_code == 422
        assert 'id="country-error"' in refused.text
    done = client.post(
        "/manager/properties",
        data={"action": "ok", "method": "web", "country": "BY", "phone": "+1 202 555 0142"},
    )
    assert done.status_code == 303
    held = states.load(activated).properties
    assert (held.country, held.phone, held.method) == ("BY", "+1 202 555 0142", Method.WEB)


def test_the_tree_shows_no_dead_node(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    tree = client.get("/manager").text.split('aria-label="Console tree"')[1].split("</nav>")[0]
    paths = re.findall(r'href="([^"]+)"', tree)
    assert "/manager/events" in paths
    assert {client.get(path).status_code for path in paths} <= {200, 303}


def test_events_are_shown_with_their_meanings(enter: Enter, activated: Path, now: datetime) -> None:
    page = enter(activated, now).get("/manager/events")
    first, *_ = rows_of(page)
    assert first.startswith("2026-03-02 09:00:00 Information Logged in")
    said = text_of(page)
    for kind in ("Installed", "Request opened", "New license server ID accepted"):
        assert kind in said
    assert states.load(activated).product_id not in page.text


def test_events_are_filtered(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    one = rows_of(client.get("/manager/events?kind=installed"))
    assert len(one) == 1
    assert "1 event." in client.get("/manager/events?word=license-01").text
    assert "0 events." in client.get("/manager/events?level=error").text
    assert "0 events." in client.get("/manager/events?word=%3Cb%3E").text


def test_events_are_exported(enter: Enter, activated: Path, now: datetime) -> None:
    client = enter(activated, now)
    event_log.record(activated, event_log.Kind.SERVER_LISTED, now, name='=cmd|"x"')
    table = client.get("/manager/events.csv?kind=server.listed")
    assert table.mimetype == "text/csv"
    assert "attachment" in table.headers["Content-Disposition"]
    header, row = table.text.splitlines()
    assert header == "at,level,kind,meaning,facts"
    assert "Server Manager lists it" in row
    lines = client.get("/manager/events.jsonl")
    assert len(lines.text.splitlines()) == len(event_log.entries(activated))


@pytest.mark.parametrize("kind", list(event_log.Kind))
def test_every_kind_of_event_has_a_meaning(
    enter: Enter, activated: Path, now: datetime, kind: event_log.Kind
) -> None:
    event_log.record(activated, kind, now)
    page = enter(activated, now).get(f"/manager/events?kind={kind.value}")
    (row, *_) = re.findall(r"<strong>([^<]+)</strong><br>([^<]*)", page.text)
    assert all(part.strip() for part in row)


def test_a_licence_expires_with_a_grace(
    enter: Enter, activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    del licence
    expired = activation.status(activated, now).valid_until
    assert expired is not None
    page = enter(activated, expired + timedelta(hours=10)).get("/manager/server")
    assert "62 h 0 min left" in text_of(page)
    over = enter(activated, expired + timedelta(hours=80)).get("/manager/server")
    assert "The grace has ended" in text_of(over)
