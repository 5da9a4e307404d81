"""The page that shows the request's IDs and takes the new one, by telephone or web browser."""

from flask import render_template, request

from codes.errors import CodeError
from license_server import (
    activation,
    entry,
    event_log,
    installation,
    judging,
    link,
    progress,
    telephone,
)
from license_server import state as states
from license_server.errors import CodeRefusedError, IDRefusedError
from license_server.model import Method, Reason, WizardPage
from license_server.pages.services import now, services
from license_server.pages.wizard_kinds import Page, Wizard


def shown(wizard: Wizard) -> Page:
    """Whom to call or which site to open, the IDs, and where the answer is typed."""
    state = states.load(services().data)
    if wizard.place(state) != wizard.new_id:
        return wizard.to(wizard.place(state))
    return render(wizard, state.draft)


def left(wizard: Wizard) -> Page:
    """Next verifies what is typed; Back, Cancel and Answer keep it."""
    data = services().data
    state = states.load(data)
    if state.request is None or state.properties.method is Method.AUTOMATIC:
        return wizard.to(wizard.place(state))
    groups = entry.read(request.form)
    progress.keep_draft(data, groups)
    match request.form.get("action"):
        case "back":
            page = WizardPage.CONNECTION_METHOD
            progress.turn_page(data, page if wizard.has_connection_method else WizardPage.WELCOME)
            return wizard.to(wizard.first)
        case "cancel":
            return wizard.to("cancel")
        case "answer":
            return _answered(wizard, groups)
    try:
        _enter(groups)
    except IDRefusedError as error:
        return render(wizard, groups, error), 422
    return wizard.to("completing")


def check() -> Page | tuple[dict[str, object], int] | dict[str, object]:
    """Judge the groups typed so far, for the ticks beside the fields; keeps them as a draft."""
    data = services().data
    document = request.get_json(silent=True)
    typed = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(typed, list) or not all(isinstance(text, str) for text in typed):
        return {"error": "Send the groups as a list of texts."}, 400
    groups = entry.spread(typed)
    progress.keep_draft(data, groups)
    marks = entry.verdicts(groups)
    said = [
        {"group": mark.group, "text": text, "mark": mark.mark.value, "message": mark.message}
        for mark, text in zip(marks, groups, strict=True)
    ]
    state = states.load(data)
    whole = ""
    if state.request is not None and all(mark.mark is entry.Mark.GOOD for mark in marks):
        try:
            judging.judge(state, installation.secret(data), "".join(groups), now())
        except IDRefusedError as error:
            whole = str(error)
    return {"groups": said, "whole": whole}


def render(
    wizard: Wizard,
    groups: tuple[str, ...],
    error: IDRefusedError | None = None,
    *,
    challenge: str = "",
    answer: str = "",
    challenge_error: str = "",
    file_error: CodeRefusedError | None = None,
) -> str:
    """Show the page, with what was typed and what was refused of it."""
    data = services().data
    state = states.load(data)
    is_web = state.properties.method is Method.WEB
    return render_template(
        f"{wizard.new_id.replace('-', '_')}{'_web' if is_web else ''}.html",
        wizard=wizard,
        state=state,
        request_=state.request,
        site=link.load(data),
        guidance=telephone.guidance(services().routing, state.properties.region, now()),
        line_code=activation.line_code_of(data),
        reasons=[reason for reason in Reason if reason.key is not None],
        groups=groups or ("",) * entry.COUNT,
        verdicts=entry.verdicts(groups or ("",) * entry.COUNT),
        wrong=error.groups if error else (),
        why=error.why if error else "",
        error=str(error) if error else "",
        challenge=challenge,
        answer=answer,
        challenge_error=challenge_error,
        file_error=file_error,
    )


def _answered(wizard: Wizard, groups: tuple[str, ...]) -> Page:
    typed = request.form.get("challenge", "")
    try:
        answer = activation.answer(services().data, typed)
    except CodeError as error:
        return render(wizard, groups, challenge=typed, challenge_error=str(error)), 422
    return render(wizard, groups, challenge=typed, answer=answer)


def _enter(groups: tuple[str, ...]) -> None:
    data = services().data
    try:
        entry.require_whole(groups)
    except IDRefusedError as error:
        event_log.record(data, event_log.Kind.ID_REFUSED, now(), why=error.why, groups=error.groups)
        raise
    activation.accept(data, "".join(groups), now())
