"""Offline verification: what a typed new license server ID permits, or why it does not."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from codes import license_pack_id, new_license_server_id
from codes.errors import CodeError, InvalidLength, NotAuthentic
from codes.new_license_server_id import NewLicenseServerID
from codes.proofs import Secret
from license_server.errors import IDRefusedError, NoOpenRequestError
from license_server.state import State

_MONTH_AND_WINDOW: Final = timedelta(days=31 + 14)


def judge(state: State, secret: Secret, text: str, now: datetime) -> NewLicenseServerID:
    """Say what a typed new license server ID permits, or raise IDRefusedError; changes nothing."""
    opened = state.request
    if opened is None:
        raise NoOpenRequestError("This server has no open request.")
    try:
        code = new_license_server_id.validate(text)
    except InvalidLength as error:
        if not any(sign.isalnum() for sign in text):
            raise IDRefusedError(
                "empty", "Type the new license server ID: seven groups."
            ) from error
        raise IDRefusedError(error.code, str(error), error.groups) from error
    except CodeError as error:
        raise IDRefusedError(error.code, str(error), error.groups) from error
    if code == opened.license_server_id:
        raise IDRefusedError(
            "displayed_id",
            "This is the license server ID that this page shows, your request. Type the new "
            "license server ID, which the representative reads out.",
        )
    if code in state.accepted:
        raise IDRefusedError(
            "earlier_issue",
            "This server accepted this ID before; it cannot be used again. Ask for the ID that "
            "answers the license server ID on this page.",
        )
    try:
        said = new_license_server_id.verify(
            secret, state.product_id, opened.license_server_id, code
        )
    except NotAuthentic as error:
        raise _foreign(state, secret, code) from error
    _require_usable(state, said, now)
    return said


def _foreign(state: State, secret: Secret, code: str) -> IDRefusedError:
    for cancelled in state.cancelled:
        with suppress(NotAuthentic):
            new_license_server_id.verify(secret, state.product_id, cancelled, code)
            return IDRefusedError(
                "cancelled_request",
                "This ID was issued for a request that was cancelled in this wizard. Ask for the "
                "ID that answers the license server ID on this page.",
            )
    if license_pack_id.is_marked(secret, state.product_id, code):
        return IDRefusedError(
            "other_kind",
            "This is a license pack ID, which belongs into the Install Licenses Wizard. Type the "
            "new license server ID, which answers the license server ID on this page.",
        )
    return IDRefusedError(
        "not_authentic",
        "This ID was not issued for this server's request: it belongs to another product or "
        "another license server. Make sure that product ID and license server ID were keyed as "
        "this page shows them.",
    )


def _is_outweighed(stored: datetime, said: NewLicenseServerID, now: datetime) -> bool:
    """Tell whether the clearinghouse's calendar shows that the stored time was the wrong one.

    An ID answers this very request and is given out for two weeks from its issue. A clock that was
    ahead when the request was opened left a later time than that; one that was set back since does
    not get by, since it is before the month of issue.
    """
    latest = said.first_day + _MONTH_AND_WINDOW
    return now.date() <= latest < stored.date()


def _require_usable(state: State, said: NewLicenseServerID, now: datetime) -> None:
    if said.issue <= state.last_issue:
        raise IDRefusedError(
            "earlier_issue",
            f"This ID is issue {said.issue}, but this server already holds issue "
            f"{state.last_issue}. Ask for a newer one.",
        )
    if now.date() < said.first_day:
        raise IDRefusedError(
            "clock_before_issue",
            f"This ID was issued in {said.first_day:%B %Y}, but this computer's clock says "
            f"{now:%d %B %Y}. Set the clock, then choose Next again.",
        )
    if now < state.latest_time and not _is_outweighed(state.latest_time, said, now):
        raise IDRefusedError(
            "clock_set_back",
            f"This computer's clock was set back: it says {now:%d %B %Y, %H:%M} UTC, but this "
            f"server was in use on {state.latest_time:%d %B %Y, %H:%M} UTC. Set the clock, then "
            "choose Next again.",
        )
    if now > said.last_moment:
        raise IDRefusedError(
            "ran_out",
            f"What this ID permits ran out on {said.last_moment:%d %B %Y}. Check this computer's "
            "clock; if it is right, ask for a newer ID.",
        )
