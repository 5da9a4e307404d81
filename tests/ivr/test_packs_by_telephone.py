"""License packs by telephone: the license code is keyed where the license server ID would be."""

import pytest

from clearinghouse import Actor, Channel, Policy
from clearinghouse.packs import PackKind
from codes import closing_code, license_pack_id, product_key
from codes.keying import start
from data_store import reading, transaction
from ivr.actions import CheckCallBack, InstallPack, OpenRequest
from ivr.events import CallArrived, KeysPressed, NothingPressed, Outlook, ProductFound, Refused
from ivr.session import Step
from switchboard import calls, events
from switchboard.events import EventKind
from tests.ivr.test_ivr_flow import PRODUCT_ID, SERVER_ID, run, said
from tests.ivr.test_reading_out import GIVEN, NEXT, groups_said

LICENSE_CODE = "1234956781901223456693240"
CODE_KEYED = (CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(LICENSE_CODE))
ROOT = Actor("administrator", "test")


def test_a_license_code_is_recognised_and_its_pack_read_out() -> None:
    session, actions = run(*CODE_KEYED)
    assert (session.step, said(actions)[-1]) == (Step.PACK, "ask_pack")
    session, actions = run(KeysPressed("1"), session=session)
    assert said(actions) == ["ask_current_id"]
    session, actions = run(KeysPressed(SERVER_ID), session=session)
    assert actions[-1] == InstallPack(PRODUCT_ID, SERVER_ID, LICENSE_CODE, with_keys=True)
    session, actions = run(GIVEN, *NEXT * 6, KeysPressed("1"), session=session)
    assert said(actions).count("pack_id_group") == 7
    assert groups_said(actions) == []
    assert (session.step, said(actions)[-2:]) == (Step.ANOTHER, ["pack_typed", "ask_another"])
    session, _ = run(KeysPressed("1"), session=session)
    assert session.license_code == ""


def test_what_looks_like_a_license_code_may_be_gone_on_from() -> None:
    session, actions = run(*CODE_KEYED, KeysPressed("2"))
    assert (session.step, said(actions)[-1]) == (Step.LICENSE_SERVER_ID, "ask_groups_from")
    assert session.license_server_id.missing == (6, 7)


def test_a_license_server_id_is_opened_as_ever() -> None:
    _, actions = run(*CODE_KEYED[:3], KeysPressed(SERVER_ID))
    assert actions[-1] == OpenRequest(PRODUCT_ID, SERVER_ID)


@pytest.mark.parametrize(
    "events", [(KeysPressed("0"),), (KeysPressed("8"),) * 3, (NothingPressed(),) * 3]
)
def test_at_the_offer_a_person_is_near(events) -> None:
    session, _ = run(*CODE_KEYED, *events)
    assert session.step is Step.QUEUED
    closed = CallArrived(Outlook(helped_by="line"))
    _, actions = run(closed, *CODE_KEYED[1:], *events)
    assert actions[-1] == CheckCallBack()


def test_a_wrong_current_id_is_keyed_again_and_other_refusals_are_for_a_person() -> None:
    keyed = (*CODE_KEYED, KeysPressed("1"), KeysPressed(SERVER_ID))
    session, actions = run(*keyed, Refused("proof_wrong"))
    assert said(actions)[-2:] == ["proof_wrong", "ask_current_id"]
    assert session.license_server_id == start("license_server_id")
    session, actions = run(*keyed, Refused("license_code_unknown"))
    assert said(actions)[-2:] == ["refused_license_code_unknown", "connecting"]


def test_the_register_gives_the_pack_and_the_same_one_again(house, telephone, another) -> None:
    register, product = house.services.clearinghouse, house.family.product_id
    secret = product_key.secret(house.family.product_key)
    with transaction(house.engine) as conn:
        register.set_policy(conn, product, Policy(issue_by_line="always"), ROOT, house.time())
        pack = register.add_pack(
            conn,
            version=3,
            kind=PackKind.PER_DEVICE,
            quantity=25,
            customer="",
            actor=ROOT,
            now=house.time(),
        )
        request = register.open_request(
            conn,
            product_id=product,
            license_server_id=house.server_id,
            channel=Channel.WEB,
            caller=None,
            actor=ROOT,
            now=house.time(),
        )
        register.check(conn, request.id, ROOT, house.time())
        issued = register.issue(conn, request.id, ROOT, house.time())
        current = str(issued.new_license_server_id)
        code = closing_code.make(secret, product, current)
        register.confirm(conn, request.id, code, ROOT, house.time())
    telephone.rings().keys(product).keys(pack.license_code)
    assert telephone.heard == ["ask_pack"]
    telephone.keys("1").keys(current)
    assert telephone.heard == ["reading_keys", "pack_id_group"]
    first = telephone.document
    telephone.keys("1")
    assert telephone.heard == ["pack_id_group"]
    second = another(2)
    second.from_ = "anonymous"
    second.rings().keys(product).keys(pack.license_code).keys("1").keys(current)
    assert second.document == first
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        logged = events.of_call(conn, call.id)
        given = register.packs(conn)
    assert EventKind.PACK_INSTALLED in [event.kind for event in logged]
    assert len(given) == 1
    whole = license_pack_id.format(register_pack_id(house, current, pack.license_code))
    assert not [group for group in whole.split("-") if f"'{group}'" in str(logged)]


def register_pack_id(house, current: str, license_code: str) -> str:
    """What the register gives by any channel."""
    with transaction(house.engine) as conn:
        given = house.services.clearinghouse.install_pack(
            conn,
            product_id=house.family.product_id,
            current_id=current,
            license_code=license_code,
            channel=Channel.WEB,
            actor=ROOT,
            now=house.time(),
        )
    return given.license_pack_id
