"""Serving an application by TLS, in threads beside the pages that stay on this computer."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from wsgiref.types import WSGIApplication

from cheroot.errors import FatalSSLAlert
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from license_server.errors import LicenseServerError

# Cheroot takes one connection after the other: who dawdles must not keep the others waiting.
_HANDSHAKE_SECONDS: Final = 2.0


@contextmanager
def served(
    app: WSGIApplication,
    host: str,
    port: int,
    context: Callable[[], ssl.SSLContext],
    *,
    name: str,
    threads: int,
    refused: Callable[[str], LicenseServerError],
) -> Iterator[str]:
    """Serve until the block is left; gives the address.

    `context` gives what the next connection is shown; a LicenseServerError of it closes that one.
    `refused` makes the error to raise, out of why the address cannot be listened on.
    """
    server = Server((host, port), app, numthreads=threads, server_name="license-server")
    server.ssl_adapter = _Adapter(context)
    try:
        server.prepare()
    except OSError as error:
        # Cheroot raises its own error without a number; the system's own stands behind it.
        raise refused(error.strerror or str(error)) from error
    thread = threading.Thread(target=server.serve, name=name, daemon=True)
    thread.start()
    shown = f"[{host}]" if ":" in host else host
    try:
        yield f"https://{shown}:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


class _Adapter(BuiltinSSLAdapter):
    """Wraps each connection with what is to be shown at that moment."""

    # The base class reads certificates from files that never change; nothing of that is wanted.
    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._shown = context
        self._server_env: dict[str, str] = {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 -- cheroot's sockets
        """Take a connection, and end a handshake that dawdles."""
        try:
            self.context = self._shown()
        except LicenseServerError as error:
            sock.close()
            raise FatalSSLAlert(str(error)) from error
        sock.settimeout(_HANDSHAKE_SECONDS)
        wrapped: tuple[Any, dict[str, str]] = super().wrap(sock)  # type: ignore[no-untyped-call]  # cheroot's own
        return wrapped
