"""The Action menu of a license server: what it offers, and why an item does not apply now."""

from dataclasses import dataclass

from flask import current_app, url_for

from license_server.health import Status
from license_server.remote.client import RemoteStatus

Standing = Status | RemoteStatus


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu. Without `href` it is disabled, and `reason` says why."""

    label: str
    href: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The items of the menu and of its part Advanced."""

    items: tuple[Item, ...]
    advanced: tuple[Item, ...]


def of(status: Status) -> Menu:
    """Say what the menu offers for a server that stands like this."""
    return Menu(
        items=(
            Item("Properties", url_for("manager.properties")),
            _item("Activate Server", first_page("/activate"), _no_activation(status)),
            _item("Install Licenses", first_page("/licences/install"), _no_licences(status)),
            _item("Manage Licenses", first_page("/licences/manage"), _no_licences(status)),
            Item("Review Configuration", url_for("manager.configuration")),
        ),
        advanced=(
            _item("Reactivate Server", url_for("wizard.resume"), _no_reactivation(status)),
            _item("Deactivate Server", first_page("/deactivate"), _no_deactivation(status)),
        ),
    )


def of_remote(name: str, status: RemoteStatus | None) -> Menu:
    """Say what the menu offers for a license server on another machine."""
    silent = "" if status else "It does not answer."

    def item(label: str, wizard: str, reason: str) -> Item:
        return _item(label, url_for("remote.begin", name=name, wizard=wizard), silent or reason)

    return Menu(
        items=(
            _item("Properties", url_for("remote.properties", name=name), silent),
            item("Activate Server", "activate", _no_activation(status) if status else ""),
        ),
        advanced=(
            item("Reactivate Server", "reactivate", _no_reactivation(status) if status else ""),
            item("Deactivate Server", "deactivate", _no_deactivation(status) if status else ""),
        ),
    )


def nodes() -> tuple[Item, ...]:
    """List what stands under a license server in the console tree."""
    found = (
        Item("License packs", first_page("/licences/packs")),
        Item("Issued licences", first_page("/licences/issued")),
        Item("Reports", first_page("/licences/reports")),
        Item("Event log", first_page("/manager/events")),
    )
    return tuple(item for item in found if item.href)


def first_page(path: str) -> str:
    """Give the path if this license server has a page there, or the first page below it."""
    rules = [
        rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())
    ]
    if path in rules:
        return path
    return next((rule for rule in rules if rule.startswith(f"{path}/") and "<" not in rule), "")


def _item(label: str, href: str, reason: str) -> Item:
    if not reason and not href:
        reason = "Not part of this installation."
    return Item(label, "" if reason else href, reason)


def _is_activated(status: Standing) -> bool:
    return status.current_license_server_id is not None and not status.is_deactivated


def _no_activation(status: Standing) -> str:
    if _is_activated(status):
        return "This server is activated already."
    if status.is_deactivated and not status.is_deactivation_confirmed:
        return "The deactivation is not confirmed yet."
    return ""


def _no_licences(status: Standing) -> str:
    if status.is_deactivated:
        return "This server is deactivated; activate it first."
    return "" if _is_activated(status) else "Activate this server first."


def _no_reactivation(status: Standing) -> str:
    if status.is_deactivation_confirmed:
        return "This server is deactivated; choose Activate Server."
    if status.current_license_server_id is None and first_page("/activate"):
        return "This server was never activated; choose Activate Server."
    return ""


def _no_deactivation(status: Standing) -> str:
    if status.is_deactivation_confirmed:
        return "This server is deactivated already."
    return "" if status.current_license_server_id else "This server is not activated."
