"""The line by several processes on one computer: gunicorn starts, watches and replaces them.

They share nothing but the listening socket: each wires its own parts after it was forked, and any
of them answers any turn. One of them keeps house (`activation_line.leadership`). POSIX only; one
process with threads (`activation_line.serving`) runs everywhere.
"""

import json
import logging
import os
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack
from types import FrameType
from wsgiref.types import WSGIApplication

import click
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from activation_line.serving import GRACE_SECONDS, address, require_free
from activation_line.settings import Settings
from data_store import StoreError

log = logging.getLogger(__name__)

# A worker whose main thread says nothing for so long hangs, and is replaced.
SILENCE_SECONDS = 60
RETRY_SECONDS = 2.0
FIGURES = "PROMETHEUS_MULTIPROC_DIR"


class _Logger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Hands gunicorn's own messages on to the process's log."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.propagate = True


class _Worker(ThreadWorker):  # type: ignore[misc]  # as above
    """Ends the streams of console pages when it is to stop; all else it finishes."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # On a thread of its own: the signal may have come in the middle of a lock of the feed's.
        threading.Thread(target=self.app.end_streams, daemon=True).start()
        super().handle_exit(sig, frame)


class _Application(BaseApplication):  # type: ignore[misc]  # as above
    """What gunicorn runs: `load` is called in each worker, after the fork."""

    def __init__(self, settings: Settings, *, as_json: bool) -> None:
        self._settings = settings
        self._as_json = as_json
        self._under_way = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        for name, value in {
            "bind": f"[{settings.host}]:{settings.port}"
            if ":" in settings.host
            else f"{settings.host}:{settings.port}",
            "workers": settings.workers,
            "threads": settings.threads,
            "worker_class": _Worker,
            "worker_connections": settings.threads * 4,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": SILENCE_SECONDS,
            "logger_class": _Logger,
            "errorlog": None,
            "control_socket_disable": True,
            # Whoever may connect is decided by where it listens; what is signed by a setting.
            "forwarded_allow_ips": "",
            "when_ready": self._announce,
            "worker_exit": lambda _arbiter, _worker: self._under_way.close(),
        }.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Wire this worker's own parts; a database that is away is waited for."""
        from activation_line.deliveries import Deliveries  # noqa: PLC0415 -- after the fork
        from activation_line.housekeeping import Housekeeping  # noqa: PLC0415 -- as above
        from activation_line.metrics import Metrics  # noqa: PLC0415 -- as above
        from activation_line.web import create_app  # noqa: PLC0415 -- as above
        from activation_line.wiring import bootstrap  # noqa: PLC0415 -- as above

        while True:
            try:
                line = bootstrap(self._settings)
                break
            except StoreError as error:
                # Ending would make gunicorn give up altogether.
                log.warning("a worker waits for the database: %s", error)
                time.sleep(RETRY_SECONDS)
        metrics = Metrics()
        self._streams = line.voice.live_feed
        self._under_way.callback(line.close)
        self._under_way.enter_context(Housekeeping(line, metrics))
        self._under_way.enter_context(Deliveries(line.register))
        return create_app(line, metrics)

    def end_streams(self) -> None:
        """End what would go on for ever."""
        self._streams.close()

    def _announce(self, arbiter: Arbiter) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        shown = {"url": address(host, port, secure=False), "pid": os.getpid()}
        if self._as_json:
            click.echo(json.dumps(shown))
        else:
            for fact, value in shown.items():
                click.echo(f"{fact}: {value}")


def serve_by_workers(settings: Settings, *, as_json: bool) -> None:
    """Serve until SIGTERM or SIGINT; turns under way are finished. Raises `ListenError`."""
    require_free(settings.host, settings.port)
    directory = tempfile.mkdtemp(prefix="activation-line-figures-")
    os.environ[FIGURES] = directory
    try:
        _Application(settings, as_json=as_json).run()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
