"""The TLS listener of the administration API, beside the pages that stay on this computer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from license_server.errors import LicenseServerError
from license_server.remote import administration, identity

_THREADS: Final = 2
_HANDSHAKE_SECONDS: Final = 2.0
_HIGHEST_PORT: Final = 65535


class AdministrationListenError(LicenseServerError):
    """The administration address cannot be listened on."""

    code = "administration_listen"


class Address(NamedTuple):
    """Where to listen; port 0 is any free one."""

    host: str
    port: int


class AddressType(click.ParamType[Address]):
    """HOST:PORT on the command line; IPv6 addresses stand in brackets."""

    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Read it, or say how it is written."""
        host, _, port = str(value).rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
            self.fail(f"{value!r} is no address: write HOST:PORT, such as 0.0.0.0:8442", param, ctx)
        return Address(host.strip("[]"), int(port))


@contextmanager
def listening(
    data: Path, clock: Callable[[], datetime], address: Address | None
) -> Iterator[str | None]:
    """Listen for Managers of other machines meanwhile; gives the address, None for not at all."""
    if address is None:
        yield None
        return
    server = _start(data, clock, address)
    try:
        host, port = server.bind_addr[:2]
        yield f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    finally:
        server.stop()


def _start(data: Path, clock: Callable[[], datetime], address: Address) -> Server:
    certificate, key = identity.paths(data, clock())
    app = administration.create_app(data, clock)
    server = Server(address, app, numthreads=_THREADS, server_name="license-server")
    server.ssl_adapter = _Adapter(str(certificate), str(key))
    try:
        server.prepare()
    except OSError as error:
        raise AdministrationListenError(
            f"{address.host}:{address.port} cannot be listened on for administration "
            f"({error.strerror or error}): choose another address with --administration."
        ) from error
    threading.Thread(target=server.serve, name="administration", daemon=True).start()
    return server


class _Adapter(BuiltinSSLAdapter):
    """Ends a handshake that dawdles: cheroot takes one connection after the other."""

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 -- cheroot's sockets
        """Take a connection."""
        sock.settimeout(_HANDSHAKE_SECONDS)
        wrapped: tuple[Any, dict[str, str]] = super().wrap(sock)  # type: ignore[no-untyped-call]  # cheroot's own
        return wrapped
