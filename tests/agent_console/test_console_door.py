"""Who gets in, where from, and with what headers."""

from datetime import timedelta

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from agent_console import accounts, guard, sessions
from agent_console.tables import console_sessions
from data_store import reading, transaction
from tests.agent_console.console_house import PASSWORD, Act, House

JSON = {"Accept": "application/json"}


def attempt(
    house: House,
    login: str = "rep",
    password: str = PASSWORD,
    headers: dict[str, str] | None = None,
    base_url: str | None = None,
):
    return house.app.test_client().post(
        "/console/login",
        data={"login": login, "password": password},
        headers=headers,
        base_url=base_url,
    )


@pytest.mark.parametrize(
    ("login", "password"), [("rep", "wrong"), ("nobody", PASSWORD), ("", ""), ("re\0p\u202e", "")]
)
def test_a_wrong_login_says_the_same_whoever_it_is(house: House, login: str, password: str):
    refused = attempt(house, login, password)
    assert refused.status_code == 401
    assert "Log-in or password is wrong" in refused.get_data(as_text=True)
    assert "Set-Cookie" not in refused.headers


def test_too_many_failures_close_the_door_for_a_while(house: House):
    for _ in range(accounts.FAILURES_PER_LOGIN):
        assert attempt(house, password="wrong").status_code == 401
    shut = attempt(house)
    assert shut.status_code == 401
    assert "too many failed log-ins" in shut.get_data(as_text=True)
    assert attempt(house, "other").status_code == 303
    house.pass_time(minutes=11)
    assert attempt(house).status_code == 303


def test_a_log_in_forgives_the_failures_before_it(house: House):
    for _ in range(accounts.FAILURES_PER_LOGIN - 1):
        attempt(house, password="wrong")
    assert attempt(house).status_code == 303
    attempt(house, password="wrong")
    assert attempt(house).status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_the_table_holds_no_token(house: House):
    done = attempt(house)
    cookie = done.headers["Set-Cookie"]
    assert cookie.startswith("console=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    with reading(house.engine) as conn:
        assert token not in conn.scalars(select(console_sessions.c.token_hash)).all()


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(house: House):
    cookie = attempt(house, base_url="https://line.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-console=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_logging_out_ends_the_session_on_the_server(house: House):
    client = house.log_in()
    kept = client.get_cookie("console")
    assert client.post("/console/logout").location == "/console/login"
    client.set_cookie("console", kept.value)
    assert client.get("/console/desk.json", headers=JSON).status_code == 401


def test_a_session_ends_after_its_time(house: House):
    client = house.log_in()
    house.moment[0] += sessions.LIFETIME - timedelta(seconds=1)
    assert client.get("/console/desk.json").status_code == 200
    house.pass_time(seconds=1)
    assert client.get("/console/desk.json", headers=JSON).status_code == 401


@pytest.mark.parametrize("path", ["/console/", "/console/desk.json", "/console/stream"])
def test_nothing_is_shown_without_a_log_in(house: House, path: str):
    assert house.app.test_client().get(path).location == "/console/login"


def test_htmx_is_sent_to_the_log_in_as_a_whole_page(house: House):
    lost = house.app.test_client().post("/console/ready", headers={"HX-Request": "true"})
    assert lost.status_code == 401
    assert lost.headers["HX-Redirect"] == "/console/login"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
    ],
)
def test_acts_from_other_sites_pages_are_refused(
    house: House, headers: dict[str, str], status: int
):
    client = house.log_in()
    done = client.post("/console/presence", data={"presence": "break"}, headers=headers)
    assert done.status_code == status
    assert attempt(house, headers=headers).status_code == status


def test_every_answer_carries_the_security_headers(house: House):
    client = house.log_in()
    for path in (
        "/console/",
        "/console/desk.json",
        "/console/static/console.css",
        "/console/login",
    ):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_the_policy_lets_the_voice_devices_origin_in_and_no_other():
    policy = guard.content_security_policy("http://127.0.0.1:5090/client/device.js")
    assert "script-src 'self' http://127.0.0.1:5090;" in policy
    assert "connect-src 'self' http://127.0.0.1:5090 ws://127.0.0.1:5090;" in policy
    assert "http" not in guard.content_security_policy(None)


def test_the_voice_token_is_for_the_one_who_is_logged_in(house: House):
    answer = house.log_in().get("/console/voice-token").get_json()
    assert answer["identity"] == "rep"
    claims = jwt.decode(answer["token"], options={"verify_signature": False})
    assert claims["grants"]["identity"] == "rep"
    assert claims["grants"]["voice"] == {"incoming": {"allow": True}}


def test_hostile_text_is_shown_as_text(house: House, desk: FlaskClient, do: Act):
    house.ring()
    do("answer")
    do("refuse", why="<script>alert(1)</script>\u202e\0")
    page = desk.get("/console/").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page


def test_a_megabyte_is_refused(house: House):
    assert house.log_in().post("/console/presence", data="x" * (2 << 20)).status_code == 413


def test_demo_accounts_are_known_and_every_page_says_so(house: House):
    with reading(house.engine) as conn:
        assert accounts.has_demo_accounts(conn)
    for path in ("/console/login", "/console/"):
        page = house.log_in().get(path).get_data(as_text=True)
        assert "Demo data. Listens on 127.0.0.1 only." in page


def test_a_login_is_taken_once_whatever_its_case(house: House):
    with transaction(house.engine) as conn, pytest.raises(ValueError, match="already"):
        accounts.add(
            conn,
            login=" REP ",
            display_name="Again",
            password=PASSWORD,
            role=accounts.Role.SUPERVISOR,
            is_demo=False,
            now=house.now(),
        )
