"""License packs: one license server each, given anew to successor numbers, migrated with care."""

import pytest

from clearinghouse import Actor, Channel, Refusal, RefusalCode, RegisterError, audit
from clearinghouse.asked import Contact
from clearinghouse.model import DeactivationCause
from clearinghouse.packs import InstalledPack, LicensePack, PackKind
from codes import deactivation_receipt, license_code, license_pack_id, product_key
from codes.errors import CodeError
from tests.clearinghouse.desk import ANNA, DAY, Desk, LicenseServer

ROOT = Actor("administrator", "root")
SITE = Actor("website", "licensing site")


class Held:
    """A server with the number that it holds."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.server: LicenseServer = desk.server()
        self.current = ""
        self.reactivate()

    def reactivate(self) -> None:
        request = self.desk.issued(self.server)
        assert request.new_license_server_id
        self.current = request.new_license_server_id
        self.desk.confirm(request, self.server.accept(self.current))
        self.server.start_wizard()

    def deactivate(self) -> None:
        secret = product_key.secret(self.desk.keys[self.desk.product_id])
        receipt = deactivation_receipt.make(secret, self.desk.product_id, self.current)
        self.desk.do(
            self.desk.house.deactivate,
            product_id=self.desk.product_id,
            receipt=receipt,
            cause=DeactivationCause.SERVER_REDEPLOYED,
            channel=Channel.WEB,
            contact=Contact(email="anna@example.org"),
            actor=SITE,
            now=self.desk.now,
        )


def add(desk: Desk, **more: object) -> LicensePack:
    facts = {"version": 3, "kind": PackKind.PER_DEVICE, "quantity": 25, "customer": "Example GmbH"}
    return desk.do(desk.house.add_pack, actor=ROOT, now=desk.now, **(facts | more))


def install(desk: Desk, held: Held, pack: LicensePack, **more: object) -> InstalledPack:
    facts = {
        "product_id": desk.product_id,
        "current_id": held.current,
        "license_code": pack.license_code,
        "channel": Channel.WEB,
        "actor": SITE,
        "now": desk.now,
    }
    return desk.do(desk.house.install_pack, **(facts | more))


def migrate(desk: Desk, held: Held, pack: LicensePack, actor: Actor = SITE) -> InstalledPack:
    return desk.do(
        desk.house.migrate_pack,
        product_id=desk.product_id,
        current_id=held.current,
        license_code=pack.license_code,
        channel=Channel.WEB,
        actor=actor,
        now=desk.now,
    )


def verified(desk: Desk, held: Held, made: InstalledPack) -> license_pack_id.LicensePackID:
    secret = product_key.secret(desk.keys[desk.product_id])
    return license_pack_id.verify(
        secret, desk.product_id, held.current, made.license_code, made.license_pack_id
    )


def refused(code: RefusalCode) -> object:
    return pytest.raises(Refusal, check=lambda error: error.code is code)


def two_servers(desk: Desk) -> tuple[Held, Held]:
    desk.set_policy(max_servers=2, reactivations=9)
    return Held(desk), Held(desk)


def test_a_pack_is_given_to_a_server_and_again_the_same(desk: Desk):
    held, pack = Held(desk), add(desk)
    made = install(desk, held, pack)
    assert verified(desk, held, made) == license_pack_id.LicensePackID(1, 3, 1, 25)
    desk.now += DAY
    assert install(desk, held, pack) == made
    entries = desk.read(audit.of_product, desk.product_id, 50)
    installed = [entry for entry in entries if entry.action == "pack.installed"]
    assert [entry.data["number"] for entry in installed] == [1]
    assert "Example" not in str(installed)


def test_packs_are_numbered_within_the_product(desk: Desk):
    held = Held(desk)
    first = install(desk, held, add(desk))
    second = install(desk, held, add(desk, kind=PackKind.PER_USER))
    assert (first.number, second.number) == (1, 2)
    assert verified(desk, held, second).kind == license_pack_id.PER_USER


def test_a_used_code_is_refused_for_another_server(desk: Desk):
    one, other = two_servers(desk)
    pack = add(desk)
    install(desk, one, pack)
    with refused(RefusalCode.LICENSE_CODE_USED):
        install(desk, other, pack)


def test_after_a_redeployment_the_packs_are_recovered(desk: Desk):
    held = Held(desk)
    packs = [add(desk), add(desk)]
    before = [install(desk, held, pack) for pack in packs]
    held.reactivate()
    after = desk.do(
        desk.house.recover_packs,
        product_id=desk.product_id,
        current_id=held.current,
        channel=Channel.TELEPHONE,
        actor=ANNA,
        now=desk.now,
    )
    assert [each.number for each in after] == [1, 2]
    assert [verified(desk, held, each).quantity for each in after] == [25, 25]
    for old in before:
        with pytest.raises(CodeError):
            verified(desk, held, old)
    assert install(desk, held, packs[0]) == after[0]
    actions = [entry.action for entry in desk.read(audit.of_product, desk.product_id, 50)]
    assert actions.count("pack.recovered") == 2


def test_a_pack_goes_to_another_server_when_its_own_is_deactivated(desk: Desk):
    one, other = two_servers(desk)
    pack = add(desk)
    install(desk, one, pack)
    with refused(RefusalCode.LICENSE_CODE_USED) as told:
        migrate(desk, other, pack)
    assert "deactivate it first" in str(told.value)
    one.deactivate()
    made = migrate(desk, other, pack)
    assert verified(desk, other, made).number == 1
    (entry,) = [
        entry
        for entry in desk.read(audit.of_product, desk.product_id, 50)
        if entry.action == "pack.migrated"
    ]
    assert entry.data["from_server"] != entry.data["server"]


def test_a_representative_may_migrate_from_an_active_server(desk: Desk):
    one, other = two_servers(desk)
    pack = add(desk)
    install(desk, one, pack)
    assert migrate(desk, other, pack, ANNA).number == 1
    with refused(RefusalCode.LICENSE_CODE_USED):
        install(desk, one, pack)


def test_who_may_not_have_a_pack(desk: Desk):
    held, pack = Held(desk), add(desk)
    older = held.current
    with refused(RefusalCode.LICENSE_CODE_UNKNOWN):
        install(desk, held, pack, license_code=license_code.make(42))
    with refused(RefusalCode.PRODUCT_UNKNOWN):
        install(desk, held, pack, product_id=desk.stranger().product_id)
    with refused(RefusalCode.PROOF_WRONG):
        install(desk, held, pack, product_id=desk.add_product())
    held.reactivate()
    with refused(RefusalCode.NOT_CURRENT):
        install(desk, held, pack, current_id=older)
    desk.do(desk.house.set_blocked, desk.product_id, blocked=True, actor=ROOT, now=desk.now)
    with refused(RefusalCode.PRODUCT_BLOCKED):
        install(desk, held, pack)
    desk.do(desk.house.set_blocked, desk.product_id, blocked=False, actor=ROOT, now=desk.now)
    held.deactivate()
    with refused(RefusalCode.DEACTIVATED):
        install(desk, held, pack)


def test_a_pack_of_another_product_is_used(desk: Desk):
    held, pack = Held(desk), add(desk)
    install(desk, held, pack)
    desk.product_id = desk.add_product()
    with refused(RefusalCode.LICENSE_CODE_USED):
        migrate(desk, Held(desk), pack, ANNA)


def test_what_cannot_be_registered(desk: Desk):
    pack = add(desk, license_code=license_code.format(license_code.make(7)))
    assert desk.read(desk.house.packs) == [pack]
    for more, words in (
        ({"license_code": pack.license_code}, "registered already"),
        ({"version": 0}, "version has to lie"),
        ({"quantity": 100_000}, "quantity has to lie"),
    ):
        with pytest.raises(RegisterError, match=words):
            add(desk, **more)
