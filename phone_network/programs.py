"""Feeds the calls' programs and carries out what these decide."""

from typing import TYPE_CHECKING

from phone_network import messages as m
from phone_network.calls import Call, Status
from phone_network.errors import RETRIEVAL_FAILED, DocumentError
from phone_network.webhooks import Answer

if TYPE_CHECKING:
    from phone_network.exchange import Exchange


class Programs:
    """The bridge between interpreters, which only decide, and the exchange, which acts."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def drain(self, call: Call) -> None:
        """Hand a call's waiting events to its program, one after the other."""
        if call.draining or call.program is None:
            return
        call.draining = True
        try:
            while call.inbox:
                for action in call.program.handle(call.inbox.popleft(), self._exchange.clock.now()):
                    self._carry_out(call, action)
        finally:
            call.draining = False

    def _carry_out(self, call: Call, action: m.Action) -> None:  # noqa: C901, PLR0912 -- one arm for each action
        now = self._exchange.clock.now()
        match action:
            case m.Fetch():
                self._fetch(call, action)
            case m.Notice(url, method, parameters):
                merged = {**self._exchange.parameters(call), **parameters}
                self._exchange.outbox.send(call, url, method, merged, "notice")
            case m.Timer(token, seconds):
                call.alarms[token] = self._exchange.clock.call_later(
                    seconds, lambda: self._fired(call, token)
                )
            case m.Cancel(token):
                if alarm := call.alarms.pop(token, None):
                    alarm.cancel()
            case m.Answer():
                self._exchange.picked_up(call)
            case m.End(ending):
                self._ended_by_program(call, ending)
            case m.Speak(text, language, _, seconds, pieces):
                call.note(now, "says", text=text, language=language, seconds=seconds)
                self._exchange.tell(
                    call,
                    "hears",
                    text=text,
                    language=language,
                    who="line",
                    seconds=seconds,
                    **self._exchange.talking.sound_of(pieces),
                )
            case m.Spoken(text, cut):
                self._exchange.tell(call, "heard", text=text, who="line", cut=cut)
            case m.Tones(digits):
                self._exchange.tell(call, "tones", digits=digits)
            case m.Listen(num_digits, finish_on_key, timeout):
                self._exchange.tell(
                    call,
                    "listening",
                    num_digits=num_digits,
                    finish_on_key=finish_on_key,
                    timeout=timeout,
                )
            case m.Ignored(key):
                call.note(now, "key ignored", key=key)
            case m.Music(on):
                self._exchange.tell(call, "music", on=on)
            case m.JoinQueue(name, max_size):
                self._exchange.queues.join(call, name, max_size)
            case m.LeaveQueue(result):
                self._exchange.queues.leave(call, result)
            case m.DialParties() | m.DialQueue():
                self._exchange.dialling.start(call, action)
            case m.JoinConference():
                self._exchange.conferences.join(call, action)
            case m.Disconnect():
                self._exchange.dialling.disconnect(call)
                self._exchange.conferences.leave(call, "redirected or hung up")
            case m.Trace(verb, attributes, text, line, column):
                call.note(
                    now,
                    "verb",
                    verb=verb,
                    attributes=dict(attributes),
                    text=text,
                    line=line,
                    column=column,
                )
            case m.Warned(code, message, fatal, url, line, column):
                self._exchange.callbacks.trouble(call, action)
                call.note(
                    now,
                    "error" if fatal else "warning",
                    code=code,
                    message=message,
                    url=url,
                    line=line,
                    column=column,
                )

    def _fetch(self, call: Call, fetch: m.Fetch) -> None:
        parameters = self._exchange.parameters(call)
        if fetch.purpose is m.Purpose.WAIT:
            parameters |= self._exchange.queues.parameters(call)
        parameters |= fetch.parameters

        def done(outcome: Answer | DocumentError) -> None:
            if isinstance(outcome, DocumentError):
                failed = m.FetchFailed(fetch.token, fetch.url, outcome.code, outcome.message)
                self._exchange.feed(call, failed)
            elif outcome.status >= 300:  # noqa: PLR2004 -- a redirect without a location
                message = f"The answer was HTTP {outcome.status}."
                self._exchange.feed(
                    call, m.FetchFailed(fetch.token, fetch.url, RETRIEVAL_FAILED, message)
                )
            else:
                call.document = outcome.body
                self._exchange.feed(
                    call,
                    m.Fetched(fetch.token, outcome.url, outcome.content_type, outcome.body),
                )

        self._exchange.outbox.send(
            call, fetch.url, fetch.method, parameters, fetch.purpose.value, done
        )

    def _fired(self, call: Call, token: int) -> None:
        call.alarms.pop(token, None)
        self._exchange.feed(call, m.Fired(token))

    def _ended_by_program(self, call: Call, ending: m.Ending) -> None:
        match ending:
            case m.Ending.BUSY:
                self._exchange.end(call, Status.BUSY, ending.value)
            case m.Ending.REJECTED:
                self._exchange.end(call, Status.NO_ANSWER, ending.value)
            case _:
                self._exchange.end(call, Status.COMPLETED, ending.value)
