"""What the site says when the register says no, and what it refuses itself."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from clearinghouse import Actor, RefusalCode
from data_store import StoreError, open_engine
from licensing_site import wording
from tests.clearinghouse.desk import LicenseServer
from tests.licensing_site.website import ANNA, Visitor, Website

ROOT = Actor("administrator", "root")
EVIL = {"Sec-Fetch-Site": "cross-site"}
FOREIGN = {"Origin": "https://other.example"}


def test_every_refusal_has_its_advice() -> None:
    assert set(wording.ADVICE) == set(RefusalCode)
    assert len(set(wording.ADVICE.values())) > len(RefusalCode) / 2


def refused(visitor: Visitor, server: LicenseServer, **values: str) -> str:
    visitor.ask(server, **values)
    visitor.send()
    assert visitor.title == "Not Accepted"
    return visitor.text


def test_an_unknown_product(website: Website, visitor: Visitor) -> None:
    text = refused(visitor, website.desk.stranger())
    assert 'data-code="product_unknown"' in text
    assert "Compare the product ID with the wizard's page" in text


def test_ids_that_do_not_belong_together(website: Website, visitor: Visitor) -> None:
    other = website.desk.server(website.desk.add_product())
    assert 'data-code="proof_wrong"' in refused(
        visitor, website.desk.activated(), license_server_id=other.shown
    )


def test_a_blocked_product(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    desk = website.desk
    desk.do(desk.house.set_blocked, desk.product_id, blocked=True, actor=ROOT, now=desk.now)
    assert "This product is blocked." in refused(visitor, server)


def test_what_is_left_and_from_when_on(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    website.desk.set_policy(reactivations=1, period_days=30)
    new_id = visitor.reactivate(server)
    assert "0 in this period; the next is possible on 2 April 2026 (UTC)" in visitor.text
    server.accept(new_id)
    server.start_wizard()
    website.desk.now += timedelta(days=20)
    text = refused(visitor, server)
    assert 'data-code="limit_reached"' in text
    assert "<dt>Reactivations left in this period</dt><dd>0</dd>" in text
    assert "<dt>Next possible date</dt><dd>2 April 2026 (UTC)</dd>" in text


def test_a_place_too_many(website: Website, visitor: Visitor) -> None:
    website.desk.activated()
    text = refused(visitor, website.desk.server(), reason="first_activation")
    assert "<dt>License servers left</dt><dd>0</dd>" in text


def test_guesses_are_counted_for_the_product_and_stop(website: Website, visitor: Visitor) -> None:
    other = website.desk.server(website.desk.add_product())
    server = website.desk.activated()
    for _ in range(30):
        other.start_wizard()
        refused(visitor, server, license_server_id=other.shown)
    assert "Too many wrong codes were given" in refused(visitor, server)


@pytest.mark.parametrize("headers", [EVIL, FOREIGN])
@pytest.mark.parametrize("path", ["", "reactivate", "deactivate", "file", "check"])
def test_another_site_can_send_nothing(
    visitor: Visitor, headers: dict[str, str], path: str
) -> None:
    answer = visitor.client.post(f"/licensing/{path}", headers=headers)
    assert answer.status_code == 403
    assert "Another site sent this" in answer.get_data(as_text=True)


def test_too_much_from_one_address(website: Website, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/other.db")
    hurried = Website(engine, burst=2)
    client = hurried.app.test_client()
    for _ in range(2):
        assert client.post("/licensing/").status_code == 422
    answer = client.post("/licensing/", data={"option": "reactivate"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "Wait 30 seconds" in answer.get_data(as_text=True)
    assert client.get("/licensing/").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post("/licensing/", environ_base=elsewhere).status_code == 422
    hurried.desk.now += timedelta(seconds=30)
    assert client.post("/licensing/").status_code == 422
    engine.dispose()


def test_headers_and_cookies(website: Website, visitor: Visitor) -> None:
    visitor.ask(website.desk.activated())
    assert "unsafe" not in visitor.page.headers["Content-Security-Policy"]
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert visitor.page.headers["Referrer-Policy"] == "same-origin"
    typed = {"product_id": website.desk.product_id, "reason": "server_upgraded", **ANNA}
    server = website.desk.activated(website.desk.add_product())
    typed |= {"product_id": server.product_id, "license_server_id": server.shown}
    answer = visitor.client.post("/licensing/reactivate", data=typed, base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    for wanted in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/licensing/reactivate/"):
        assert wanted in cookie
    assert server.shown not in cookie


def test_the_longest_form_fits_into_a_cookie(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.ask(server, **dict.fromkeys(("first_name", "last_name", "company"), "語" * 300))
    assert visitor.title == "Verify Everything"
    held = visitor.client.get_cookie("form", path=visitor.path.rpartition("/")[0])
    assert held is not None
    assert len(held.value) < 3800


def test_a_form_runs_out(website: Website, visitor: Visitor) -> None:
    visitor.ask(website.desk.activated())
    path = visitor.path
    website.desk.now += timedelta(hours=2)
    assert visitor.go(path).status_code == 410
    assert "Begin again" in visitor.text


def test_a_form_belongs_to_its_browser_and_its_address(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.reactivate(server)
    assert website.browser().go(visitor.path).status_code == 410
    held = visitor.client.get_cookie("form", path=visitor.path.rpartition("/")[0])
    assert held is not None
    stranger = website.browser()
    stranger.client.set_cookie("form", held.value, path="/")
    assert stranger.go("/licensing/reactivate/other/new-id").status_code == 410
    stranger.client.set_cookie("form", "AAAA", path="/")
    assert stranger.go("/licensing/reactivate/other/new-id").status_code == 410


def test_no_refusal_without_one(website: Website, visitor: Visitor) -> None:
    visitor.ask(website.desk.activated())
    visitor.go(f"{visitor.path.rpartition('/')[0]}/refused")
    assert visitor.title == "Verify Everything"


@pytest.mark.parametrize("step", ["challenge", "new-id", "confirm", "confirmed"])
def test_a_step_that_is_not_due(website: Website, visitor: Visitor, step: str) -> None:
    visitor.ask(website.desk.activated())
    assert visitor.go(f"{visitor.path.rpartition('/')[0]}/{step}").status_code == 410
    assert "begin again" in visitor.text


def test_an_address_without_a_page(visitor: Visitor) -> None:
    assert visitor.go("/licensing/there/is/none").status_code == 404
    assert "begin at Select Option" in visitor.text
    assert "unsafe" not in visitor.page.headers["Content-Security-Policy"]


def test_the_register_is_out_of_reach(
    website: Website, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise StoreError("The database is locked.")

    visitor.ask(website.desk.activated())
    with monkeypatch.context() as broken:
        broken.setattr(website.desk.house, "open_request", locked)
        assert visitor.send().status_code == 503
        assert "Nothing was changed" in visitor.text
    visitor.send()
    assert visitor.title == "New License Server ID"


def test_another_language_is_no_trouble(visitor: Visitor) -> None:
    for path in ("", "reactivate", "file"):
        assert visitor.go(f"/licensing/{path}?lang=xx-YY").status_code == 200
        assert '<html lang="en">' in visitor.text


def test_no_address_is_written_with_a_query(website: Website, visitor: Visitor) -> None:
    visitor.reactivate(website.desk.activated())
    found = re.findall(r'(?:href|action|src)="([^"]*)"', visitor.text)
    assert found
    assert not [url for url in found if "?" in url]


def test_groups_are_judged_as_they_are_typed(website: Website, visitor: Visitor) -> None:
    shown = website.desk.activated().shown

    def judged(text: object, kind: str = "license_server_id") -> tuple[list[str], str]:
        answer = visitor.client.post("/licensing/check", json={"kind": kind, "text": text})
        assert answer.status_code == 200
        found = answer.get_json()
        return [tick["says"] for tick in found["groups"]], found["message"]

    assert judged("") == ([], "")
    assert judged(shown[:7]) == (["good", "3 more"], "")
    bad = f"{(int(shown[:5]) + 1) % 10**5:05}"
    assert judged(f"{bad} {shown[5:10]}")[0] == ["wrong", "good"]
    assert "group 1" in judged(bad)[1]
    assert "complete" in judged(shown)[1]
    assert "is the letter O" in judged("O")[1]
    assert "Group 1" in judged(bad + shown[5:])[1]
    for wrong in ({"kind": "other", "text": ""}, {"kind": "product_id", "text": 5}, []):
        assert visitor.client.post("/licensing/check", json=wrong).status_code == 400
