"""One web process: what `activation-line serve` does, in production and under `run`."""

import os
from dataclasses import replace

from activation_line.deliveries import Deliveries
from activation_line.housekeeping import Housekeeping
from activation_line.serving import serve
from activation_line.settings import Settings, SettingsError
from activation_line.web import create_app
from activation_line.wiring import Line, bootstrap
from agent_console import accounts
from data_store import reading

DEMO_DATA = (
    "This database holds demo accounts, whose passwords were printed on a screen: use an empty "
    "database for production, then make the first administrator with "
    "`activation-line admin create`."
)


def serve_line(settings: Settings, *, port: int | None, host: str | None, as_json: bool) -> None:
    """Serve until stopped. Refuses demo accounts unless the settings say that this is a demo."""
    if port is not None:
        settings = replace(settings, port=port)
    if host is not None:
        settings = replace(settings, host=host)
    line = bootstrap(settings)
    refuse_demo_data(line)
    with Housekeeping(line), Deliveries(line.register):
        serve(
            create_app(line),
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
