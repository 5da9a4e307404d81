"""The JSON bodies of the REST API; unknown values are explicit nulls."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from phone_network import forms
from phone_network.callbacks import http_date
from phone_network.calls import API_VERSION, Call, Direction
from phone_network.conferences import Conference, Participant
from phone_network.exchange import Exchange
from phone_network.queues import Queue

Shape = dict[str, Any]
MAX_PAGE: Final = 1000


def _base(exchange: Exchange) -> str:
    return f"/{API_VERSION}/Accounts/{exchange.account_sid}"


def call(exchange: Exchange, each: Call) -> Shape:
    """Give a call."""
    uri = f"{_base(exchange)}/Calls/{each.sid}"
    outbound = each.direction is not Direction.INBOUND
    return {
        "account_sid": exchange.account_sid,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.ended_at or each.answered_at or each.created_at),
        "direction": each.direction.value,
        "duration": str(each.duration) if each.ended_at else None,
        "end_time": http_date(each.ended_at) if each.ended_at else None,
        "forwarded_from": None,
        "from": each.from_,
        "from_formatted": each.from_,
        "group_sid": None,
        "parent_call_sid": each.parent_sid or None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0" if outbound else None,
        "sid": each.sid,
        "start_time": http_date(each.answered_at) if each.answered_at else None,
        "status": each.status.value,
        "subresource_uris": {
            name: f"{uri}/{name.title()}.json" for name in ("notifications", "recordings")
        },
        "to": each.to,
        "to_formatted": each.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def conference(exchange: Exchange, each: Conference) -> Shape:
    """Give a conference."""
    uri = f"{_base(exchange)}/Conferences/{each.sid}"
    return {
        "account_sid": exchange.account_sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": each.ended_by or None,
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.updated_at or each.created_at),
        "friendly_name": each.name,
        "reason_conference_ended": _ending(each),
        "region": "us1",
        "sid": each.sid,
        "status": each.status,
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
        "uri": f"{uri}.json",
    }


def _ending(each: Conference) -> str | None:
    if each.status != "completed":
        return None
    if each.reason == "last participant left":
        return "last-participant-left"
    by_api = each.reason == "ended by the application"
    return "conference-ended-via-api" if by_api else "participant-with-end-conference-on-exit-left"


def participant(exchange: Exchange, within: Conference, each: Participant) -> Shape:
    """Give somebody who is in a conference."""
    return _participant(
        exchange,
        within,
        each.call,
        muted=each.muted,
        hold=each.hold,
        start=each.start_on_enter,
        end=each.end_on_exit,
        label=each.label,
        status="connected",
    )


def invited(exchange: Exchange, within: Conference, leg: Call, form: Mapping[str, str]) -> Shape:
    """Give somebody who is just being called into a conference."""
    return _participant(
        exchange,
        within,
        leg,
        muted=form.get("Muted", "").lower() == "true",
        hold=False,
        start=form.get("StartConferenceOnEnter", "true").lower() != "false",
        end=form.get("EndConferenceOnExit", "").lower() == "true",
        label=form.get("Label", ""),
        status=leg.status.value,
    )


def _participant(  # noqa: PLR0913 -- the shape's own particulars
    exchange: Exchange,
    within: Conference,
    leg: Call,
    *,
    muted: bool,
    hold: bool,
    start: bool,
    end: bool,
    label: str,
    status: str,
) -> Shape:
    moment = http_date(leg.answered_at or leg.created_at)
    return {
        "account_sid": exchange.account_sid,
        "call_sid": leg.sid,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": within.sid,
        "date_created": moment,
        "date_updated": moment,
        "end_conference_on_exit": end,
        "hold": hold,
        "label": label or None,
        "muted": muted,
        "queue_time": None,
        "start_conference_on_enter": start,
        "status": status,
        "uri": f"{_base(exchange)}/Conferences/{within.sid}/Participants/{leg.sid}.json",
    }


def queue(exchange: Exchange, each: Queue) -> Shape:
    """Give a queue."""
    uri = f"{_base(exchange)}/Queues/{each.sid}"
    return {
        "account_sid": exchange.account_sid,
        "average_wait_time": each.average_wait,
        "current_size": len(each.members),
        "date_created": http_date(each.created_at),
        "date_updated": http_date(each.created_at),
        "friendly_name": each.name,
        "max_size": each.max_size,
        "sid": each.sid,
        "subresource_uris": {"members": f"{uri}/Members.json"},
        "uri": f"{uri}.json",
    }


def members(exchange: Exchange, within: Queue) -> list[Shape]:
    """Give those who wait in a queue, in order."""
    now = exchange.clock.now()
    return [
        {
            "call_sid": member.call.sid,
            "date_enqueued": http_date(member.since),
            "position": place,
            "queue_sid": within.sid,
            "uri": f"{_base(exchange)}/Queues/{within.sid}/Members/{member.call.sid}.json",
            "wait_time": int((now - member.since).total_seconds()),
        }
        for place, member in enumerate(within.members, 1)
    ]


def listing(request: web.Request, name: str, rows: list[Shape]) -> web.Response:
    """Answer with the page of a list that was asked for."""
    size = min(max(forms.whole(request.query.get("PageSize"), 50), 1), MAX_PAGE)
    number = forms.whole(request.query.get("Page"), 0)
    return web.json_response(_page(request, name, rows, number, size))


def _page(request: web.Request, name: str, rows: list[Shape], number: int, size: int) -> Shape:
    """Give one page of a list with its envelope."""
    first = number * size
    shown = rows[first : first + size]

    def address(which: int) -> str:
        query = dict(request.query) | {"Page": str(which), "PageSize": str(size)}
        return f"{request.path}?{urlencode(query)}"

    return {
        name: shown,
        "end": max(first + len(shown) - 1, 0),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if first + size < len(rows) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": address(number - 1) if number else None,
        "start": first,
        "uri": address(number),
    }
