"""What the account owns, and what it could buy: numbers, applications, keys, addresses, bundles."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from phone_network.calls import new_sid
from phone_network.clock import Clock
from phone_network.settings import Country, Number, Settings

APPROVED: Final = frozenset({"twilio-approved", "provisionally-approved"})


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A number that the account owns."""

    sid: str
    number: Number
    created_at: datetime
    updated_at: datetime
    address_sid: str = ""
    bundle_sid: str = ""
    address_requirements: str = "none"


@dataclass(frozen=True, slots=True)
class Application:
    """A TwiML application: the URLs that several numbers or devices share."""

    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Its secret is shown to whoever makes it, and never again."""

    sid: str
    friendly_name: str
    created_at: datetime
    secret: str = field(repr=False)


class Holdings:
    """The account's belongings, each by its SID, in the order in which they came."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        now = clock.now()
        self._clock = clock
        self.countries = {country.code: country for country in settings.countries}
        owned = (OwnedNumber(new_sid("PN"), each, now, now) for each in settings.numbers)
        self.numbers = {each.sid: each for each in owned}
        self.applications: dict[str, Application] = {}
        account = settings.account
        first = Key(account.api_key_sid, "Key of the settings", now, account.api_key_secret)
        self.keys = {first.sid: first}
        self.addresses = {new_sid("AD"): each for each in settings.countries if each.has_address}
        self.bundles = {new_sid("BU"): each for each in settings.countries if each.bundle}
        self.regulations = {new_sid("RN"): each for each in settings.countries if each.needs_bundle}

    def number(self, number: str) -> Number | None:
        """How calls to a number are to be answered: by its own URLs, or by its application's."""
        found = next((each for each in self.numbers.values() if each.number.number == number), None)
        if found is None:
            return None
        application = self.applications.get(found.number.application_sid)
        if application is None:
            return found.number
        return replace(
            found.number,
            voice_url=application.voice_url,
            voice_method=application.voice_method,
            fallback_url=application.fallback_url,
            fallback_method=application.fallback_method,
            status_callback=application.status_callback,
            status_callback_method=application.status_callback_method,
        )

    def for_sale(self, country: Country) -> tuple[str, ...]:
        """The numbers of a country that nobody has bought yet."""
        owned = {each.number.number for each in self.numbers.values()}
        return tuple(number for number in country.numbers if number not in owned)

    def seller(self, number: str) -> Country | None:
        """The country that sells a number now."""
        return next(
            (each for each in self.countries.values() if number in self.for_sale(each)), None
        )

    def buy(
        self, number: Number, country: Country, address_sid: str, bundle_sid: str
    ) -> OwnedNumber:
        """Take a number that is for sale."""
        now = self._clock.now()
        bought = OwnedNumber(
            new_sid("PN"), number, now, now, address_sid, bundle_sid, country.address
        )
        self.numbers[bought.sid] = bought
        return bought

    def change_number(self, sid: str, number: Number) -> OwnedNumber:
        """Set how a number's calls are answered, from the next call on."""
        changed = replace(self.numbers[sid], number=number, updated_at=self._clock.now())
        self.numbers[sid] = changed
        return changed

    def add_application(self, values: dict[str, Any]) -> Application:
        """Make an application."""
        now = self._clock.now()
        made = Application(
            sid=new_sid("AP"), created_at=now, updated_at=now, **{"friendly_name": ""} | values
        )
        self.applications[made.sid] = made
        return made

    def change_application(self, sid: str, values: dict[str, Any]) -> Application:
        """Set an application's URLs."""
        changed = replace(self.applications[sid], updated_at=self._clock.now(), **values)
        self.applications[sid] = changed
        return changed

    def add_key(self, friendly_name: str) -> Key:
        """Make an API key."""
        made = Key(new_sid("SK"), friendly_name, self._clock.now(), secrets.token_hex(16))
        self.keys[made.sid] = made
        return made

    def approved_bundles(self, country: Country) -> Iterable[str]:
        """The SIDs of the bundles that a number of this country may be bought with."""
        return (
            sid
            for sid, each in self.bundles.items()
            if each.code == country.code and each.bundle in APPROVED
        )
