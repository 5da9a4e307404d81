"""What a script reads off a page."""

import pytest

from scripted_calls.pages import Page

LETTER = """<!doctype html><html><body>
<h1>License   Server <em>Reactivation</em></h1>
<p id="error">Group&nbsp;3 is wrong:<br> look at it <b>once more</b>.</p>
<ul id="list"><li id="first">one<li>two</ul>
<output id="product-id" data-code="00298772766931009389" hidden>00298-77276</output>
<select data-proposed="2"><option>x</select><div data-proposed="5"></div>
<h1>Another</h1></body></html>"""


@pytest.fixture
def page() -> Page:
    return Page("http://server.example/page", LETTER)


def test_the_first_heading_is_the_pages(page: Page) -> None:
    assert page.heading == "License Server Reactivation"
    assert page.url == "http://server.example/page"


def test_texts_are_found_by_id_with_spaces_folded(page: Page) -> None:
    assert page.texts["error"] == "Group 3 is wrong: look at it once more."
    assert page.texts["list"] == "onetwo"


def test_attributes_are_found_by_id(page: Page) -> None:
    assert page.marked["product-id"]["data-code"] == "00298772766931009389"
    assert page.marked["product-id"]["hidden"] == ""


def test_the_first_proposal_counts(page: Page) -> None:
    assert page.proposed == "2"


def test_a_page_without_anything(page: Page) -> None:
    empty = Page("", "</p>")
    assert (empty.heading, empty.texts, empty.marked, empty.proposed) == ("", {}, {}, None)
