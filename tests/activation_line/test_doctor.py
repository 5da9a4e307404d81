"""`activation-line doctor`: each ill thing is named, nothing is made by looking."""

import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from activation_line.cli import main
from activation_line.examination import examine
from activation_line.people import Role, make_account
from activation_line.settings import Settings
from activation_line.wiring import Line
from clearinghouse import Actor, Policy
from clearinghouse.audit_keys import Signer
from codes import product_id, product_key
from data_store import transaction
from switchboard import overrides
from tests.activation_line.conftest import PlayedNetwork

PRODUCT = product_id.random(Random(1))


def ill(environment: dict[str, str], routing: Path | None = None) -> dict[str, str]:
    """What is ill, by subject."""
    return {each.subject: each.says for each in examine(environment, routing) if not each.ok}


def found(environment: dict[str, str]) -> dict[str, str]:
    return {each.subject: each.says for each in examine(environment, None)}


@pytest.fixture
def governed(settings: Settings, wire: Callable[..., Line]) -> Line:
    """A line that is as it should be: an administrator, a product."""
    make_account(
        settings, login="anna", name="Anna", password="three blind mice", role=Role.ADMINISTRATOR
    )
    line = wire()
    with transaction(line.engine) as connection:
        line.clearinghouse.add_product(
            connection,
            product_id=PRODUCT,
            product_key=product_key.make(PRODUCT, bytes(15)),
            name="Product",
            policy=Policy(),
            actor=Actor("administrator", "anna"),
            now=line.clock(),
        )
    return line


def test_all_well(environment: dict[str, str], governed: Line, network: PlayedNetwork) -> None:
    result = CliRunner().invoke(main, ["doctor"], env=environment)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("All well.\n")
    assert "✗" not in result.stdout
    assert any(path.endswith(f"Calls/CA{'0' * 32}.json") for path in network.asked)


def test_an_exception_for_a_centre_that_has_gone(
    environment: dict[str, str], governed: Line
) -> None:
    now = governed.clock()
    with transaction(governed.engine) as connection:
        for centre in ("japan", "atlantis"):
            end = now + timedelta(days=1)
            overrides.add(connection, centre, start=now, end=end, is_open=True)
    assert "exception 2 names 'atlantis'" in ill(environment)["opening hours"]
    with transaction(governed.engine) as connection:
        overrides.remove(connection, 2)
    assert found(environment)["opening hours"] == "dated exceptions to come: 1."


def test_looking_makes_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    assert found(environment)["database"].startswith("none yet")
    assert not (tmp_path / "line").exists()
    elsewhere = {"ACTIVATION_LINE_DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3"}
    assert found(environment | elsewhere)["database"].startswith("none yet")
    assert list(tmp_path.iterdir()) == []


def test_looking_leaves_a_database_as_it_was(
    environment: dict[str, str], governed: Line, tmp_path: Path
) -> None:
    governed.engine.dispose()
    before = {path.name: path.read_bytes() for path in (tmp_path / "line").iterdir()}
    assert ill(environment) == {}
    assert {path.name: path.read_bytes() for path in (tmp_path / "line").iterdir()} == before


def test_settings_are_named_and_the_rest_is_looked_at_all_the_same(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--routing", str(tmp_path)], env={})
    assert result.exit_code == 1
    assert result.stdout.count("✗ settings: ACTIVATION_LINE_") == 4
    assert "✗ routing tables:" in result.stdout
    assert "✓ prompts:" in result.stdout
    assert "to mend." in result.stdout


def test_an_open_address(environment: dict[str, str], governed: Line) -> None:
    given = {**environment, "ACTIVATION_LINE_PUBLIC_BASE_URL": "http://line.example"}
    del given["ACTIVATION_LINE_TWILIO_API_URL"]
    findings = examine(given, None)
    address = next(each for each in findings if each.subject == "public address")
    findings.close()  # type: ignore[attr-defined]  # a generator: the network is not asked
    assert not address.ok
    assert "is not https" in address.says


def test_a_taken_port_may_be_the_line_itself(environment: dict[str, str], governed: Line) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = found({**environment, "ACTIVATION_LINE_PORT": str(port)})
    assert "somebody listens there" in said[f"port {port}"]


def test_a_file_where_the_data_directory_should_be(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "line").write_text("a letter")
    assert "is a file" in ill(environment)["data directory"]


def test_keys_that_are_lost(environment: dict[str, str], governed: Line) -> None:
    governed.settings.key_file.unlink()
    assert "no product key can be read" in ill(environment)["keys"]
    assert not governed.settings.key_file.exists()


def test_keys_that_others_can_read(environment: dict[str, str], governed: Line) -> None:
    governed.settings.key_file.chmod(0o644)
    assert "chmod 600" in ill(environment)["keys"]


def test_a_database_that_is_none(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "line").mkdir()
    (tmp_path / "line" / "line.sqlite3").write_text("Dear support, " * 100)
    assert "is not an SQLite database" in ill(environment)["database"]


def test_a_database_address_that_is_none(environment: dict[str, str]) -> None:
    given = {**environment, "ACTIVATION_LINE_DATABASE_URL": "line.db"}
    assert "can't be read" in ill(given)["database"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer than this version"),
        ("ALTER TABLE products RENAME TO gone", "lacks tables"),
    ],
)
def test_a_database_of_another_schema(
    environment: dict[str, str], governed: Line, change: str, says: str
) -> None:
    with transaction(governed.engine) as connection:
        connection.execute(text(change))
    assert says in ill(environment)["database"]


def test_nobody_administers(environment: dict[str, str], wire: Callable[..., Line]) -> None:
    wire()
    assert "admin create" in ill(environment)["accounts"]
    assert ill({**environment, "ACTIVATION_LINE_DEMO": "1"}) == {}


def test_demo_accounts(environment: dict[str, str], governed: Line) -> None:
    with transaction(governed.engine) as connection:
        connection.execute(text("UPDATE accounts SET is_demo = true"))
    assert "`serve` will refuse to start" in ill(environment)["accounts"]


def test_a_network_that_does_not_take_the_token(
    environment: dict[str, str], governed: Line, network: PlayedNetwork
) -> None:
    network.status = "401 Unauthorized"
    network.body = b'{"code": 20003, "message": "Authenticate", "status": 401}'
    assert "refused (20003)" in ill(environment)["telephone network"]


def test_a_network_that_is_gone(environment: dict[str, str], governed: Line) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        given = {
            **environment,
            "ACTIVATION_LINE_TWILIO_API_URL": f"http://127.0.0.1:{nobody.getsockname()[1]}",
        }
        assert "does not answer" in ill(given)["telephone network"]


def test_the_audits_key(environment: dict[str, str], governed: Line) -> None:
    path = governed.settings.audit_key_file
    assert found(environment)["audit"] == "signed up to entry 1."
    path.chmod(0o644)
    assert "Others can read" in ill(environment)["audit"]
    path.rename(path.with_name("copy.key"))
    assert "put back its copy" in ill(environment)["audit"]
    Signer.load_or_create(path)
    assert "isn't signed with" in ill(environment)["audit"]


def test_an_audit_that_has_not_begun(
    environment: dict[str, str], wire: Callable[..., Line]
) -> None:
    assert "none yet" in found(environment)["audit"]
    wire()
    assert found(environment)["audit"] == "nothing is signed yet."
