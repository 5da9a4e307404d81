"""Serving the pages by cheroot until the process is told to stop."""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final

import click
from cheroot.wsgi import Server
from flask import Flask

from license_server.app import one_time_path
from license_server.errors import LicenseServerError

_THREADS: Final = 6


class ListenError(LicenseServerError):
    """The address cannot be listened on."""

    code = "listen"


def serve(
    app: Flask,
    data: Path,
    host: str,
    port: int,
    *,
    as_json: bool,
    administration_url: str | None = None,
    lan_url: str | None = None,
) -> None:
    """Listen, print the addresses, and serve until SIGINT or SIGTERM.

    The other two are served beside the pages, for Managers elsewhere and for clients, if they are.
    """
    server = Server((host, port), app, numthreads=_THREADS, server_name="license-server")
    try:
        server.prepare()
    except OSError as error:
        raise ListenError(
            f"{host}:{port} cannot be listened on ({_reason(error)}): "
            "end what uses it, or choose another port with --port (0: any free one)."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{server.bind_addr[1]}"
    beside = {"administration_url": administration_url, "lan_url": lan_url}
    facts = {name: address for name, address in beside.items() if address is not None}
    _announce(url, f"{url}{one_time_path(app)}", data, facts, as_json=as_json)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


_BESIDE: Final = {
    "administration_url": "Managers of other machines reach it at",
    "lan_url": "Clients reach it at",
}


def _announce(url: str, link: str, data: Path, beside: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        facts = {"url": f"{url}/", "one_time_link": link, "pid": os.getpid(), **beside}
        click.echo(json.dumps(facts))
    else:
        click.echo(f"License server of {data} at {url}/")
        for name, address in beside.items():
            click.echo(f"{_BESIDE[name]} {address}")
        click.echo(f"Log in once with  {link}")
        click.echo("Ctrl+C ends it.")
    sys.stdout.flush()


def _reason(error: OSError) -> str:
    # Cheroot raises its own error without a number; the system's own stands behind it.
    return error.strerror or str(error)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    if threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt
