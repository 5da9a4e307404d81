"""A Chromium and a license server where there is no network, driven by a JSON line an act.

Each line is a list: the act, a selector or a path, and a text. The answer is a line with the page's
title and what was read.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from inside import loopback_only  # type: ignore[import-not-found]  # the script beside this one
from playwright.sync_api import Page, sync_playwright


def main() -> None:
    loopback_only()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            drive(json.loads(server.stdout.readline()))
        finally:
            server.terminate()


def drive(facts: dict[str, Any]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto(facts["one_time_link"])
        page.wait_for_url(lambda url: "one-time" not in url)
        for line in sys.stdin:
            act, where, text = json.loads(line)
            read = acts(page, facts["url"])[act](where, text)
            page.wait_for_load_state()
            print(json.dumps({"title": page.title(), "read": read}), flush=True)
        browser.close()


def acts(page: Page, url: str) -> dict[str, Callable[[str, str], object]]:
    return {
        "open": lambda where, _: page.goto(urljoin(url, where)) and None,
        "type": lambda where, text: page.locator(where).press_sequentially(text),
        "select": lambda where, text: page.locator(where).select_option(text) and None,
        "check": lambda where, _: page.locator(where).check(),
        "press": lambda where, _: page.get_by_role("button", name=where, exact=True).click(),
        "read": lambda where, text: page.locator(where).get_attribute(text),
        "mark": lambda where, text: page.wait_for_selector(f'{where}[data-mark="{text}"]') and None,
    }


if __name__ == "__main__":
    main()
