"""Deactivation on the website: a receipt goes in, the confirmation comes out."""

from clearinghouse import ServerState
from codes import deactivation_confirmation, deactivation_receipt
from codes import product_key as product_keys
from tests.licensing_site.website import ANNA, Visitor, Website


def deactivate(visitor: Visitor, website: Website, receipt: str, **values: str) -> None:
    visitor.choose("deactivate")
    assert visitor.title == "Information Needed"
    typed = {
        "product_id": website.desk.product_id,
        "deactivation_receipt": receipt,
        "cause": "server_redeployed",
        "email": "anna@example.org",
    }
    visitor.send(**{**ANNA, **typed, **values})


def test_page_by_page(website: Website, visitor: Visitor) -> None:
    server = website.desk.server()
    new_id = visitor.reactivate(server, "first_activation")
    server.accept(new_id)
    receipt = website.receipt(new_id)
    deactivate(visitor, website, receipt)
    assert visitor.title == "Verify Everything"
    assert visitor.code("deactivation-receipt") == receipt
    assert "The license server is being redeployed" in visitor.text
    visitor.send()
    assert visitor.title == "Deactivation Confirmation"
    confirmation = visitor.code("confirmation")
    secret = product_keys.secret(website.desk.keys[website.desk.product_id])
    deactivation_confirmation.verify(secret, website.desk.product_id, receipt, confirmation)
    (held,) = website.desk.read(website.desk.house.servers, website.desk.product_id)
    assert held.state is ServerState.DEACTIVATED

    again = website.browser()
    deactivate(again, website, deactivation_receipt.format(receipt))
    again.send()
    assert again.code("confirmation") == confirmation

    server.start_wizard()
    visitor.ask(server)
    visitor.send()
    assert "was deactivated; it has to be activated again" in visitor.text
    assert "Choose Activate a license server instead." in visitor.text
    assert visitor.reactivate(server, "first_activation") != new_id


def test_a_receipt_of_another_server(website: Website, visitor: Visitor) -> None:
    server = website.desk.server()
    new_id = visitor.reactivate(server, "first_activation")
    other = website.desk.add_product()
    secret = product_keys.secret(website.desk.keys[other])
    deactivate(visitor, website, deactivation_receipt.make(secret, other, new_id))
    visitor.send()
    assert visitor.title == "Not Accepted"
    assert "This isn't a deactivation receipt of the product's license server." in visitor.text


def test_what_is_needed(website: Website, visitor: Visitor) -> None:
    deactivate(visitor, website, website.desk.server().shown, email="", cause="")
    assert "This is not a deactivation receipt" in visitor.text
    assert "Type the e-mail address" in visitor.text
    assert "Choose why the license server is deactivated." in visitor.text
