"""The JSON bodies of what the account owns and could buy: numbers, applications, keys, prices."""

from typing import Any

from aiohttp import web

from phone_network import forms
from phone_network.callbacks import http_date
from phone_network.calls import API_VERSION
from phone_network.holdings import Application, Key, OwnedNumber
from phone_network.settings import Country
from phone_network.shapes import MAX_PAGE, Shape

CAPABILITIES = {"voice": True, "SMS": False, "MMS": False, "fax": False}


def number(base: str, account_sid: str, each: OwnedNumber) -> Shape:
    """Give a number that the account owns."""
    held = each.number
    return {
        "account_sid": account_sid,
        "address_requirements": each.address_requirements,
        "address_sid": each.address_sid or None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": each.bundle_sid or None,
        "capabilities": {name.lower(): value for name, value in CAPABILITIES.items()},
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.updated_at),
        "emergency_address_sid": None,
        "emergency_status": "Inactive",
        "friendly_name": held.friendly_name or held.number,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": held.number,
        "sid": each.sid,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status": "in-use",
        "status_callback": held.status_callback,
        "status_callback_method": held.status_callback_method,
        "trunk_sid": held.trunk_sid or None,
        "uri": f"{base}/IncomingPhoneNumbers/{each.sid}.json",
        "voice_application_sid": held.application_sid or None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": held.fallback_method,
        "voice_fallback_url": held.fallback_url,
        "voice_method": held.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": held.voice_url,
    }


def offer(country: Country, phone_number: str) -> Shape:
    """Give a number that is for sale."""
    return {
        "address_requirements": country.address,
        "beta": False,
        "capabilities": CAPABILITIES,
        "friendly_name": phone_number,
        "iso_country": country.code,
        "lata": None,
        "latitude": None,
        "locality": None,
        "longitude": None,
        "phone_number": phone_number,
        "postal_code": None,
        "rate_center": None,
        "region": None,
    }


def country(base: str, each: Country) -> Shape:
    """Give a country in which numbers are sold."""
    uri = f"{base}/AvailablePhoneNumbers/{each.code}"
    path = "".join(part.title() for part in each.kind.split("_"))
    return {
        "beta": False,
        "country": each.name,
        "country_code": each.code,
        "subresource_uris": {each.kind: f"{uri}/{path}.json"},
        "uri": f"{uri}.json",
    }


def application(base: str, account_sid: str, each: Application) -> Shape:
    """Give a TwiML application."""
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.updated_at),
        "friendly_name": each.friendly_name,
        "message_status_callback": None,
        "public_application_connect_enabled": False,
        "sid": each.sid,
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": "POST",
        "sms_status_callback": None,
        "sms_url": None,
        "status_callback": each.status_callback,
        "status_callback_method": each.status_callback_method,
        "uri": f"{base}/Applications/{each.sid}.json",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": each.fallback_method,
        "voice_fallback_url": each.fallback_url,
        "voice_method": each.voice_method,
        "voice_url": each.voice_url,
    }


def key(each: Key) -> Shape:
    """Give an API key, without its secret."""
    return {
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.created_at),
        "friendly_name": each.friendly_name,
        "sid": each.sid,
    }


def address(base: str, account_sid: str, sid: str, each: Country) -> Shape:
    """Give an address of the account."""
    return {
        "account_sid": account_sid,
        "city": "Anytown",
        "customer_name": "Customer",
        "date_created": None,
        "date_updated": None,
        "emergency_enabled": False,
        "friendly_name": f"Address in {each.name}",
        "iso_country": each.code,
        "postal_code": "00000",
        "region": each.code,
        "sid": sid,
        "street": "1 Main Street",
        "street_secondary": None,
        "uri": f"{base}/Addresses/{sid}.json",
        "validated": True,
        "verified": False,
    }


def bundle(account_sid: str, sid: str, regulation_sid: str | None, each: Country) -> Shape:
    """Give a regulatory bundle of the account."""
    return {
        "account_sid": account_sid,
        "date_created": None,
        "date_updated": None,
        "email": "compliance@example.com",
        "friendly_name": f"Bundle for {each.name}",
        "links": {},
        "regulation_sid": regulation_sid,
        "sid": sid,
        "status": each.bundle,
        "status_callback": None,
        "url": f"https://numbers.twilio.com/v2/RegulatoryCompliance/Bundles/{sid}",
        "valid_until": None,
    }


def regulation(sid: str, each: Country) -> Shape:
    """Give the rule that makes a country's numbers need a bundle."""
    return {
        "end_user_type": "business",
        "friendly_name": f"{each.name}: {each.kind} - business",
        "iso_country": each.code,
        "number_type": each.kind.replace("_", "-"),
        "requirements": {"end_user": [], "supporting_document": []},
        "sid": sid,
        "url": f"https://numbers.twilio.com/v2/RegulatoryCompliance/Regulations/{sid}",
    }


def number_prices(each: Country) -> Shape:
    """Give what a country's numbers cost a month."""
    return _priced(each, "PhoneNumbers", phone_number_prices=_price(each, each.monthly))


def voice_prices(each: Country) -> Shape:
    """Give what calls cost a minute: to the country, and on the account's numbers there."""
    outbound = [
        {
            "base_price": each.outbound,
            "current_price": each.outbound,
            "destination_prefixes": [""],
            "friendly_name": f"Programmable Outbound Minute - {each.name}",
            "origination_prefixes": ["ALL"],
        }
    ]
    return _priced(
        each,
        "Voice",
        inbound_call_prices=_price(each, each.inbound),
        outbound_prefix_prices=outbound if each.outbound else [],
    )


def _price(each: Country, price: str) -> list[Shape]:
    kind = each.kind.replace("_", " ")
    priced = {"base_price": price, "current_price": price, "number_type": kind}
    return [priced] if price else []


def _priced(each: Country, product: str, **prices: list[Shape]) -> Shape:
    version = "v1" if product == "PhoneNumbers" else "v2"
    return {
        "country": each.name,
        "iso_country": each.code,
        "price_unit": each.unit,
        "url": f"https://pricing.twilio.com/{version}/{product}/Countries/{each.code}",
        **prices,
    }


def meta_listing(request: web.Request, key: str, rows: list[Shape]) -> web.Response:
    """Answer with the page of a list that was asked for, as the newer products wrap it."""
    size = min(max(forms.whole(request.query.get("PageSize"), 50), 1), MAX_PAGE)
    at = forms.whole(request.query.get("Page"), 0)

    def address(which: int) -> str:
        return str(request.url.update_query({"Page": str(which), "PageSize": str(size)}))

    more = (at + 1) * size < len(rows)
    meta: dict[str, Any] = {
        "first_page_url": address(0),
        "key": key,
        "next_page_url": address(at + 1) if more else None,
        "page": at,
        "page_size": size,
        "previous_page_url": address(at - 1) if at else None,
        "url": address(at),
    }
    return web.json_response({key: rows[at * size : (at + 1) * size], "meta": meta})
