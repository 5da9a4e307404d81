"""A file both ways, for whoever has a stick: the request out, the answer in."""

import json
from pathlib import Path
from typing import Any, Final

import click

from license_server import exchange, files
from license_server.commands.setting import Setting, UnusableError, show
from license_server.errors import AnswerRefusedError
from license_server.model import Reason

_LARGEST: Final = 1024 * 1024


def write_request(setting: Setting, file: Path, reason: Reason | None, *, as_json: bool) -> None:
    """Write the document that asks for a new license server ID and its certificate."""
    before = files.read(file)
    if before and exchange.REQUEST_FORMAT.encode() not in before:
        raise UnusableError(f"{file} exists and is no request: name another file.")
    document = exchange.request_document(setting.data, setting.clock(), reason)
    files.write(file, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")
    if as_json:
        asked = document["license_server_id"]
        show({"state": "open", "file": str(file), "license_server_id": asked})
        return
    click.echo(f"The request is written to {file}. Take it to a computer that has internet: the")
    click.echo("Licensing website gives an answer file for it, which this server takes by")
    click.echo("license-server reactivate --answer FILE.")


def read_answer(file: Path) -> dict[str, Any]:
    """Read an answer file; what it says is verified by whoever takes it."""
    try:
        with file.open("rb") as opened:
            document = json.loads(opened.read(_LARGEST))
    except OSError as error:
        raise files.unusable(file, error) from error
    except ValueError as error:
        raise _no_answer(file) from error
    if not isinstance(document, dict):
        raise _no_answer(file)
    return document


def _no_answer(file: Path) -> AnswerRefusedError:
    return AnswerRefusedError(
        "not_json",
        f"{file} is no answer file, or was damaged on its way: fetch it again. Nothing was "
        "changed.",
    )
