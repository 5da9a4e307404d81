"""What the site says when it can't go on, in a real browser: for everybody, in each look."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from data_store import StoreError, open_engine
from license_server import exchange
from tests.chromium import EVERY_LOOK, examine, in_a_browser, opened
from tests.licensing_site.website import Website
from tests.serving import Served

pytestmark = in_a_browser("site-errors")


@contextmanager
def at_the_site(browser: Browser, website: Website) -> Iterator[Page]:
    server = Served(website.app)
    with opened(browser, base_url=server.address) as page:
        page.goto("/licensing/")
        yield page
    server.stop()


@pytest.fixture
def page(chromium: Browser, website: Website) -> Iterator[Page]:
    with at_the_site(chromium, website) as page:
        yield page


def send(page: Page, name: str = "Next") -> Response:
    """Press a button that sends the page's form; gives what the browser got for it."""
    with page.expect_event(
        "response", lambda answer: answer.request.is_navigation_request()
    ) as answer:
        page.get_by_role("button", name=name).click()
    page.wait_for_load_state()
    found: Response = answer.value
    return found


def check(page: Page, title: str, says: str) -> None:
    expect(page).to_have_title(f"{title} - Licensing Site")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("alert")).to_contain_text(says)
    expect(page.get_by_role("link", name="Select Option")).to_be_visible()
    examine(page, title, looks=EVERY_LOOK)


def choose_file(page: Page, name: str, content: str, directory: Path) -> None:
    page.goto("/licensing/file")
    path = directory / name
    path.write_text(content)
    page.get_by_label("Request file").set_input_files(path)


def test_forbidden(page: Page) -> None:
    here = page.url
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{here}"><button>Next</button></form>')
    assert send(page).status == 403
    check(page, "Forbidden", "Another site sent this.")


def test_not_found(page: Page) -> None:
    answer = page.goto("/licensing/there/is/none")
    assert answer is not None
    assert answer.status == 404
    check(page, "Not Found", "begin at Select Option")


def test_too_large(page: Page, tmp_path: Path) -> None:
    choose_file(page, "photo.json", " " * 2_000_000, tmp_path)
    assert send(page).status == 413
    check(page, "Request Entity Too Large", "choose another file")


def test_too_many_requests(chromium: Browser, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/register.db")
    with at_the_site(chromium, Website(engine, burst=1)) as page:
        assert send(page).status == 303
        page.goto("/licensing/")
        assert send(page).status == 429
        check(page, "Too Many Requests", "Wait 30 seconds")
    engine.dispose()


def test_the_register_is_out_of_reach(
    website: Website, page: Page, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise StoreError("The database is locked.")

    document = exchange.request_document(data, website.desk.now)
    choose_file(page, "request.json", json.dumps(document), tmp_path)
    send(page)
    with monkeypatch.context() as broken:
        broken.setattr(website.desk.house, "process_automatic", locked)
        assert send(page).status == 503
    check(page, "Service Unavailable", "Nothing was changed")


def test_a_request_file_that_is_refused(
    website: Website, page: Page, data: Path, tmp_path: Path
) -> None:
    document = exchange.request_document(data, website.desk.now)
    document["proof"]["mac"] = document["proof"]["mac"][::-1]
    choose_file(page, "request.json", json.dumps(document), tmp_path)
    send(page)
    assert send(page).status == 422
    expect(page.get_by_role("link", name="Choose another file")).to_be_visible()
    check(page, "Not Accepted", "write the request file anew")
