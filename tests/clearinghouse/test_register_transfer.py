"""The whole register as one file: written, read back, and refused where it was touched."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, select, update

from clearinghouse import (
    Actor,
    Channel,
    DeactivationCause,
    Reason,
    audit,
    customers,
    transfer,
    webhooks,
)
from clearinghouse.audit_keys import Signer
from clearinghouse.packs import PackKind
from clearinghouse.passphrase import TransferError
from clearinghouse.tables import audit_entries, metadata, products
from clearinghouse.transfer_rows import PLAIN, SECRETS
from codes import product_key
from data_store import Cipher, transaction
from tests.clearinghouse.desk import START, Desk
from tests.clearinghouse.online import activated, ask

ROOT = Actor("administrator", "root")
PASSPHRASE = "three blind mice"
# What the register of these tests has nothing of.
EMPTY = {"wrong_tries", "outbox"}
OLD, NEW = Cipher([bytes(32)]), Cipher([b"\x01" * 32])


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys at a cost that fits a test."""
    monkeypatch.setattr("clearinghouse.passphrase._COST", {"n": 16, "r": 8, "p": 1})


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.load_or_create(tmp_path / "audit.key")


@pytest.fixture
def full(engine: Engine, signer: Signer) -> Desk:
    """A register with something in every corner."""
    audit.sign_with(engine, signer)
    desk = Desk(engine)
    server = desk.activated()
    desk.issued(server, Reason.CERTIFICATE_EXPIRED)
    desk.open(desk.server(desk.add_product()))
    holder = desk.do(customers.add, name="Größe Ltd", contact="", actor=ROOT, now=desk.now)
    desk.do(customers.give, desk.product_id, holder, ROOT, desk.now)
    ended = activated(desk, desk.add_product())
    contact = {"email": "anna@example.org"}
    ask(desk, ended.document(Reason.SERVER_UPGRADED, contact=contact))
    desk.do(
        desk.house.deactivate,
        product_id=ended.product_id,
        receipt=ended.receipt(),
        cause=DeactivationCause.SERVER_REDEPLOYED,
        channel=Channel.TELEPHONE,
        actor=ROOT,
        now=desk.now,
    )
    desk.do(
        desk.house.add_pack,
        version=3,
        kind=PackKind.PER_USER,
        quantity=5,
        customer="Größe Ltd",
        actor=ROOT,
        now=desk.now,
    )
    events = webhooks.TYPES
    url = "https://receiver.example/hook"
    desk.do(webhooks.add, OLD, url=url, events=events, actor=ROOT, now=desk.now)
    return desk


def exported(desk: Desk, signer: Signer) -> list[str]:
    file = io.StringIO()
    with transaction(desk.engine) as connection:
        transfer.write(
            connection, file, cipher=OLD, signer=signer, passphrase=PASSPHRASE, now=desk.now
        )
    return file.getvalue().splitlines(keepends=True)


def empty(engine: Engine) -> None:
    metadata.drop_all(engine)
    metadata.create_all(engine)


def imported(
    engine: Engine, lines: list[str], passphrase: str = PASSPHRASE, *, despite: bool = False
) -> None:
    heading = transfer.read_heading(lines[0], passphrase)
    with transaction(engine) as connection:
        transfer.require_empty(connection)
        transfer.read(connection, heading, lines[1:], NEW)
        transfer.settle(connection, heading, ROOT, START, despite=despite)


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the register but the secrets, which are encrypted with another key."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with transaction(engine) as connection:
        for table in transfer.tables():
            columns = [column for column in table.columns if str(column) not in SECRETS]
            query = select(*columns).order_by(*table.primary_key)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def test_a_register_goes_into_a_file_and_comes_back(full: Desk, signer: Signer) -> None:
    before, lines = content(full.engine), exported(full, signer)
    empty(full.engine)
    imported(full.engine, lines)
    after = content(full.engine)
    last = after["audit_entries"].pop()
    assert "register.imported" in str(last)
    assert after.pop("audit_head") != before.pop("audit_head")
    assert after == before
    assert {name for name, rows in before.items() if not rows} <= EMPTY
    assert full.read(audit.examine) == []


def test_the_register_goes_on_where_it_was(full: Desk, signer: Signer) -> None:
    lines = exported(full, signer)
    empty(full.engine)
    imported(full.engine, lines)
    full.house._cipher = NEW
    # New rows get ids of their own, and the keys that came along verify and make codes.
    server = full.server(full.add_product())
    request = full.issued(server)
    assert request.new_license_server_id
    assert server.accept(request.new_license_server_id)
    assert full.read(audit.examine) == []
    # The CAs' keys came along as well.
    assert full.do(full.house.revocation_list, full.now)


def test_secrets_are_in_the_file_only_encrypted(full: Desk, signer: Signer) -> None:
    whole = "".join(exported(full, signer))
    for key in full.keys.values():
        assert key not in whole
        assert product_key.format(key) not in whole
    assert signer.to_pem().decode().splitlines()[1] not in whole
    with transaction(full.engine) as connection:
        stored = connection.execute(select(products.c.product_key)).scalars().all()
    for each in stored:
        assert each.hex() not in whole


def test_every_column_of_bytes_is_known_as_secret_or_not() -> None:
    bytes_columns = {
        str(column)
        for table in transfer.tables()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_columns == SECRETS.keys() | PLAIN


def change(lines: list[str], table: str, **values: object) -> list[str]:
    """Change the first row of a table."""
    changed = list(lines)
    for place, line in enumerate(lines):
        said = json.loads(line)
        if said.get("table") == table:
            said["row"] |= values
            changed[place] = json.dumps(said, ensure_ascii=False) + "\n"
            return changed
    raise LookupError(table)


@pytest.mark.parametrize(
    ("touch", "says"),
    [
        (lambda lines: change(lines, "products", name="Another"), "was changed after"),
        (lambda lines: lines[:-2] + lines[-1:], "was changed after"),
        (lambda lines: lines[:-1], "has no end"),
        (lambda lines: [*lines, lines[-2]], "stands after the end"),
        (lambda lines: [*lines[:3], "x\n", *lines[3:]], "Line 4: it isn't a JSON object"),
        (lambda lines: [*lines[:-1], '{"end": {}}\n'], "was changed after"),
        (lambda lines: [*lines[:-1], '{"end": []}\n'], "was changed after"),
        (lambda lines: change(lines, "products", colour="red"), "column 'colour'"),
        (lambda lines: [lines[0], '{"table": "strange"}\n'], "table 'strange' isn't known"),
        (lambda lines: [lines[0], '{"table": "products"}\n'], "Line 2: it holds no row"),
        (
            lambda lines: [lines[0], '{"table": "products", "row": {}}\n'],
            "products lacks the column 'product_id'",
        ),
        (lambda lines: change(lines, "products", added_at="noon"), "a value is malformed"),
        (lambda lines: change(lines, "products", product_key="AAAA"), "passphrase isn't the one"),
        (lambda lines: change(lines, "requests", product_id="7" * 20), "don't fit|was changed"),
        (lambda lines: [*lines[:2], *lines[1:]], "don't fit"),
        (lambda lines: ['{"format": "letter"}\n', *lines[1:]], "no exported register"),
    ],
)
def test_a_file_that_was_touched(
    full: Desk, signer: Signer, touch: Callable[[list[str]], list[str]], says: str
) -> None:
    lines = touch(exported(full, signer))
    empty(full.engine)
    before = content(full.engine)
    with pytest.raises(TransferError, match=says):
        imported(full.engine, lines)
    assert content(full.engine) == before


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        (None, "doesn't say how"),
        ({"salt": "?"}, "doesn't say how"),
        ({"salt": "", "scrypt": {"n": 2**30, "r": 8, "p": 1}}, "isn't known here"),
    ],
)
def test_keys_that_would_be_derived_in_another_way(
    full: Desk, signer: Signer, keys: object, says: str
) -> None:
    heading = json.dumps(json.loads(exported(full, signer)[0]) | {"keys": keys})
    with pytest.raises(TransferError, match=says):
        transfer.read_heading(heading, PASSPHRASE)


def test_passphrases(full: Desk, signer: Signer) -> None:
    lines = exported(full, signer)
    with pytest.raises(TransferError, match="isn't the one of this file"):
        transfer.read_heading(lines[0], "four blind mice")
    with pytest.raises(TransferError, match="at least 12"):
        transfer.read_heading(lines[0], "mice")


def test_nothing_is_imported_into_a_register_in_use(full: Desk, signer: Signer) -> None:
    lines = exported(full, signer)
    before = content(full.engine)
    with pytest.raises(TransferError, match="holds data already"):
        imported(full.engine, lines)
    assert content(full.engine) == before


def test_an_audit_that_is_not_whole_is_imported_only_by_decision(
    full: Desk, signer: Signer
) -> None:
    with transaction(full.engine) as connection:
        second = audit_entries.c.number == 2
        connection.execute(update(audit_entries).where(second).values(seal="0" * 64))
        third = audit_entries.c.number == 3
        connection.execute(update(audit_entries).where(third).values(hash="0" * 64))
    lines = exported(full, signer)
    empty(full.engine)
    with pytest.raises(TransferError, match=r"Entry 2: it was changed"):
        imported(full.engine, lines)
    imported(full.engine, lines, despite=True)
    entries = full.read(lambda connection: list(audit.entries(connection)))
    assert entries[-1].data["findings"] == 2


def test_the_same_product_key_is_stored_for_the_new_key_file(full: Desk, signer: Signer) -> None:
    lines = exported(full, signer)
    empty(full.engine)
    imported(full.engine, lines)
    with transaction(full.engine) as connection:
        row = connection.execute(select(products).limit(1)).one()
    held = NEW.decrypt(row.product_key, row.product_id.encode())
    assert held.decode() == full.keys[row.product_id]
