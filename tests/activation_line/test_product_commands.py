"""`activation-line products` and `customers`: the register looked after from a terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import Result

from activation_line.wiring import Line
from clearinghouse import Actor, Channel, Reason, audit
from codes import license_server_id, product_key
from codes import product_id as product_ids
from data_store import reading, transaction
from tests.activation_line.test_commands import NOW, command

Run = Callable[..., Result]


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def do(*arguments: str, typed: str = "") -> Result:
        return command(*arguments, env=environment, typed=typed)

    return do


@pytest.fixture
def rng() -> Random:
    return Random(11)


def draw(rng: Random) -> tuple[str, str]:
    """A product ID and its key, as a person writes them."""
    product_id = product_ids.random(rng)
    key = product_key.make(product_id, rng.randbytes(15))
    return product_ids.format(product_id), product_key.format(key)


def add(run: Run, rng: Random, *options: str) -> str:
    product_id, key = draw(rng)
    added = run(
        "products", "add", product_id, "--name", "Suite", "--key-stdin", *options, typed=key
    )
    assert added.exit_code == 0, added.output
    return product_id


def shown(run: Run, product_id: str) -> dict[str, object]:
    return dict(json.loads(run("products", "show", product_id, "--json").stdout))


def test_a_product_is_added_shown_and_listed(run: Run, rng: Random) -> None:
    product_id = add(run, rng, "--max-servers", "3")
    told = run("products", "show", product_id).stdout
    assert f"product ID: {product_id}" in told
    assert "max servers: 3" in told
    assert "customer: none" in told
    assert run("products", "list").stdout == f"{product_id}  issue 0    Suite\n"
    (listed,) = json.loads(run("products", "list", "--json").stdout)
    assert listed["policy"]["max_servers"] == 3


def test_a_product_key_is_asked_for_without_being_shown(run: Run, rng: Random) -> None:
    product_id, key = draw(rng)
    added = run("products", "add", product_id, "--name", "Suite", typed=f"{key}\n")
    assert added.exit_code == 0
    assert key not in added.output


def test_id_and_key_are_drawn_where_none_is_given(run: Run) -> None:
    added = run("products", "add", "--name", "Suite")
    product_id, key = re.findall(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5})+", added.stdout)
    assert product_key.is_valid(key, product_ids.compact(product_id))
    assert shown(run, product_id)["name"] == "Suite"


def test_what_cannot_be_added_is_said(run: Run, rng: Random) -> None:
    product_id, key = draw(rng)
    other, _ = draw(rng)
    wrong = run("products", "add", other, "--name", "Suite", "--key-stdin", typed=key)
    assert wrong.exit_code == 2
    assert "product" in wrong.stderr
    add_it = ("products", "add", product_id, "--name", "Suite", "--key-stdin")
    assert run(*add_it, typed=key).exit_code == 0
    again = run(*add_it, typed=key)
    assert (again.exit_code, "registered already" in again.stderr) == (2, True)
    garbled = run("products", "show", "12345-67890")
    assert garbled.exit_code == 2
    assert "Traceback" not in garbled.stderr
    months = run("products", "add", "--name", "Suite", "--validity-months", "100")
    assert "1 to 99 months" in months.stderr
    nobody = run("products", "add", "--name", "Suite", "--customer", "Nobody")
    assert "no customer 'Nobody'" in nobody.stderr
    assert len(json.loads(run("products", "list", "--json").stdout)) == 1


def test_a_policy_is_shown_and_changed(run: Run, rng: Random) -> None:
    product_id = add(run, rng)
    changed = run("products", "policy", product_id, "--reactivations", "9")
    assert "reactivations: 9" in changed.stdout
    assert run("products", "policy", product_id).stdout == changed.stdout
    assert "max servers: 1" in changed.stdout
    wrong = run("products", "policy", product_id, "--window-days", "0")
    assert (wrong.exit_code, "at least one day" in wrong.stderr) == (2, True)
    assert run("products", "policy", product_id).stdout == changed.stdout


def test_a_product_is_blocked_and_unblocked(run: Run, rng: Random) -> None:
    product_id = add(run, rng)
    assert run("products", "block", product_id).exit_code == 0
    assert shown(run, product_id)["is_blocked"] is True
    assert "blocked" in run("products", "list").stdout
    assert run("products", "unblock", product_id).exit_code == 0
    assert shown(run, product_id)["is_blocked"] is False


def test_an_unknown_product(run: Run, rng: Random) -> None:
    product_id, _ = draw(rng)
    for words in (["show"], ["policy"], ["block"], ["history"]):
        told = run("products", *words, product_id)
        assert (told.exit_code, told.stderr) == (2, "The register doesn't know this product ID.\n")


# Customers


def test_customers(run: Run, rng: Random) -> None:
    assert run("customers", "add", "Example Ltd", "--contact", "it@example.com").exit_code == 0
    product_id = add(run, rng, "--customer", "Example Ltd")
    assert "customer: Example Ltd (1)" in run("products", "show", product_id).stdout
    told = run("customers", "show", "1").stdout
    assert "contact: it@example.com" in told
    assert f"product: {product_id}" in told
    assert run("customers", "add", "Other Ltd").exit_code == 0
    assert run("products", "customer", product_id, "Other Ltd").exit_code == 0
    assert json.loads(run("customers", "show", "1", "--json").stdout)["products"] == []
    assert "1  Example Ltd  it@example.com\n" in run("customers", "list").stdout
    assert run("customers", "change", "1", "--contact", "", "--name", "Example plc").exit_code == 0
    (first, second) = json.loads(run("customers", "list", "--json").stdout)
    assert first == {"id": 1, "name": "Example plc", "contact": "", "region": None}
    assert second["name"] == "Other Ltd"


def test_a_customers_country_is_where_calls_belong(run: Run, rng: Random) -> None:
    run("customers", "add", "Example Ltd", "--region", "de")
    add(run, rng, "--customer", "Example Ltd")
    assert "region: DE" in run("customers", "show", "1").stdout
    assert run("customers", "change", "1", "--name", "Example plc").exit_code == 0
    assert "region: DE" in run("customers", "show", "1").stdout
    assert run("customers", "change", "1", "--region", "").exit_code == 0
    assert "region: none" in run("customers", "show", "1").stdout


def test_what_cannot_be_done_to_customers(run: Run) -> None:
    run("customers", "add", "Example Ltd")
    for words, says in (
        (["add", "Example Ltd"], "a customer 'Example Ltd' already"),
        (["add", " "], "needs a name"),
        (["show", "7"], "no customer 7"),
        (["change", "1"], "Nothing to change"),
        (["change", "1", "--region", "ZZ"], "'ZZ' is no country's code"),
        (["change", "7", "--name", "x"], "no customer 7"),
    ):
        told = run("customers", *words)
        assert told.exit_code == 2
        assert says in told.stderr


def test_a_customers_name_and_contact_stay_out_of_the_audit(
    run: Run, rng: Random, wire: Callable[..., Line]
) -> None:
    run("customers", "add", "Example Ltd", "--contact", "it@example.com")
    add(run, rng, "--customer", "Example Ltd")
    run("customers", "change", "1", "--name", "Example plc")
    with reading(wire().engine) as connection:
        entries = list(audit.entries(connection))
    assert [entry.action for entry in entries] == [
        "customer.added",
        "product.added",
        "product.customer",
        "customer.changed",
    ]
    assert "Example" not in str([entry.data for entry in entries])


# History


def test_history_of_a_product_and_of_one_server(
    run: Run, rng: Random, wire: Callable[..., Line]
) -> None:
    written, key = draw(rng)
    run("products", "add", written, "--name", "x", "--key-stdin", "--max-servers", "2", typed=key)
    line, product_id = wire(), product_ids.compact(written)
    house, actor = line.clearinghouse, Actor("representative", "anna")
    secret = product_key.secret(product_key.compact(key))
    for number in range(2):
        shown_id = license_server_id.assemble(secret, product_id, 0, str(number) * 16)
        with transaction(line.engine) as connection:
            opened = house.open_request(
                connection,
                product_id=product_id,
                license_server_id=shown_id,
                channel=Channel.TELEPHONE,
                caller=None,
                actor=actor,
                now=NOW,
            )
            house.set_reason(connection, opened.id, Reason.SERVER_REDEPLOYED, actor, NOW)
            house.check(connection, opened.id, actor, NOW)
            house.issue(connection, opened.id, actor, NOW)
    whole = json.loads(run("products", "history", written, "--json").stdout)
    assert whole[0]["action"] == "id.issued"
    assert whole[-1]["action"] == "product.added"
    second = json.loads(run("products", "history", written, "--server", "2", "--json").stdout)
    assert {entry["request_id"] for entry in second} == {2}
    listed = run("products", "servers", written).stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [["1", "pending"], ["2", "pending"]]
    servers = json.loads(run("products", "servers", written, "--json").stdout)
    assert [server["issue"] for server in servers] == [1, 2]
    told = run("products", "history", written, "--limit", "1").stdout
    assert len(told.splitlines()) == 1
    assert "id.issued  representative anna" in told


# A lost key


def test_a_lost_key_is_replaced(run: Run, rng: Random, wire: Callable[..., Line]) -> None:
    run("customers", "add", "Example Ltd", "--contact", "it@example.com")
    product_id = add(run, rng, "--customer", "Example Ltd")
    told = run("products", "new-key", product_id)
    assert told.exit_code == 0
    assert "Tell Example Ltd: it@example.com." in told.stdout
    (key,) = re.findall(r"Product key ([0-9A-Z-]{29}):", told.stdout)
    assert product_key.is_valid(key, product_ids.compact(product_id))
    same = run("products", "new-key", product_id, "--key-stdin", typed=key)
    assert (same.exit_code, "this product key already" in same.stderr) == (2, True)
    other = product_key.make(product_ids.compact(product_id), rng.randbytes(15))
    assert run("products", "new-key", product_id, "--key-stdin", typed=other).exit_code == 0
    with reading(wire().engine) as connection:
        last = list(audit.entries(connection))[-1]
    assert last.action == "product.key_replaced"
    assert key not in str(last)


def test_a_lost_key_of_nobody_in_particular(run: Run, rng: Random) -> None:
    product_id = add(run, rng)
    assert "isn't named" in run("products", "new-key", product_id).stdout


# Import


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., str]:
    def write(*lines: str) -> str:
        path = tmp_path / "products.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8-sig")
        return str(path)

    return write


HEADING = "product_id,product_key,name,customer,contact,max_servers"


def line_of(rng: Random, *more: str) -> str:
    return ",".join([*draw(rng), *more])


def test_a_table_is_imported(run: Run, rng: Random, table: Callable[..., str]) -> None:
    path = table(
        HEADING,
        line_of(rng, '"Suite, large"', "Example Ltd", "it@example.com", "4"),
        line_of(rng, "Suite", "Example Ltd", "", ""),
        line_of(rng, "Suite", "", "", ""),
    )
    tried = run("products", "import", path, "--dry-run")
    assert (tried.exit_code, tried.stdout) == (0, "Nothing was changed. Good: 3, wrong: 0.\n")
    assert run("products", "list").stdout == ""
    done = run("products", "import", path)
    assert (done.exit_code, done.stdout) == (0, "Imported: 3, left out: 0.\n")
    found = json.loads(run("products", "list", "--json").stdout)
    assert sorted(each["policy"]["max_servers"] for each in found) == [1, 1, 4]
    assert len(json.loads(run("customers", "list", "--json").stdout)) == 1
    assert json.loads(run("audit", "verify", "--json").stdout)["ok"]


def test_every_wrong_line_is_named(run: Run, rng: Random, table: Callable[..., str]) -> None:
    good, taken = line_of(rng, "Suite", "", "", ""), add(run, rng)
    product_id, _ = draw(rng)
    _, other_key = draw(rng)
    wrong_digit = good.replace(good[3], "0" if good[3] != "0" else "1", 1)
    path = table(
        HEADING,
        good,
        good,
        f"{product_id},{other_key},Suite,,,",
        wrong_digit,
        line_of(rng, "", "", "", ""),
        line_of(rng, "Suite", "", "", "many"),
        line_of(rng, "Suite", "", "", "1", "too", "many"),
        ",,,,,",
        f"{taken},{'A' * 25},Suite,,,",
    )
    told = run("products", "import", path)
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [f"line {n}" for n in range(3, 11)]
    assert "Line 2 has this product ID already" in lines[0]
    assert "name can't be empty" in lines[3]
    assert "max_servers is 'many'" in lines[4]
    assert "more cells than line 1" in lines[5]
    assert "product_id, product_key, name can't be empty" in lines[6]
    assert lines[-1] == "Nothing was imported. Good: 1, wrong: 8; --skip-bad leaves them out."
    assert len(json.loads(run("products", "list", "--json").stdout)) == 1
    told = run("products", "import", path, "--skip-bad")
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "Imported: 1, left out: 8.")
    assert len(json.loads(run("products", "list", "--json").stdout)) == 2


def test_semicolons_part_cells_as_well(run: Run, rng: Random, table: Callable[..., str]) -> None:
    product_id, key = draw(rng)
    path = table("Name;Product_ID;Product_Key", f"Suite, large;{product_id};{key}")
    assert run("products", "import", path).stdout == "Imported: 1, left out: 0.\n"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([""], "missing: product_id, product_key, name"),
        (["product_id,name"], "missing: product_key"),
        ([f"{HEADING},colour"], "unknown: 'colour'"),
        ([f"{HEADING},name"], "each once"),
    ],
)
def test_a_first_line_that_names_no_columns(
    run: Run, table: Callable[..., str], lines: list[str], says: str
) -> None:
    told = run("products", "import", table(*lines))
    assert told.exit_code == 2
    assert says in told.stderr


def test_a_table_that_cannot_be_read(
    run: Run, rng: Random, table: Callable[..., str], tmp_path: Path
) -> None:
    path = table(HEADING, line_of(rng, "Suite", "", "", ""), '"a"b,c')
    told = run("products", "import", path)
    assert told.exit_code == 1
    assert "line 3: The line can't be read" in told.stdout
    (tmp_path / "latin.csv").write_bytes("name\nGröße".encode("latin-1"))
    assert "isn't UTF-8" in run("products", "import", str(tmp_path / "latin.csv")).stderr


@pytest.mark.parametrize("group", ["products", "customers", "webhooks", "audit"])
def test_help_of_a_group_is_whole(run: Run, group: str) -> None:
    told = run(group, "--help")
    assert told.exit_code == 0
    assert not re.search(r"\w\.\.\.", told.stdout), "cut off"
    assert run(group, "nothing").exit_code == 2


def test_when_the_line_issues_by_itself_is_a_word_of_the_policy(run: Run, rng: Random) -> None:
    product_id = add(run, rng)
    assert "issue by line: out_of_hours" in run("products", "show", product_id).stdout
    changed = run("products", "policy", product_id, "--issue-by-line", "always")
    assert changed.exit_code == 0, changed.output
    assert "issue by line: always" in run("products", "policy", product_id).stdout
    refused = run("products", "policy", product_id, "--issue-by-line", "sometimes")
    assert refused.exit_code == 2
    assert "always" in refused.output
