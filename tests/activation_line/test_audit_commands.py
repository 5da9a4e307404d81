"""`activation-line audit`, and the head that is kept beside the database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import delete, select, update

from activation_line.audit_keeping import keep_head, kept_head
from activation_line.wiring import Line
from clearinghouse import Actor, Policy, audit
from clearinghouse.audit_keys import Signer
from clearinghouse.tables import audit_entries, audit_head
from codes import product_id as product_ids
from codes import product_key as product_keys
from data_store import StoreError, transaction
from tests.activation_line.test_commands import NOW, command

ROOT = Actor("administrator", "root")
Run = Callable[..., Result]


@pytest.fixture
def line(wire: Callable[..., Line]) -> Line:
    """A line with three entries in its audit."""
    import random  # noqa: PLC0415 -- here alone

    line = wire()
    rng = random.Random(3)
    product_id = product_ids.random(rng)
    with transaction(line.engine) as connection:
        line.clearinghouse.add_product(
            connection,
            product_id=product_id,
            product_key=product_keys.make(product_id, rng.randbytes(15)),
            name="Example suite",
            policy=Policy(),
            actor=ROOT,
            now=NOW,
        )
    add_entries(line, 2)
    return line


def add_entries(line: Line, count: int) -> None:
    for number in range(count):
        with transaction(line.engine) as connection:
            data = {"note": number}
            audit.append(connection, "test.noted", actor=ROOT, now=NOW, data=data)


@pytest.fixture
def run(environment: dict[str, str], line: Line) -> Run:
    def do(*arguments: str) -> Result:
        return command("audit", *arguments, env=environment)

    return do


def cut_off_the_last(line: Line) -> None:
    """Delete the last entry and set the chain's end back, as who may write the database can."""
    with transaction(line.engine) as connection:
        number = connection.execute(select(audit_head.c.number)).scalar_one()
        connection.execute(delete(audit_entries).where(audit_entries.c.number == number))
        before = select(audit_entries.c.hash).where(audit_entries.c.number == number - 1)
        connection.execute(
            update(audit_head).values(number=number - 1, hash=before.scalar_subquery())
        )


def test_a_whole_audit(run: Run) -> None:
    told = run("verify")
    assert (told.exit_code, told.stdout) == (0, "The audit is whole.\n")
    assert json.loads(run("verify", "--json").stdout) == {"ok": True, "findings": []}


def test_a_changed_entry(run: Run, line: Line) -> None:
    with transaction(line.engine) as connection:
        connection.execute(
            update(audit_entries).where(audit_entries.c.number == 2).values(body='{"note": 5}')
        )
    told = run("verify")
    assert told.exit_code == 1
    assert told.stdout == "entry 2: it was changed\n1 findings.\n"
    (found,) = json.loads(run("verify", "--json").stdout)["findings"]
    assert (found["kind"], found["number"]) == ("changed", 2)


def test_the_last_entry_cut_off(run: Run, line: Line, tmp_path: Path) -> None:
    head, key = tmp_path / "head.json", tmp_path / "audit.pem"
    assert run("head", str(head)).exit_code == 0
    assert run("key", str(key)).exit_code == 0
    assert json.loads(head.read_text())["public_key"] == key.read_text()
    cut_off_the_last(line)
    assert run("verify").exit_code == 0
    told = run("verify", "--head", str(head), "--key", str(key))
    assert told.exit_code == 1
    assert "entry 3: it was removed" in told.stdout


def test_a_head_of_another_key(run: Run, line: Line, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    run("head", str(head))
    line.settings.audit_key_file.unlink()
    Signer.load_or_create(line.settings.audit_key_file)
    told = run("verify", "--head", str(head))
    assert told.exit_code == 1
    assert "isn't signed with this key" in told.stdout
    assert "entries 1 to 3: each: it was changed" in told.stdout


def test_the_kept_head_is_compared_without_being_asked_for(run: Run, line: Line) -> None:
    path = line.settings.audit_head_file
    keep_head(line.register, path)
    keep_head(line.register, path)
    kept = kept_head(path)
    assert kept is not None
    assert kept.number == 3
    cut_off_the_last(line)
    assert "entry 3: it was removed" in run("verify").stdout


def test_the_kept_head_does_not_follow_a_chain_that_was_cut(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    path = line.settings.audit_head_file
    keep_head(line.register, path)
    before = kept_head(path)
    cut_off_the_last(line)
    keep_head(line.register, path)
    assert "doesn't go on from entry 3" in caplog.text
    add_entries(line, 2)
    keep_head(line.register, path)
    assert kept_head(path) == before
    assert len(caplog.records) == 2


def test_the_kept_head_moves_on(line: Line) -> None:
    path = line.settings.audit_head_file
    keep_head(line.register, path)
    add_entries(line, 1)
    keep_head(line.register, path)
    kept = kept_head(path)
    assert kept is not None
    assert kept.number == 4


def test_nothing_is_kept_of_an_empty_audit(wire: Callable[..., Line]) -> None:
    line = wire()
    keep_head(line.register, line.settings.audit_head_file)
    assert kept_head(line.settings.audit_head_file) is None


def test_a_damaged_kept_head(run: Run, line: Line) -> None:
    line.settings.audit_head_file.write_text("{")
    told = run("verify")
    assert told.exit_code == 2
    assert "audit-head.json" in told.stderr
    line.settings.audit_head_file.write_bytes(b"\xff")
    with pytest.raises(StoreError, match="can't be read"):
        kept_head(line.settings.audit_head_file)


def test_an_older_register_begins_to_be_signed(
    wire: Callable[..., Line], line: Line, run: Run
) -> None:
    with transaction(line.engine) as connection:
        connection.execute(update(audit_entries).values(signature=None, seal=None))
    again = wire()
    with transaction(again.engine) as connection:
        last = list(audit.entries(connection))[-1]
    assert (last.number, last.action, last.data) == (4, "audit.signing", {"unsigned": 3})
    assert run("verify").exit_code == 0


def test_an_audit_without_signatures_is_no_older_one_where_a_head_is_kept(
    wire: Callable[..., Line], line: Line, run: Run
) -> None:
    keep_head(line.register, line.settings.audit_head_file)
    with transaction(line.engine) as connection:
        connection.execute(update(audit_entries).values(signature=None, seal=None))
    wire()
    told = run("verify")
    assert told.exit_code == 1
    assert "entries 1 to 3: each: it has no signature" in told.stdout


def test_looking_does_not_begin_to_sign(line: Line, run: Run) -> None:
    with transaction(line.engine) as connection:
        connection.execute(update(audit_entries).values(signature=None, seal=None))
    told = run("verify")
    assert told.exit_code == 1
    assert "entries 1 to 3: each: it has no signature" in told.stdout
    line.settings.audit_key_file.unlink()
    # Without a key signing may never have begun: then the links have to do.
    assert run("verify").exit_code == 0


def test_a_missing_key_of_signed_entries(line: Line, run: Run) -> None:
    line.settings.audit_key_file.unlink()
    told = run("verify")
    assert told.exit_code == 2
    assert "audit.key is missing" in told.stderr


def test_an_exported_audit_is_examined_with_the_public_key_alone(run: Run, tmp_path: Path) -> None:
    exported, key = tmp_path / "audit.jsonl", tmp_path / "audit.pem"
    run("key", str(key))
    told = run("export", str(exported))
    assert told.stderr == "3 entries.\n"
    here = run("export").stdout
    assert here == exported.read_text()
    lines = here.splitlines()
    assert json.loads(lines[0]) == {
        "format": "activation-line-audit-1",
        "public_key": key.read_text(),
    }
    assert run("verify", "--export", str(exported), "--key", str(key)).exit_code == 0
    exported.write_text("\n".join([lines[0], lines[1], lines[3]]))
    told = run("verify", "--export", str(exported), "--key", str(key))
    assert (told.exit_code, told.stdout) == (1, "entry 2: it was removed\n1 findings.\n")


def test_an_exported_audit_needs_a_key(run: Run, tmp_path: Path) -> None:
    exported = tmp_path / "audit.jsonl"
    run("export", str(exported))
    told = run("verify", "--export", str(exported))
    assert told.exit_code == 2
    assert "--key" in told.stderr


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "Line 1"),
        (["{}"], "its format has to be"),
        (["{heading}", "x"], "Line 2: it isn't a JSON object"),
        (["{heading}", "{}"], "Line 2: an entry has number, at"),
        (["{heading}", '{"at": "x"}'], "'at' isn't a moment"),
        (["{heading}", '{"at": 1}'], "'at' isn't a moment"),
        (["{heading}", '{"body": 1}'], "'body' isn't a text"),
        (["{heading}", '{"number": "1"}'], "'number' isn't a whole number"),
    ],
)
def test_a_file_that_is_no_exported_audit(
    run: Run, tmp_path: Path, lines: list[str], says: str
) -> None:
    exported, key = tmp_path / "audit.jsonl", tmp_path / "audit.pem"
    run("key", str(key))
    heading, first, *_ = run("export").stdout.splitlines()
    given = [heading if line == "{heading}" else line for line in lines]
    if len(given) > 1 and given[1] not in {"x", "{}"}:
        given[1] = json.dumps(json.loads(first) | json.loads(given[1]))
    exported.write_text("\n".join(given))
    told = run("verify", "--export", str(exported), "--key", str(key))
    assert told.exit_code == 2
    assert says in told.stderr


def test_a_file_that_is_no_key(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "audit.pem"
    key.write_bytes(b"a letter \xff")
    told = run("verify", "--key", str(key))
    assert told.exit_code == 2
    assert "public key" in told.stderr
