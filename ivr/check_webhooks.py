"""The line's part in a check of its numbers: it plays the digits, and takes note of who heard them.

A check is a call that the line itself makes to one of its numbers. Nobody listens, so no call of
the register comes of it.
"""

from html import escape

from flask import Blueprint, Response, request

from data_store import reading, transaction
from ivr.services import Services
from switchboard import number_checks

# Two seconds of silence first: the calling end listens from when the call is answered.
PLAYED = '<?xml version="1.0" encoding="UTF-8"?><Response><Play digits="wwww{}"/></Response>'
OVER = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
PATH = "/checked"


def add_routes(blueprint: Blueprint, services: Services) -> None:
    """Mount the address to which the calling end brings what it heard."""

    @blueprint.post(PATH)
    def checked() -> Response:
        form = request.form
        with transaction(services.engine) as conn:
            number_checks.heard(conn, form.get("To", ""), form.get("Digits", ""), services.clock())
        return Response(OVER, mimetype="text/xml")


def played(services: Services) -> str | None:
    """The document for a call that only checks the number; None for every other call.

    Only a call from a number that checks are made from costs a look into the database.
    """
    caller = request.form.get("From", "")
    if caller != services.check_from and services.routing.line_for_number(caller) is None:
        return None
    with reading(services.engine) as conn:
        digits = number_checks.digits_to_play(
            conn, request.form.get("To", ""), caller, services.clock()
        )
    return None if digits is None else PLAYED.format(escape(digits))
