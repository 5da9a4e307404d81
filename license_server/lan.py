"""Serving the LAN API by mutual TLS.

What is shown to clients follows the data directory: a reactivation while the server runs changes
the certificate of the next connection.
"""

import ssl
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Final

from license_server import files, tls_serving
from license_server import state as states
from license_server.clients import api, identity
from license_server.clients.identity import Identity
from license_server.errors import LicenseServerError

_THREADS: Final = 6


class LanListenError(LicenseServerError):
    """The LAN address cannot be listened on."""

    code = "lan_listen"


def served(
    data: Path, clock: Callable[[], datetime], host: str, port: int
) -> AbstractContextManager[str]:
    """Serve the LAN API until the block is left; gives its address. Raises LanListenError."""

    def refused(why: str) -> LanListenError:
        return LanListenError(
            f"{host}:{port} cannot be listened on for clients ({why}): end what uses it, or choose "
            "another port with --lan-port (0: any free one)."
        )

    return tls_serving.served(
        api.create_app(data, clock),
        host,
        port,
        _Shown(data, clock).context,
        name="lan",
        threads=_THREADS,
        refused=refused,
    )


class _Shown:
    """What the data directory holds at the moment, as the next connection is shown it."""

    def __init__(self, data: Path, clock: Callable[[], datetime]) -> None:
        self._data = data
        self._clock = clock
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, datetime], ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """Give it; raises LicenseServerError before the first start."""
        now = self._clock()
        try:
            changed = (self._data / states.FILE).stat().st_mtime_ns
        except OSError:
            changed = 0
        # A certificate may run out while nothing changes on disk.
        stamp = changed, now.replace(second=0, microsecond=0)
        with self._lock:
            if self._held is None or self._held[0] != stamp:
                self._held = stamp, _context(identity.current(self._data, now))
            return self._held[1]


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
