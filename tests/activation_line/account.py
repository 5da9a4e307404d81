"""An account at the simulated network, routing tables of four lines, and the commands on both."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from twilio.rest import Client

from activation_line.carrier.account import TwilioAccount
from activation_line.cli import main
from activation_line.serving import free_port
from activation_line.settings import Settings, load
from activation_line.web import create_app
from activation_line.wiring import bootstrap
from phone_network.server import Network
from phone_network.settings import Country, Number
from tests.serving import Served
from tests.simulated_network import serving_network

US, DE, FR, SE = "+12025550142", "+493023125042", "+33199000042", "+4684650042"
SOMEBODY_ELSE = "+12025550199"
BASE = "https://line.example"
LINES = {"us": (US, "en", "US"), "de": (DE, "de", "DE"), "fr": (FR, "fr", "FR")}
REGIONS = {"US": "us", "CA": "us", "DE": "de", "AT": "de", "FR": "fr"}
COUNTRIES = (
    Country("US", "United States", numbers=(US,), monthly="1.15", inbound="0.0085"),
    Country(
        "DE",
        "Germany",
        numbers=(DE,),
        needs_bundle=True,
        bundle="in-review",
        monthly="1.15",
        inbound="0.0100",
    ),
    Country("FR", "France", numbers=(FR,), address="local"),
)


def write_tables(folder: Path) -> Path:
    """Routing tables of the lines above."""
    folder.mkdir()
    lines = [
        f'[{name}]\nnumber = "{number}"\nlanguage = "{language}"\nregion = "{region}"\n'
        'source = "for fiction"\n'
        for name, (number, language, region) in LINES.items()
    ]
    (folder / "lines.toml").write_text("as_of = 2026-11-24\n" + "\n".join(lines))
    regions = [
        f'{code} = {{ line = "{line}", centre = "central-europe", languages = ["en", "de", "fr"] }}'
        for code, line in REGIONS.items()
    ]
    (folder / "regions.toml").write_text("\n".join(regions))
    (folder / "centres.toml").write_text(
        '[central-europe]\nname = "Central Europe"\ntimezone = "Europe/Berlin"\n'
        'languages = ["en", "de", "fr"]\n'
        '[central-europe.hours]\nmonday = ["00:00-00:00"]\n'
    )
    return folder


@dataclass
class Operator:
    """Somebody who types commands at a line whose account is at the simulated network."""

    directory: Path
    stack: ExitStack
    environment: dict[str, str] = field(default_factory=dict)

    def open(self, *owned: str, **given: Any) -> Network:
        """Open an account that owns these numbers."""
        given.setdefault("countries", COUNTRIES)
        numbers = tuple(Number(number) for number in owned)
        network = self.stack.enter_context(serving_network(numbers=numbers, **given))
        account = network.settings.account
        self.environment = {
            "ACTIVATION_LINE_DATA_DIR": str(self.directory / "line"),
            "ACTIVATION_LINE_PUBLIC_BASE_URL": BASE,
            "ACTIVATION_LINE_TWILIO_ACCOUNT_SID": account.sid,
            "ACTIVATION_LINE_TWILIO_AUTH_TOKEN": account.auth_token,
            "ACTIVATION_LINE_TWILIO_API_URL": network.url,
            "ACTIVATION_LINE_ROUTING_DIR": str(write_tables(self.directory / "routing")),
        }
        return network

    def serve(self) -> None:
        """Serve the line where the account's numbers are to ring."""
        port = free_port()
        self.environment["ACTIVATION_LINE_PUBLIC_BASE_URL"] = f"http://127.0.0.1:{port}"
        line = bootstrap(self.settings)
        self.stack.callback(line.engine.dispose)
        self.stack.callback(Served(create_app(line), port).stop)

    @property
    def settings(self) -> Settings:
        return load(self.environment)

    @property
    def client(self) -> Client:
        return TwilioAccount(self.settings).client

    def type(self, *words: str, answer: str = "", **changed: str) -> Result:
        """Give a command; logs of every library are part of what it says."""
        variables = {f"ACTIVATION_LINE_{name.upper()}": value for name, value in changed.items()}
        handler = logging.StreamHandler()
        logging.getLogger().addHandler(handler)
        try:
            return CliRunner().invoke(
                main, [*words], input=answer, env=self.environment | variables
            )
        finally:
            logging.getLogger().removeHandler(handler)

    def numbers(self) -> dict[str, Any]:
        """The account's numbers as the stock client sees them."""
        return {each.phone_number: each for each in self.client.incoming_phone_numbers.list()}
