"""The pages: telephone and debugger, their modules, and the calls as JSON."""

import json
from html import escape
from importlib import resources
from typing import Any, Final

from aiohttp import web

from phone_network.calls import Call
from phone_network.exchange import Exchange

_STATIC: Final = {
    "telephone.css": "text/css",
    "telephone.js": "text/javascript",
    "figures.js": "text/javascript",
    "tones.js": "text/javascript",
    "voice.js": "text/javascript",
    "debugger.js": "text/javascript",
    "device.js": "text/javascript",
}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; connect-src 'self';"
        " frame-ancestors 'none'; base-uri 'none';"
        " form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_SHOWN_CALLS: Final = 50


def add_routes(app: web.Application, exchange: Exchange) -> None:
    """Mount the pages."""
    pages = _Pages(exchange)
    app.router.add_get("/", pages.debugger)
    app.router.add_get("/telephone", pages.telephone)
    app.router.add_get("/calls", pages.calls)
    app.router.add_get("/control/v1/calls", pages.calls_json)
    app.router.add_get("/static/{name}", pages.asset)
    app.router.add_get("/client/{name}", pages.asset)


class _Pages:
    """The pages of one network."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        folder = resources.files("phone_network") / "static"
        self._assets = {name: (folder / name).read_bytes() for name in _STATIC}
        host = escape(exchange.settings.host)
        self._telephone, self._debugger = (
            (folder / name).read_text("utf-8").replace("{host}", host)
            for name in ("telephone.html", "debugger.html")
        )

    async def telephone(self, _request: web.Request) -> web.Response:
        """Show a telephone."""
        return web.Response(text=self._telephone, content_type="text/html", headers=_HEADERS)

    async def asset(self, request: web.Request) -> web.Response:
        """Give a style sheet or module; the device's module to any page."""
        name = request.match_info["name"]
        if name not in self._assets:
            raise web.HTTPNotFound
        headers = dict(_HEADERS)
        if name == "device.js":
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return web.Response(
            body=self._assets[name], content_type=_STATIC[name], charset="utf-8", headers=headers
        )

    async def debugger(self, _request: web.Request) -> web.Response:
        """Show the calls and what happened in each."""
        body = self._debugger.replace("{calls}", self._listing())
        return web.Response(text=body, content_type="text/html", headers=_HEADERS)

    async def calls(self, _request: web.Request) -> web.Response:
        """Give the debugger's list alone, for its refresh."""
        return web.Response(text=self._listing(), content_type="text/html", headers=_HEADERS)

    async def calls_json(self, _request: web.Request) -> web.Response:
        """Give all calls with their timelines."""
        return web.json_response({"calls": [as_json(call) for call in self._newest()]})

    def _newest(self) -> list[Call]:
        return list(reversed(self._exchange.calls.values()))[:_SHOWN_CALLS]

    def _listing(self) -> str:
        calls = self._newest()
        if not calls:
            return "<p class='quiet'>No call yet. Dial a number on the telephone.</p>"
        return "\n".join(_call(call) for call in calls)


def as_json(call: Call) -> dict[str, Any]:
    """Give a call with its timeline."""
    return {
        "sid": call.sid,
        "parent_sid": call.parent_sid or None,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction.value,
        "status": call.status.value,
        "reason": call.reason or None,
        "created_at": call.created_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "timeline": [entry.as_json() for entry in call.timeline],
    }


def _call(call: Call) -> str:
    rows = "\n".join(
        f"<tr class='{escape(entry.kind.replace(' ', '-'))}'><td>{entry.at:%H:%M:%S.%f}</td>"
        f"<th scope='row'>{escape(entry.kind)}</th><td>{_details(entry.data)}</td></tr>"
        for entry in call.timeline
    )
    problems = sum(entry.kind in {"error", "warning"} for entry in call.timeline)
    mark = f"<strong class='mark'>{problems} to look at</strong>" if problems else ""
    title = f"{escape(call.from_)} → {escape(call.to)}"
    return (
        f"<details data-sid='{call.sid}'><summary><span>{title}</span>"
        f"<span class='badge {call.status.value}'>{call.status.value}</span>"
        f"<span class='quiet'>{call.direction.value} · {call.sid}</span>{mark}</summary>"
        f"<table><tbody>{rows}</tbody></table></details>"
    )


def _details(data: dict[str, Any]) -> str:
    parts = []
    for name, value in data.items():
        if value in (None, "", {}):
            continue
        if isinstance(value, dict):
            inner = "\n".join(f"{key} = {each}" for key, each in value.items())
            parts.append(f"<b>{escape(name)}</b><pre>{escape(inner)}</pre>")
        elif name == "body":
            parts.append(f"<pre>{escape(str(value))}</pre>")
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            parts.append(f"<b>{escape(name)}</b> {escape(text)} ")
    return "".join(parts)
