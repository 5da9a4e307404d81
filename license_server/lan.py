"""Serving the LAN API by mutual TLS, in threads beside the pages.

What is shown to clients follows the data directory: a reactivation while the server runs changes
the certificate of the next connection.
"""

import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cheroot.errors import FatalSSLAlert
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from license_server import files
from license_server import state as states
from license_server.clients import api, identity
from license_server.clients.identity import Identity
from license_server.errors import LicenseServerError

_THREADS: Final = 6
# Cheroot takes one connection after the other: who dawdles must not keep the others waiting.
_HANDSHAKE_SECONDS: Final = 2.0


class LanListenError(LicenseServerError):
    """The LAN address cannot be listened on."""

    code = "lan_listen"


@contextmanager
def served(data: Path, clock: Callable[[], datetime], host: str, port: int) -> Iterator[str]:
    """Serve the LAN API until the block is left; gives its address. Raises LanListenError."""
    server = Server((host, port), api.create_app(data, clock), numthreads=_THREADS)
    server.ssl_adapter = _Adapter(data, clock)
    try:
        server.prepare()
    except OSError as error:
        raise LanListenError(
            f"{host}:{port} cannot be listened on for clients ({error.strerror or error}): end "
            "what uses it, or choose another port with --lan-port (0: any free one)."
        ) from error
    thread = threading.Thread(target=server.serve, name="lan", daemon=True)
    thread.start()
    shown = f"[{host}]" if ":" in host else host
    try:
        yield f"https://{shown}:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


class _Adapter(BuiltinSSLAdapter):
    """Wraps connections with what the data directory holds at that moment."""

    # The base class reads certificates from files that never change; nothing of that is wanted.
    def __init__(self, data: Path, clock: Callable[[], datetime]) -> None:
        self._data = data
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp: tuple[int, datetime] | None = None
        self._server_env: dict[str, str] = {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 -- cheroot's sockets
        """Take a connection; one that comes before the first start is closed."""
        try:
            self._renew()
        except LicenseServerError as error:
            sock.close()
            raise FatalSSLAlert(str(error)) from error
        sock.settimeout(_HANDSHAKE_SECONDS)
        wrapped: tuple[Any, dict[str, str]] = super().wrap(sock)  # type: ignore[no-untyped-call]  # cheroot's own
        return wrapped

    def _renew(self) -> None:
        now = self._clock()
        try:
            changed = (self._data / states.FILE).stat().st_mtime_ns
        except OSError:
            changed = 0
        # A certificate may run out while nothing changes on disk.
        stamp = changed, now.replace(second=0, microsecond=0)
        with self._lock:
            if stamp != self._stamp:
                self.context = _context(identity.current(self._data, now))
                self._stamp = stamp


def _context(shown: Identity) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A client that is not enrolled has none; the API asks for one where it is needed.
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=shown.client_root.decode("ascii"))
    # OpenSSL reads a key from a file only.
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "shown.pem"
        files.write(path, shown.key + shown.certificate)
        context.load_cert_chain(path)
    return context
