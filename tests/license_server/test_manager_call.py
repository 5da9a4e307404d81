"""What the telephone page brings beside the form: guidance, call sheet, QR code, restoring."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import region_routing
from codes import new_license_server_id, product_key
from license_server import activation, entry, event_log, link, mending, telephone
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.errors import IDRefusedError

PAGE = "/reactivate/license-server-reactivation"


@pytest.fixture
def at_page(activated: Path, now: datetime) -> FlaskClient:
    """A browser whose wizard stands on the telephone page."""
    app = create_app(activated, clock=lambda: now + timedelta(hours=1), is_demo=True)
    client = app.test_client()
    client.get(one_time_path(app))
    client.post("/manager/properties", data={"action": "ok", "method": "telephone", "region": "DE"})
    client.post("/reactivate/welcome", data={"action": "next"})
    return client


def open_id(data: Path) -> str:
    opened = states.load(data).request
    assert opened is not None
    return opened.license_server_id


def typed(groups: tuple[str, ...], **more: str) -> dict[str, str]:
    return {f"group{number}": text for number, text in enumerate(groups, 1)} | more


def test_the_page_names_a_fallback_and_the_site(at_page: FlaskClient, activated: Path) -> None:
    page = at_page.get(PAGE).text
    assert 'id="site-url"' not in page
    link.store(activated, link.Link("https://clearinghouse.example/api/v1", "https://site.example"))
    page = at_page.get(PAGE).text
    assert "https://site.example" in page
    found = re.search(r'id="fallback-number"[^>]*href="tel:(\+\d+)"', page)
    assert found is not None
    table = region_routing.load()
    line = table.line_for_number(found[1])
    assert line is not None
    assert line.id != table.route("DE").line.id


@pytest.mark.parametrize("region", sorted(region_routing.load().regions))
def test_every_region_has_another_line_to_fall_back_on(region: str) -> None:
    table = region_routing.load()
    guidance = telephone.guidance(table, region, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert guidance is not None
    assert guidance.fallback is not None
    assert guidance.fallback.e164 != guidance.e164
    assert all(len(name) > 3 for name in guidance.languages)


def test_a_fallback_is_open_where_one_is(now: datetime) -> None:
    table = region_routing.load()
    in_the_night = datetime(2026, 3, 3, 3, tzinfo=UTC)
    guidance = telephone.guidance(table, "DE", in_the_night)
    assert guidance is not None
    assert not guidance.is_open
    assert guidance.fallback is not None
    assert guidance.fallback.is_open
    alone = replace(table, lines={"de": table.lines["de"]})
    without = telephone.guidance(alone, "DE", now)
    assert without is not None
    assert without.fallback is None


@pytest.mark.parametrize(
    ("region", "at", "says"),
    [
        ("DE", datetime(2026, 3, 3, 12, tzinfo=UTC), ""),
        ("DE", datetime(2026, 3, 3, 20, tzinfo=UTC), "Until then Americas answers, in English."),
        ("AT", datetime(2026, 3, 7, 5, tzinfo=UTC), "Until then the line itself answers,"),
        ("EG", datetime(2026, 3, 7, 5, tzinfo=UTC), "Until then the line takes calls to be called"),
    ],
)
def test_who_answers_while_the_centre_is_closed_is_said(
    region: str, at: datetime, says: str
) -> None:
    guidance = telephone.guidance(region_routing.load(), region, at)
    assert guidance is not None
    assert guidance.meanwhile.startswith(says)
    assert bool(guidance.meanwhile) is bool(says)


def test_the_call_sheet_has_all_that_the_call_needs(at_page: FlaskClient, activated: Path) -> None:
    page = at_page.get("/call/sheet")
    state = states.load(activated)
    said = re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", page.text)))
    for code in (state.product_id, open_id(activated)):
        for number, at in enumerate(range(0, len(code), 5), 1):
            assert f"{number}{code[at : at + 5]}" in said
    assert activation.line_code_of(activated) in said
    assert page.text.count("<b></b>") == entry.COUNT * entry.WIDTH + 4
    assert product_key.format((activated / states.PRODUCT_KEY).read_text("ascii")) not in page.text


def test_without_a_request_there_is_no_call_sheet(activated: Path, now: datetime) -> None:
    app = create_app(activated, clock=lambda: now)
    client = app.test_client()
    client.get(one_time_path(app))
    assert client.get("/call/sheet").location == PAGE
    assert client.get("/call/dial.svg").status_code == 404


def test_the_qr_code_dials_the_number_only(
    at_page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import segno  # noqa: PLC0415 -- what it is asked to draw is what counts

    drawn: list[str] = []
    make = segno.make
    monkeypatch.setattr(
        segno, "make", lambda text, **said: drawn.append(text) or make(text, **said)
    )
    picture = at_page.get("/call/dial.svg")
    assert picture.mimetype == "image/svg+xml"
    assert ET.fromstring(picture.data).tag.endswith("svg")  # noqa: S314 -- our own
    shown = re.search(r'data-number="(\+\d+)"', at_page.get(PAGE).text)
    assert shown is not None
    assert drawn == [f"tel:{shown[1]}"]
    assert "style=" not in picture.text


@pytest.mark.parametrize("number", range(1, 8))
def test_one_missing_group_is_offered_and_filled_in_after_a_yes(
    at_page: FlaskClient, activated: Path, licence: SimpleNamespace, number: int
) -> None:
    whole = new_license_server_id.split(licence.issue(open_id(activated), 2))
    holed = (*whole[: number - 1], "", *whole[number:])
    page = at_page.post(PAGE, data=typed(holed, action="next"))
    assert page.status_code == 422
    assert f"Group {number} is missing" in page.text
    assert states.load(activated).draft == holed
    done = at_page.post("/call/restore", data=typed(holed, page=PAGE, action="restore"))
    assert done.location == PAGE
    assert states.load(activated).draft == whole
    assert states.load(activated).last_issue == 1
    assert event_log.entries(activated)[-1]["kind"] == event_log.Kind.GROUP_RESTORED
    assert at_page.post(PAGE, data=typed(whole, action="next")).status_code == 303


def test_a_wrong_group_is_found_though_each_looks_right(
    at_page: FlaskClient, activated: Path, licence: SimpleNamespace
) -> None:
    whole = new_license_server_id.split(licence.issue(open_id(activated), 2))
    other = new_license_server_id.split(licence.issue(open_id(activated), 3))
    mixed = (*whole[:3], other[3], *whole[4:])
    answer = at_page.post("/call/restorable", json={"groups": list(mixed)}).get_json()
    assert (answer["group"], answer["digits"]) == (4, whole[3])
    assert not answer["is_missing"]
    assert "does not fit" in answer["sentence"]


def test_nothing_is_offered_where_nothing_is_proven(
    at_page: FlaskClient, activated: Path, other_licence: SimpleNamespace, licence: SimpleNamespace
) -> None:
    foreign = list(new_license_server_id.split(other_licence.issue(open_id(activated), 2)))
    own = list(new_license_server_id.split(licence.issue(open_id(activated), 2)))
    for groups in ([*foreign[:6], ""], ["", "", *own[2:]], own, [], ["1"] * 7):
        assert at_page.post("/call/restorable", json={"groups": groups}).get_json() == {
            "group": None
        }
    assert at_page.post("/call/restorable", json={"groups": 7}).status_code == 400
    done = at_page.post("/call/restore", data=typed((*foreign[:6], ""), page="//elsewhere.example"))
    assert done.location == PAGE
    assert states.load(activated).draft == (*foreign[:6], "")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=st.integers(1, 7), wrong=st.text("0123456789", max_size=6))
def test_whatever_one_group_holds_only_the_issued_id_is_offered(
    activated: Path, licence: SimpleNamespace, now: datetime, number: int, wrong: str
) -> None:
    asked = activation.request(activated, now).license_server_id
    whole = new_license_server_id.split(licence.issue(asked, 2))
    groups = (*whole[: number - 1], wrong, *whole[number:])
    offered = mending.offer(activated, groups)
    if wrong == whole[number - 1]:
        assert offered is None
    else:
        assert offered is not None
        assert mending.mended(groups, offered) == whole


def test_nothing_is_offered_to_strangers(activated: Path, now: datetime) -> None:
    client = create_app(activated, clock=lambda: now).test_client()
    assert client.post("/call/restorable", json={"groups": []}).status_code == 401
    for path in ("/call/sheet", "/call/dial.svg"):
        assert client.get(path).location == "/log-in"


def test_a_restored_id_is_judged_like_any_other(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    asked = activation.request(activated, now).license_server_id
    whole = new_license_server_id.split(licence.issue(asked, 1))
    offered = mending.offer(activated, (*whole[:6], ""))
    assert offered is not None
    with pytest.raises(IDRefusedError) as refused:
        activation.accept(activated, "".join(mending.mended((*whole[:6], ""), offered)), now)
    assert refused.value.why == "earlier_issue"
