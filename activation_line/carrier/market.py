"""What Twilio sells: whether a number can be had, what stands in its way, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import phonenumbers

from activation_line.carrier.account import PAGE, TwilioAccount
from activation_line.carrier.trouble import CarrierError

APPROVED = frozenset({"twilio-approved", "provisionally-approved"})
KINDS = ("local", "mobile", "toll_free")
NOT_KNOWN = "not known"
EXAMPLES = 3


class State(StrEnum):
    """How far a number is from ringing."""

    OWNED = "owned"
    TO_BE_BOUGHT = "to be bought"
    NOT_SOLD = "not sold"
    BUNDLE = "waiting for a regulatory bundle"
    ADDRESS = "waiting for an address"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a number costs a month and a call to it a minute; `NOT_KNOWN` where nobody says."""

    monthly: str = NOT_KNOWN
    per_minute: str = NOT_KNOWN
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a country or one of its numbers stands; `says` is for people.

    `number` is one that can be bought at once on these terms, `others` are named where the wanted
    one is not for sale.
    """

    state: State
    says: str = ""
    number: str = ""
    others: tuple[str, ...] = ()
    address_sid: str = ""
    bundle_sid: str = ""


class Market:
    """Asks for what is sold; what holds for the whole account is asked once."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._client = account.client
        self._standings: dict[str, Standing] = {}
        self._costs: dict[tuple[str, str], Cost] = {}

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """The kinds of numbers that each country has, by ISO 3166 code."""
        with self._account.asking():
            found = self._client.available_phone_numbers.list(page_size=PAGE)
        return {
            str(each.country_code): tuple(
                kind for kind in KINDS if kind in (each.subresource_uris or {})
            )
            for each in found
        }

    @cached_property
    def _addresses(self) -> tuple[tuple[str, str], ...]:
        """Country and SID of each of the account's addresses."""
        with self._account.asking():
            found = self._client.addresses.list(page_size=PAGE)
        return tuple((str(each.iso_country), str(each.sid)) for each in found)

    def standing(self, country: str, number: str = "") -> Standing:
        """How a number stands that isn't owned, or without one whether the country sells any."""
        key = f"{country} {number}"
        if key not in self._standings:
            self._standings[key] = self._find(country, number)
        return self._standings[key]

    def cost(self, country: str, number: str = "") -> Cost:
        """What a number of a country costs; of the kind that it has, where that is known."""
        kind = _kind(number) if number else next(iter(self.kinds.get(country, ())), KINDS[0])
        if (country, kind) not in self._costs:
            self._costs[country, kind] = self._ask_cost(country, kind)
        return self._costs[country, kind]

    def _find(self, country: str, number: str) -> Standing:
        kinds = self.kinds.get(country, ())
        if not kinds:
            return Standing(State.NOT_SOLD, "Twilio sells no numbers there")
        if number:
            for kind in kinds:
                for offer, address in self._offers(country, kind, number).items():
                    if offer == number:
                        return self._terms(country, kind, number, address)
        for kind in kinds:
            offers = self._offers(country, kind)
            if offers:
                first, address = next(iter(offers.items()))
                terms = self._terms(country, kind, "" if number else first, address)
                return _instead(terms, number, tuple(offers))
        return Standing(State.NOT_SOLD, "Twilio has none for sale now")

    def _terms(self, country: str, kind: str, number: str, address: str) -> Standing:
        """What stands between the account and a number of this kind."""
        has = [sid for place, sid in self._addresses if address != "local" or place == country]
        bundles = self._bundles(country, kind) if self._needs_bundle(country, kind) else None
        approved = [sid for sid, status in (bundles or {}).items() if status in APPROVED]
        if bundles is not None and not approved:
            under_way = ", ".join(f"{sid} is {status}" for sid, status in bundles.items())
            says = under_way or "make one in Twilio's console, under Regulatory Compliance"
            return Standing(State.BUNDLE, says)
        if address not in {"none", ""} and not has:
            where = f"in {country}" if address == "local" else "of the account"
            says = f"add an address {where} in Twilio's console"
            return Standing(State.ADDRESS, says)
        address_sid = has[0] if address not in {"none", ""} else ""
        return Standing(
            State.TO_BE_BOUGHT,
            "for sale",
            number,
            address_sid=address_sid,
            bundle_sid=approved[0] if approved else "",
        )

    def _offers(self, country: str, kind: str, contains: str = "") -> Mapping[str, str]:
        """What numbers are for sale, each with whose address it needs."""
        wanted = {"contains": contains.lstrip("+")} if contains else {}
        with self._account.asking():
            listed = getattr(self._client.available_phone_numbers(country), kind)
            found = listed.list(limit=EXAMPLES, **wanted)
        return {str(each.phone_number): str(each.address_requirements) for each in found}

    def _needs_bundle(self, country: str, kind: str) -> bool:
        with self._account.asking():
            rules = self._client.numbers.v2.regulatory_compliance.regulations
            kind = kind.replace("_", "-")
            return bool(rules.list(iso_country=country, number_type=kind, limit=1))

    def _bundles(self, country: str, kind: str) -> Mapping[str, str]:
        """The status of each of the account's bundles, by its SID."""
        with self._account.asking():
            bundles = self._client.numbers.v2.regulatory_compliance.bundles
            kind = kind.replace("_", "-")
            found = bundles.list(iso_country=country, number_type=kind)
            return {str(each.sid): str(each.status) for each in found}

    def _ask_cost(self, country: str, kind: str) -> Cost:
        """Ask for prices; where the account may not see them, they are not known."""
        kind = kind.replace("_", " ")
        pricing = self._client.pricing
        try:
            with self._account.asking():
                numbers = pricing.v1.phone_numbers.countries(country).fetch()
                calls = pricing.v2.voice.countries(country).fetch()
        except CarrierError:
            return Cost()
        return Cost(
            _price(numbers.phone_number_prices, kind),
            _price(calls.inbound_call_prices, kind),
            str(numbers.price_unit or calls.price_unit or "").upper(),
        )


def _kind(number: str) -> str:
    """The kind of a number, as Twilio prices it."""
    match phonenumbers.number_type(phonenumbers.parse(number)):
        case phonenumbers.PhoneNumberType.MOBILE:
            return "mobile"
        case phonenumbers.PhoneNumberType.TOLL_FREE:
            return "toll_free"
    return "local"


def _price(prices: list[Mapping[str, str]] | None, kind: str) -> str:
    """The price now of numbers of a kind."""
    for each in prices or ():
        if each.get("number_type") == kind and each.get("current_price"):
            return str(each["current_price"])
    return NOT_KNOWN


def _instead(terms: Standing, number: str, offers: tuple[str, ...]) -> Standing:
    """Say that a wanted number isn't for sale, and which are."""
    if not number or terms.state is not State.TO_BE_BOUGHT:
        return terms
    return Standing(
        terms.state,
        f"this number is not for sale; for sale are {', '.join(offers)}: write one of these into "
        "lines.toml",
        others=offers,
    )
