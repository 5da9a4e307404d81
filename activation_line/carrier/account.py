"""The account at Twilio by the stock client: what it owns, and how that is set.

Nothing of the client is changed but its HTTP side's address, for a simulated network, and its
patience. Every method raises `CarrierError`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from twilio.rest import Client

from activation_line.carrier.trouble import CarrierError, PatientHttp, in_sentences
from activation_line.settings import Settings

# What is set of a number and of an application, by the client's own names.
VOICE = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
)
# What would make Twilio pass over a number's own URLs.
INSTEAD = ("voice_application_sid", "trunk_sid")
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """A number or an application as the account has it; `values` by the client's names."""

    sid: str
    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key just made: the only time that its secret is told."""

    sid: str
    secret: str = field(repr=False)


class TwilioAccount:
    """One account, asked and set through the REST API."""

    def __init__(self, settings: Settings, http: PatientHttp | None = None) -> None:
        self.sid = settings.twilio_account_sid
        base = settings.twilio_api_url or None
        self._host = urlsplit(base).netloc if base else "api.twilio.com"
        self.client = Client(
            self.sid,
            settings.twilio_auth_token,
            http_client=http or PatientHttp(base, settings.twilio_auth_token_next),
        )

    def asking(self) -> AbstractContextManager[None]:
        """Where the client is used: whatever it raises becomes a `CarrierError`."""
        return in_sentences(self.sid, self._host)

    def numbers(self) -> tuple[Held, ...]:
        """Every number that the account owns; `name` is the number."""
        with self.asking():
            found = self.client.incoming_phone_numbers.list(page_size=PAGE)
            return tuple(_held(each, each.phone_number, (*VOICE, *INSTEAD)) for each in found)

    def applications(self, name: str) -> tuple[Held, ...]:
        """The TwiML applications of this name."""
        with self.asking():
            found = self.client.applications.list(friendly_name=name, page_size=PAGE)
            return tuple(_held(each, name, VOICE) for each in found if each.friendly_name == name)

    def keys(self) -> Mapping[str, str]:
        """The friendly name of every API key, by its SID."""
        with self.asking():
            found = self.client.keys.list(page_size=PAGE)
            return {str(each.sid): str(each.friendly_name) for each in found}

    def set_number(self, sid: str, values: Mapping[str, str]) -> None:
        """Set how a number's calls are answered."""
        with self.asking():
            self.client.incoming_phone_numbers(sid).update(**values)

    def buy_number(self, number: str, values: Mapping[str, str]) -> None:
        """Buy a number, set as it has to be from its first call on."""
        with self.asking():
            self.client.incoming_phone_numbers.create(phone_number=number, **values)

    def make_application(self, name: str, values: Mapping[str, str]) -> None:
        """Make a TwiML application."""
        with self.asking():
            self.client.applications.create(friendly_name=name, **values)

    def set_application(self, sid: str, values: Mapping[str, str]) -> None:
        """Set a TwiML application."""
        with self.asking():
            self.client.applications(sid).update(**values)

    def make_key(self, name: str) -> NewKey:
        """Make an API key."""
        with self.asking():
            made = self.client.new_keys.create(friendly_name=name)
        if not made.secret:
            raise CarrierError(
                f"Twilio made the API key {made.sid} and told no secret: delete the key in "
                "Twilio's console and give the command again."
            )
        return NewKey(str(made.sid), str(made.secret))


def _held(each: object, name: str, fields: tuple[str, ...]) -> Held:
    values = {field: str(getattr(each, field) or "") for field in fields}
    return Held(str(getattr(each, "sid")), name, values)  # noqa: B009 -- the client's types are its own
