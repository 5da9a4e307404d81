"""TLS for Cheroot whose handshakes happen in the worker threads.

Cheroot's own adapter shakes hands where connections are accepted, so one client that connects and
says nothing keeps everybody else waiting until it times out.
"""

import socket
import ssl
from typing import Any

from cheroot.errors import FatalSSLAlert
from cheroot.ssl.builtin import BuiltinSSLAdapter

from activation_line.tls import Tls


class _LateSocket(ssl.SSLSocket):
    """Shakes hands when it is first read from."""

    _is_met = False

    def recv_into(self, *args: Any, **options: Any) -> int:  # noqa: ANN401 -- the socket's own
        """Read, after the handshake. A handshake that fails ends the connection without a word."""
        if not self._is_met:
            try:
                self.do_handshake()
            except OSError as error:
                raise FatalSSLAlert(*error.args) from error
            self._is_met = True
        return super().recv_into(*args, **options)


class Handshakes(BuiltinSSLAdapter):
    """HTTPS by TLS 1.2 or newer."""

    def __init__(self, tls: Tls) -> None:
        super().__init__(str(tls.chain), str(tls.key))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.sslsocket_class = _LateSocket

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """Take a connection; what is said on it is encrypted, but nothing is said yet."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}
