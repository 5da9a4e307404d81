"""Deactivation, and what comes after it."""

from datetime import timedelta
from typing import Any

import pytest

from clearinghouse import (
    Contact,
    Deactivation,
    DeactivationCause,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    ServerState,
    audit,
)
from clearinghouse.certificate_tables import deactivations, writers
from codes import deactivation_confirmation, deactivation_receipt, product_key
from codes.errors import CodeError
from data_store import reading
from tests.clearinghouse.desk import ANNA, DAY, Desk
from tests.clearinghouse.online import (
    SERVER,
    TELEPHONE,
    OnlineServer,
    activated,
    ask,
    by_telephone,
    online,
    take,
)

ANNA_WRITES = Contact(first_name="Anna", email="anna@example.org")


def deactivate(desk: Desk, server: OnlineServer, receipt: str | None = None, **more: Any) -> Any:
    values = {"actor": SERVER, "contact": ANNA_WRITES, "channel": TELEPHONE, **more}
    return desk.do(
        desk.house.deactivate,
        product_id=server.product_id,
        receipt=receipt or server.receipt(),
        cause=DeactivationCause.SERVER_REDEPLOYED,
        now=desk.now,
        **values,
    )


def refused(*args: Any, **kwargs: Any) -> RefusalCode:
    with pytest.raises(Refusal) as caught:
        deactivate(*args, **kwargs)
    return caught.value.code


def wrong_receipt(server: OnlineServer) -> str:
    stranger = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
    return deactivation_receipt.make(stranger, server.product_id, server.current_id)


def server_states(desk: Desk) -> list[tuple[int, ServerState]]:
    found = desk.read(desk.house.servers, desk.product_id)
    return [(server.issue, server.state) for server in found]


def test_a_receipt_is_confirmed_and_the_place_is_free(desk: Desk) -> None:
    server = activated(desk)
    assert server_states(desk) == [(1, ServerState.ACTIVE)]
    told = deactivate(desk, server)
    secret = product_key.secret(desk.keys[desk.product_id])
    assert deactivation_confirmation.verify(
        secret, server.product_id, server.receipt(), told.confirmation
    )
    assert (told.issue, told.at) == (1, desk.now)
    assert desk.permission_states() == {1: "deactivated"}
    assert server_states(desk) == [(1, ServerState.DEACTIVATED)]
    # Another server finds the place.
    another = activated(desk)
    assert another.last_issue == 2
    assert server_states(desk) == [(1, ServerState.DEACTIVATED), (2, ServerState.ACTIVE)]
    with reading(desk.engine) as connection:
        (row,) = connection.execute(deactivations.select()).all()
        (writer,) = connection.execute(writers.select()).all()
    assert (row.cause, row.channel) == ("server_redeployed", "telephone")
    assert writer.email == "anna@example.org"
    assert desk.read(audit.verify) is None


def test_the_same_receipt_gets_the_same_confirmation_and_changes_nothing(desk: Desk) -> None:
    server = activated(desk)
    told = deactivate(desk, server)
    before = len(desk.read(audit.of_product, desk.product_id, 99))
    desk.now += DAY
    assert deactivate(desk, server, actor=ANNA, contact=Contact()) == told
    again = deactivate(desk, server, deactivation_receipt.format(server.receipt()))
    assert isinstance(again, Deactivation)
    assert again == told
    assert len(desk.read(audit.of_product, desk.product_id, 99)) == before


def test_an_activation_again_needs_a_place_and_counts_as_a_reactivation(desk: Desk) -> None:
    desk.set_policy(reactivations=1)
    server = activated(desk)
    deactivate(desk, server)
    receipt = server.receipt()
    other = activated(desk)
    server.start_wizard()
    request = desk.open(server)
    assert request.reason is Reason.FIRST_ACTIVATION  # nobody has to be asked
    with pytest.raises(Refusal) as caught:
        desk.check(request)
    assert caught.value.code is RefusalCode.SERVERS_LIMIT
    deactivate(desk, other)
    desk.check(request)
    again = desk.issue(request)
    assert (again.issue, server_states(desk)[0]) == (3, (1, ServerState.DEACTIVATED))
    # The pending activation holds the place.
    other.start_wizard()
    with pytest.raises(Refusal) as caught:
        ask(desk, other.document(Reason.FIRST_ACTIVATION))
    assert caught.value.code is RefusalCode.SERVERS_LIMIT
    assert again.new_license_server_id
    desk.confirm(again, server.accept(again.new_license_server_id))
    assert server_states(desk)[0] == (3, ServerState.ACTIVE)
    assert desk.permission_states() == {1: "deactivated", 2: "deactivated", 3: "current"}
    # What was said at the first deactivation does nothing to the server as it is now.
    assert deactivate(desk, server, receipt).issue == 1
    assert server_states(desk)[0] == (3, ServerState.ACTIVE)
    assert deactivate(desk, server).issue == 3
    server.start_wizard()
    with pytest.raises(Refusal) as caught:
        ask(desk, server.document(Reason.FIRST_ACTIVATION, "previous_key"))
    assert caught.value.code is RefusalCode.LIMIT_REACHED


@pytest.mark.parametrize("reason", ["certificate_expired", "server_redeployed"])
def test_a_deactivated_server_is_not_reactivated(desk: Desk, reason: str) -> None:
    server = activated(desk)
    before = desk.open(server)
    desk.reason(before, Reason(reason))
    deactivate(desk, server)
    standing = desk.read(desk.house.standing, before.id, desk.now)
    assert standing.refusal is RefusalCode.DEACTIVATED
    server.start_wizard()
    with pytest.raises(Refusal) as caught:
        ask(desk, server.document(Reason(reason)))
    assert caught.value.code is RefusalCode.DEACTIVATED
    answer = ask(desk, server.document(Reason.FIRST_ACTIVATION, "previous_key"))
    take(desk, server, answer)
    assert server_states(desk) == [(2, ServerState.ACTIVE)]


def test_a_key_that_was_compromised_before_the_deactivation_is_revoked(desk: Desk) -> None:
    server = activated(desk)
    deactivate(desk, server)
    ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    assert desk.permission_states() == {1: "revoked", 2: "pending"}
    assert desk.read(desk.house.servers, desk.product_id)[0].revoked == (1,)


def test_a_request_that_was_under_way_ends_with_the_deactivation(desk: Desk) -> None:
    server = activated(desk)
    issued = desk.issued(server)
    deactivate(desk, server)
    assert desk.permission_states() == {1: "deactivated", 2: "deactivated"}
    assert desk.read(desk.house.request, issued.id).state is RequestState.LAPSED
    assert issued.new_license_server_id
    closing = server.accept(issued.new_license_server_id)
    with pytest.raises(Refusal) as caught:
        desk.confirm(issued, closing)
    assert caught.value.code is RefusalCode.DEACTIVATED
    # Its receipt by the number that it took all the same.
    assert refused(desk, server) is RefusalCode.DEACTIVATED


def test_a_receipt_shows_that_a_number_was_accepted(desk: Desk) -> None:
    server = online(desk)
    request = desk.issued(server)
    assert request.new_license_server_id
    server.accept(request.new_license_server_id)
    assert deactivate(desk, server).issue == 1
    assert desk.read(desk.house.request, request.id).state is RequestState.CONFIRMED
    assert "id.confirmed" in desk.actions(request)


def test_the_receipt_of_an_earlier_number_is_refused(desk: Desk) -> None:
    server = activated(desk)
    receipt = server.receipt()
    by_telephone(desk, server)
    assert refused(desk, server, receipt) is RefusalCode.NOT_CURRENT
    assert desk.permission_states() == {1: "superseded", 2: "current"}
    revoked = server.receipt()
    answer = ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    # The server may still hold the revoked number: its call broke off.
    assert server_states(desk) == [(2, ServerState.REVOKED)]
    take(desk, server, answer)
    assert refused(desk, server, revoked) is RefusalCode.NOT_CURRENT


def test_a_server_whose_number_was_revoked_can_be_deactivated(desk: Desk) -> None:
    server = activated(desk)
    ask(desk, server.document(Reason.PRIVATE_KEY_COMPROMISED))
    assert deactivate(desk, server).issue == 1
    assert desk.permission_states() == {1: "revoked", 2: "deactivated"}
    assert server_states(desk) == [(1, ServerState.DEACTIVATED)]


def test_wrong_receipts_are_counted_and_slowed_down(desk: Desk) -> None:
    server = activated(desk)
    wrong = wrong_receipt(server)
    for _ in range(30):
        assert refused(desk, server, wrong) is RefusalCode.RECEIPT_WRONG
    assert refused(desk, server) is RefusalCode.TOO_MANY_WRONG_PROOFS
    assert desk.permission_states() == {1: "current"}
    # They close neither the line nor the representative's desk.
    assert desk.open(server).state is RequestState.OPENED
    assert refused(desk, server, wrong, actor=ANNA) is RefusalCode.RECEIPT_WRONG
    assert deactivate(desk, server, actor=ANNA).issue == 1
    desk.now += DAY
    assert deactivate(desk, server).issue == 1


def test_whoever_shows_wrong_receipts_has_to_wait(desk: Desk) -> None:
    server, stranger = activated(desk), desk.stranger()
    unknown = online(desk)
    unknown.product_id, unknown.current_id = stranger.product_id, server.current_id
    for _ in range(5):
        assert refused(desk, unknown, caller="192.0.2.7") is RefusalCode.PRODUCT_UNKNOWN
        wrong = wrong_receipt(server)
        assert refused(desk, server, wrong, caller="192.0.2.7") is RefusalCode.RECEIPT_WRONG
    assert refused(desk, server, caller="192.0.2.7") is RefusalCode.TOO_MANY_WRONG_PROOFS
    desk.now += timedelta(hours=1)
    assert deactivate(desk, server, caller="192.0.2.7").issue == 1


def test_a_receipt_of_a_number_that_was_never_issued(desk: Desk) -> None:
    server = activated(desk)
    server.current_id = "009" + server.current_id[3:]
    with pytest.raises(CodeError):
        deactivate(desk, server, "123")
    secret = product_key.secret(desk.keys[desk.product_id])
    other = desk.issued(activated(desk, desk.add_product())).new_license_server_id
    assert other
    receipt = deactivation_receipt.make(secret, server.product_id, other)
    assert refused(desk, server, receipt) is RefusalCode.RECEIPT_WRONG


def test_a_lower_number_confirmed_late_does_not_end_a_deactivation(desk: Desk) -> None:
    server = activated(desk)
    lower = desk.issued(server)
    desk.now += 15 * DAY
    server.start_wizard()
    higher = desk.issued(server)
    assert higher.new_license_server_id
    desk.confirm(higher, server.accept(higher.new_license_server_id))
    deactivate(desk, server)
    assert desk.read(desk.house.request, lower.id).state is RequestState.LAPSED
    assert server_states(desk) == [(3, ServerState.DEACTIVATED)]
    assert desk.do(desk.house.lapse, desk.now + 30 * DAY) == 0
