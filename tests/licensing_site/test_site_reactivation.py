"""The web-browser method: from Select Option to the new license server ID and its confirmation."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from clearinghouse import Channel, Reason, RequestState
from clearinghouse import audit as audits
from codes import license_server_id, product_id
from tests.licensing_site.website import ANNA, Visitor, Website

REASONS = [reason.value for reason in Reason][:4]


def test_the_options_of_the_site(visitor: Visitor) -> None:
    assert visitor.title == "Select Option"
    for option in ("Activate", "Reactivate", "Deactivate"):
        assert f"<strong>{option} a license server</strong>" in visitor.text
    for option in ("Install client access licenses", "Manage client licences"):
        assert f"<strong>{option}</strong>" in visitor.text
    assert visitor.text.count("an addition of ours") == 2
    assert visitor.send().status_code == 422
    assert "Choose what is to be done." in visitor.text


@pytest.mark.parametrize("reason", REASONS)
def test_page_by_page(website: Website, visitor: Visitor, reason: str) -> None:
    server = website.desk.activated()
    visitor.choose("reactivate")
    assert visitor.title == "Information Needed"
    typed = {
        "product_id": product_id.format(server.product_id),
        "license_server_id": license_server_id.format(server.shown).replace("-", " "),
    }
    visitor.send(**typed, reason=reason, **ANNA)
    assert visitor.title == "Verify Everything"
    assert visitor.code("product-id") == server.product_id
    assert visitor.code("license-server-id") == server.shown
    assert "Anna" in visitor.text
    assert "Example GmbH & Co" in visitor.text
    assert "Germany" in visitor.text
    visitor.send()
    assert visitor.title == "New License Server ID"
    closing_code = server.accept(visitor.code("new-license-server-id"))
    visitor.go(f"{visitor.path.rpartition('/')[0]}/confirm")
    visitor.send(closing_code=closing_code)
    assert visitor.title == "Confirmed"
    (request, *_) = website.desk.read(website.desk.house.requests_of_product, server.product_id)
    assert request.state is RequestState.CONFIRMED
    assert request.channel is Channel.WEB
    assert request.reason == reason
    (contact,) = website.desk.read(website.desk.house.writers, request.id)
    assert (contact.last_name, contact.country) == ("Ödegård", "DE")


def test_a_first_activation(website: Website, visitor: Visitor) -> None:
    server = website.desk.server()
    server.accept(visitor.reactivate(server, "first_activation"))
    server.start_wizard()
    visitor.ask(server, "first_activation")
    visitor.send()
    assert visitor.title == "Not Accepted"
    assert "so it isn't its first activation" in visitor.text


def test_asked_again_it_gives_the_same_id(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    by_telephone = website.desk.issued(server).new_license_server_id
    assert visitor.reactivate(server) == by_telephone
    website.desk.now += timedelta(days=3)
    assert website.browser().reactivate(server, "server_upgraded") == by_telephone


def test_reloading_and_going_back_send_nothing(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.ask(server)
    own = visitor.path.rpartition("/")[0]
    visitor.send()
    new_id, actions = visitor.code("new-license-server-id"), len(audit(website))
    for step in ("new-id", "confirm", "verify", "new-id"):
        assert visitor.go(f"{own}/{step}").status_code == 200
    assert visitor.code("new-license-server-id") == new_id
    assert len(audit(website)) == actions


def test_back_shows_what_was_typed(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.ask(server, email="anna@example.org")
    visitor.go(visitor.path.rpartition("/")[0])
    assert visitor.title == "Information Needed"
    for value in (server.product_id, server.shown, "anna@example.org", "Ödegård"):
        assert f'value="{value}"' in visitor.text
    assert 'value="certificate_expired" checked' in visitor.text
    assert '<option value="DE" selected>' in visitor.text


def test_what_is_wrong_is_named_and_what_was_typed_stays(
    website: Website, visitor: Visitor
) -> None:
    server = website.desk.activated()
    groups = list(license_server_id.split(server.shown))
    groups[2] = f"{(int(groups[2]) + 1) % 10**5:05}"
    visitor.ask(server, license_server_id="-".join(groups), first_name="", country="XX")
    assert visitor.title == "Information Needed"
    assert "Group 3 of the license server ID is wrong" in visitor.text
    assert f'value="{"-".join(groups)}"' in visitor.text
    assert f'<li data-mark="bad">{groups[2]} <span>wrong</span>' in visitor.text
    assert "Type your first name." in visitor.text
    assert "Choose your country or region." in visitor.text
    visitor.go(f"{visitor.path}/verify")
    assert visitor.title == "Information Needed"
    visitor.send(f"{visitor.path}/verify")
    assert not website.desk.read(website.desk.house.requests_of_product, server.product_id)[1:]


def test_letters_and_a_bad_address_are_told(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.ask(server, product_id="O1234", email="anna at example")
    assert "is the letter O" in visitor.text
    assert "This is no e-mail address" in visitor.text


def test_a_compromised_key_is_challenged(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.ask(server, "private_key_compromised")
    visitor.send()
    assert visitor.title == "Answer the Challenge"
    assert website.desk.permission_states() == {1: "current"}
    challenge = visitor.code("challenge")
    for wrong, says in (("", "Type the answer"), ("12", "6 digits"), ("000000", "Tries left: 4.")):
        visitor.send(answer=wrong)
        assert says in visitor.text
        assert visitor.code("challenge") == challenge
    visitor.send(answer=server.answer(challenge))
    assert visitor.title == "New License Server ID"
    assert "The old one is revoked already." in visitor.text
    assert website.desk.permission_states() == {1: "revoked", 2: "pending"}


def test_a_reason_may_rise_after_the_issue(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    new_id = visitor.reactivate(server)
    visitor.ask(server, "private_key_compromised")
    visitor.send()
    visitor.send(answer=server.answer(visitor.code("challenge")))
    assert visitor.code("new-license-server-id") == new_id
    assert website.desk.permission_states() == {1: "revoked", 2: "pending"}


def test_a_wrong_closing_code_leaves_tries(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    code = server.accept(visitor.reactivate(server))
    visitor.go(f"{visitor.path.rpartition('/')[0]}/confirm")
    wrong = f"{(int(code) + 1) % 10**4:04}"
    for typed, says in (("", "Type the closing code"), ("1", "4 digits"), (wrong, "Tries left: 9")):
        visitor.send(closing_code=typed)
        assert says in visitor.text
    visitor.send(closing_code=code)
    assert visitor.title == "Confirmed"
    visitor.send(f"{visitor.path.rpartition('/')[0]}/finish")
    assert visitor.title == "Select Option"


def test_nothing_typed_is_in_an_address(website: Website, visitor: Visitor) -> None:
    server = website.desk.activated()
    visitor.reactivate(server)
    for step in ("", "/verify", "/new-id", "/confirm"):
        visitor.go(f"{visitor.path.rpartition('/')[0]}{step}" if step else visitor.path)
        url = visitor.page.request.url
        assert urlsplit(url).query == ""
        assert not set(license_server_id.split(server.shown)) & set(
            url.replace("/", "-").split("-")
        )


def audit(website: Website) -> list[object]:
    return list(website.desk.read(lambda connection: list(audits.entries(connection))))
