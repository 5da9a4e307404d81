"""The verbs `activate` and `reactivate`: the wizard in the terminal, or its steps by options."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from codes.errors import CodeError
from license_server import (
    activation,
    clearinghouse_client,
    exchange,
    link,
    progress,
    properties,
    telephone,
)
from license_server import state as states
from license_server.acceptance import Acceptance
from license_server.commands import documents
from license_server.commands.setting import (
    WAS_LEFT,
    LeftError,
    RefusedError,
    Setting,
    as_json,
    console,
    show,
    told,
)
from license_server.errors import LicenseServerError
from license_server.model import Method, Reason, WizardPage
from license_server.terminal import wizard
from license_server.terminal.wizard import ACTIVATE, REACTIVATE, Words

REASONS: Final = [reason.value for reason in Reason if reason is not Reason.FIRST_ACTIVATION]

_OUT: Final = click.Path(path_type=Path, dir_okay=False)
_IN: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


class NothingToActivateError(LicenseServerError):
    """The server is activated already."""

    code = "already_activated"


@dataclasses.dataclass(frozen=True, slots=True)
class Steps:
    """What the options of one command ask for."""

    method: Method | None
    region: str | None
    reason: Reason | None
    new_id: str | None
    challenge: str | None
    request: Path | None
    answer: Path | None
    cancel: bool
    finish: bool


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            click.option("--method", type=click.Choice([method.value for method in Method])),
            click.option("--region", help="ISO 3166 code of the country or region to call from."),
            click.option("--new-id", metavar="DIGITS", help="The new license server ID."),
            click.option("--challenge", metavar="DIGITS", help="Answer these four digits."),
            click.option("--request", type=_OUT, help="Write the request document to this file."),
            click.option("--answer", type=_IN, help="Take the answer from this file."),
            click.option("--cancel", is_flag=True, help="Cancel the open request."),
            click.option(
                "--finish", is_flag=True, help="Close the last page: alone, or after an ID."
            ),
            as_json,
        )
    ):
        command = option(command)
    return command


@click.command()
@_options
@click.pass_obj
def activate(setting: Setting, /, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 -- options
    """Activate this license server: the Activate Server Wizard."""
    with told(as_json=as_json):
        state = states.load(setting.data)
        begun = state.deactivation
        is_over = begun is not None and begun.confirmed_at is not None
        if state.held is not None and not is_over and state.completed is None:
            raise NothingToActivateError(
                "This license server is activated already: license-server reactivate asks for a "
                "new ID."
            )
        _carry_out(setting, ACTIVATE, _steps(given), as_json=as_json)


@click.command()
@click.option("--reason", type=click.Choice(REASONS), help="Why a new ID is needed.")
@_options
@click.pass_obj
def reactivate(setting: Setting, /, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 -- options
    """Reactivate this license server: the Reactivate Server Wizard."""
    with told(as_json=as_json):
        states.load(setting.data)
        _carry_out(setting, REACTIVATE, _steps(given), as_json=as_json)


def _steps(given: dict[str, Any]) -> Steps:
    method, reason = given["method"], given.get("reason")
    return Steps(
        method=Method(method) if method else None,
        region=given["region"],
        reason=Reason(reason) if reason else None,
        new_id=given["new_id"],
        challenge=given["challenge"],
        request=given["request"],
        answer=given["answer"],
        cancel=given["cancel"],
        finish=given["finish"],
    )


def _carry_out(setting: Setting, words: Words, steps: Steps, *, as_json: bool) -> None:
    if steps.method or steps.region is not None:
        properties.change(
            setting.data,
            setting.routing,
            setting.clock(),
            method=steps.method,
            region=steps.region,
        )
    if steps.cancel:
        activation.cancel(setting.data, setting.clock())
        _say("cancelled", "The request is cancelled.", as_json=as_json)
    elif steps.challenge is not None:
        _answer(setting, steps.challenge, as_json=as_json)
    elif steps.new_id is not None:
        accepted = activation.accept(setting.data, steps.new_id, setting.clock())
        _accepted(setting, words, accepted, steps, as_json=as_json)
    elif steps.request is not None:
        documents.write_request(setting, steps.request, steps.reason, as_json=as_json)
    elif steps.answer is not None:
        document = documents.read_answer(steps.answer)
        accepted = exchange.take_answer(setting.data, document, setting.clock())
        _accepted(setting, words, accepted, steps, as_json=as_json)
    elif steps.finish:
        activation.finish(setting.data)
        _say("finished", "The wizard is finished.", as_json=as_json)
    elif as_json:
        _ask(setting, words, steps)
    else:
        run = wizard.Wizard(
            console(), setting.data, setting.clock, setting.routing, words, steps.reason
        )
        if not run.run():
            raise LeftError(WAS_LEFT)


def _ask(setting: Setting, words: Words, steps: Steps) -> None:
    if states.load(setting.data).properties.method is Method.AUTOMATIC:
        known, now = link.load(setting.data), setting.clock()
        accepted = clearinghouse_client.reactivate(setting.data, known, now, reason=steps.reason)
        _accepted(setting, words, accepted, steps, as_json=True)
    else:
        _open(setting, steps)


def _open(setting: Setting, steps: Steps) -> None:
    now = setting.clock()
    opened = activation.request(setting.data, now, reason=steps.reason)
    progress.turn_page(setting.data, WizardPage.NEW_ID)
    state, known = states.load(setting.data), link.load(setting.data)
    whom = telephone.guidance(setting.routing, state.properties.region, now)
    show(
        {
            "state": "open",
            "method": state.properties.method,
            "product_id": state.product_id,
            "license_server_id": opened.license_server_id,
            "line_code": activation.line_code_of(setting.data),
            "reason": opened.reason,
            "reason_key": opened.reason.key if opened.reason else None,
            "number": dataclasses.asdict(whom) if whom else None,
            "site_url": known.site_url if known else None,
        }
    )


def _accepted(
    setting: Setting, words: Words, accepted: Acceptance, steps: Steps, *, as_json: bool
) -> None:
    if not as_json:
        wizard.completed(console(), setting.data, words, setting.clock())
    if steps.finish:
        activation.finish(setting.data)
    if as_json:
        show({"state": "accepted", **dataclasses.asdict(accepted)})


def _answer(setting: Setting, challenge: str, *, as_json: bool) -> None:
    try:
        answer = activation.answer(setting.data, challenge)
    except CodeError as error:
        raise RefusedError(str(error)) from error
    if as_json:
        show({"answer": answer})
    else:
        click.echo(f"Key or read out:  {' '.join(answer)}")


def _say(word: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        show({"state": word})
    else:
        click.echo(sentence)
