"""Prices and regulations, which the vendor serves on hosts of their own, under this one address.

The paths of those hosts don't meet those of the main API, so a stock client finds them once
scheme and host of every address are replaced by this network's.
"""

from collections.abc import Iterator

from aiohttp import web

from phone_network import account_shapes
from phone_network.exchange import Exchange
from phone_network.forms import Answering, not_found
from phone_network.settings import Country


class ProductsApi:
    """The routes' handlers over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._holdings = exchange.holdings
        self._sid = exchange.account_sid

    def routes(self) -> Iterator[tuple[str, str, Answering]]:
        """Give method, whole path and handler of each."""
        rules = "/v2/RegulatoryCompliance"
        yield from (
            ("GET", "/v1/PhoneNumbers/Countries/{country}", self.show_number_prices),
            ("GET", "/v2/Voice/Countries/{country}", self.show_voice_prices),
            ("GET", f"{rules}/Regulations", self.list_regulations),
            ("GET", f"{rules}/Bundles", self.list_bundles),
        )

    async def show_number_prices(self, request: web.Request) -> web.StreamResponse:
        """Show what a country's numbers cost a month."""
        return web.json_response(account_shapes.number_prices(self._country(request)))

    async def show_voice_prices(self, request: web.Request) -> web.StreamResponse:
        """Show what a minute costs."""
        return web.json_response(account_shapes.voice_prices(self._country(request)))

    async def list_regulations(self, request: web.Request) -> web.StreamResponse:
        """List the rules that make numbers need a bundle."""
        found = [
            account_shapes.regulation(sid, each)
            for sid, each in self._holdings.regulations.items()
            if _wanted(request, each)
        ]
        return account_shapes.meta_listing(request, "results", found)

    async def list_bundles(self, request: web.Request) -> web.StreamResponse:
        """List the account's regulatory bundles."""
        status = request.query.get("Status")
        rules = {each.code: sid for sid, each in self._holdings.regulations.items()}
        found = [
            account_shapes.bundle(self._sid, sid, rules.get(each.code), each)
            for sid, each in self._holdings.bundles.items()
            if _wanted(request, each) and (not status or each.bundle == status)
        ]
        return account_shapes.meta_listing(request, "results", found)

    def _country(self, request: web.Request) -> Country:
        found = self._holdings.countries.get(request.match_info["country"])
        if found is None:
            raise not_found(request.path)
        return found


def _wanted(request: web.Request, country: Country) -> bool:
    code, kind = request.query.get("IsoCountry"), request.query.get("NumberType")
    return (not code or country.code == code) and (
        not kind or country.kind.replace("_", "-") == kind
    )
