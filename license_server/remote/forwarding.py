"""The automatic method for a license server without internet: its Manager passes everything on.

Only this machine, on which the Manager runs, has to reach the clearinghouse.
"""

from datetime import datetime
from pathlib import Path

from license_server import event_log
from license_server.clearinghouse_api import Api, ClearinghouseRefused, ClearinghouseUnreachable
from license_server.event_log import Kind
from license_server.link import Link
from license_server.model import DeactivationCause, Reason
from license_server.remote.client import Remote


def reactivate(
    data: Path, remote: Remote, link: Link | None, now: datetime, reason: Reason | None
) -> None:
    """Have a new license server ID issued for the other server, and accepted there.

    Raises what `Remote` and the clearinghouse's API raise; the request stays open over there, and
    asking again gives the same ID.
    """
    api = _api(link)
    document = remote.request(None if reason is None else reason.value)
    answer = api.permissions(document)
    accepted = remote.take(answer)
    event_log.record(
        data, Kind.REMOTE_REACTIVATED, now, name=remote.server.name, issue=accepted["issue"]
    )
    closing = str(accepted["closing_code"])
    try:
        api.confirmation(str(answer["case_number"]), str(document["product_id"]), closing)
    except (ClearinghouseUnreachable, ClearinghouseRefused):
        # The ID is accepted and stays so; the next request says it.
        event_log.record(data, Kind.CLEARINGHOUSE_UNREACHABLE, now, name=remote.server.name)
        return
    remote.confirmed(closing)


def deactivate(
    data: Path, remote: Remote, link: Link | None, now: datetime, cause: DeactivationCause
) -> None:
    """End the other server's licences and have it confirmed; asking again goes on where it was."""
    api = _api(link)
    api.require_reachable()
    answer = api.deactivations(remote.deactivate(cause.value))
    remote.confirm_deactivation(str(answer.get("confirmation", "")))
    event_log.record(data, Kind.REMOTE_DEACTIVATED, now, name=remote.server.name)


def _api(link: Link | None) -> Api:
    if link is None:
        raise ClearinghouseUnreachable(
            "This Manager does not know the clearinghouse's address, so nothing was sent. Store it "
            "on this machine, or use the telephone or the web browser on the other one."
        )
    return Api(link)
