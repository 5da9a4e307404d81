"""The telephone page's sound: heard when the line speaks, cut by a key, silent when off."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.chromium import in_a_browser, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = in_a_browser("telephone")
LONG = (
    "Please key the product ID, four groups of five digits. Then press the hash key, also called "
    "pound. You find the ID on the page of your license server."
)
MENU = f"<Response><Gather numDigits='1'><Say>{LONG}</Say></Gather></Response>"
# Every sound on its way to the loudspeaker passes a meter; the page itself knows nothing of it.
METER = """
(() => {
  const connect = AudioNode.prototype.connect;
  const meters = [];
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target === this.context.destination && this instanceof AudioBufferSourceNode) {
      const meter = new AnalyserNode(this.context, { fftSize: 2048 });
      meters.push(meter);
      this.addEventListener("ended", () => { window.ended += 1; });
      connect.call(this, meter);
    }
    return connect.call(this, target, ...rest);
  };
  window.level = () => Math.max(0, ...meters.map((meter) => {
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
  }));
  window.loudest = 0;
  window.ended = 0;
  window.firstSound = 0;
  setInterval(() => {
    const now = window.level();
    if (now > 0.01 && !window.firstSound) window.firstSound = performance.now();
    window.loudest = Math.max(window.loudest, now);
  }, 5);
  window.firstText = 0;
  addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    if (document.querySelector("#log .them")) window.firstText ||= performance.now();
  }).observe(document.body, { childList: true, subtree: true }));
})();
"""


class _Application(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = MENU.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def network() -> Iterator[dict[str, Any]]:
    """The command, on real time, with an application that says one long menu."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Application) as application:
        threading.Thread(target=application.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{application.server_port}/voice"
        numbers = ["--number", "+12025550100", "--voice-url", url]
        with subprocess.Popen(
            [sys.executable, "-m", "phone_network", "--json", *numbers],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                yield json.loads(process.stdout.readline())
            finally:
                process.terminate()
                process.wait(timeout=10)
                application.shutdown()


@contextmanager
def telephone(chromium: "Browser") -> Iterator["Page"]:
    with network() as facts, opened(chromium) as page:
        page.add_init_script(METER)
        page.goto(f"{facts['telephone']}?to=%2B12025550100")
        page.wait_for_selector("#call:enabled")
        yield page


def wait_until(page: "Page", condition: str) -> None:
    """Look again and again; the page's policy forbids the browser's own way of waiting."""
    for _ in range(500):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never: {condition}")


def wait_for_sound(page: "Page") -> None:
    wait_until(page, "window.level() > 0.01")


def test_what_the_line_says_is_heard_soon_and_a_key_cuts_it(chromium: "Browser") -> None:
    with telephone(chromium) as page:
        page.click("#call")
        wait_for_sound(page)
        late = page.evaluate("window.firstSound - window.firstText")
        print(f"first sound {late:.0f} ms after its text")
        assert late < 1000  # 300 on a machine that does nothing else
        page.keyboard.press("5")
        page.wait_for_selector("#log .them.cut", timeout=10_000)
        # The menu of ten seconds has not run out: it was stopped. Then it is said anew.
        wait_until(page, "window.ended === 1")
        wait_for_sound(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("body[data-state=idle]")
        wait_until(page, "window.level() < 0.0001")


def test_sound_can_be_switched_off_and_on(chromium: "Browser") -> None:
    with telephone(chromium) as page:
        page.uncheck("#voice")
        page.click("#call")
        page.wait_for_selector("#log .them")
        page.wait_for_timeout(1500)
        assert page.evaluate("window.loudest") == 0
        page.check("#voice")
        page.keyboard.press("1")
        wait_for_sound(page)
        page.uncheck("#voice")
        wait_until(page, "window.level() < 0.0001")
