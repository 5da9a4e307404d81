"""Network namespaces of their own, and servers in them whose pages a test asks for."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final, NoReturn
from urllib.parse import urljoin

import pytest

from tests.license_server.terminal import INSIDE

APART: Final = ("unshare", "--map-root-user", "--net", sys.executable)


def alone(how: str = "alone") -> list[str]:
    """The words before a command that is to run in a network namespace of its own."""
    return [*APART, str(INSIDE), how]


def leave_out(why: str) -> NoReturn:
    """Skip; where nothing may be skipped, fail."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(why)
    pytest.skip(why)


def require() -> None:
    """Leave the test out where no network namespace can be made."""
    if (
        shutil.which("unshare") is None
        or subprocess.run([*alone(), "true"], check=False).returncode
    ):
        leave_out("no network namespaces can be made here (unshare --map-root-user --net)")


class Lines:
    """A process that answers each line of JSON with another."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def read(self) -> Any:
        return json.loads(self._out.readline())

    def ask(self, asked: object) -> Any:
        self._in.write(f"{json.dumps(asked)}\n")
        self._in.flush()
        return self.read()

    def end(self) -> None:
        """Close its input."""
        self._in.close()


class Pages:
    """The pages of a server in a namespace; `carry` brings a request there and the answer back."""

    def __init__(self, carry: Callable[[dict[str, Any]], Any], facts: dict[str, Any]) -> None:
        self._carry = carry
        self.url = facts["url"]
        self.cookie = ""
        self.text = ""
        self.get(facts["one_time_link"])

    def get(self, path: str) -> None:
        assert self._ask("GET", path, None)["status"] == 200, self.text

    def send(self, path: str, **form: str) -> str:
        """Post a form and follow; gives the path of the page that it leads to."""
        answer = self._ask("POST", path, form)
        assert answer["status"] == 303, self.text
        place: str = answer["headers"]["Location"]
        while (followed := self._ask("GET", place, None))["status"] in (302, 303):
            place = followed["headers"]["Location"]
        return place

    def code(self, name: str) -> str:
        (found,) = re.findall(rf'id="{name}"[^>]*data-code="(\d+)"', self.text)
        return str(found)

    def title(self) -> str:
        (found,) = re.findall(r"<h1[^>]*>([^<]+)</h1>", self.text)
        return str(found)

    def _ask(self, verb: str, path: str, form: dict[str, str] | None) -> dict[str, Any]:
        url = urljoin(self.url, path)
        answer: dict[str, Any] = self._carry(
            {"url": url, "verb": verb, "cookie": self.cookie, "form": form}
        )
        self.cookie = answer["headers"].get("Set-Cookie", self.cookie).split(";")[0]
        self.text = answer["text"]
        return answer
