"""Every region's number: whether it is owned, can be bought or not, what it costs, and who helps.

A region without a number of its own rings a line of another; that is what the wizard shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from activation_line.carrier.account import TwilioAccount
from activation_line.carrier.market import NOT_KNOWN, Cost, Market, Standing, State
from region_routing import RoutingTable

HEADINGS = ("region", "state", "rings", "line", "monthly", "a minute", "")


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region. `state` and `cost` are of a number in the region itself.

    `number` is what the wizard shows there, of the line `line`, and `rings` whether the account
    owns it.
    """

    region: str
    name: str
    state: State
    says: str
    is_own: bool
    line: str
    number: str
    rings: bool
    cost: Cost

    def as_json(self) -> dict[str, object]:
        """For programs; what is not known of a price is null."""
        shown = asdict(self)
        cost = shown.pop("cost")
        known = {name: None if cost[name] == NOT_KNOWN else cost[name] for name in cost}
        return shown | known

    def columns(self) -> tuple[str, ...]:
        """For people."""
        shown = self.number if self.rings else f"{self.number} (dead)"
        unit = f" {self.cost.unit}" if self.cost.unit else ""
        prices = (
            price if price == NOT_KNOWN else f"{price}{unit}"
            for price in (self.cost.monthly, self.cost.per_minute)
        )
        note = self.says if self.is_own else f"falls to {self.line}; {self.says}"
        return (self.region, self.state, shown, self.line, *prices, note)


def rows(
    account: TwilioAccount, market: Market, routing: RoutingTable, regions: Sequence[str] = ()
) -> Iterator[RegionRow]:
    """Each region in the table's order, or those named. Raises `CarrierError`."""
    owned = {each.name for each in account.numbers()}
    for code in regions or routing.regions:
        line = routing.route(code).line
        is_own, rings = line.country == code, line.number in owned
        if is_own and rings:
            standing = Standing(State.OWNED, "the account's own")
        else:
            standing = market.standing(code, line.number if is_own else "")
        yield RegionRow(
            code,
            routing.region_name(code),
            standing.state,
            standing.says,
            is_own,
            line.id,
            line.number,
            rings,
            market.cost(code, line.number if is_own else ""),
        )


def as_text(found: Sequence[RegionRow]) -> Iterator[str]:
    """The rows as a table of text."""
    table = [HEADINGS, *(row.columns() for row in found)]
    widths = [max(len(row[at]) for row in table) for at in range(len(HEADINGS))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
