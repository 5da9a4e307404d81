"""A license server on another machine, as the Manager asks it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from license_server.errors import LicenseServerError
from license_server.model import CertificateState, Licensing, Method
from license_server.remote import tokens
from license_server.remote.administration import PREFIX
from license_server.remote.servers import Server

_GLANCE_SECONDS: Final = 3.0
_WORK_SECONDS: Final = 30.0
_LARGEST: Final = 1024 * 1024
_OK: Final = 200


class RemoteUnreachableError(LicenseServerError):
    """The other machine does not answer, or does not prove that it is the one of the token."""

    code = "remote_unreachable"


class RemoteRefusedError(LicenseServerError):
    """The other license server refuses; `why` is its word, `str()` its sentence."""

    code = "remote_refused"

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """How the other server stands: what the Manager shows of its status."""

    server_name: str
    product_id: str
    state: CertificateState
    issue: int
    current_license_server_id: str | None
    open_license_server_id: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    method: Method
    proposed_reason: str | None
    is_clock_set_back: bool
    is_deactivated: bool
    is_deactivation_confirmed: bool
    is_expiring: bool
    may_license: Licensing


class _Pinned(HTTPAdapter):
    """Trusts one certificate, whatever its name, its issuer and its time."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 -- the adapter's own
        options["assert_fingerprint"] = self._fingerprint
        super().init_poolmanager(*args, **options)


@dataclass(frozen=True, slots=True)
class Remote:
    """The administration API of a listed server."""

    server: Server

    def status(self) -> RemoteStatus:
        """Ask how it stands, at a glance: whoever does not answer soon is not waited for."""
        found = self._send("GET", "/status", seconds=_GLANCE_SECONDS)
        try:
            return _status(found)
        except (KeyError, ValueError, TypeError) as error:
            raise self._unreachable("its answer is not that of a license server") from error

    def properties(self) -> dict[str, Any]:
        """Ask for its Properties."""
        return self._send("GET", "/properties")

    def keep_properties(self, texts: Mapping[str, str]) -> None:
        """Change its contact's information."""
        self._send("PUT", "/properties", texts)

    def request(self, reason: str | None) -> dict[str, Any]:
        """Open a request there; gives the document for the clearinghouse."""
        return self._send("POST", "/request", {"reason": reason})

    def take(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Hand the clearinghouse's answer back; gives what was accepted."""
        return self._send("POST", "/answer", answer)

    def confirmed(self, closing_code: str) -> None:
        """Say that the clearinghouse knows of the acceptance."""
        self._send("POST", "/confirmed", {"closing_code": closing_code})

    def deactivate(self, cause: str) -> dict[str, Any]:
        """Begin its deactivation; gives the document that has it confirmed."""
        return self._send("POST", "/deactivation", {"cause": cause})

    def confirm_deactivation(self, confirmation: str) -> None:
        """Hand the confirmation back."""
        self._send("POST", "/deactivation/confirmation", {"confirmation": confirmation})

    def _send(
        self,
        verb: str,
        path: str,
        document: Mapping[str, Any] | None = None,
        *,
        seconds: float = _WORK_SECONDS,
    ) -> dict[str, Any]:
        parts = tokens.read(self.server.token)
        if parts is None:
            raise RemoteRefusedError(
                "token_refused",
                f"The token of {self.server.name} is not whole: remove the server and add it "
                "again with the token that its machine prints.",
            )
        try:
            with requests.Session() as session:
                # What the environment names (proxies, roots) has no say between these two.
                session.trust_env = False
                session.mount("https://", _Pinned(parts.fingerprint))
                with session.request(
                    verb,
                    f"{self.server.address}{PREFIX}{path}",
                    json=document,
                    headers={"Authorization": f"Bearer {parts.secret}"},
                    # The pin above takes the place of a CA.
                    verify=False,
                    timeout=(_GLANCE_SECONDS, seconds),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    content = response.raw.read(_LARGEST + 1, decode_content=True)
                    code = response.status_code
        except requests.exceptions.SSLError as error:
            raise self._unreachable(
                "it does not show the certificate that the token names, so nothing was sent; make "
                "a new token there if its data directory was made anew"
            ) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._unreachable("there is no connection, or no answer in time") from error
        return self._read(code, content)

    def _read(self, code: int, content: bytes) -> dict[str, Any]:
        try:
            found = json.loads(content) if len(content) <= _LARGEST else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._unreachable(f"it answers {code}, not as a license server does")
        if code != _OK:
            sentence = str(found.get("detail") or f"It answers {code}.")
            raise RemoteRefusedError(str(found.get("code", "refused")), sentence)
        return found

    def _unreachable(self, why: str) -> RemoteUnreachableError:
        return RemoteUnreachableError(
            f"{self.server.name} at {self.server.address} cannot be administered from here: {why}. "
            "See that the license server runs there with --administration."
        )


def _status(found: Mapping[str, Any]) -> RemoteStatus:
    times = {
        name: None if found[name] is None else datetime.fromisoformat(found[name])
        for name in ("valid_from", "valid_until")
    }
    return RemoteStatus(
        server_name=str(found["server_name"]),
        product_id=str(found["product_id"]),
        state=CertificateState(found["state"]),
        issue=int(found["issue"]),
        current_license_server_id=found["current_license_server_id"],
        open_license_server_id=found["open_license_server_id"],
        method=Method(found["method"]),
        proposed_reason=found["proposed_reason"],
        is_clock_set_back=bool(found["is_clock_set_back"]),
        is_deactivated=bool(found["is_deactivated"]),
        is_deactivation_confirmed=bool(found["is_deactivation_confirmed"]),
        is_expiring=bool(found["is_expiring"]),
        may_license=Licensing(found["may_license"]),
        **times,
    )
