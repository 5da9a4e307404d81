"""Tells applications how calls and conferences go: status callbacks in sequence."""

import json
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from phone_network.calls import Call, new_sid
from phone_network.messages import Warned

if TYPE_CHECKING:
    from phone_network.conferences import Conference
    from phone_network.exchange import Exchange


def http_date(moment: datetime) -> str:
    """Give a moment as RFC 2822 has it, `Fri, 20 Aug 2010 01:13:42 +0000`."""
    return format_datetime(moment)


class Callbacks:
    """Sends the callbacks; the answers are ignored."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def progress(self, call: Call, event: str) -> None:
        """Report `initiated`, `ringing`, `answered` or `completed` where it was asked for."""
        callback = call.callback
        if callback is None or event not in callback.events:
            return
        exchange = self._exchange
        parameters = call.standard_parameters(exchange.account_sid)
        parameters |= {
            "Timestamp": http_date(exchange.clock.now()),
            "SequenceNumber": str(next(call.sequence)),
            "CallbackSource": "call-progress-events",
        }
        if event == "completed":
            parameters["CallDuration"] = str(call.duration)
            parameters["Duration"] = str(-(-call.duration // 60))
        exchange.outbox.send(
            call, callback.url, callback.method, parameters, f"status callback ({event})"
        )

    def trouble(self, call: Call, warned: Warned) -> None:
        """Report an error or a warning to the account's address for them, if there is one."""
        exchange = self._exchange
        if not exchange.settings.error_url:
            return
        level = "ERROR" if warned.fatal else "WARNING"
        payload = {
            "resource_sid": call.sid,
            "service_sid": None,
            "error_code": str(warned.code),
            "more_info": {
                "Msg": warned.message,
                "ErrorCode": str(warned.code),
                "LogLevel": level,
                "line": warned.line,
                "column": warned.column,
            },
            "webhook": {
                "type": "application/json",
                "request": {"url": warned.url},
                "response": {"body": call.document.decode("utf-8", "replace")},
            },
        }
        parameters = {
            "Sid": new_sid("NO"),
            "AccountSid": exchange.account_sid,
            "Timestamp": exchange.clock.now().isoformat(timespec="milliseconds"),
            "Level": level,
            "PayloadType": "application/json",
            "Payload": json.dumps(payload, ensure_ascii=False),
        }
        url = exchange.settings.error_url
        exchange.outbox.send(call, url, "POST", parameters, f"error webhook ({warned.code})")

    def conference(self, conference: "Conference", event: str, call: Call, **more: str) -> None:
        """Report an event of a conference to its first participant's callback."""
        wanted = event.removeprefix("conference-").removeprefix("participant-")
        wanted = {"unmute": "mute", "unhold": "hold"}.get(wanted, wanted)
        if not conference.callback_url or wanted not in conference.callback_events:
            return
        exchange = self._exchange
        parameters = {
            "ConferenceSid": conference.sid,
            "FriendlyName": conference.name,
            "AccountSid": exchange.account_sid,
            "SequenceNumber": str(next(conference.sequence)),
            "Timestamp": http_date(exchange.clock.now()),
            "StatusCallbackEvent": event,
            **more,
        }
        exchange.outbox.send(
            call,
            conference.callback_url,
            conference.callback_method,
            parameters,
            f"conference callback ({event})",
        )
