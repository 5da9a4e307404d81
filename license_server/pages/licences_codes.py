"""The two pages on which both wizards of license packs take a code: what they show."""

from flask import render_template

from codes.groups import LICENSE_PACK_ID, SHAPES
from license_server import entry, link, telephone
from license_server import state as states
from license_server.errors import CodeRefusedError, LicenseServerError
from license_server.model import Method
from license_server.pages.services import now, services


def code_page(
    wizard_name: str, groups: tuple[str, ...], error: CodeRefusedError | None = None, **more: object
) -> str:
    """Show the page License Code with what is typed."""
    return render_template(
        "license_code.html",
        wizard_name=wizard_name,
        groups=groups,
        verdicts=entry.verdicts(groups),
        wrong=error.groups if error else (),
        error=str(error) if error else "",
        why=error.why if error else "",
        **more,
    )


def pack_page(
    wizard_name: str,
    license_code: str,
    typed: tuple[str, ...],
    error: LicenseServerError | None = None,
    **more: object,
) -> str:
    """Show the page Obtain Client License Pack: what to give, and what is typed."""
    data = services().data
    state = states.load(data)
    groups = typed or ("",) * LICENSE_PACK_ID.count
    return render_template(
        "obtain_client_license_pack.html",
        wizard_name=wizard_name,
        license_code=license_code,
        state=state,
        current=state.held.new_license_server_id if state.held else "",
        code_groups_of=SHAPES["license_code"].split,
        methods=Method,
        site=link.load(data),
        guidance=telephone.guidance(services().routing, state.properties.region, now())
        if state.properties.region in services().routing.regions
        else None,
        groups=groups,
        verdicts=entry.verdicts(groups),
        wrong=getattr(error, "groups", ()),
        error=str(error) if error else "",
        why=getattr(error, "why", error.code) if error else "",
        **more,
    )
