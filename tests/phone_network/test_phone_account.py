"""What the account owns and could buy, by the stock client; numbers that are set are rung so."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from yarl import URL

from phone_network.errors import SettingsError
from phone_network.settings import Country, Number, load

Run = Callable[..., None]
GERMANY = Country(
    "DE",
    "Germany",
    numbers=("+493023125010", "+493023125011"),
    address="local",
    has_address=True,
    needs_bundle=True,
    bundle="twilio-approved",
    monthly="1.15",
    inbound="0.0100",
    outbound="0.0200",
)
FRANCE = Country("FR", "France", numbers=("+33199000010",), needs_bundle=True, bundle="in-review")


class Here(TwilioHttpClient):
    """Sends every request to this network, whatever host it was meant for."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = URL(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        there = URL(url, encoded=True)
        return super().request(method, str(self._base.join(there.relative())), *args, **kwargs)


def client_of(world: Any) -> Client:
    account = world.net.settings.account
    return Client(account.sid, account.auth_token, http_client=Here(world.net.url))


def test_numbers_are_listed_in_pages(in_world: Run) -> None:
    numbers = tuple(Number(f"+120255501{n:02}", "http://127.0.0.1:1/") for n in range(7))

    async def scenario(world: Any) -> None:
        client = client_of(world)
        held = await asyncio.to_thread(client.incoming_phone_numbers.list, page_size=3)
        assert [each.phone_number for each in held] == [each.number for each in numbers]
        one = await asyncio.to_thread(
            client.incoming_phone_numbers.list, phone_number="+12025550104"
        )
        fetched = await asyncio.to_thread(client.incoming_phone_numbers(one[0].sid).fetch)
        assert (fetched.phone_number, fetched.voice_url) == ("+12025550104", "http://127.0.0.1:1/")

    in_world(scenario, numbers=numbers)


def test_what_is_set_is_what_rings(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/new"] = "<Response><Say>New</Say></Response>"
        world.pages["/sorry"] = "<Response><Say>Sorry</Say></Response>"
        numbers = client_of(world).incoming_phone_numbers
        (held,) = await asyncio.to_thread(numbers.list)
        changed = await asyncio.to_thread(
            numbers(held.sid).update,
            voice_url=f"{world.app_url}/new",
            voice_fallback_url=f"{world.app_url}/sorry",
            status_callback="",
        )
        assert (changed.voice_url, changed.status_callback) == (f"{world.app_url}/new", "")
        caller = await world.call()
        await caller.until("hears", text="New")
        await caller.until("ended")
        del world.pages["/new"]
        other = await world.call()
        await other.until("hears", text="Sorry")
        assert world.forms("/sorry")[0]["ErrorCode"] == "11200"
        assert world.forms("/voice") == world.forms("/status") == []

    in_world(scenario)


def test_a_number_is_bought_and_set_and_released(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/new"] = "<Response><Say>Hello</Say></Response>"
        client = client_of(world)
        countries = await asyncio.to_thread(client.available_phone_numbers.list)
        assert [each.country_code for each in countries] == ["DE", "FR"]
        assert "local" in countries[0].subresource_uris
        germany = client.available_phone_numbers("DE")
        (offer,) = await asyncio.to_thread(germany.local.list, contains="+493023125010")
        assert (offer.phone_number, offer.address_requirements) == ("+493023125010", "local")
        assert await asyncio.to_thread(germany.mobile.list) == []
        assert len(await asyncio.to_thread(germany.local.list, contains="4930231250*1")) == 1
        buy = client.incoming_phone_numbers.create
        with pytest.raises(TwilioRestException) as without:
            await asyncio.to_thread(buy, phone_number=offer.phone_number)
        assert without.value.code == 21631
        (address,) = await asyncio.to_thread(client.addresses.list, iso_country="DE")
        with pytest.raises(TwilioRestException) as unruled:
            await asyncio.to_thread(buy, phone_number=offer.phone_number, address_sid=address.sid)
        assert unruled.value.code == 21649
        rules = client.numbers.v2.regulatory_compliance
        (bundle,) = await asyncio.to_thread(rules.bundles.list, iso_country="DE")
        bought = await asyncio.to_thread(
            buy,
            phone_number=offer.phone_number,
            address_sid=address.sid,
            bundle_sid=bundle.sid,
            friendly_name="Ours",
            voice_url=f"{world.app_url}/new",
        )
        assert (bought.friendly_name, bought.bundle_sid) == ("Ours", bundle.sid)
        caller = await world.call(to="+493023125010")
        await caller.until("hears", text="Hello")
        assert await asyncio.to_thread(germany.local.list, contains="+493023125010") == []
        with pytest.raises(TwilioRestException) as again:
            await asyncio.to_thread(buy, phone_number=offer.phone_number)
        assert again.value.code == 21422
        assert await asyncio.to_thread(client.incoming_phone_numbers(bought.sid).delete)
        gone = await world.call(to="+493023125010")
        assert (await gone.until("ended"))["status"] == "failed"

    in_world(scenario, countries=(GERMANY, FRANCE))


def test_prices_and_rules_stand_on_other_hosts(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        client = client_of(world)
        monthly = await asyncio.to_thread(client.pricing.v1.phone_numbers.countries("DE").fetch)
        assert monthly.phone_number_prices[0]["current_price"] == "1.15"
        minute = await asyncio.to_thread(client.pricing.v2.voice.countries("DE").fetch)
        assert minute.inbound_call_prices[0]["current_price"] == "0.0100"
        assert minute.outbound_prefix_prices[0]["current_price"] == "0.0200"
        unpriced = await asyncio.to_thread(client.pricing.v2.voice.countries("FR").fetch)
        assert unpriced.inbound_call_prices == []
        rules = client.numbers.v2.regulatory_compliance
        regulations = await asyncio.to_thread(rules.regulations.list, page_size=1)
        assert [each.iso_country for each in regulations] == ["DE", "FR"]
        (waiting,) = await asyncio.to_thread(rules.bundles.list, status="in-review")
        assert waiting.regulation_sid == regulations[1].sid
        with pytest.raises(TwilioRestException) as unknown:
            await asyncio.to_thread(client.pricing.v2.voice.countries("XX").fetch)
        assert unknown.value.status == 404

    in_world(scenario, countries=(GERMANY, FRANCE))


def test_an_application_answers_for_its_numbers(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/shared"] = "<Response><Say>Shared</Say></Response>"
        client = client_of(world)
        made = await asyncio.to_thread(
            client.applications.create, friendly_name="Shared", voice_url=f"{world.app_url}/none"
        )
        await asyncio.to_thread(
            client.applications(made.sid).update, voice_url=f"{world.app_url}/shared"
        )
        (found,) = await asyncio.to_thread(client.applications.list, friendly_name="Shared")
        assert (found.sid, found.voice_url) == (made.sid, f"{world.app_url}/shared")
        (held,) = await asyncio.to_thread(client.incoming_phone_numbers.list)
        await asyncio.to_thread(
            client.incoming_phone_numbers(held.sid).update, voice_application_sid=made.sid
        )
        caller = await world.call()
        await caller.until("hears", text="Shared")
        with pytest.raises(TwilioRestException) as strange:
            await asyncio.to_thread(
                client.incoming_phone_numbers(held.sid).update, voice_application_sid="AP0"
            )
        assert strange.value.code == 21218

    in_world(scenario)


def test_a_key_works_until_it_is_deleted(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        client, account = client_of(world), world.net.settings.account
        made = await asyncio.to_thread(client.new_keys.create, friendly_name="Mine")
        keys = await asyncio.to_thread(client.keys.list)
        assert [each.sid for each in keys] == [account.api_key_sid, made.sid]
        assert not hasattr(keys[1], "secret")
        by_key = Client(made.sid, made.secret, account.sid, http_client=Here(world.net.url))
        assert await asyncio.to_thread(by_key.calls.list) == []
        await asyncio.to_thread(client.keys(made.sid).delete)
        url = f"{world.net.url}/2010-04-01/Accounts/{account.sid}/Calls.json"
        header = {"Authorization": aiohttp.encode_basic_auth(made.sid, made.secret)}
        async with world.http.get(url, headers=header) as answer:
            assert answer.status == 401

    in_world(scenario)


def test_too_many_requests_are_refused_for_a_second(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        answers = [(await world.rest("GET", "Keys.json")) for _ in range(3)]
        assert [status for status, _ in answers] == [200, 200, 429]
        assert answers[2][1]["code"] == 20429
        caller = await world.actor("somebody")
        await caller.sleep(1)
        assert (await world.rest("GET", "Keys.json"))[0] == 200

    in_world(scenario, rest_per_second=2)


def test_a_call_from_one_number_to_another(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = '<Response><Play digits="ww4711"/><Pause length="9"/></Response>'
        world.pages["/keys"] = "<Response><Hangup/></Response>"
        client = client_of(world)
        gather = f'<Gather numDigits="4" timeout="20" action="{world.app_url}/keys"/>'
        call = await asyncio.to_thread(
            client.calls.create,
            to="+12025550100",
            from_="+12025550101",
            twiml=f"<Response>{gather}</Response>",
        )
        await (await world.actor("clock")).sleep(30)
        assert world.forms("/keys")[0]["Digits"] == "4711"
        (asked,) = world.forms("/voice")
        assert (asked["From"], asked["Direction"]) == ("+12025550101", "inbound")
        assert [form["CallStatus"] for form in world.forms("/status")] == ["completed"]
        outward = await asyncio.to_thread(client.calls(call.sid).fetch)
        assert outward.status == "completed"

    in_world(scenario)


def test_a_call_to_a_number_that_rejects(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        world.pages["/voice"] = '<Response><Reject reason="busy"/></Response>'
        client = client_of(world)
        create = client.calls.create
        made = await asyncio.to_thread(
            create, to="+12025550100", from_="+12025550101", twiml="<Response/>"
        )
        await (await world.actor("clock")).sleep(30)
        assert (await asyncio.to_thread(client.calls(made.sid).fetch)).status == "busy"

    in_world(scenario)


def test_countries_come_from_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(
        "rest_per_second = 5\n[[numbers]]\nnumber = '+12025550100'\n"
        "[[countries]]\ncode = 'DE'\nnumbers = ['+49 30 23125010']\nneeds_bundle = true\n"
        "bundle = 'in-review'\nmonthly = '1.15'\n"
    )
    settings = load(path)
    assert settings.rest_per_second == 5
    assert settings.numbers == (Number("+12025550100"),)
    (germany,) = settings.countries
    assert (germany.numbers, germany.bundle) == (("+493023125010",), "in-review")
    path.write_text("[[countries]]\ncode = 'Germany'\n")
    with pytest.raises(SettingsError, match="two capitals such as DE"):
        load(path)
