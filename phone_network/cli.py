"""The command `phone-network`: settings from flags and a file, then serve until stopped."""

import argparse
import asyncio
import contextlib
import errno
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from phone_network import settings as s
from phone_network.errors import SettingsError
from phone_network.server import Network
from phone_network.speaking_command import say
from phone_network.tables import check_url

_PROBE_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Start a simulated phone network; `say` as the first word speaks a text instead."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["say"]:
        say(given[1:])
        return
    options = _parser().parse_args(given)
    try:
        settings = _settings(options)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- a command's own output
        sys.exit(2)
    try:
        asyncio.run(_serve(settings, as_json=options.json))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            reason = f"{where} is already in use; choose another --port, or --port 0 for any."
        else:
            reason = f"The network can't listen on {where}: {error.strerror or error}."
        print(reason, file=sys.stderr)  # noqa: T201 -- a command's own output
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="phone-network",
        description="A simulated phone network on this machine: rings TwiML applications.",
        epilog="phone-network say TEXT speaks a text instead; phone-network say --help tells more.",
    )
    add = parser.add_argument
    add("--config", type=Path, metavar="FILE.toml", help="settings; flags go before it")
    add("--number", help="a number in international form, +12025550100")
    add("--voice-url", help="where that number's calls ask for TwiML")
    add("--fallback-url", default="", help="asked when the voice URL fails")
    add("--status-callback", default="", help="told when a call has ended")
    add("--host", help="address to listen on (default 127.0.0.1)")
    add("--port", type=int, help="port to listen on (default 0: any free one)")
    add("--account-sid", default="")
    add("--auth-token", default="")
    add("--api-key-sid", default="")
    add("--api-key-secret", default="")
    add("--clock", choices=["real", "virtual"])
    add("--start", metavar="ISO", help="first moment of virtual time")
    add("--json", action="store_true", help="print one JSON line once it listens")
    return parser


def _settings(options: argparse.Namespace) -> s.Settings:
    settings = s.load(options.config) if options.config else s.Settings(s.new_account())
    account = settings.account
    for option, name in (
        (options.account_sid, "sid"),
        (options.auth_token, "auth_token"),
        (options.api_key_sid, "api_key_sid"),
        (options.api_key_secret, "api_key_secret"),
    ):
        if option:
            account = replace(account, **{name: option})
    s.check_account(account, "The account")
    settings = replace(settings, account=account)
    if options.number or options.voice_url:
        settings = replace(settings, numbers=(*settings.numbers, _number(options)))
    if options.host:
        settings = replace(settings, host=options.host)
    if options.port is not None:
        settings = replace(settings, port=options.port)
    if not 0 <= settings.port <= 65535:  # noqa: PLR2004 -- the range of ports
        raise SettingsError("The port has to be from 0 to 65535.")
    if options.clock:
        settings = replace(settings, virtual=options.clock == "virtual")
    if options.start:
        try:
            start = s.as_utc(datetime.fromisoformat(options.start))
        except ValueError:
            raise SettingsError(
                f"--start has to be like 2026-03-02T09:00:00+00:00, not {options.start!r}."
            ) from None
        settings = replace(settings, start=start)
    return settings


def _number(options: argparse.Namespace) -> s.Number:
    if not (options.number and options.voice_url):
        raise SettingsError("--number and --voice-url belong together.")
    for name in ("fallback_url", "status_callback"):
        if value := getattr(options, name):
            check_url(value, f"--{name.replace('_', '-')}")
    return s.Number(
        number=s.check_number(options.number, "--number"),
        voice_url=check_url(options.voice_url, "--voice-url"),
        fallback_url=options.fallback_url,
        status_callback=options.status_callback,
    )


async def _serve(settings: s.Settings, *, as_json: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # no such thing on this system's event loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    async with Network(settings) as network:
        print(_announcement(network, as_json=as_json), flush=True)  # noqa: T201 -- for the starter
        watching = loop.create_task(_watch_applications(settings))
        await stopped.wait()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _announcement(network: Network, *, as_json: bool) -> str:
    account = network.settings.account
    facts = {
        "url": network.url,
        "telephone": f"{network.url}/telephone",
        "control": f"{network.url}/control/v1",
        "account_sid": account.sid,
        "auth_token": account.auth_token,
        "api_key_sid": account.api_key_sid,
        "api_key_secret": account.api_key_secret,
        "device_module": f"{network.url}/client/device.js",
        "pid": os.getpid(),
    }
    if as_json:
        return json.dumps(facts)
    lines = ["A simulated phone network listens here:"]
    lines += [f"  {name.replace('_', ' '):14} {value}" for name, value in facts.items()]
    lines += [f"  {each.number:14} -> {each.voice_url}" for each in network.settings.numbers]
    return "\n".join(lines)


async def _watch_applications(settings: s.Settings) -> None:
    """Say once which application is not up yet, and once that it has come."""
    waiting: set[tuple[str, int]] = set()
    urls = (number.voice_url for number in settings.numbers)
    wanted = dict.fromkeys(_endpoint(url) for url in urls if url)
    while wanted:
        for host, port in list(wanted):
            try:
                async with asyncio.timeout(_PROBE_SECONDS):
                    _, writer = await asyncio.open_connection(host, port)
                writer.close()
            except (OSError, TimeoutError):
                if (host, port) not in waiting:
                    waiting.add((host, port))
                    print(f"Waiting for an application on {host}:{port} ...", file=sys.stderr)  # noqa: T201 -- for the person at the terminal
            else:
                wanted.pop((host, port))
                if (host, port) in waiting:
                    print(f"The application on {host}:{port} is there.", file=sys.stderr)  # noqa: T201 -- as above
        await asyncio.sleep(_PROBE_SECONDS)


def _endpoint(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    return parts.hostname or "", parts.port or usual
