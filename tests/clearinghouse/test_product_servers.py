"""A product's servers and key: which one is replaced, cooling off, a key that was lost."""

import random
from datetime import timedelta
from typing import Any

import pytest

from clearinghouse import (
    Actor,
    Policy,
    Reason,
    Refusal,
    RefusalCode,
    RegisterError,
    Request,
    RequestState,
    ServerState,
    audit,
)
from codes import product_key
from codes.errors import CodeError
from tests.clearinghouse.desk import ANNA, START, Desk, LicenseServer
from tests.clearinghouse.online import activated, ask, online, take

ROOT = Actor("administrator", "root")


def refused(act: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    return caught.value


def choose(desk: Desk, request: Request, issue: int | None) -> Request:
    chosen: Request = desk.do(desk.house.choose_replaced, request.id, issue, ANNA, desk.now)
    return chosen


def redeployed(server: LicenseServer) -> LicenseServer:
    """The server without its data: it names no number any more."""
    server.last_issue = 0
    server.start_wizard()
    return server


def test_a_server_that_lost_its_number_goes_on_in_its_own_place(desk: Desk) -> None:
    server = redeployed(desk.activated())
    request = desk.open(server)
    assert refused(desk.check, request).code is RefusalCode.SERVERS_LIMIT
    chosen = choose(desk, request, 1)
    assert choose(desk, request, 1) == chosen
    standing = desk.read(desk.house.standing, request.id, desk.now)
    assert (standing.replaces, standing.server_known, standing.refusal) == (1, True, None)
    desk.reason(request, Reason.SERVER_REDEPLOYED)
    desk.check(request)
    issued = desk.issue(request)
    assert issued.new_license_server_id
    assert refused(choose, desk, request, 1).code is RefusalCode.WRONG_STATE
    desk.confirm(issued, server.accept(issued.new_license_server_id))
    assert desk.permission_states() == {1: "superseded", 2: "current"}
    (found,) = desk.read(desk.house.servers, desk.product_id)
    assert (found.issue, found.state) == (2, ServerState.ACTIVE)
    assert "request.replaces" in desk.actions(request)


def test_a_choice_can_be_taken_back_and_has_to_name_a_server(desk: Desk) -> None:
    server = redeployed(desk.activated())
    request = desk.open(server)
    assert refused(choose, desk, request, 7).code is RefusalCode.ISSUE_UNKNOWN
    choose(desk, request, 1)
    assert choose(desk, request, None).replaces is None
    assert refused(desk.check, request).code is RefusalCode.SERVERS_LIMIT
    named = desk.open(desk.activated(desk.add_product()))
    assert refused(choose, desk, named, 1).code is RefusalCode.WRONG_STATE


def test_a_replaced_server_makes_it_no_first_activation(desk: Desk) -> None:
    desk.set_policy(max_servers=2)
    desk.activated()
    request = desk.open(desk.server())
    desk.reason(request, Reason.FIRST_ACTIVATION)
    assert choose(desk, request, 1).reason is None
    desk.check(request)
    assert "reason" in str(refused(desk.issue, request))


def test_the_automatic_method_goes_on_where_a_representative_has_chosen(desk: Desk) -> None:
    server = activated(desk)
    server.lose_everything()
    document = server.document(Reason.SERVER_REDEPLOYED)
    assert refused(ask, desk, document).code is RefusalCode.SERVERS_LIMIT
    choose(desk, desk.open(server), 1)
    take(desk, server, ask(desk, document))
    assert desk.permission_states() == {1: "superseded", 2: "current"}


def test_a_server_cools_off_between_two_numbers(desk: Desk) -> None:
    desk.set_policy(cooling_off_hours=36)
    server = desk.activated()
    request = desk.open(server)
    desk.reason(request, Reason.SERVER_UPGRADED)
    said = refused(desk.check, request)
    ends = START + timedelta(hours=36)
    assert (said.code, said.next_date, said.left) == (RefusalCode.COOLING_OFF, ends.date(), None)
    standing = desk.read(desk.house.standing, request.id, desk.now)
    assert (standing.refusal, standing.next_date) == (RefusalCode.COOLING_OFF, ends.date())
    # A stolen key doesn't wait.
    desk.reason(request, Reason.PRIVATE_KEY_COMPROMISED)
    assert desk.check(request).state is RequestState.CHECKED
    desk.reason(request, Reason.SERVER_UPGRADED)
    assert refused(desk.issue, request).code is RefusalCode.COOLING_OFF
    desk.now = ends
    assert desk.issue(request).issue == 2


def test_what_was_issued_is_read_out_while_the_server_cools_off(desk: Desk) -> None:
    server = desk.activated()
    issued = desk.issued(server)
    desk.set_policy(cooling_off_hours=36)
    assert desk.check(desk.open(server)) == issued
    with pytest.raises(ValueError, match="cooling-off"):
        Policy(cooling_off_hours=-1)


def new_key(desk: Desk, product_id: str) -> str:
    return product_key.make(product_id, random.Random(99).randbytes(15))


def replace_key(desk: Desk, key: str) -> None:
    desk.do(desk.house.replace_product_key, desk.product_id, key, ROOT, desk.now)


def test_a_lost_product_key_is_void_from_its_replacement_on(desk: Desk) -> None:
    server = activated(desk)
    old_key, key = desk.keys[desk.product_id], new_key(desk, desk.product_id)
    replace_key(desk, key)
    server.start_wizard()
    assert refused(desk.open, server).code is RefusalCode.PROOF_WRONG
    document = server.document(Reason.SERVER_UPGRADED)
    assert refused(ask, desk, document).code is RefusalCode.SIGNATURE_WRONG
    desk.keys[desk.product_id] = key
    # The number that the server holds stays good: with the new key it goes on.
    assert desk.permission_states() == {1: "current"}
    renewed = online(desk)
    renewed.last_issue, renewed.held_key = server.last_issue, server.held_key
    renewed.start_wizard()
    answer = ask(desk, renewed.document(Reason.SERVER_UPGRADED, "previous_key"))
    assert renewed.believes(answer)
    take(desk, renewed, answer)
    assert desk.permission_states() == {1: "superseded", 2: "current"}
    with pytest.raises(RegisterError, match="already"):
        replace_key(desk, key)
    told = [e for e in desk.read(audit.of_product, desk.product_id, 99) if "key" in e.action]
    assert [entry.action for entry in told] == ["product.key_replaced"]
    assert told[0].actor == ROOT
    assert old_key not in str(told)
    assert desk.read(audit.verify) is None


def test_what_was_asked_for_under_the_old_key_ends(desk: Desk) -> None:
    desk.set_policy(max_servers=3)
    first, second = desk.activated(), desk.server()
    issued, opened = desk.issued(first), desk.open(second)
    replace_key(desk, new_key(desk, desk.product_id))
    assert desk.read(desk.house.request, issued.id).state is RequestState.LAPSED
    assert desk.read(desk.house.request, opened.id).state is RequestState.ABANDONED
    assert issued.new_license_server_id
    closing = first.accept(issued.new_license_server_id)
    assert refused(desk.confirm, issued, closing).code is RefusalCode.CLOSING_CODE_WRONG
    assert refused(desk.open, first, shown=issued.license_server_id).code is RefusalCode.PROOF_WRONG
    assert desk.permission_states() == {1: "current", 2: "pending"}


def test_a_new_key_has_to_belong_to_a_product_that_is_registered(desk: Desk) -> None:
    with pytest.raises(CodeError):
        replace_key(desk, "0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
    stranger = desk.stranger().product_id
    key = new_key(desk, stranger)
    with pytest.raises(RegisterError, match="doesn't know"):
        desk.do(desk.house.replace_product_key, stranger, key, ROOT, desk.now)


def test_the_servers_of_a_product_in_every_state(desk: Desk) -> None:
    desk.set_policy(max_servers=3)
    active = desk.activated()
    pending = desk.issued(desk.server(), Reason.FIRST_ACTIVATION)
    found = desk.read(desk.house.servers, desk.product_id)
    assert [(server.issue, server.state) for server in found] == [
        (active.last_issue, ServerState.ACTIVE),
        (pending.issue, ServerState.PENDING),
    ]
    assert (found[0].issued_at, found[0].accepted_at) == (START, START)
    assert (found[1].accepted_at, found[1].deactivated_at, found[1].revoked) == (None, None, ())
    assert desk.read(desk.house.servers, desk.add_product()) == []
