"""Serve a WSGI application with threads, on any platform.

Cheroot passes the raw request target on (`REQUEST_URI`), which signatures are computed over, and
sends a streamed answer chunk by chunk, which the console's live updates need.
"""

import errno
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from wsgiref.types import WSGIApplication

import click
from cheroot.wsgi import Server

from activation_line.handshakes import Handshakes
from activation_line.tls import Tls

# A turn under way when the line is stopped; the network itself waits no longer.
GRACE_SECONDS = 15

Announcement = Callable[[str], Mapping[str, object]]


class ListenError(Exception):
    """The address can't be listened on. The message says why and what to do."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        match error.errno:
            case errno.EADDRINUSE | None:  # Cheroot's own error has no number
                says = (
                    f"Port {port} on {host} is in use by another program: stop that one, "
                    f"or choose another with --port."
                )
            case errno.EACCES:
                says = f"This user may not listen on port {port}: choose one above 1023."
            case _:
                says = (
                    f"{host} is no address of this computer that can be listened on "
                    f"({error.strerror}): choose another with --host."
                )
        super().__init__(says)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Raise `ListenError` if somebody listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ListenError(host, port, error) from error


def address(host: str, port: int, *, secure: bool) -> str:
    """Write the address of a server."""
    name = f"[{host}]" if ":" in host else host
    return f"http{'s' if secure else ''}://{name}:{port}"


def serve(
    app: WSGIApplication,
    *,
    host: str,
    port: int,
    threads: int,
    announce: Announcement,
    as_json: bool,
    on_stop: Callable[[], object] = lambda: None,
    tls: Tls | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished.

    With `tls` it serves HTTPS alone, by TLS 1.2 or newer.

    `on_stop` is called first then: it has to end answers that would go on for ever.

    `announce` gets the address once it listens and returns what is to be printed: one JSON line
    for programs, else a line per entry. Raises `ListenError`.
    """
    require_free(host, port)
    server = Server((host, port), app, numthreads=threads, shutdown_timeout=GRACE_SECONDS)
    if tls is not None:
        server.ssl_adapter = Handshakes(tls)
    try:
        server.prepare()
    except OSError as error:  # taken since it was looked at
        raise ListenError(host, port, error) from error
    stopping = threading.Event()

    def finish() -> None:
        on_stop()
        server.stop()

    finishing = threading.Thread(target=finish, daemon=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # On a thread of its own: this one has to go on serving what is under way.
        if not stopping.is_set():
            stopping.set()
            finishing.start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    shown = announce(address(host, server.bind_addr[1], secure=tls is not None))
    if as_json:
        click.echo(json.dumps(dict(shown)))
    else:
        for fact, value in shown.items():
            click.echo(f"{fact}: {value}")
    sys.stdout.flush()
    server.serve()
    if stopping.is_set():
        finishing.join()
