"""Client licences on the website: a license code goes in, the license pack ID comes out."""

from clearinghouse import Actor
from clearinghouse.packs import PackKind
from codes import license_code, license_pack_id
from codes import product_key as product_keys
from tests.clearinghouse.desk import LicenseServer
from tests.licensing_site.website import Visitor, Website

ROOT = Actor("administrator", "root")


def buy(website: Website) -> str:
    desk = website.desk
    return desk.do(
        desk.house.add_pack,
        version=3,
        kind=PackKind.PER_DEVICE,
        quantity=25,
        customer="Example",
        actor=ROOT,
        now=desk.now,
    ).license_code


def activated(visitor: Visitor, server: LicenseServer) -> str:
    new_id = visitor.reactivate(server, "first_activation")
    server.accept(new_id)
    server.start_wizard()
    return new_id


def ask(visitor: Visitor, option: str, server: LicenseServer, current: str, code: str) -> None:
    visitor.choose(option)
    assert visitor.title == "Information Needed"
    typed = {"product_id": server.product_id, "new_license_server_id": current}
    move = {} if option == "install" else {"move": option}
    visitor.send(**typed, license_code=license_code.format(code), **move)
    assert visitor.title == "Verify Everything", visitor.text
    visitor.send()


def test_installed_and_recovered(website: Website, visitor: Visitor) -> None:
    server, code = website.desk.server(), buy(website)
    current = activated(visitor, server)
    ask(visitor, "install", server, current, code)
    assert visitor.title == "License Pack ID", visitor.text
    pack = visitor.code("license-pack-id")
    secret = product_keys.secret(website.desk.keys[server.product_id])
    said = license_pack_id.verify(secret, server.product_id, current, code, pack)
    assert (said.quantity, said.version) == (25, 3)
    assert "25 per device" in visitor.text
    again = website.browser()
    ask(again, "install", server, current, code)
    assert again.code("license-pack-id") == pack
    # After a reactivation the pack holds for the new number.
    fresh = visitor.reactivate(server, "server_redeployed")
    closing_code = server.accept(fresh)
    visitor.send(f"{visitor.path.rpartition('/')[0]}/confirm", closing_code=closing_code)
    visitor.choose("manage")
    typed = {"product_id": server.product_id, "new_license_server_id": fresh}
    visitor.send(**typed, license_code=code, move="recover")
    assert "Recover it" in visitor.text
    visitor.send()
    license_pack_id.verify(secret, server.product_id, fresh, code, visitor.code("license-pack-id"))
    ask(visitor, "install", server, current, code)
    assert "has held another number since then" in visitor.text


def test_migrated_once_the_other_server_is_deactivated(website: Website, visitor: Visitor) -> None:
    website.desk.set_policy(max_servers=2)
    old, new, code = website.desk.server(), website.desk.server(), buy(website)
    from_id, to_id = activated(visitor, old), activated(visitor, new)
    ask(visitor, "install", old, from_id, code)
    ask(visitor, "install", new, to_id, code)
    assert 'data-code="license_code_used"' in visitor.text
    typed = {"product_id": new.product_id, "new_license_server_id": to_id, "license_code": code}
    for is_ended, title in ((False, "Not Accepted"), (True, "License Pack ID")):
        if is_ended:
            visitor.choose("deactivate")
            receipt = website.receipt(from_id)
            who = {"first_name": "A", "last_name": "B", "email": "a@example.org"}
            asked = {"product_id": old.product_id, "deactivation_receipt": receipt}
            visitor.send(**asked, cause="server_redeployed", **who)
            visitor.send()
            assert visitor.title == "Deactivation Confirmation"
        visitor.choose("manage")
        visitor.send(**typed, move="migrate")
        visitor.send()
        assert visitor.title == title, visitor.text


def test_a_license_code_that_nobody_knows(website: Website, visitor: Visitor) -> None:
    server = website.desk.server()
    current = activated(visitor, server)
    ask(visitor, "install", server, current, license_code.make(1234567890123456))
    assert 'data-code="license_code_unknown"' in visitor.text
    assert "Compare the license code" in visitor.text
