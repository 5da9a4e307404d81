"""The clearinghouse's HTTPS API as a license server sees it: one POST, one document back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import requests

from license_server.errors import LicenseServerError
from license_server.link import Link

_CONNECT_SECONDS: Final = 5.0
_READ_SECONDS: Final = 30.0
# The revocation list in an answer grows with the register.
_LARGEST: Final = 16 * 1024 * 1024
_OK: Final = 200
_PROBLEM: Final = "application/problem+json"
_OTHER_WAYS: Final = (
    "Try again later, or use another method: choose Web Browser or Telephone in Properties, tab "
    "Connection Method."
)
# What the clearinghouse can't know to say: which of this server's ways leads on.
_HINTS: Final = {
    "servers_limit": "If this server replaces one of them, choose the method Telephone in "
    "Properties: a representative chooses which one.",
}


class ClearinghouseUnreachable(LicenseServerError):  # noqa: N818 -- says what is, not that it failed
    """The clearinghouse does not answer, or what answers is not the clearinghouse."""

    code = "clearinghouse_unreachable"


class ClearinghouseRefused(LicenseServerError):  # noqa: N818 -- as above
    """The clearinghouse refuses; `why` is its machine word, `str()` its sentence.

    `left` is the count that is left, `next_date` (ISO 8601) and `retry_after` (seconds) say when it
    may be asked again, `fields` names what was wrong in the request; each is None where not told.
    """

    code: ClassVar[str] = "clearinghouse_refused"

    def __init__(
        self,
        why: str,
        sentence: str,
        *,
        left: int | None = None,
        next_date: str | None = None,
        retry_after: int | None = None,
        fields: Any = None,  # noqa: ANN401 -- the clearinghouse's JSON
    ) -> None:
        super().__init__(sentence)
        self.why = why
        self.left = left
        self.next_date = next_date
        self.retry_after = retry_after
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Api:
    """The API at a link's address, trusted by the link's root only where it has one."""

    link: Link

    def permissions(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request; gives the answer document."""
        return self._send("POST", "/permissions", document)

    def confirmation(self, case_number: str, product_id: str, closing_code: str) -> dict[str, Any]:
        """Say that an answer was accepted."""
        body = {"product_id": product_id, "closing_code": closing_code}
        return self._send("POST", f"/permissions/{case_number}/confirmation", body)

    def certificates(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for the clearinghouse's certificate in place of a local one."""
        return self._send("POST", "/certificates", document)

    def deactivations(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Send a deactivation receipt; gives the confirmation."""
        return self._send("POST", "/deactivations", document)

    def packs(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Send a license code; gives the license pack ID."""
        return self._send("POST", "/packs", document)

    def migration(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Send the license code of another server's pack; gives the license pack ID."""
        return self._send("POST", "/packs/migration", document)

    def recovery(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for all packs of this server anew."""
        return self._send("POST", "/packs/recovery", document)

    def require_reachable(self) -> None:
        """Raise ClearinghouseUnreachable where nothing of the clearinghouse answers."""
        self._send("GET", "/status", None)

    def _send(self, verb: str, path: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            with (
                requests.Session() as session,
                session.request(
                    verb,
                    self.link.api_url + path,
                    json=document,
                    headers={"Accept": f"application/json, {_PROBLEM}"},
                    # Said at the request: what the environment names would win over a session's.
                    verify=self.link.ca_file or True,
                    timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                content = response.raw.read(_LARGEST + 1, decode_content=True)
        except requests.exceptions.SSLError as error:
            raise self._distrusted(error) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._unreachable(_reason(error)) from error
        found = self._document(response, content)
        if response.status_code == _OK:
            return found
        raise self._refused(response, found)

    def _document(self, response: requests.Response, content: bytes) -> dict[str, Any]:
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        expected = "application/json" if response.status_code == _OK else _PROBLEM
        try:
            found = json.loads(content) if kind == expected and len(content) <= _LARGEST else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._unreachable(f"it answers {response.status_code}, not as it should")
        return found

    def _refused(self, response: requests.Response, found: Mapping[str, Any]) -> LicenseServerError:
        sentence = str(found.get("detail") or found.get("title") or "")
        if not sentence:
            return self._unreachable(f"it answers {response.status_code} without a word")
        wait = response.headers.get("Retry-After", "")
        left, following = found.get("left"), found.get("next_date")
        why = str(found.get("code", "refused"))
        hint = _HINTS.get(why)
        return ClearinghouseRefused(
            why,
            f"{sentence} {hint}" if hint else sentence,
            left=left if isinstance(left, int) else None,
            next_date=following if isinstance(following, str) else None,
            retry_after=int(wait) if wait.isascii() and wait.isdigit() else None,
            fields=found.get("fields"),
        )

    def _unreachable(self, why: str) -> ClearinghouseUnreachable:
        host = urlsplit(self.link.api_url).netloc
        return ClearinghouseUnreachable(
            f"The clearinghouse at {host} cannot be reached: {why}. {_OTHER_WAYS}"
        )

    def _distrusted(self, error: Exception) -> ClearinghouseUnreachable:
        host = urlsplit(self.link.api_url).netloc
        text = str(error)
        is_time = "expired" in text or "not yet valid" in text
        cause = (
            "its certificate is not valid at this computer's time: check the clock"
            if is_time
            else "this server does not trust its certificate: check the address and the root that "
            "was stored with it"
        )
        return ClearinghouseUnreachable(
            f"{host} does not prove that it is the clearinghouse; {cause}. Nothing was sent. "
            f"{_OTHER_WAYS}"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.Timeout):
        return "it does not answer in time"
    text = str(error)
    if "resolve" in text or "Name or service" in text:
        return "its name is not known here, so there may be no network"
    if "refused" in text:
        return "nothing listens there"
    return "there is no connection"


def api_of(link: Link | None) -> Api:
    """The API behind this server's link. Raises ClearinghouseUnreachable where it has none."""
    if link is None:
        raise ClearinghouseUnreachable(
            "This server does not know the clearinghouse's address, so nothing was sent. Use "
            "another method: choose Web Browser or Telephone in Properties, tab Connection Method."
        )
    return Api(link)
