"""Who may see the pages: administrators, by a one-time link or by the local password.

Requests from other sites are refused by what browsers say of them (Sec-Fetch-Site, Origin); a
program that is no browser sends neither and needs the session all the same.
"""

import hashlib
import hmac
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Request, session

from license_server import event_log, files, passwords
from license_server import state as states
from license_server.event_log import Kind

KEY_FILE: Final = "pages.secret"
SESSION_LIFE: Final = timedelta(hours=12)
_TRIES: Final = 5
_PAUSE: Final = timedelta(seconds=30)
_SECRET_BYTES: Final = 32


def load_secret(data: Path) -> str:
    """Read the key that session cookies are signed with, or make it."""
    with files.locked(data):
        content = files.read(data / KEY_FILE)
        if content is None or len(content) < _SECRET_BYTES:
            content = secrets.token_hex(_SECRET_BYTES).encode("ascii")
            files.write(data / KEY_FILE, content)
    return content.decode("ascii", "replace")


class Access:
    """Keeps the one-time links that are still good, and slows down who guesses the password."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._links: set[bytes] = set()
        self._wrong = 0
        self._paused_until: datetime | None = None

    def make_link(self) -> str:
        """Make a token for a link that logs in once."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._links.add(_digest(token))
        return token

    def take_link(self, token: str, now: datetime) -> bool:
        """Log this browser in, if the token was not used before."""
        with self._lock:
            if _digest(token) not in self._links:
                return False
            self._links.remove(_digest(token))
        self.log_in(now, is_one_time=True)
        event_log.record(self._data, Kind.LOGGED_IN, now, by="one-time link")
        return True

    def take_password(self, password: str, now: datetime) -> str | None:
        """Log this browser in by the password; gives the sentence for whoever is refused."""
        with self._lock:
            if self._paused_until is not None and now < self._paused_until:
                return "Too many wrong passwords: wait half a minute, then try again."
        state = states.find(self._data)
        if not passwords.is_right(state.password_hash if state else None, password):
            with self._lock:
                self._wrong += 1
                if self._wrong >= _TRIES:
                    self._wrong, self._paused_until = 0, now + _PAUSE
            event_log.record(self._data, Kind.LOG_IN_REFUSED, now)
            return (
                "That is not the administrator's password. If it is lost, start the license "
                "server again: it prints a one-time link, with which a new one can be set."
            )
        with self._lock:
            self._wrong, self._paused_until = 0, None
        self.log_in(now, is_one_time=False)
        event_log.record(self._data, Kind.LOGGED_IN, now, by="password")
        return None

    def log_in(self, now: datetime, *, is_one_time: bool) -> None:
        """Begin a session; it ends when the password changes."""
        session.clear()
        session["until"] = (now + SESSION_LIFE).isoformat()
        session["one_time"] = is_one_time
        session["seal"] = self._seal()

    def is_logged_in(self, now: datetime) -> bool:
        """Tell whether this request comes from an administrator's session."""
        until, seal = session.get("until"), session.get("seal")
        if not isinstance(until, str) or not isinstance(seal, str):
            return False
        return hmac.compare_digest(seal, self._seal()) and now < datetime.fromisoformat(until)

    def _seal(self) -> str:
        state = states.find(self._data)
        held = (state.password_hash or "installed") if state else "new"
        return hashlib.sha256(held.encode()).hexdigest()[:16]


def is_cross_site(request: Request) -> bool:
    """Tell whether a browser says that another site made it send this request."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said not in ("same-origin", "none")
    # Browsers leave the header out where the address is neither HTTPS nor loopback.
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.host}"


def is_own_host(request: Request, host: str) -> bool:
    """Tell whether the address asked for is this server's: another name may be rebound to it."""
    asked = urlsplit(f"//{request.host}").hostname
    return asked in {"127.0.0.1", "localhost", "::1", host.strip("[]").lower()}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
