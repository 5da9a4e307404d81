"""The whole line on one computer: which processes there are, and how they find each other."""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import region_routing
from activation_line import demo, processes
from activation_line.clock import system_clock
from activation_line.demo import Demo
from activation_line.processes import Running
from activation_line.serving import free_port, require_free
from activation_line.settings import Settings, as_environment
from activation_line.site import WEBSITE
from activation_line.wiring import bootstrap
from license_server import link
from license_server.link import Link
from licensing_site.api import MOUNT

HOST = "127.0.0.1"
NOTES = "demo.json"
ACCOUNT = "account.json"


class DemoDirectoryError(Exception):
    """The demo's directory can't be used. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a house stands. Port 0 takes a free one; `start` makes the time virtual.

    `database_url` names a PostgreSQL for the line's data, else a file in the directory holds it.
    `with_site` adds the licensing site, which a call by telephone has no need of, and
    `with_fallback` the process that apologises where the line can't answer. `workers` is how many
    processes the line is. `age` is how long ago the license server was activated: so long, as a
    rule, that its certificate expired. `is_open`: the support centres are open at any time, else
    closed until tomorrow.
    """

    directory: Path
    port: int = 0
    seed: int = 1
    start: datetime | None = None
    database_url: str = field(default="", repr=False)
    with_site: bool = False
    with_fallback: bool = False
    workers: int = 1
    age: timedelta = demo.FIRST_ACTIVATION
    is_open: bool = True


class Ports(NamedTuple):
    """Who listens where, in the order in which the ports follow one another."""

    line: int
    network: int
    license_server: int
    site: int
    fallback: int


class House(AbstractContextManager["House"]):
    """The processes of a line on one computer: phone network, web, site, license server ..."""

    def __init__(self, plan: Plan, say: Callable[[str], object]) -> None:
        self.plan = plan
        self._say = say
        self.running: dict[str, Running] = {}
        self.demo: Demo
        self.settings: Settings

    @property
    def network(self) -> Running:
        """The simulated phone network."""
        return self.running["phone-network"]

    @property
    def web(self) -> Running:
        """The line and the console."""
        return self.running["line"]

    @property
    def site(self) -> Running:
        """The licensing site: website and API; there where the plan has one."""
        return self.running["licensing-site"]

    @property
    def fallback(self) -> Running:
        """Who apologises for the line; there where the plan has one."""
        return self.running["fallback"]

    @property
    def license_server(self) -> Running:
        """The customer's license server."""
        return self.running["license-server"]

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process, the last started first; at once where that is interrupted."""
        try:
            for running in reversed(self.running.values()):
                running.stop()
        except BaseException:
            for running in self.running.values():
                running.process.kill()
            raise

    def revive(self) -> None:
        """Start again what has ended by itself, as it was."""
        for name, running in list(self.running.items()):
            status = running.process.poll()
            if status is not None:
                self._say(f"The {name} ended (status {status}); it is started again.")
                self.running[name] = processes.restart(running)

    def _start(self) -> None:
        ports = self._ports()
        settings = self.settings = self._settings(ports)
        self._say("Making the demo's data ...")
        self._prepare(settings)
        self._say("Starting the phone network ...")
        self._run("phone-network", self._network_command(settings, ports.network))
        facts = self.network.facts
        environment = as_environment(settings) | {
            "ACTIVATION_LINE_TWILIO_API_KEY_SID": facts["api_key_sid"],
            "ACTIVATION_LINE_TWILIO_API_KEY_SECRET": facts["api_key_secret"],
            "ACTIVATION_LINE_VOICE_DEVICE_URL": facts["device_module"],
        }
        self._say("Starting the line and the console ...")
        self._run("line", ["activation_line", "serve", "--json"], environment)
        if self.plan.with_fallback:
            self._say("Starting the fallback ...")
            self._run("fallback", ["activation_line", "serve-fallback", "--json"], environment)
        if self.plan.with_site:
            self._say("Starting the licensing site ...")
            self._run("licensing-site", ["activation_line", "serve-site", "--json"], environment)
            self._link()
        self._say("Starting the license server ...")
        command = ["license_server", "--data", str(self.demo.license_server_dir)]
        command += ["--port", str(ports.license_server), "--json", "--demo"]
        if settings.clock_url:
            command += ["--clock-url", settings.clock_url]
        self._run("license-server", command)

    def _link(self) -> None:
        """Tell the license server where its clearinghouse is, and which root to trust there."""
        url, root = self.site.facts["url"], self.site.facts["ca_file"]
        link.store(self.demo.license_server_dir, Link(url + MOUNT, url + WEBSITE, root))

    def _run(
        self, name: str, command: list[str], environment: Mapping[str, str] | None = None
    ) -> None:
        logs = self.plan.directory / "logs"
        self.running[name] = processes.start(name, command, logs, environment)

    def _network_command(self, settings: Settings, port: int) -> list[str]:
        account = self._account()
        command = ["phone_network", "--json", "--port", str(port)]
        for name, value in account.items():
            command += [f"--{name.replace('_', '-')}", value]
        command += ["--config", str(self._numbers(settings))]
        if self.plan.start is not None:
            command += ["--clock", "virtual", "--start", self.plan.start.isoformat()]
        return command

    def _ports(self) -> Ports:
        first = self.plan.port
        if not first:
            return Ports(*(free_port() for _ in Ports._fields))
        ports = Ports(*range(first, first + len(Ports._fields)))
        for port in ports:
            require_free(HOST, port)
        return ports

    def _settings(self, ports: Ports) -> Settings:
        directory = self.plan.directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            # What was half made is removed below, so nothing but a demo's directory will do.
            strange = any(directory.iterdir()) and not (directory / ACCOUNT).exists()
        except OSError as error:
            raise DemoDirectoryError(
                f"{directory} can't be the demo's directory ({error.strerror}): "
                f"remove what is there, or name another with --data."
            ) from error
        if strange:
            raise DemoDirectoryError(
                f"{directory} holds other files than a demo's: name an empty directory with --data."
            )
        network = f"http://{HOST}:{ports.network}"
        account = self._account()
        return Settings(
            data_dir=directory / "line",
            public_base_url=f"http://{HOST}:{ports.line}",
            twilio_account_sid=account["account_sid"],
            twilio_auth_token=account["auth_token"],
            twilio_api_url=network,
            database_url=self.plan.database_url,
            clock_url=f"{network}/control/v1/clock" if self.plan.start else "",
            host=HOST,
            port=ports.line,
            workers=self.plan.workers,
            fallback_base_url=f"http://{HOST}:{ports.fallback}" if self.plan.with_fallback else "",
            fallback_port=ports.fallback,
            site_host=HOST,
            site_port=ports.site,
            demo=True,
        )

    def _account(self) -> dict[str, str]:
        """The network's account, made once per directory, so that it is the same next time."""
        path = self.plan.directory / ACCOUNT
        if not path.exists():
            account = {
                "account_sid": f"AC{secrets.token_hex(16)}",
                "auth_token": secrets.token_hex(16),
                "api_key_sid": f"SK{secrets.token_hex(16)}",
                "api_key_secret": secrets.token_hex(16),
            }
            path.write_text(json.dumps(account), "utf-8")
            path.chmod(0o600)
        return dict(json.loads(path.read_text("utf-8")))

    def _prepare(self, settings: Settings) -> None:
        """Seed the data, or find that of last time; what was half made is made anew."""
        notes = self.plan.directory / NOTES
        server = self.plan.directory / "license-server"
        if notes.exists():
            held = json.loads(notes.read_text("utf-8"))
            if held.get("database_url", "") != settings.database_url:
                raise DemoDirectoryError(
                    f"{self.plan.directory} holds a demo whose data is in another database: "
                    f"name that one, or another directory with --data."
                )
            self.demo = Demo(held["login"], held["password"], held["product_id"], server)
            return
        for half_made in (settings.data_dir, server):
            shutil.rmtree(half_made, ignore_errors=True)
        line = bootstrap(settings)
        now = self.plan.start or system_clock()
        try:
            self.demo = demo.seed(
                line,
                server,
                number=self.plan.seed,
                now=now,
                age=self.plan.age,
                is_open=self.plan.is_open,
            )
        finally:
            line.close()
        held = {
            "login": self.demo.login,
            "password": self.demo.password,
            "product_id": self.demo.product_id,
            "database_url": settings.database_url,
        }
        notes.touch(0o600)
        notes.write_text(json.dumps(held), "utf-8")

    def _numbers(self, settings: Settings) -> Path:
        """The network's table of numbers: every line's rings at the line's webhooks."""
        voice = f"{settings.public_base_url}/voice"
        apology = f"{settings.apology_base_url}/voice/fallback"
        lines = region_routing.load(settings.routing_dir).lines
        tables = [
            "[[numbers]]\n"
            f'number = "{line.number}"\n'
            f'voice_url = "{voice}/incoming"\n'
            f'status_callback = "{voice}/status"\n'
            f'fallback_url = "{apology}"\n'
            for line in {line.number: line for line in lines.values()}.values()
        ]
        path = self.plan.directory / "numbers.toml"
        path.write_text("\n".join((f'error_url = "{voice}/trouble"\n', *tables)), "utf-8")
        return path
