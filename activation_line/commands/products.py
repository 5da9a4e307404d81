"""`activation-line products`: products, their policy, key, customer and history."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from secrets import SystemRandom

import click
from sqlalchemy import Connection

from activation_line.commands.working import (
    ProductID,
    changing,
    given,
    looking,
    policy_of,
    policy_options,
    show_json,
    who,
)
from activation_line.register_access import Register
from clearinghouse import Product, RegisterError, audit, customers, histories, product_import
from clearinghouse.audit import Entry
from codes import product_id as product_ids
from codes import product_key as product_keys

PRODUCT = click.argument("product_id", type=ProductID())
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ENTROPY_BYTES = 15


@click.group()
def commands() -> None:
    """Products: add, list, import, policy, key, block, history."""


@commands.command()
@click.argument("product_id", type=ProductID(), required=False)
@click.option("--name", required=True, help="What the product is called.")
@click.option("--customer", help="Who holds it: the name of a customer.")
@click.option("--key-stdin", is_flag=True, help="Read the product key from standard input.")
@policy_options
def add(
    product_id: str | None,
    name: str,
    customer: str | None,
    *,
    key_stdin: bool,
    **figures: int | None,
) -> None:
    """Register a product. Without PRODUCT_ID both ID and key are drawn, and shown once."""
    drawn = product_id is None
    product_id = product_id or product_ids.random(SystemRandom())
    key = _draw_key(product_id) if drawn else _ask_key(from_stdin=key_stdin)
    policy = policy_of(given(figures))
    with changing() as (register, connection):
        now = register.clock()
        register.clearinghouse.add_product(
            connection,
            product_id=product_id,
            product_key=key,
            name=name,
            policy=policy,
            actor=who(),
            now=now,
        )
        if customer is not None:
            _give(connection, register, product_id, customer)
    click.echo(f"Product {product_ids.format(product_id)} is registered.")
    if drawn:
        click.echo(f"Product key {product_keys.format(key)}: it isn't shown again.")


@commands.command("list")
@AS_JSON
def list_all(*, as_json: bool) -> None:
    """List all products."""
    with looking() as (register, connection):
        found = register.clearinghouse.products(connection)
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        state = "blocked" if each.is_blocked else f"issue {each.last_issue}"
        click.echo(f"{product_ids.format(each.product_id)}  {state:9}  {each.name}")


@commands.command()
@PRODUCT
@AS_JSON
def show(product_id: str, *, as_json: bool) -> None:
    """Show a product with its policy and its customer."""
    with looking() as (register, connection):
        product = _product(register, connection, product_id)
        holder = customers.of_product(connection, product_id)
    if as_json:
        show_json({**asdict(product), "customer": asdict(holder) if holder else None})
        return
    click.echo(f"product ID: {product_ids.format(product_id)}")
    click.echo(f"name: {product.name}")
    click.echo(f"customer: {f'{holder.name} ({holder.id})' if holder else 'none'}")
    click.echo(f"blocked: {'yes' if product.is_blocked else 'no'}")
    click.echo(f"last issue: {product.last_issue}")
    _echo_policy(product)


@commands.command()
@PRODUCT
@policy_options
def policy(product_id: str, **figures: int | None) -> None:
    """Show a product's policy, or change the figures that are given."""
    changes = given(figures)
    if not changes:
        with looking() as (register, connection):
            _echo_policy(_product(register, connection, product_id))
        return
    with changing() as (register, connection):
        audit.lock(connection)
        before = _product(register, connection, product_id).policy
        after = policy_of(asdict(before) | changes)
        now = register.clock()
        register.clearinghouse.set_policy(connection, product_id, after, who(), now)
        product = _product(register, connection, product_id)
    _echo_policy(replace(product, policy=after))


@commands.command()
@PRODUCT
def block(product_id: str) -> None:
    """Block a product.

    Nothing more is opened, checked or issued for it.
    """
    _set_blocked(product_id, blocked=True)


@commands.command()
@PRODUCT
def unblock(product_id: str) -> None:
    """Unblock a product."""
    _set_blocked(product_id, blocked=False)


@commands.command("new-key")
@PRODUCT
@click.option(
    "--key-stdin", is_flag=True, help="Read the key from standard input; else one is drawn."
)
def new_key(product_id: str, *, key_stdin: bool) -> None:
    """Replace a lost product key.

    The old one is void from now on: what was asked for with it and isn't confirmed has to be asked
    for again with the new one. Shows how to reach the customer, who has to be told.
    """
    key = _ask_key(from_stdin=True) if key_stdin else _draw_key(product_id)
    with changing() as (register, connection):
        house, now = register.clearinghouse, register.clock()
        house.replace_product_key(connection, product_id, key, who(), now)
        holder = customers.of_product(connection, product_id)
    click.echo(f"Product {product_ids.format(product_id)} has a new key; the old one is void.")
    if not key_stdin:
        click.echo(f"Product key {product_keys.format(key)}: it isn't shown again.")
    if holder is None:
        click.echo("Tell the customer, who isn't named in the register.")
    else:
        click.echo(f"Tell {holder.name}: {holder.contact or 'no contact is known'}.")


@commands.command()
@PRODUCT
@click.argument("name")
def customer(product_id: str, name: str) -> None:
    """Say which customer, by NAME, holds a product."""
    with changing() as (register, connection):
        _product(register, connection, product_id)
        _give(connection, register, product_id, name)
    click.echo(f"Product {product_ids.format(product_id)} belongs to {name}.")


@commands.command()
@PRODUCT
@AS_JSON
def servers(product_id: str, *, as_json: bool) -> None:
    """List a product's license servers."""
    with looking() as (register, connection):
        _product(register, connection, product_id)
        found = register.clearinghouse.servers(connection, product_id)
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        dates = f"issue {each.issue} of {each.issued_at:%Y-%m-%d}"
        revoked = f", revoked {', '.join(map(str, each.revoked))}" if each.revoked else ""
        click.echo(f"{each.id:>7}  {each.state:12}  {dates}{revoked}")


@commands.command()
@PRODUCT
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--server", type=int, help="Only what happened to this license server.")
@AS_JSON
def history(product_id: str, limit: int, server: int | None, *, as_json: bool) -> None:
    """Show what happened to a product.

    Newest first, its license servers included.
    """
    with looking() as (register, connection):
        _product(register, connection, product_id)
        if server is None:
            entries = audit.of_product(connection, product_id, limit)
        else:
            whole = histories.of_server(connection, server)
            entries = [each for each in reversed(whole) if each.product_id == product_id][:limit]
    _echo_entries(entries, as_json=as_json)


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--skip-bad", is_flag=True, help="Import the good lines though others are wrong.")
def import_(file: Path, *, dry_run: bool, skip_bad: bool) -> None:
    """Register the products of a CSV FILE.

    Nothing is registered if any line is wrong, unless told to leave those out. The first line
    names the columns: product_id, product_key, name; if wanted customer, contact and the figures
    of the policy, such as max_servers.
    """
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} isn't UTF-8 text: save it as CSV UTF-8.") from error
    with changing() as (register, connection):
        now = register.clock()
        house = register.clearinghouse
        report = product_import.take(connection, house, text, actor=who(), now=now)
        if dry_run or (report.faults and not skip_bad):
            connection.rollback()
    for fault in report.faults:
        click.echo(f"line {fault.line}: {fault.says}")
    good, bad = len(report.imported), len(report.faults)
    if dry_run:
        click.echo(f"Nothing was changed. Good: {good}, wrong: {bad}.")
    elif bad and not skip_bad:
        click.echo(f"Nothing was imported. Good: {good}, wrong: {bad}; --skip-bad leaves them out.")
    else:
        click.echo(f"Imported: {good}, left out: {bad}.")
    sys.exit(1 if bad else 0)


def _draw_key(product_id: str) -> str:
    return product_keys.make(product_id, SystemRandom().randbytes(ENTROPY_BYTES))


def _ask_key(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().strip()
    return str(click.prompt("Product key", hide_input=True))


def _product(register: Register, connection: Connection, product_id: str) -> Product:
    found = register.clearinghouse.product(connection, product_id)
    if found is None:
        raise RegisterError("The register doesn't know this product ID.")
    return found


def _give(connection: Connection, register: Register, product_id: str, name: str) -> None:
    holder = customers.by_name(connection, name)
    if holder is None:
        raise RegisterError(f"There is no customer {name!r}: add one with `customers add`.")
    customers.give(connection, product_id, holder, who(), register.clock())


def _set_blocked(product_id: str, *, blocked: bool) -> None:
    with changing() as (register, connection):
        house, now = register.clearinghouse, register.clock()
        house.set_blocked(connection, product_id, blocked=blocked, actor=who(), now=now)
    state = "blocked" if blocked else "no longer blocked"
    click.echo(f"Product {product_ids.format(product_id)} is {state}.")


def _echo_policy(product: Product) -> None:
    for name, value in asdict(product.policy).items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


def _echo_entries(entries: Sequence[Entry], *, as_json: bool) -> None:
    if as_json:
        show_json([asdict(each) for each in entries])
        return
    for each in entries:
        said = ", ".join(f"{name} {value}" for name, value in each.data.items())
        doer = f"{each.actor.kind} {each.actor.name}"
        click.echo(f"{each.number:>7}  {each.at:%Y-%m-%d %H:%M:%SZ}  {each.action}  {doer}  {said}")
