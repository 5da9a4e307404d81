"""The REST API of what the account owns and could buy: numbers, applications, keys, addresses."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aiohttp import web

from phone_network import account_shapes, forms, shapes
from phone_network.calls import API_VERSION
from phone_network.exchange import Exchange
from phone_network.forms import Answering, RestError, Values, not_found
from phone_network.holdings import OwnedNumber
from phone_network.settings import KINDS, Country, Number, plain_number

# The form's names of what this network keeps of a number, and of an application.
_NUMBER_FIELDS: Final = {
    "FriendlyName": "friendly_name",
    "VoiceApplicationSid": "application_sid",
    "TrunkSid": "trunk_sid",
}
_URLS: Final = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
}
_METHODS: Final = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "fallback_method",
    "StatusCallbackMethod": "status_callback_method",
}


class AccountApi:
    """The routes' handlers over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._holdings = exchange.holdings
        self._sid = exchange.account_sid
        self._base = f"/{API_VERSION}/Accounts/{exchange.account_sid}"

    def routes(self) -> Iterator[tuple[str, str, Answering]]:
        """Give method, path and handler of each."""
        numbers, one = "/IncomingPhoneNumbers.json", "/IncomingPhoneNumbers/{number}.json"
        yield from (
            ("GET", numbers, self.list_numbers),
            ("POST", numbers, self.buy_number),
            ("GET", one, self.show_number),
            ("POST", one, self.change_number),
            ("DELETE", one, self.release_number),
            ("GET", "/AvailablePhoneNumbers.json", self.list_countries),
            ("GET", "/AvailablePhoneNumbers/{country}.json", self.show_country),
            ("GET", "/AvailablePhoneNumbers/{country}/{kind}.json", self.list_offers),
            ("GET", "/Applications.json", self.list_applications),
            ("POST", "/Applications.json", self.create_application),
            ("GET", "/Applications/{application}.json", self.show_application),
            ("POST", "/Applications/{application}.json", self.change_application),
            ("GET", "/Keys.json", self.list_keys),
            ("POST", "/Keys.json", self.create_key),
            ("GET", "/Keys/{key}.json", self.show_key),
            ("DELETE", "/Keys/{key}.json", self.delete_key),
            ("GET", "/Addresses.json", self.list_addresses),
        )

    # --- numbers ------------------------------------------------------------------------------

    async def list_numbers(self, request: web.Request) -> web.StreamResponse:
        """List the account's numbers."""
        wanted, name = request.query.get("PhoneNumber"), request.query.get("FriendlyName")
        found = [
            self._shape(each)
            for each in self._holdings.numbers.values()
            if (not wanted or _matches(wanted, each.number.number))
            and (not name or each.number.friendly_name == name)
        ]
        return shapes.listing(request, "incoming_phone_numbers", found)

    async def buy_number(self, request: web.Request) -> web.StreamResponse:
        """Buy a number that is for sale, on its country's terms."""
        form = await forms.read(request)
        wanted = plain_number(forms.needed(form, "PhoneNumber", 21421))
        country = self._holdings.seller(wanted)
        if country is None:
            raise RestError(400, 21422, f"{wanted} is not available")
        address, bundle = form.get("AddressSid", ""), form.get("BundleSid", "")
        if country.address != "none" and address not in self._holdings.addresses:
            message = "Phone Number Requires an Address but the 'AddressSid' parameter was empty."
            raise RestError(400, 21631, message)
        if country.needs_bundle and bundle not in self._holdings.approved_bundles(country):
            raise RestError(400, 21649, "Bundle required: this number needs an approved bundle.")
        number = replace(Number(wanted), **self._changes(form))
        bought = self._holdings.buy(number, country, address, bundle)
        return web.json_response(self._shape(bought), status=201)

    async def show_number(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(self._shape(self._owned(request)))

    async def change_number(self, request: web.Request) -> web.StreamResponse:
        """Set how its calls are answered; what the form doesn't name stays."""
        owned = self._owned(request)
        changes = self._changes(await forms.read(request))
        changed = self._holdings.change_number(owned.sid, replace(owned.number, **changes))
        return web.json_response(self._shape(changed))

    async def release_number(self, request: web.Request) -> web.StreamResponse:
        """Give a number back."""
        del self._holdings.numbers[self._owned(request).sid]
        return web.Response(status=204)

    def _shape(self, owned: OwnedNumber) -> shapes.Shape:
        return account_shapes.number(self._base, self._sid, owned)

    def _owned(self, request: web.Request) -> OwnedNumber:
        found = self._holdings.numbers.get(request.match_info["number"])
        if found is None:
            raise not_found(request.path)
        return found

    def _changes(self, form: Values) -> dict[str, str]:
        changes = {name: form[key] for key, name in _NUMBER_FIELDS.items() if key in form}
        application = changes.get("application_sid")
        if application and application not in self._holdings.applications:
            raise RestError(400, 21218, f"Invalid ApplicationSid {application}")
        return changes | _voice(form)

    # --- what is for sale ---------------------------------------------------------------------

    async def list_countries(self, request: web.Request) -> web.StreamResponse:
        """List the countries in which numbers are sold."""
        found = [
            account_shapes.country(self._base, each) for each in self._holdings.countries.values()
        ]
        return shapes.listing(request, "countries", found)

    async def show_country(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(account_shapes.country(self._base, self._country(request)))

    async def list_offers(self, request: web.Request) -> web.StreamResponse:
        """List numbers of a country that are for sale, those that contain a pattern."""
        country = self._country(request)
        kind = request.match_info["kind"]
        if kind not in {"".join(part.title() for part in each.split("_")) for each in KINDS}:
            raise not_found(request.path)
        pattern = request.query.get("Contains", "")
        found = [
            account_shapes.offer(country, number)
            for number in self._holdings.for_sale(country)
            if kind.lower() == country.kind.replace("_", "") and _matches(pattern, number)
        ]
        return shapes.listing(request, "available_phone_numbers", found)

    def _country(self, request: web.Request) -> Country:
        found = self._holdings.countries.get(request.match_info["country"])
        if found is None:
            raise not_found(request.path)
        return found

    # --- applications, keys, addresses --------------------------------------------------------

    async def list_applications(self, request: web.Request) -> web.StreamResponse:
        """List TwiML applications."""
        name = request.query.get("FriendlyName")
        found = [
            account_shapes.application(self._base, self._sid, each)
            for each in self._holdings.applications.values()
            if not name or each.friendly_name == name
        ]
        return shapes.listing(request, "applications", found)

    async def create_application(self, request: web.Request) -> web.StreamResponse:
        """Make one."""
        made = self._holdings.add_application(_application(await forms.read(request)))
        shown = account_shapes.application(self._base, self._sid, made)
        return web.json_response(shown, status=201)

    async def show_application(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        found = self._holdings.applications[self._application_sid(request)]
        return web.json_response(account_shapes.application(self._base, self._sid, found))

    async def change_application(self, request: web.Request) -> web.StreamResponse:
        """Set its URLs; what the form doesn't name stays."""
        sid = self._application_sid(request)
        changed = self._holdings.change_application(sid, _application(await forms.read(request)))
        return web.json_response(account_shapes.application(self._base, self._sid, changed))

    def _application_sid(self, request: web.Request) -> str:
        sid = request.match_info["application"]
        if sid not in self._holdings.applications:
            raise not_found(request.path)
        return sid

    async def list_keys(self, request: web.Request) -> web.StreamResponse:
        """List API keys, without their secrets."""
        found = [account_shapes.key(each) for each in self._holdings.keys.values()]
        return shapes.listing(request, "keys", found)

    async def create_key(self, request: web.Request) -> web.StreamResponse:
        """Make one; its secret stands in this answer alone."""
        form = await forms.read(request)
        made = self._holdings.add_key(form.get("FriendlyName", ""))
        return web.json_response(account_shapes.key(made) | {"secret": made.secret}, status=201)

    async def show_key(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(account_shapes.key(self._holdings.keys[self._key_sid(request)]))

    async def delete_key(self, request: web.Request) -> web.StreamResponse:
        """Let nobody authenticate with it any more."""
        del self._holdings.keys[self._key_sid(request)]
        return web.Response(status=204)

    def _key_sid(self, request: web.Request) -> str:
        sid = request.match_info["key"]
        if sid not in self._holdings.keys:
            raise not_found(request.path)
        return sid

    async def list_addresses(self, request: web.Request) -> web.StreamResponse:
        """List the account's addresses."""
        wanted = request.query.get("IsoCountry")
        found = [
            account_shapes.address(self._base, self._sid, sid, each)
            for sid, each in self._holdings.addresses.items()
            if not wanted or each.code == wanted
        ]
        return shapes.listing(request, "addresses", found)


def _application(form: Values) -> dict[str, str]:
    named = {"friendly_name": form["FriendlyName"]} if "FriendlyName" in form else {}
    return named | _voice(form)


def _voice(form: Values) -> dict[str, str]:
    """The URLs and methods that a form names; an empty URL takes the one that is there away."""
    urls = {
        name: forms.url(form[key]) if form[key] else ""
        for key, name in _URLS.items()
        if key in form
    }
    methods = {name: form[key].upper() for key, name in _METHODS.items() if key in form}
    for method in methods.values():
        if method not in {"GET", "POST"}:
            raise RestError(400, 20001, f"Method {method!r} is not GET or POST")
    return urls | methods


def _matches(pattern: str, number: str) -> bool:
    """Whether a number contains a pattern of digits, in which `*` stands for any one."""
    wanted = "".join(r"\d" if key == "*" else re.escape(key) for key in pattern if key != "+")
    return re.search(wanted, number) is not None
