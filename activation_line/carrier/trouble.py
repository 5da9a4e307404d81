"""What can go wrong between the line and its account, each in one sentence."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response

from ivr.network_http import NetworkHttp

# Seconds before each new try where requests come too fast: half a minute in all.
WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
LONGEST_WAIT: Final = 30.0


class CarrierError(Exception):
    """The account can't be read or set; the message says why, and what to do."""


class PatientHttp(NetworkHttp):
    """The stock HTTP client, which waits and tries again where it is told that it is too fast."""

    def __init__(
        self,
        base: str | None,
        auth_token_next: str,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(base, auth_token_next)
        self._sleep = sleep

    def request(self, *given: Any, **named: Any) -> Response:  # noqa: ANN401 -- the stock client's own signature
        """Send a request; what was refused for its haste has changed nothing and is sent again."""
        answer = super().request(*given, **named)
        for wait in WAITS:
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                break
            self._sleep(_told(answer, wait))
            answer = super().request(*given, **named)
        return answer


def _told(answer: Response, wait: float) -> float:
    """How long to wait: what the answer asks for, within reason, else the usual."""
    asked = str((answer.headers or {}).get("Retry-After", ""))
    return min(float(asked), LONGEST_WAIT) if asked.isdecimal() else wait


@contextmanager
def in_sentences(account_sid: str, host: str) -> Iterator[None]:
    """Turn whatever the client raises into a `CarrierError`."""
    try:
        yield
    except TwilioRestException as error:
        raise CarrierError(_refused(account_sid, error.status, error.code, error.msg)) from error
    except TwilioException as error:
        answer = next((each for each in error.args if isinstance(each, Response)), None)
        if answer is None:
            raise CarrierError(f"Twilio's client gave up: {error}.") from error
        says = _refused(account_sid, answer.status_code, None, "a list can't be read")
        raise CarrierError(says) from error
    except (RequestException, OSError) as error:
        raise CarrierError(
            f"Twilio's API at {host} does not answer ({type(error).__name__}): look at this "
            "machine's way to the internet and try again."
        ) from error


def _refused(account_sid: str, status: int, code: int | None, says: str) -> str:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return (
                f"Twilio does not take the credentials of the account {account_sid}: check "
                "twilio_account_sid and twilio_auth_token."
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return (
                f"Twilio says that requests come too fast, still after {len(WAITS) + 1} tries: "
                "wait some minutes and give the command again."
            )
    number = f" ({code})" if code else f" (HTTP {status})"
    return f"Twilio refused{number}: {says.rstrip('.')}."
