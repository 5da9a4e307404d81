"""What `activation-line serve` does, in production and under `run`: one process, or several."""

import os
import sys
from dataclasses import replace

from activation_line.logs import log_to_stderr
from activation_line.settings import PREFIX, Settings, SettingsError
from activation_line.wiring import Line, bootstrap
from agent_console import accounts
from data_store import reading

DEMO_DATA = (
    "This database holds demo accounts, whose passwords were printed on a screen: use an empty "
    "database for production, then make the first administrator with "
    "`activation-line admin create`."
)
NO_WORKERS = f"Several workers need a POSIX system: set {PREFIX}WORKERS to 1, or leave it out."


def serve_line(settings: Settings, *, port: int | None, host: str | None, as_json: bool) -> None:
    """Serve until stopped. Refuses demo accounts unless the settings say that this is a demo."""
    if port is not None:
        settings = replace(settings, port=port)
    if host is not None:
        settings = replace(settings, host=host)
    log_to_stderr(settings.log_format)
    line = bootstrap(settings)
    try:
        refuse_demo_data(line)
        if settings.workers <= 1:
            _serve_alone(line, as_json=as_json)
            return
    finally:
        # Where workers follow: nothing that holds a connection may pass over a fork.
        line.close()
    if sys.platform == "win32":
        raise SettingsError([NO_WORKERS])
    from activation_line.workers import serve_by_workers  # noqa: PLC0415 -- there on POSIX alone

    serve_by_workers(settings, as_json=as_json)


def _serve_alone(line: Line, *, as_json: bool) -> None:
    # Here, since figures are counted otherwise where there are workers, which their import decides.
    from activation_line.deliveries import Deliveries  # noqa: PLC0415 -- see above
    from activation_line.housekeeping import Housekeeping  # noqa: PLC0415 -- see above
    from activation_line.metrics import Metrics  # noqa: PLC0415 -- see above
    from activation_line.serving import serve  # noqa: PLC0415 -- see above
    from activation_line.web import create_app  # noqa: PLC0415 -- see above

    settings, metrics = line.settings, Metrics()
    with Housekeeping(line, metrics), Deliveries(line.register):
        serve(
            create_app(line, metrics),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            announce=lambda url: {"url": url, "pid": os.getpid()},
            as_json=as_json,
            on_stop=line.voice.live_feed.close,
        )


def refuse_demo_data(line: Line) -> None:
    """Raise `SettingsError` where a database with demo accounts is to be served for real."""
    if line.settings.demo:
        return
    with reading(line.engine) as connection:
        if accounts.has_demo_accounts(connection):
            raise SettingsError([DEMO_DATA])
