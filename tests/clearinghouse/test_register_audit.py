"""The audit: a chain that shows what was done to it, and holds no personal data."""

import json

import pytest
from sqlalchemy import delete, insert, select, update

from clearinghouse import Actor, audit, contacts
from clearinghouse import tables as t
from clearinghouse.audit_examination import link
from clearinghouse.audit_findings import Finding, Kind
from data_store import reading, transaction
from tests.clearinghouse.desk import ANNA, DAY, LINE, Desk

CALLER, OTHER = "+12025550143", "+12025550177"


@pytest.fixture
def written(desk: Desk) -> Desk:
    """A register with a chain of eight entries."""
    desk.issued(desk.activated())
    assert desk.read(audit.verify) is None
    return desk


def tamper(desk: Desk, *statements: object) -> Finding:
    with transaction(desk.engine) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload] -- statements all
    broken = desk.read(audit.verify)
    assert broken is not None
    return broken


def entry(number: int) -> object:
    return t.audit_entries.c.number == number


def row(desk: Desk, number: int) -> dict[str, object]:
    with reading(desk.engine) as connection:
        found = connection.execute(select(t.audit_entries).where(entry(number)))  # type: ignore[arg-type] -- a condition
        return dict(found.mappings().one())


def changed(number: int, **values: object) -> object:
    return update(t.audit_entries).where(entry(number)).values(**values)  # type: ignore[arg-type] -- a condition


def removed(number: int) -> object:
    return delete(t.audit_entries).where(entry(number))  # type: ignore[arg-type] -- a condition


def test_an_empty_chain_holds(desk: Desk) -> None:
    with transaction(desk.engine) as connection:
        connection.execute(delete(t.audit_entries))
        connection.execute(delete(t.audit_head))
    assert desk.read(audit.verify) is None


def test_a_changed_byte_is_named(written: Desk) -> None:
    body = str(row(written, 3)["body"])
    assert tamper(written, changed(3, body=body.replace("anna", "otto"))) == Finding(
        Kind.CHANGED, 3, "it was changed", 3
    )


def test_a_changed_column_is_named(written: Desk) -> None:
    broken = tamper(written, changed(3, product_id="1" * 20))
    assert (broken.kind, broken.number) == (Kind.CHANGED, 3)
    assert "its columns" in broken.problem


def test_a_removed_entry_is_named(written: Desk) -> None:
    assert tamper(written, removed(4)) == Finding(Kind.REMOVED, 4, "it was removed", 4)


def test_a_removed_last_entry_is_named(written: Desk) -> None:
    (last,) = [e.number for e in written.read(lambda c: list(audit.entries(c)))][-1:]
    assert tamper(written, removed(last)) == Finding(Kind.REMOVED, last, "it was removed", last)


def test_swapped_entries_are_named(written: Desk) -> None:
    third, fourth = row(written, 3), row(written, 4)
    del third["number"], fourth["number"]
    broken = tamper(written, changed(3, **fourth), changed(4, **third))
    assert (broken.kind, broken.number) == (Kind.MOVED, 3)


def test_an_added_entry_is_named(written: Desk) -> None:
    last = written.read(lambda c: list(audit.entries(c)))[-1].number
    extra = row(written, last) | {"number": last + 1}
    assert tamper(written, insert(t.audit_entries).values(**extra)).number == last + 1
    properly = extra | {"previous": row(written, last)["hash"]}
    body = json.loads(str(properly["body"])) | {"number": last + 1}
    properly["body"] = audit._canonical(body)
    properly["hash"] = link(str(properly["previous"]), str(properly["body"]))
    broken = tamper(written, removed(last + 1), insert(t.audit_entries).values(**properly))
    problem = "the chain's end doesn't know it"
    assert broken == Finding(Kind.ADDED, last + 1, problem, last + 1)


def test_entries_say_who_did_what_to_which_product(written: Desk) -> None:
    newest = written.read(audit.of_product, written.product_id, 3)
    assert [e.action for e in newest] == ["id.issued", "request.checked", "request.reason"]
    assert newest[0].actor == ANNA
    assert newest[0].at == written.now
    assert newest[0].data["issue"] == 2


def test_a_caller_stands_beside_the_chain_and_can_be_erased(desk: Desk) -> None:
    server = desk.server()
    request = desk.open(server, caller=CALLER)
    desk.open(server, caller=CALLER)
    desk.open(server, caller=OTHER)
    assert desk.read(desk.house.callers, request.id) == [CALLER, OTHER]
    assert desk.actions(request) == ["request.opened", "request.asked_again"]
    entries = desk.read(audit.of_request, request.id)
    with reading(desk.engine) as connection:
        salts = connection.execute(select(t.contacts.c.salt).order_by(t.contacts.c.id)).scalars()
        expected = [
            contacts.fingerprint(salt, number)
            for salt, number in zip(salts, (CALLER, OTHER), strict=True)
        ]
        bodies = "".join(connection.execute(select(t.audit_entries.c.body)).scalars())
    assert [e.data["caller"] for e in entries] == expected
    assert CALLER not in bodies
    administrator = Actor("administrator", "root")
    assert desk.do(desk.house.erase_caller, CALLER, administrator, desk.now) == 1
    assert desk.read(desk.house.callers, request.id) == [OTHER]
    assert desk.read(audit.verify) is None


def test_an_act_that_fails_later_in_its_transaction_leaves_no_entry(desk: Desk) -> None:
    request = desk.open(desk.server())

    def fail() -> None:
        with transaction(desk.engine) as connection:
            desk.house.check(connection, request.id, LINE, desk.now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert desk.actions(request) == ["request.opened"]
    assert desk.read(audit.verify) is None


def test_numbers_of_old_calls_can_be_erased(desk: Desk) -> None:
    old = desk.open(desk.server(), caller=CALLER)
    desk.now += 30 * DAY
    fresh = desk.open(desk.server(), caller=CALLER)
    administrator = Actor("administrator", "root")
    erase = desk.house.erase_callers_before
    assert desk.do(erase, desk.now, administrator, desk.now) == 1
    assert desk.do(erase, desk.now, administrator, desk.now) == 0
    assert desk.read(desk.house.callers, old.id) == []
    assert desk.read(desk.house.callers, fresh.id) == [CALLER]
    assert desk.read(audit.verify) is None
