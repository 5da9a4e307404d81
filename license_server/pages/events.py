"""The event log as a page with a filter, and as files to take away."""

import json
from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from license_server import event_log, event_meanings, event_table, health
from license_server.event_meanings import Level
from license_server.pages.services import now, services

blueprint = Blueprint("events", __name__, url_prefix="/manager")
Page = str | Response

_SHOWN: Final = 200


@blueprint.get("/events")
def events() -> Page:
    """The events, newest first, narrowed by what happened, how grave it is, and a word."""
    data = services().data
    found = list(_wanted(event_log.entries(data)))
    return render_template(
        "events.html",
        status=health.note(data, now()),
        events=[event_meanings.read(entry) for entry in reversed(found)][:_SHOWN],
        count=len(found),
        shown=_SHOWN,
        kinds=[(kind.value, event_meanings.title(kind.value)) for kind in event_log.Kind],
        levels=list(Level),
        asked=request.args,
    )


@blueprint.get("/events.csv")
def as_csv() -> Page:
    """All events that the filter lets through as a table."""
    text = event_table.as_csv(_wanted(event_log.entries(services().data)))
    return _file(text, "text/csv", "events.csv")


@blueprint.get("/events.jsonl")
def as_json_lines() -> Page:
    """All events that the filter lets through, a JSON object a line, as the log holds them."""
    lines = (json.dumps(entry, ensure_ascii=False) for entry in _wanted_entries())
    return _file("".join(f"{line}\n" for line in lines), "application/jsonl", "events.jsonl")


def _wanted_entries() -> Iterable[dict[str, Any]]:
    return _wanted(event_log.entries(services().data))


def _wanted(entries: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    kind, level = request.args.get("kind", ""), request.args.get("level", "")
    word = request.args.get("word", "").strip().casefold()
    for entry in entries:
        event = event_meanings.read(entry)
        text = f"{json.dumps(entry, ensure_ascii=False)} {event.title} {event.meaning}"
        if (
            kind in ("", event.kind)
            and level in ("", event.level.value)
            and word in text.casefold()
        ):
            yield entry


def _file(text: str, mimetype: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=mimetype, headers=disposition)
