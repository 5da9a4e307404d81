"""Sends requests in the background, in a fixed order where time is virtual."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Final
from uuid import uuid4

import aiohttp

from phone_network.calls import Call
from phone_network.clock import Clock
from phone_network.errors import RETRIEVAL_FAILED, DocumentError
from phone_network.webhooks import Answer, Requester

Done = Callable[[Answer | DocumentError], None]
_SHOWN: Final = 4000
_log = logging.getLogger(__name__)


class Outbox:
    """Each request holds the clock from the moment it is handed in until its answer is used.

    On virtual time one request follows the other, so that two runs see the same order; on real
    time only the callbacks of one call wait for each other.
    """

    def __init__(self, webhooks: Requester, clock: Clock) -> None:
        self._webhooks = webhooks
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()
        self._numbers = itertools.count(1)

    async def stop(self) -> None:
        """Give up whatever is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(
        self,
        call: Call,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        purpose: str,
        done: Done | None = None,
    ) -> None:
        """Hand in a request; `done` gets the answer or the error. None: nobody waits for it."""
        who = f"request {next(self._numbers)}: {purpose} of {call.sid}"
        self._clock.hold(who)
        lock = self._lock(call, done)
        work = self._send(who, lock, call, url, method, parameters, purpose, done)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _lock(self, call: Call, done: Done | None) -> asyncio.Lock | None:
        if self._clock.virtual:
            return self._one_by_one
        return None if done is not None else call.callbacks_in_turn

    async def _send(
        self,
        who: str,
        lock: asyncio.Lock | None,
        call: Call,
        url: str,
        method: str,
        parameters: Mapping[str, str],
        purpose: str,
        done: Done | None,
    ) -> None:
        try:
            async with lock or nullcontext():
                outcome = await self._exchange(call, url, method, parameters, purpose)
            if done is not None:
                done(outcome)
        finally:
            self._clock.release(who)

    async def _exchange(
        self, call: Call, url: str, method: str, parameters: Mapping[str, str], purpose: str
    ) -> Answer | DocumentError:
        token = str(uuid4())
        now = self._clock.now
        call.note(
            now(), "request", purpose=purpose, method=method, url=url, parameters=dict(parameters)
        )
        began = time.perf_counter()
        try:
            answer = await self._webhooks.request(url, method, parameters, call.cookies, token)
        except DocumentError as error:
            call.note(now(), "no answer", url=url, code=error.code, message=error.message)
            return error
        except Exception as error:  # noqa: BLE001 -- a fault of ours ends this call only
            _log.warning("A request failed in a way that was not foreseen", exc_info=error)
            failure = DocumentError(RETRIEVAL_FAILED, f"The request failed: {error!r}.")
            call.note(now(), "no answer", url=url, code=failure.code, message=failure.message)
            return failure
        call.note(
            now(),
            "answer",
            url=answer.url,
            status=answer.status,
            content_type=answer.content_type,
            took_ms=round((time.perf_counter() - began) * 1000, 1),
            body=answer.body.decode("utf-8", "replace")[:_SHOWN],
        )
        return answer


def new_jar() -> aiohttp.CookieJar:
    """Make the cookies of one call; addresses on loopback count as hosts."""
    return aiohttp.CookieJar(unsafe=True)
