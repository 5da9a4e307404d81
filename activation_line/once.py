"""One whole scripted call: what a person does after `make run`, done by scripts and checked.

The caller works the license server's own pages and a telephone of the simulated network, the
representative the console's own pages. What counts is read from the register, the event log and
the certificate, never from the scripts.
"""

import asyncio
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from shutil import which

from aiohttp import ClientSession, CookieJar

import spoken_prompts
from activation_line import database
from activation_line.house import House
from clearinghouse.model import RequestState
from clearinghouse.tables import requests
from codes import license_server_id, new_license_server_id, product_id
from data_store import reading
from region_routing import load as load_routing
from scripted_calls.caller import Caller, Stage
from scripted_calls.console import ConsolePages
from scripted_calls.phone import Phone
from scripted_calls.playing import CallerPlayer, RepresentativePlayer, Tell
from scripted_calls.representative import Representative
from scripted_calls.wizard import WizardPages
from switchboard import calls, events

LONGEST_CALL = 60.0  # seconds of wall time, after which a run is stuck


@dataclass(frozen=True, slots=True)
class Variation:
    """How the call departs from the straight one."""

    region: str = "US"
    seed: int = 1
    wrong_digit: int | None = None
    hang_up_at: Stage | None = None
    spoil_issued: bool = False
    no_issue: bool = False
