"""Whether a call that came in for one region had better go on as one of another."""

from region_routing.model import RoutingTable


def better_region(
    table: RoutingTable, call_region: str, registered_region: str | None
) -> str | None:
    """The region to offer to a caller, where the product is registered elsewhere; None to go on.

    `call_region` is where the call was taken to come from (`RoutingTable.region_for_call`),
    `registered_region` the ISO 3166 code of the customer's country, whose case does not matter.
    A move is worth a question only where it changes who answers or in which languages, so nobody
    is asked on the way from Germany to Austria. A country that the table does not have is passed
    over, and so is a call that came under an older table, in a region that has gone.
    """
    here = table.regions.get(call_region)
    there = table.regions.get((registered_region or "").upper())
    if here is None or there is None or there.code == here.code:
        return None
    if (there.centre, there.languages) == (here.centre, here.languages):
        return None
    return there.code
