"""The TLS listener of the administration API, beside the pages that stay on this computer."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from license_server.errors import LicenseServerError
from license_server.remote import administration, identity


class AdministrationListenError(LicenseServerError):
    """The administration address cannot be listened on."""

    code = "administration_listen"


def start(data: Path, clock: Callable[[], datetime], host: str, port: int) -> Server:
    """Listen for Managers on other machines; gives the server, to be stopped at the end."""
    certificate, key = identity.paths(data, clock())
    app = administration.create_app(data, clock)
    server = Server((host, port), app, numthreads=2, server_name="license-server")
    server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(key))
    try:
        server.prepare()
    except OSError as error:
        raise AdministrationListenError(
            f"{host}:{port} cannot be listened on for administration "
            f"({error.strerror or error}): choose another address with --administration."
        ) from error
    threading.Thread(target=server.serve, name="administration", daemon=True).start()
    return server


def address_of(server: Server) -> str:
    """Give the address that a Manager on another machine is told."""
    host, port = server.bind_addr[:2]
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
