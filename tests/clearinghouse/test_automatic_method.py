"""The automatic method: documents in, IDs with certificates out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from clearinghouse import (
    Actor,
    Answer,
    Contact,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    audit,
    documents,
)
from clearinghouse.certificate_tables import authorities, writers
from codes import license_server_id, product_key
from codes.errors import NotAuthentic
from codes.proofs import Secret
from data_store import Cipher, reading, transaction
from license_certificates import keys, profile, signing_requests
from license_certificates.signing_requests import SigningRequestError
from tests.clearinghouse.desk import ANNA, DAY, LINE, Desk
from tests.clearinghouse.online import (
    NAME,
    SERVER,
    WEB,
    activated,
    ask,
    by_telephone,
    online,
    openssl_lists,
    openssl_verifies,
    signed,
    take,
)

FIVE = [reason for reason in Reason if reason is not Reason.FIRST_ACTIVATION]


def refused(act: Callable[..., Any], *args: Any, **kwargs: Any) -> RefusalCode:
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    return caught.value.code


def proves(secret: Secret, product_id: str, shown: str) -> bool:
    try:
        license_server_id.verify(secret, product_id, shown)
    except NotAuthentic:
        return False
    return True


def replace(desk: Desk, document: dict[str, Any]) -> Answer:
    asked = documents.parse_replacement(document)
    return desk.do(desk.house.replace_certificate, asked, SERVER, desk.now)


@pytest.mark.parametrize("reason", FIVE)
def test_every_reason_ends_with_a_certificate_that_openssl_accepts(
    desk: Desk, reason: Reason, tmp_path: Path
) -> None:
    server = online(desk)
    first = ask(desk, server.document(Reason.FIRST_ACTIVATION))
    assert server.believes(first)
    assert openssl_verifies(desk, first, tmp_path / "first")
    take(desk, server, first)
    desk.now += DAY
    compromised = reason is Reason.PRIVATE_KEY_COMPROMISED
    answer = ask(desk, server.document(reason, "product_key" if compromised else "previous_key"))
    assert server.believes(answer)
    assert answer.issue == 2
    assert openssl_verifies(desk, answer, tmp_path / "second")
    certificate = x509.load_pem_x509_certificate(answer.certificate)
    assert profile.names_id(certificate, answer.new_license_server_id)
    assert keys.public_der(certificate) == keys.public_der(server.key)
    assert certificate.not_valid_after_utc == answer.valid_until
    listed = openssl_lists(answer.crl, tmp_path)
    assert listed == ([int(first.new_license_server_id)] if compromised else [])
    # The one that went doesn't pass any more, with the list of the one that came.
    older = Answer(**{**vars_of(first), "crl": answer.crl})
    assert openssl_verifies(desk, older, tmp_path / "older") is not compromised
    take(desk, server, answer)
    assert desk.permission_states() == {1: "revoked" if compromised else "superseded", 2: "current"}
    assert desk.read(audit.verify) is None


def vars_of(answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in Answer.__dataclass_fields__}


def test_the_whole_way_leaves_its_marks_in_the_audit(desk: Desk) -> None:
    server = online(desk)
    contact = {"first_name": "Anna", "email": "anna@example.org", "country": "at"}
    answer = ask(desk, server.document(Reason.FIRST_ACTIVATION, contact=contact))
    request = desk.read(desk.house.request_by_case, answer.case_number)
    assert (request.state, request.issue) == (RequestState.ISSUED, 1)
    assert desk.actions(request) == [
        "request.opened",
        "request.checked",
        "id.issued",
        "certificate.signed",
    ]
    expected = [Contact(first_name="Anna", email="anna@example.org", country="AT")]
    assert desk.read(desk.house.writers, request.id) == expected
    # Nothing about the person stands in the chain, and what is stored can be erased.
    with reading(desk.engine) as connection:
        assert not any("example.org" in str(entry) for entry in audit.entries(connection))
    ask(desk, server.document(Reason.FIRST_ACTIVATION, contact=contact))
    assert desk.do(desk.house.erase_caller, "anna@example.org", ANNA, desk.now) == 1
    ask(desk, server.document(Reason.FIRST_ACTIVATION, contact=contact))
    later = desk.now + DAY
    assert desk.do(desk.house.erase_callers_before, later, ANNA, later) == 1
    assert desk.read(desk.house.writers, request.id) == []
    assert desk.read(audit.verify) is None


def test_telephone_web_and_automatic_give_one_new_id(desk: Desk) -> None:
    server = activated(desk)
    issued = desk.issued(server)
    again = desk.issue(desk.open(server, channel=WEB, caller=None))
    assert again.new_license_server_id == issued.new_license_server_id
    answer = ask(desk, server.document(Reason.SERVER_UPGRADED, "previous_key"))
    assert (answer.new_license_server_id, answer.issue) == (issued.new_license_server_id, 2)
    assert answer.case_number == issued.case_number
    once_more = ask(desk, server.document(Reason.CERTIFICATE_EXPIRED), channel=WEB)
    assert once_more.certificate == answer.certificate
    # The reason stands; the same ID was asked for.
    assert desk.read(desk.house.request, issued.id).reason is Reason.CERTIFICATE_EXPIRED
    assert desk.permission_states() == {1: "current", 2: "pending"}


def test_the_way_round_automatic_first_then_telephone(desk: Desk) -> None:
    server = activated(desk)
    answer = ask(desk, server.document(Reason.SERVER_UPGRADED))
    issued = desk.issue(desk.open(server))
    assert issued.new_license_server_id == answer.new_license_server_id
    desk.now += 14 * DAY
    server.start_wizard()
    assert ask(desk, server.document(Reason.SERVER_UPGRADED)).issue == 3


def test_a_caller_who_hangs_up_between_issue_and_confirmation_loses_nothing(desk: Desk) -> None:
    server = activated(desk)
    request = desk.issued(server)
    assert desk.do(desk.house.abandon, request.id, LINE, desk.now) == request
    assert desk.permission_states() == {1: "current", 2: "pending"}
    answer = ask(desk, server.document(Reason.CERTIFICATE_EXPIRED))
    assert answer.new_license_server_id == request.new_license_server_id
    desk.now += 14 * DAY
    desk.do(desk.house.lapse, desk.now)
    assert desk.read(desk.house.request, request.id).state is RequestState.LAPSED
    assert desk.permission_states() == {1: "current", 2: "pending"}


def test_a_reason_that_rises_after_the_issue_revokes_the_old_number(
    desk: Desk, tmp_path: Path
) -> None:
    server = activated(desk)
    first = server.current_id
    issued = desk.issued(server)
    answer = ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    assert answer.new_license_server_id == issued.new_license_server_id
    assert desk.permission_states() == {1: "revoked", 2: "pending"}
    assert openssl_lists(answer.crl, tmp_path) == [int(first)]
    assert "challenge.answered" in desk.actions(issued)
    assert ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED)).issue == 2
    assert desk.actions(issued).count("challenge.answered") == 1


def test_a_number_that_was_only_signed_for_locally_is_in_no_list_of_the_clearinghouse(
    desk: Desk, tmp_path: Path
) -> None:
    server = online(desk)
    by_telephone(desk, server)
    answer = ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    assert desk.permission_states() == {1: "revoked", 2: "pending"}
    assert openssl_lists(answer.crl, tmp_path) == []


def test_two_license_servers_with_one_product_key(desk: Desk, tmp_path: Path) -> None:
    desk.set_policy(max_servers=2)
    one, two = activated(desk), activated(desk)
    answers = [ask(desk, server.document(Reason.SERVER_UPGRADED)) for server in (one, two)]
    assert [answer.issue for answer in answers] == [3, 4]
    for number, (server, answer) in enumerate(zip((one, two), answers, strict=True)):
        assert server.believes(answer)
        assert openssl_verifies(desk, answer, tmp_path / str(number))
    assert not one.believes(answers[1])
    desk.set_policy(max_servers=2)
    third = online(desk)
    assert refused(ask, desk, third.document(Reason.FIRST_ACTIVATION)) is RefusalCode.SERVERS_LIMIT
    # One server's key proves nothing for the other.
    stolen = one.document(Reason.SERVER_UPGRADED, "previous_key")
    document = two.document(Reason.SERVER_UPGRADED, proof=stolen["proof"])
    assert refused(ask, desk, document) is RefusalCode.SIGNATURE_WRONG


def test_a_proof_is_for_this_request_and_no_other(desk: Desk) -> None:
    server = activated(desk)
    whole = server.document(Reason.SERVER_UPGRADED, "previous_key")
    other_reason = {**whole, "reason": "certificate_expired"}
    assert refused(ask, desk, other_reason) is RefusalCode.SIGNATURE_WRONG
    mac = {"by": "product_key", "mac": "0" * 64}
    assert refused(ask, desk, {**whole, "proof": mac}) is RefusalCode.SIGNATURE_WRONG
    stranger = signed(keys.make_key(), "anything")
    assert refused(ask, desk, {**whole, "proof": stranger}) is RefusalCode.SIGNATURE_WRONG
    damaged = {**whole["proof"], "signature": "AAAA"}
    assert refused(ask, desk, {**whole, "proof": damaged}) is RefusalCode.SIGNATURE_WRONG
    assert desk.permission_states() == {1: "current"}
    assert ask(desk, whole).issue == 2


def test_where_the_key_is_new_lost_or_compromised_only_the_product_key_proves(desk: Desk) -> None:
    server = activated(desk)
    held = server.held_key
    compromised = server.document(Reason.PRIVATE_KEY_COMPROMISED, "previous_key")
    assert refused(ask, desk, compromised) is RefusalCode.SIGNATURE_WRONG
    assert desk.permission_states() == {1: "current"}
    server.lose_everything()
    server.held_key = held
    document = server.document(Reason.SERVER_REDEPLOYED, "previous_key")
    assert refused(ask, desk, document) is RefusalCode.SIGNATURE_WRONG
    server.last_issue = 9
    server.start_wizard()
    unknown = server.document(Reason.SERVER_REDEPLOYED, "previous_key")
    assert refused(ask, desk, unknown) is RefusalCode.ISSUE_UNKNOWN


def test_a_revoked_key_signs_nothing_any_more(desk: Desk) -> None:
    server = activated(desk)
    ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    server.start_wizard()  # a thief of the old key, who somehow made a license server ID
    document = server.document(Reason.SERVER_UPGRADED, "previous_key")
    assert refused(ask, desk, document) is RefusalCode.SIGNATURE_WRONG


def test_a_revoked_number_gets_no_certificate(desk: Desk) -> None:
    server = online(desk)
    asked = server.document(Reason.CERTIFICATE_EXPIRED)
    by_telephone(desk, server)
    ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    assert desk.permission_states() == {1: "revoked", 2: "pending"}
    assert refused(ask, desk, asked) is RefusalCode.NOT_CURRENT
    assert refused(replace, desk, server.replacement()) is RefusalCode.NOT_CURRENT


def test_a_signing_request_with_another_key_is_refused(desk: Desk) -> None:
    server = activated(desk)
    document = server.document(Reason.SERVER_UPGRADED)
    csr = signing_requests.make(keys.make_key(), server.product_id, server.shown, NAME)
    document["certificate_signing_request"] = csr.decode("ascii")
    assert refused(ask, desk, document) is RefusalCode.KEY_MISMATCH
    assert desk.permission_states() == {1: "current"}


def test_a_thief_of_the_private_key_can_not_guess_request_proofs_for_ever(desk: Desk) -> None:
    server = activated(desk)
    other = activated(desk, desk.add_product())
    secret = product_key.secret(desk.keys[server.product_id])
    for number in range(31):
        # A license server ID of another product key, so its request proof is wrong here.
        other.last_issue = 1
        other.product_id, product = server.product_id, other.product_id
        # One made-up proof in a hundred thousand is the right one.
        while proves(secret, server.product_id, other.start_wizard()):
            pass
        other.held_key = server.held_key
        document = other.document(Reason.SERVER_UPGRADED, "previous_key")
        other.product_id = product
        code = RefusalCode.PROOF_WRONG if number < 30 else RefusalCode.TOO_MANY_WRONG_PROOFS
        assert refused(ask, desk, document) is code
    # Whoever has the product key goes on, by every method.
    assert ask(desk, server.document(Reason.SERVER_UPGRADED)).issue == 2
    server.start_wizard()
    assert desk.open(server).state is RequestState.OPENED


def test_wrong_proofs_by_api_never_cost_the_victim(desk: Desk) -> None:
    server = activated(desk)
    before = desk.permission_states(), len(desk.read(audit.of_product, desk.product_id, 999))
    mac = {"by": "product_key", "mac": "f" * 64}
    for _ in range(40):
        server.start_wizard()
        document = server.document(Reason.PRIVATE_KEY_COMPROMISED, proof=mac)
        assert refused(ask, desk, document) is RefusalCode.SIGNATURE_WRONG
    after = desk.permission_states(), len(desk.read(audit.of_product, desk.product_id, 999))
    assert before == after
    assert desk.open(server).state is RequestState.OPENED  # the line is as open as before
    assert ask(desk, server.document(Reason.SERVER_UPGRADED, "previous_key")).issue == 2


def test_whoever_sends_wrong_proofs_has_to_wait(desk: Desk) -> None:
    server, stranger = activated(desk), desk.stranger()
    mac = {"by": "product_key", "mac": "f" * 64}
    wrong = server.document(Reason.SERVER_UPGRADED, proof=mac)
    lost = online(desk)
    lost.product_id = stranger.product_id
    lost.start_wizard()
    unknown = lost.document(Reason.SERVER_UPGRADED)
    for _ in range(5):
        assert refused(ask, desk, wrong, caller="192.0.2.7") is RefusalCode.SIGNATURE_WRONG
        assert refused(ask, desk, unknown, caller="192.0.2.7") is RefusalCode.PRODUCT_UNKNOWN
    right = server.document(Reason.SERVER_UPGRADED)
    assert refused(ask, desk, right, caller="192.0.2.7") is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert refused(ask, desk, unknown) is RefusalCode.PRODUCT_UNKNOWN
    assert ask(desk, right, caller="192.0.2.8").issue == 2


def test_policy_binds_the_automatic_method(desk: Desk) -> None:
    desk.set_policy(reactivations=0)
    server = activated(desk)
    document = server.document(Reason.SERVER_UPGRADED)
    assert refused(ask, desk, document) is RefusalCode.LIMIT_REACHED
    actor = Actor("administrator", "root")
    desk.do(desk.house.set_blocked, desk.product_id, blocked=True, actor=actor, now=desk.now)
    assert refused(ask, desk, document) is RefusalCode.PRODUCT_BLOCKED
    assert refused(replace, desk, server.replacement()) is RefusalCode.PRODUCT_BLOCKED


def test_the_clearinghouse_replaces_what_the_local_ca_signed(desk: Desk, tmp_path: Path) -> None:
    server = online(desk)
    request = desk.issued(server)
    assert request.new_license_server_id
    server.accept(request.new_license_server_id)  # and nobody keys the closing code
    answer = replace(desk, server.replacement())
    assert answer.new_license_server_id == request.new_license_server_id
    assert server.believes(answer)
    assert openssl_verifies(desk, answer, tmp_path / "replaced")
    assert desk.read(desk.house.request, request.id).state is RequestState.CONFIRMED
    assert desk.permission_states() == {1: "current"}
    assert replace(desk, server.replacement()).certificate == answer.certificate


def test_only_the_current_number_and_its_key_get_a_certificate(desk: Desk) -> None:
    desk.set_policy(max_servers=2)
    server, other = online(desk), online(desk)
    by_telephone(desk, server)
    by_telephone(desk, other)
    mixed = server.replacement(new_license_server_id=other.current_id)
    assert refused(replace, desk, mixed) is RefusalCode.SIGNATURE_WRONG
    forged = server.replacement(proof=other.replacement()["proof"])
    assert refused(replace, desk, forged) is RefusalCode.SIGNATURE_WRONG
    server.current_id, own = other.current_id, server.current_id
    assert refused(replace, desk, server.replacement()) is RefusalCode.ISSUE_UNKNOWN
    server.current_id = own
    older = server.replacement()
    by_telephone(desk, server)
    assert refused(replace, desk, older) is RefusalCode.NOT_CURRENT


def test_certify_waits_for_the_id(desk: Desk) -> None:
    server = online(desk)
    request = desk.open(server)
    csr = signing_requests.make(server.key, server.product_id, server.shown, NAME)
    house = desk.house
    early = refused(desk.do, house.certify, request.id, csr, SERVER, desk.now)
    assert early is RefusalCode.WRONG_STATE
    desk.check(request)
    desk.issue(request)
    made = desk.do(house.certify, request.id, csr, SERVER, desk.now)
    desk.now += timedelta(hours=1)
    assert desk.do(house.certify, request.id, csr, SERVER, desk.now) == made
    with pytest.raises(SigningRequestError):
        desk.do(house.certify, request.id, b"nothing", SERVER, desk.now)


def test_a_revocation_list_is_kept_until_something_changes(desk: Desk, tmp_path: Path) -> None:
    desk.set_policy(max_servers=2)
    one, two = activated(desk), activated(desk)
    lists = [desk.do(desk.house.revocation_list, desk.now)]
    desk.now += timedelta(seconds=1)
    assert ask(desk, one.document(Reason.SERVER_UPGRADED)).crl == lists[0]
    stolen = [server.document(Reason.PRIVATE_KEY_COMPROMISED) for server in (one, two)]
    lists += [ask(desk, document).crl for document in stolen]  # in one second
    desk.now += timedelta(hours=23)
    lists.append(desk.do(desk.house.revocation_list, desk.now))
    desk.now += timedelta(hours=2)
    lists.append(desk.do(desk.house.revocation_list, desk.now))
    assert [len(openssl_lists(each, tmp_path)) for each in lists] == [0, 1, 2, 2, 2]
    read = [x509.load_pem_x509_crl(each) for each in lists]
    numbers = [
        each.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for each in read
    ]
    assert numbers[0] < numbers[1] < numbers[2] <= numbers[3] < numbers[4]


def test_the_authorities_are_made_once_and_their_keys_are_encrypted(desk: Desk) -> None:
    chain = desk.do(desk.house.chain, desk.now)
    assert desk.do(desk.house.chain, desk.now + DAY) == chain
    with reading(desk.engine) as connection:
        rows = connection.execute(authorities.select()).all()
        assert [b"PRIVATE KEY" in row.private_key for row in rows] == [False, False]
        made = [e.action for e in audit.entries(connection) if e.action == "authorities.made"]
    assert len(made) == 1
    rotated = type(desk.house)(Cipher([bytes([1] * 32), bytes(32)]))
    with transaction(desk.engine) as connection:
        assert rotated.renew_encryption(connection, ANNA, desk.now) == 3
        assert rotated.renew_encryption(connection, ANNA, desk.now) == 0
    desk.house = type(desk.house)(Cipher([bytes([1] * 32)]))
    assert desk.do(desk.house.revocation_list, desk.now).startswith(b"-----BEGIN X509 CRL")
    assert ask(desk, online(desk).document(Reason.FIRST_ACTIVATION)).chain == chain
    with reading(desk.engine) as connection:
        assert connection.execute(writers.select()).first() is None
