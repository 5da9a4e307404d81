"""Verbs that set up: install, properties, connect, update-numbers."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import click

from license_server import link, numbers, properties
from license_server import state as states
from license_server.commands.setting import Setting, as_json, console, show, told
from license_server.model import Method
from license_server.terminal import installing

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.option("--product-id", help="Twenty digits, as on the licence.")
@click.option("--product-key-file", type=click.File(), help="File with it; - is input.")
@click.option("--server-name", help="Name that the certificate will bear.")
@click.option("--password-file", type=click.File(), help="File with the pages' password.")
@as_json
@click.pass_obj
def install(
    setting: Setting,
    *,
    product_id: str | None,
    product_key_file: TextIO | None,
    server_name: str | None,
    password_file: TextIO | None,
    as_json: bool,
) -> None:
    """Make a license server of an empty data directory.

    What no option gives is asked for. Product key and password come from files, since every user
    of a machine may read the words of a command.
    """
    given = installing.Given(
        product_id=product_id,
        product_key=product_key_file.read().strip() if product_key_file else None,
        server_name=server_name,
        password=password_file.read().rstrip("\r\n") if password_file else None,
    )
    with told(as_json=as_json):
        if as_json or given.is_whole:
            made = installing.install(setting.data, given, setting.clock())
        else:
            made = installing.ask(console(), setting.data, given, setting.clock)
    if as_json:
        show(dataclasses.asdict(made) | {"data": str(made.data)})
    else:
        click.echo(f"{made.server_name} is installed. Next: license-server activate.")


def _texts(command: Callable[..., None]) -> Callable[..., None]:
    for name in reversed(properties.TEXTS):
        command = click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT")(command)
    return command


@click.command("properties")
@click.option("--method", type=click.Choice([method.value for method in Method]))
@click.option("--region", help="ISO 3166 code of the country or region that you call from.")
@_texts
@as_json
@click.pass_obj
def sheet(
    setting: Setting,
    /,
    *,
    method: str | None,
    region: str | None,
    as_json: bool,
    **texts: str | None,
) -> None:
    """Show Properties, or change what the options name."""
    given = {name: text for name, text in texts.items() if text is not None}
    with told(as_json=as_json):
        held = states.load(setting.data).properties
        if method or region is not None or given:
            held = properties.change(
                setting.data,
                setting.routing,
                setting.clock(),
                method=Method(method) if method else None,
                region=region,
                texts=given,
            )
    if as_json:
        show(dataclasses.asdict(held))
        return
    facts = {"connection method": held.method.label, "region": held.region}
    facts |= {name.replace("_", " "): getattr(held, name) for name in properties.TEXTS}
    console().facts({name.capitalize(): value for name, value in facts.items()})


@click.command()
@click.option("--api", required=True, help="Address of the clearinghouse's API.")
@click.option("--site", required=True, help="Address of the Licensing website.")
@click.option("--ca", type=FILE, help="Root certificate (PEM) that both are trusted by.")
@as_json
@click.pass_obj
def connect(setting: Setting, *, api: str, site: str, ca: Path | None, as_json: bool) -> None:
    """Store where the clearinghouse is, for the methods automatic and web."""
    with told(as_json=as_json):
        stored = link.store(setting.data, link.Link(api, site, str(ca) if ca else None))
    if as_json:
        show(dataclasses.asdict(stored))
    else:
        console().facts({"Clearinghouse": stored.api_url, "Website": stored.site_url})


@click.command("update-numbers")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--key", type=FILE, help="Public key (Ed25519, PEM) to trust from now on.")
@as_json
@click.pass_obj
def update_numbers(setting: Setting, file: Path, *, key: Path | None, as_json: bool) -> None:
    """Take a signed table of numbers (an archive or a folder) from a stick."""
    with told(as_json=as_json):
        key_pem = key.read_bytes() if key else None
        table = numbers.update(setting.data, file, setting.clock(), key_pem=key_pem)
    if as_json:
        show({"as_of": table.as_of, "regions": sorted(table.regions)})
    else:
        click.echo(
            f"Numbers as of {table.as_of.day} {table.as_of:%B %Y} are in use, for "
            f"{len(table.regions)} countries and regions."
        )
