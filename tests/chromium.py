"""Pages in a real Chromium: opened, watched, and held against the rules that are for everybody."""

import itertools
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WIDE, NARROW = 1280, 320
LOOKS = ((WIDE, "light"), (NARROW, "dark"))
EVERY_LOOK = tuple(itertools.product((WIDE, NARROW), ("light", "dark")))


def in_a_browser(group: str) -> list[pytest.MarkDecorator]:
    """Mark a module's tests: one worker has its browser."""
    return [
        pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
        pytest.mark.xdist_group(f"browser-{group}"),
    ]


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a page of a fresh context; at its end no script failed or went against the policy."""
    context = browser.new_context(**options)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        # What the browser reports of refused forms (422) is no fault of the page.
        lambda told: faults.append(told.text) if "Content Security" in told.text else None,
    )
    yield page
    context.close()
    assert faults == []


def violations(
    page: Page, within: str | None = None, tags: Sequence[str] = (*WCAG, "best-practice")
) -> list[tuple[str, str]]:
    """Tell which rules of accessibility the page breaks, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # To tell where every rule holds as well would take most of the time.
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
    found = page.evaluate(
        "([within, options]) => axe.run(within ?? document, options)", [within, options]
    )
    return [(fault["id"], node["html"]) for fault in found["violations"] for node in fault["nodes"]]


def examine(
    page: Page,
    what: str,
    *,
    looks: Iterable[tuple[int, str]] = LOOKS,
    within: str | None = None,
) -> None:
    """Hold the page against the rules in each look: a width, and light or dark."""
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert violations(page, within) == [], f"{what} at {width}, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, what
