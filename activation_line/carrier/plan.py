"""The way from what the account has to what the line needs, as a list of changes.

What the line owns: the numbers of its table; the application and the API key that carry its name.
Nothing else is ever changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from activation_line.carrier.account import INSTEAD, Held, TwilioAccount
from activation_line.carrier.market import Market, Standing, State
from activation_line.settings import Settings
from region_routing import Line, RoutingTable


class Kind(StrEnum):
    """What a change does."""

    MAKE_APPLICATION = "make application"
    SET_APPLICATION = "set application"
    BUY_NUMBER = "buy number"
    SET_NUMBER = "set number"
    MAKE_KEY = "make API key"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not as it should be."""

    field: str
    held: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do at the account. `values` is what is sent; `sid` is empty where it is made."""

    kind: Kind
    name: str
    differences: tuple[Difference, ...]
    values: Mapping[str, str]
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A number of the table that the account doesn't have."""

    line: Line
    standing: Standing


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, what can't be done from here, and what a person should know."""

    changes: tuple[Change, ...]
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether the account is as the line needs it."""
        return not self.changes and not self.missing

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "ok": self.is_clean,
            "changes": [
                {
                    "kind": change.kind,
                    "name": change.name,
                    "differences": [asdict(each) for each in change.differences],
                }
                for change in self.changes
            ],
            "missing": [
                {
                    "number": each.line.number,
                    "line": each.line.id,
                    "state": each.standing.state,
                    "says": each.standing.says,
                }
                for each in self.missing
            ],
            "notes": list(self.notes),
        }


def own_name(settings: Settings) -> str:
    """The name that marks an application and a key as this line's."""
    return f"Activation Line {urlsplit(settings.public_base_url).netloc}"


def voice_values(settings: Settings) -> dict[str, str]:
    """How calls are to be answered, by the client's names."""
    voice = f"{settings.public_base_url}/voice"
    return {
        "voice_url": f"{voice}/incoming",
        "voice_method": "POST",
        "voice_fallback_url": f"{settings.apology_base_url}/voice/fallback",
        "voice_fallback_method": "POST",
        "status_callback": f"{voice}/status",
        "status_callback_method": "POST",
    }


def make_plan(
    account: TwilioAccount,
    market: Market,
    settings: Settings,
    routing: RoutingTable,
    *,
    buy: bool = False,
) -> Plan:
    """Look at the account and say what has to be done; changes nothing. Raises `CarrierError`."""
    owned = {each.name: each for each in account.numbers()}
    lines = {line.number: line for line in routing.lines.values()}
    wanted = voice_values(settings)
    changes = [*_application(account, settings, wanted)]
    missing: list[Missing] = []
    for number, line in lines.items():
        if number in owned:
            changes += _number(owned[number], wanted)
            continue
        standing = market.standing(line.country, number)
        if buy and standing.state is State.TO_BE_BOUGHT and standing.number:
            changes.append(_purchase(line, standing, wanted))
        else:
            missing.append(Missing(line, standing))
    key, notes = _key(account, settings)
    changes += key
    strays = _strays(owned.values(), lines, settings)
    return Plan(tuple(changes), tuple(missing), (*notes, *strays))


def _application(
    account: TwilioAccount, settings: Settings, wanted: Mapping[str, str]
) -> Iterable[Change]:
    """One application of the line's name, set like its numbers."""
    name = own_name(settings)
    held = account.applications(name)
    if not held:
        yield Change(Kind.MAKE_APPLICATION, name, _differences({}, wanted), wanted)
    for each in held:
        if different := _differences(each.values, wanted):
            values = {item.field: item.wanted for item in different}
            yield Change(Kind.SET_APPLICATION, name, different, values, each.sid)


def _number(held: Held, wanted: Mapping[str, str]) -> Iterable[Change]:
    different = _differences(held.values, dict.fromkeys(INSTEAD, "") | dict(wanted))
    if different:
        values = {item.field: item.wanted for item in different}
        yield Change(Kind.SET_NUMBER, held.name, different, values, held.sid)


def _purchase(line: Line, standing: Standing, wanted: Mapping[str, str]) -> Change:
    values = {**wanted, "friendly_name": f"Activation Line {line.id}"}
    for name in ("address_sid", "bundle_sid"):
        if sid := getattr(standing, name):
            values[name] = sid
    return Change(Kind.BUY_NUMBER, line.number, _differences({}, values), values)


def _key(account: TwilioAccount, settings: Settings) -> tuple[list[Change], list[str]]:
    """The key that the settings name, else one of the line's name; a lost secret is said."""
    name, keys = own_name(settings), account.keys()
    named = settings.twilio_api_key_sid
    if named in keys:
        return [], []
    ours = [sid for sid, friendly_name in keys.items() if friendly_name == name]
    if not ours:
        return [Change(Kind.MAKE_KEY, name, (), {})], []
    says = (
        f"twilio_api_key_sid is {named!r}, and the line's API key at Twilio is {ours[0]}: set it, "
        "with its secret; where that is lost, delete the key in Twilio's console and apply again."
    )
    return [], [says]


def _strays(owned: Iterable[Held], lines: Mapping[str, Line], settings: Settings) -> Iterable[str]:
    """Numbers that ring at this line, and are in no table: nobody is told of them."""
    base = f"{settings.public_base_url}/"
    for each in owned:
        if each.name not in lines and each.values["voice_url"].startswith(base):
            yield (
                f"{each.name} rings at this line and is in no table: it is left as it is. Add it "
                "to lines.toml, or set it otherwise in Twilio's console."
            )


def _differences(held: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(field, held.get(field, ""), value)
        for field, value in wanted.items()
        if held.get(field, "") != value
    )
