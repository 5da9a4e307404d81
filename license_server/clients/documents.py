"""Licences and standing as JSON documents, as clients and scripts read them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from license_server.clients.model import Licence
from license_server.clients.standing import Standing


def licence(found: Licence) -> dict[str, Any]:
    """Write a licence; times are ISO 8601, UTC."""
    return {
        "id": found.id,
        "kind": found.kind.value,
        "version": found.version,
        "permanence": found.word.lower(),
        "device": found.subject.device_name,
        "hardware_id": found.subject.device,
        "user": found.subject.user,
        "issued_at": found.issued_at.isoformat(),
        "expires_at": found.expires_at.isoformat(),
        "ending": found.ending.value if found.ending else None,
    }


def standing(found: Standing) -> dict[str, Any]:
    """Write whom a server may license, and why not all."""
    ends = found.grace_ends
    return {
        "may_license": found.may_license.value,
        "why": found.why,
        "sentence": found.sentence,
        "grace_ends": ends.isoformat() if ends else None,
    }


def holds(document: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a licence that a client keeps is good at a moment."""
    return document.get("ending") is None and now < datetime.fromisoformat(document["expires_at"])
