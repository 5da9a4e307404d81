"""`activation-line packs`: what was bought for clients, and which license server has it."""

from dataclasses import asdict

import click

from activation_line.commands.working import changing, looking, show_json, who
from clearinghouse.packs import LicensePack, PackKind
from codes import license_code as license_codes
from codes import product_id as product_ids

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def commands() -> None:
    """License packs: add, list."""


@commands.command()
@click.option("--version", type=int, required=True, help="The licences' version, 1 to 99.")
@click.option("--kind", type=click.Choice([kind.value for kind in PackKind]), required=True)
@click.option("--quantity", type=int, required=True, help="How many licences, 1 to 99999.")
@click.option("--customer", default="", help="Who bought it.")
@click.option("--license-code", help="The code on the receipt; drawn if left out.")
@AS_JSON
def add(
    version: int,
    kind: str,
    quantity: int,
    customer: str,
    license_code: str | None,
    *,
    as_json: bool,
) -> None:
    """Register a purchase, and print its license code."""
    with changing() as (register, connection):
        made = register.clearinghouse.add_pack(
            connection,
            version=version,
            kind=PackKind(kind),
            quantity=quantity,
            customer=customer,
            license_code=license_code,
            actor=who(),
            now=register.clock(),
        )
    if as_json:
        show_json(_facts(made))
    else:
        click.echo(f"License code: {license_codes.format(made.license_code)}")


@commands.command("list")
@AS_JSON
def list_all(*, as_json: bool) -> None:
    """List all packs."""
    with looking() as (register, connection):
        found = register.clearinghouse.packs(connection)
    if as_json:
        show_json([_facts(each) for each in found])
        return
    for each in found:
        where = "not installed"
        if each.product_id is not None:
            product = product_ids.format(each.product_id)
            where = f"product {product}, pack {each.number:04}, server {each.server_id}"
        click.echo(
            f"{license_codes.format(each.license_code)}  version {each.version}  "
            f"{each.kind.value}  {each.quantity}  {where}  {each.customer}".rstrip()
        )


def _facts(pack: LicensePack) -> dict[str, object]:
    return {**asdict(pack), "added_at": pack.added_at.isoformat()}
