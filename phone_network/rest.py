"""The REST API in the vendor's shapes: who may ask how often, and calls and queues."""

import base64
import binascii
import hmac
import re
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from phone_network import auth_tokens, forms, shapes
from phone_network.calls import Call, Status
from phone_network.exchange import Exchange
from phone_network.forms import Answering, RestError, not_found
from phone_network.messages import Source
from phone_network.queues import Queue
from phone_network.rest_account import AccountApi
from phone_network.rest_conferences import ConferencesApi
from phone_network.rest_products import ProductsApi


def add_routes(app: web.Application, exchange: Exchange) -> None:
    """Mount the API."""
    api, conferences = _Api(exchange), ConferencesApi(exchange)
    root = "/2010-04-01/Accounts/{account}"
    for method, path, answer in (
        ("POST", "/Calls.json", api.create_call),
        ("GET", "/Calls.json", api.list_calls),
        ("GET", "/Calls/{call}.json", api.show_call),
        ("POST", "/Calls/{call}.json", api.change_call),
        *conferences.routes(),
        *AccountApi(exchange).routes(),
        ("GET", "/Queues.json", api.list_queues),
        ("POST", "/Queues.json", api.create_queue),
        ("GET", "/Queues/{queue}.json", api.show_queue),
        ("GET", "/Queues/{queue}/Members.json", api.list_members),
        ("GET", "/Queues/{queue}/Members/{call}.json", api.show_member),
        ("POST", "/Queues/{queue}/Members/{call}.json", api.dequeue_member),
    ):
        app.router.add_route(method, root + path, api.guarded(answer))
    tokens = exchange.auth_tokens
    for method, path, answer in (
        ("POST", "/Secondary", tokens.create),
        ("DELETE", "/Secondary", tokens.delete),
        ("POST", "/Promote", tokens.promote),
    ):
        app.router.add_route(method, auth_tokens.ROOT + path, api.guarded(answer))
    for method, path, answer in ProductsApi(exchange).routes():
        app.router.add_route(method, path, api.guarded(answer))
    app.router.add_route("*", "/2010-04-01/{rest:.*}", api.guarded(api.nothing_here))


class _Api:
    """The routes' handlers over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._recent: deque[datetime] = deque()

    def guarded(self, answer: Answering) -> Answering:
        """Check who asks, and turn refusals into answers."""

        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                self._authenticate(request)
                self._limit()
                return await answer(request)
            except RestError as error:
                return error.response()

        return handler

    def _authenticate(self, request: web.Request) -> None:
        account = self._exchange.settings.account
        kind, _, data = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(data, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = password = ""
        secrets = {
            account.sid: self._exchange.auth_tokens.held(),
            **{key.sid: (key.secret,) for key in self._exchange.holdings.keys.values()},
        }
        good = any(
            hmac.compare_digest(password.encode(), expected.encode())
            for expected in secrets.get(user, ())
            if expected
        )
        if kind.lower() != "basic" or not good:
            raise RestError(401, 20003, "Authenticate")
        if request.match_info.get("account", account.sid) != account.sid:
            raise not_found(request.path)

    def _limit(self) -> None:
        limit, now = self._exchange.settings.rest_per_second, self._exchange.clock.now()
        if not limit:
            return
        while self._recent and now - self._recent[0] >= timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= limit:
            raise RestError(429, 20429, "Too many requests")
        self._recent.append(now)

    async def nothing_here(self, request: web.Request) -> web.StreamResponse:
        """Answer for what this network doesn't simulate."""
        raise not_found(request.path)

    # --- calls --------------------------------------------------------------------------------

    async def create_call(self, request: web.Request) -> web.StreamResponse:
        """Call somebody."""
        form = await forms.read(request)
        to, from_ = forms.needed(form, "To", 21201), forms.needed(form, "From", 21213)
        source = forms.source(form)
        if source is None:
            raise RestError(400, 21205, "Url or Twiml is needed")
        fallback = form.get("FallbackUrl", "")
        call = self._exchange.originate(
            forms.address(to),
            from_,
            source,
            fallback=Source(forms.url(fallback), form.get("FallbackMethod", "POST"))
            if fallback
            else None,
            callback=await forms.callback(request, form, "StatusCallback"),
            timeout=forms.seconds(form, 60.0),
        )
        return web.json_response(shapes.call(self._exchange, call), status=201)

    async def list_calls(self, request: web.Request) -> web.StreamResponse:
        """List calls, the newest first."""
        query = request.query
        wanted = {"To": "to", "From": "from_", "Status": "status", "ParentCallSid": "parent_sid"}
        calls = [
            call
            for call in reversed(self._exchange.calls.values())
            if all(
                str(getattr(call, attribute)) == query[name]
                for name, attribute in wanted.items()
                if query.get(name)
            )
        ]
        return shapes.listing(
            request, "calls", [shapes.call(self._exchange, call) for call in calls]
        )

    async def show_call(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(shapes.call(self._exchange, self._call(request)))

    async def change_call(self, request: web.Request) -> web.StreamResponse:
        """Send a live call elsewhere, or end it."""
        call, form = self._call(request), await forms.read(request)
        status = form.get("Status", "")
        if status not in {"", "completed", "canceled"}:
            raise RestError(400, 20001, f"Status {status!r} is not completed or canceled")
        source = forms.source(form)
        if not call.live:
            message = f"Call is not in-progress. Cannot redirect. Status: {call.status.value}"
            raise RestError(400, 21220, message)
        if status == "canceled" and call.status is Status.IN_PROGRESS:
            raise RestError(400, 21220, "Call is in-progress and cannot be canceled")
        if source is not None:
            if call.program is None or call.status is not Status.IN_PROGRESS:
                raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
            self._exchange.redirect(call, source)
        elif status:
            self._exchange.hang_up(call, "ended by the application")
        return web.json_response(shapes.call(self._exchange, call))

    def _call(self, request: web.Request) -> Call:
        call = self._exchange.calls.get(request.match_info["call"])
        if call is None:
            raise not_found(request.path)
        return call

    # --- queues -------------------------------------------------------------------------------

    async def list_queues(self, request: web.Request) -> web.StreamResponse:
        """List queues."""
        found = [shapes.queue(self._exchange, each) for each in self._exchange.queues.all()]
        return shapes.listing(request, "queues", found)

    async def create_queue(self, request: web.Request) -> web.StreamResponse:
        """Make a queue."""
        form = await forms.read(request)
        name = forms.needed(form, "FriendlyName", 20001)
        if self._exchange.queues.find(name) is not None:
            raise RestError(400, 22003, f"A queue named {name!r} exists already")
        size = form.get("MaxSize", "1000")
        if not re.fullmatch(r"[0-9]{1,4}", size, re.ASCII) or not 0 < int(size) <= 5000:  # noqa: PLR2004 -- documented
            raise RestError(400, 20001, "MaxSize has to be from 1 to 5000")
        queue = self._exchange.queues.create(name, int(size))
        return web.json_response(shapes.queue(self._exchange, queue), status=201)

    async def show_queue(self, request: web.Request) -> web.StreamResponse:
        """Show one."""
        return web.json_response(shapes.queue(self._exchange, self._queue(request)))

    async def list_members(self, request: web.Request) -> web.StreamResponse:
        """List who waits."""
        queue = self._queue(request)
        found = shapes.members(self._exchange, queue)
        return shapes.listing(request, "queue_members", found)

    async def show_member(self, request: web.Request) -> web.StreamResponse:
        """Show one who waits, or the first (`Front`)."""
        return web.json_response(self._member(request)[1])

    async def dequeue_member(self, request: web.Request) -> web.StreamResponse:
        """Take one who waits, or the first, to a document."""
        form = await forms.read(request)
        source = forms.source(form)
        if source is None:
            raise RestError(400, 21205, "Url is needed")
        sid, body = self._member(request)
        self._exchange.redirect(self._exchange.calls[sid], source)
        return web.json_response(body)

    def _queue(self, request: web.Request) -> Queue:
        queue = self._exchange.queues.find(request.match_info["queue"])
        if queue is None:
            raise not_found(request.path)
        return queue

    def _member(self, request: web.Request) -> tuple[str, dict[str, Any]]:
        wanted = request.match_info["call"]
        for member in shapes.members(self._exchange, self._queue(request)):
            if wanted in {"Front", member["call_sid"]}:
                return str(member["call_sid"]), member
        raise not_found(request.path)
