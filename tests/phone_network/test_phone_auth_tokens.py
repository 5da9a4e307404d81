"""Changing the account's auth token over the REST API, by the stock client."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

Run = Callable[[Callable[[Any], Any]], None]


class Here(TwilioHttpClient):
    """Brings every request to the simulated network."""

    def __init__(self, address: str) -> None:
        super().__init__(pool_connections=False)
        self._address = address

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Response:
        path = "/" + url.split("/", 3)[3]
        return super().request(method, self._address + path, *rest, **named)


def test_a_second_token_is_made_promoted_and_dropped(in_world: Run) -> None:
    async def scenario(world: Any) -> None:
        account = world.net.settings.account
        tokens = world.net.exchange.auth_tokens

        def client(token: str) -> Client:
            return Client(account.sid, token, http_client=Here(world.net.url))

        async def do(act: Callable[[], Any]) -> Any:
            return await asyncio.to_thread(act)

        first = client(account.auth_token)
        made = await do(first.accounts.v1.secondary_auth_token().create)
        assert tokens.held() == (account.auth_token, made.secondary_auth_token)
        with pytest.raises(TwilioRestException) as refused:
            await do(first.accounts.v1.secondary_auth_token().create)
        assert refused.value.status == 409
        second = client(made.secondary_auth_token)
        assert await do(second.calls.list) == []
        promoted = await do(second.accounts.v1.auth_token_promotion().update)
        assert promoted.auth_token == tokens.primary == made.secondary_auth_token
        with pytest.raises(TwilioRestException) as refused:
            await do(first.accounts.v1.secondary_auth_token().create)
        assert refused.value.status == 401
        with pytest.raises(TwilioRestException) as refused:
            await do(second.accounts.v1.auth_token_promotion().update)
        assert refused.value.status == 404
        await do(second.accounts.v1.secondary_auth_token().create)
        assert await do(second.accounts.v1.secondary_auth_token().delete)
        assert tokens.held() == (promoted.auth_token,)

    in_world(scenario)
