"""Serve a WSGI application with threads, on any platform.

Cheroot passes the raw request target on (`REQUEST_URI`), which signatures are computed over, and
sends a streamed answer chunk by chunk, which the console's live updates need.
"""

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

Announcement = Callable[[str], Mapping[str, object]]


class PortInUseError(Exception):
    """Another program listens on the port. The message says what to do."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use by another program: stop that one, "
            f"or choose another with --port."
        )


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Raise `PortInUseError` if somebody listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUseError(host, port) from error


def serve(
    app: WSGIApplication,
    *,
    host: str,
    port: int,
    threads: int,
    announce: Announcement,
    as_json: bool,
    let_go: Callable[[], object] = bool,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished.

    `let_go` is called when it is to end, so that answers without an end (live streams) find one.

    `announce` gets the address once it listens and returns what is to be printed: one JSON line
    for programs, else a line per entry. Raises `PortInUseError`.
    """
    require_free(host, port)
    server = Server((host, port), app, numthreads=threads, shutdown_timeout=5)
    server.prepare()
    stopping = threading.Event()

    def end() -> None:
        let_go()
        server.stop()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=end, daemon=True).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    shown = announce(f"http://{host}:{server.bind_addr[1]}")
    if as_json:
        click.echo(json.dumps(dict(shown)))
    else:
        for name, value in shown.items():
            click.echo(f"{name}: {value}")
    sys.stdout.flush()
    server.serve()
