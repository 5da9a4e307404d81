"""Several processes at once: one request, one ID, one chain."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from clearinghouse import Channel, DeactivationCause, Reason, audit
from clearinghouse.tables import audit_entries, audit_head, permissions, requests
from data_store import reading, transaction
from tests.clearinghouse.desk import Desk
from tests.clearinghouse.online import SERVER, activated, ask, online

T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Run acts in parallel transactions; gives what they gave."""
    barrier = threading.Barrier(len(acts))
    results: list[T] = []
    failures: list[BaseException] = []

    def run(act: Callable[[], T]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except BaseException as error:  # noqa: BLE001 -- raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def test_an_id_that_is_issued_by_many_at_once_is_one_id(desk: Desk) -> None:
    request = desk.open(desk.server())
    desk.check(request)
    issued = at_once(*[lambda: desk.issue(request)] * 8)
    assert len({found.new_license_server_id for found in issued}) == 1
    assert desk.permission_states() == {1: "pending"}
    assert desk.actions(request).count("id.issued") == 1
    assert desk.read(audit.verify) is None


def test_a_request_that_is_opened_by_many_at_once_is_one_request(desk: Desk) -> None:
    server = desk.server()
    opened = at_once(*[lambda: desk.open(server)] * 8)
    assert len({found.case_number for found in opened}) == 1


def test_a_document_that_is_sent_by_many_at_once_gets_one_certificate(desk: Desk) -> None:
    """Also the first of all, for which the authorities are made."""
    server = online(desk)
    document = server.document(Reason.FIRST_ACTIVATION)
    answers = at_once(*[lambda: ask(desk, document)] * 8)
    assert len({(answer.new_license_server_id, answer.certificate) for answer in answers}) == 1
    assert len({answer.chain for answer in answers}) == 1
    assert desk.permission_states() == {1: "pending"}
    assert desk.read(audit.verify) is None


def test_a_receipt_that_is_shown_by_many_at_once_ends_one_server_once(desk: Desk) -> None:
    server = activated(desk)
    show = partial(
        desk.do,
        desk.house.deactivate,
        product_id=server.product_id,
        receipt=server.receipt(),
        cause=DeactivationCause.CERTIFICATE_EXPIRED,
        channel=Channel.AUTOMATIC,
        actor=SERVER,
        now=desk.now,
    )
    told = at_once(*[show] * 8)
    assert len({each.confirmation for each in told}) == 1
    entries = desk.read(audit.of_product, desk.product_id, 99)
    assert [entry.action for entry in entries].count("server.deactivated") == 1


def test_the_first_entry_of_all_may_be_written_by_two_at_once(desk: Desk) -> None:
    with transaction(desk.engine) as connection:
        for table in (audit_entries, audit_head):
            connection.execute(delete(table))
    at_once(*[partial(desk.open, desk.server()) for _ in range(4)])
    assert desk.read(audit.verify) is None


def test_products_that_change_at_once_share_one_chain(desk: Desk) -> None:
    servers = [desk.server(desk.add_product()) for _ in range(6)]
    issued = at_once(*[partial(desk.issued, server) for server in servers])
    assert [found.issue for found in issued] == [1] * 6
    assert desk.read(audit.verify) is None


def test_the_last_defence_against_a_second_request_or_id(desk: Desk) -> None:
    request = desk.issued(desk.server())
    with reading(desk.engine) as connection:
        row = dict(connection.execute(select(requests)).mappings().one())
        issued = dict(connection.execute(select(permissions)).mappings().one())

    def again(table: object, values: dict[str, object]) -> None:
        with transaction(desk.engine) as connection:
            connection.execute(insert(table), values)  # type: ignore[arg-type] -- a table

    with pytest.raises(IntegrityError):
        again(requests, row | {"id": 99, "case_number": "0" * 12})
    with pytest.raises(IntegrityError):
        again(permissions, issued | {"id": 99, "issue": 2})
    with pytest.raises(IntegrityError):
        again(permissions, issued | {"id": 99, "request_id": 99})
    # One that stands no longer is history, and there may be any number of them.
    later = desk.now + timedelta(days=99)
    history = {"id": 99, "case_number": "0" * 12, "is_standing": False, "opened_at": later}
    again(requests, row | history)
    assert desk.read(desk.house.request, 99).license_server_id == request.license_server_id
