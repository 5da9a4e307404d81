"""`activation-line customers`: who holds products, and how to reach them."""

from dataclasses import asdict

import click

from activation_line.commands.working import changing, looking, show_json, who
from clearinghouse import customers
from codes import product_id as product_ids
from region_routing import countries

REGIONS = frozenset(code for code, _ in countries())
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _region(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """A country by its code, in capitals; an empty one stays so."""
    if value and value.upper() not in REGIONS:
        raise click.BadParameter(f"{value!r} is no country's code of ISO 3166, such as US or DE.")
    return value.upper() if value else value


@click.group()
def commands() -> None:
    """Customers: add, list, show, change."""


@commands.command()
@click.argument("name")
@click.option("--contact", default="", help="How to reach them: address, number.")
@click.option("--region", callback=_region, help="Their country, by its ISO 3166 code.")
def add(name: str, contact: str, region: str | None) -> None:
    """Add a customer."""
    with changing() as (register, connection):
        now = register.clock()
        made = customers.add(
            connection, name=name, contact=contact, actor=who(), now=now, region=region or None
        )
    click.echo(f"Customer {made.id} is {made.name}.")


@commands.command("list")
@AS_JSON
def list_all(*, as_json: bool) -> None:
    """List all customers."""
    with looking() as (_, connection):
        found = customers.every(connection)
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.id:>6}  {each.name}  {each.contact}".rstrip())


@commands.command()
@click.argument("customer_id", type=int)
@AS_JSON
def show(customer_id: int, *, as_json: bool) -> None:
    """Show a customer and the products that they hold."""
    with looking() as (_, connection):
        found = customers.by_id(connection, customer_id)
        products = customers.products_of(connection, customer_id)
    if as_json:
        show_json({**asdict(found), "products": products})
        return
    click.echo(f"customer: {found.id}")
    click.echo(f"name: {found.name}")
    click.echo(f"contact: {found.contact or 'none'}")
    click.echo(f"region: {found.region or 'none'}")
    for product_id in products:
        click.echo(f"product: {product_ids.format(product_id)}")


@commands.command()
@click.argument("customer_id", type=int)
@click.option("--name", help="Another name.")
@click.option("--contact", help="Another contact; an empty one erases it.")
@click.option("--region", callback=_region, help="Another country; an empty one erases it.")
def change(customer_id: int, name: str | None, contact: str | None, region: str | None) -> None:
    """Change a customer's name, contact or region."""
    if name is None and contact is None and region is None:
        raise click.UsageError("Nothing to change: give --name, --contact or --region.")
    with changing() as (register, connection):
        changed = customers.change(
            connection,
            customer_id,
            name=name,
            contact=contact,
            actor=who(),
            now=register.clock(),
            region=region,
        )
    click.echo(f"Customer {changed.id} is {changed.name}.")
