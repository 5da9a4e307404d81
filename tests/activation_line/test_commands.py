"""The command line: what a person mends is said in a sentence, with status 2."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from activation_line.cli import main
from activation_line.web import create_app
from activation_line.wiring import Line
from agent_console import accounts
from data_store import reading, transaction
from switchboard import representatives

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "three blind mice"


def command(*arguments: str, env: dict[str, str] | None = None, typed: str = "") -> Result:
    clean = {name: None for name in os.environ if name.startswith("ACTIVATION_LINE_")}
    result = CliRunner().invoke(main, arguments, env={**clean, **(env or {})}, input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*arguments: str, env: dict[str, str] | None = None, typed: str = "") -> str:
    result = command(*arguments, env=env, typed=typed)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


def add_account(line: Line, *, is_demo: bool) -> None:
    with transaction(line.engine) as connection:
        accounts.add(
            connection,
            login="demo",
            display_name="Demo",
            password=PASSWORD,
            role=accounts.Role.ADMINISTRATOR,
            is_demo=is_demo,
            now=NOW,
        )


# serve


def test_missing_settings_are_all_named_at_once() -> None:
    lines = refused("serve").splitlines()
    assert [line.split()[0] for line in lines] == [
        "ACTIVATION_LINE_DATA_DIR",
        "ACTIVATION_LINE_PUBLIC_BASE_URL",
        "ACTIVATION_LINE_TWILIO_ACCOUNT_SID",
        "ACTIVATION_LINE_TWILIO_AUTH_TOKEN",
    ]


def test_demo_accounts_are_never_served_for_real(
    environment: dict[str, str], wire: Callable[..., Line]
) -> None:
    add_account(wire(), is_demo=True)
    said = refused("serve", env=environment)
    assert "demo accounts" in said
    assert "admin create" in said


def test_a_port_in_use(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused("serve", "--port", port, env=environment)
    assert said == (
        f"Port {port} on 127.0.0.1 is in use by another program: stop that one, "
        f"or choose another with --port.\n"
    )


def test_an_address_of_another_computer(environment: dict[str, str]) -> None:
    assert "192.0.2.1 is no address of" in refused("serve", "--host", "192.0.2.1", env=environment)


def test_a_bad_routing_table_is_named_with_file_line_and_key(
    environment: dict[str, str], tmp_path: Path
) -> None:
    packaged = Path(__file__).parents[2] / "region_routing" / "tables"
    for source in packaged.glob("*.toml"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    lines = tmp_path / "lines.toml"
    before = lines.read_text("utf-8")
    changed = re.sub(r'^number = ".*"', 'number = "nobody"', before, count=1, flags=re.MULTILINE)
    lines.write_text(changed, "utf-8")
    given = {**environment, "ACTIVATION_LINE_ROUTING_DIR": str(tmp_path)}
    said = refused("serve", env=given)
    place = changed.split('"nobody"')[0].count("\n") + 1
    assert f"{lines}:{place}: us.number: 'nobody' is no telephone number" in said


def test_a_file_where_the_data_directory_should_be(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "line").write_text("a letter")
    assert "can't be a directory" in refused("serve", env=environment)
    said = refused("admin", "create", "anna", "--password-stdin", env=environment, typed=PASSWORD)
    assert "can't be a directory" in said


def test_a_database_that_is_none(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "line").mkdir()
    (tmp_path / "line" / "line.sqlite3").write_text("Dear support, " * 100)
    assert "is not an SQLite database" in refused("serve", env=environment)


def test_a_directory_where_the_database_should_be(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "line" / "line.sqlite3").mkdir(parents=True)
    assert "is a directory" in refused("serve", env=environment)


def test_a_newer_database(environment: dict[str, str], wire: Callable[..., Line]) -> None:
    with transaction(wire().engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "newer than this version" in refused("serve", env=environment)


def test_a_key_file_that_is_none(environment: dict[str, str], wire: Callable[..., Line]) -> None:
    wire().settings.key_file.write_text("no key\n")
    assert "is not a key file" in refused("serve", env=environment)


# admin create


def test_the_first_administrator_can_log_in(
    environment: dict[str, str], wire: Callable[..., Line]
) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    made = command("admin", "create", "Anna", env=environment, typed=typed)
    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    browser = create_app(wire()).test_client()
    wrong = {"login": "anna", "password": "four blind mice"}
    assert browser.post("/console/login", data=wrong).status_code == 401
    right = {"login": "anna", "password": PASSWORD}
    answer = browser.post("/console/login", data=right, follow_redirects=True)
    assert answer.status_code == 200
    assert "Anna" in answer.text


def test_a_representative_can_be_offered_calls(
    environment: dict[str, str], wire: Callable[..., Line]
) -> None:
    centre, *_ = sorted(wire().routing.centres.values(), key=lambda each: each.id)
    where = ["--role", "representative", "--centre", centre.id, "--language", centre.languages[0]]
    made = command(
        "admin", "create", "Berta", *where, "--password-stdin", env=environment, typed=PASSWORD
    )
    assert made.exit_code == 0, made.output
    with reading(wire().engine) as connection:
        person = representatives.get(connection, "berta")
    assert person is not None
    assert person.centres == (centre.id,)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "needs at least one --centre"),
        (["--centre", "nowhere", "--language", "en"], "nowhere is none; there are "),
        (["--centre", "{centre}"], "needs at least one --language"),
        (["--centre", "{centre}", "--language", "tlh"], "tlh is none; there are "),
    ],
)
def test_a_representative_whom_no_call_could_reach(
    environment: dict[str, str], wire: Callable[..., Line], options: list[str], says: str
) -> None:
    line = wire()
    centre = min(line.routing.centres)
    given = [option.format(centre=centre) for option in options]
    said = refused(
        *("admin", "create", "berta", "--role", "representative", "--password-stdin", *given),
        env=environment,
        typed=PASSWORD,
    )
    assert says in said
    with reading(line.engine) as connection:
        assert not accounts.exists(connection, "berta")


def test_a_short_password(environment: dict[str, str], tmp_path: Path) -> None:
    said = refused("admin", "create", "anna", "--password-stdin", env=environment, typed="mice\n")
    assert said == "The password has 4 characters: use at least 12.\n"
    assert not (tmp_path / "line").exists()


@pytest.mark.parametrize("login", ["demo", "DEMO "])
def test_a_login_that_is_taken(
    environment: dict[str, str], wire: Callable[..., Line], login: str
) -> None:
    add_account(wire(), is_demo=False)
    said = refused("admin", "create", login, "--password-stdin", env=environment, typed=PASSWORD)
    assert "There is an account 'demo' already" in said


# help and version


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], ["run", "serve", "doctor", "admin", "codes"]),
        (["run"], ["--once", "--wrong-digit", "127.0.0.1 only"]),
        (["serve"], ["--port", "--host", "--json"]),
        (["doctor"], ["--routing", "Status 1"]),
        (["admin"], ["create"]),
        (["admin", "create"], ["--centre", "--password-stdin"]),
        (["codes"], ["make", "explain", "check", "verify"]),
        (["codes", "make"], ["--seed", "--with-product-key"]),
    ],
)
def test_help_names_what_there_is(words: list[str], says: list[str]) -> None:
    result = command(*words, "--help")
    assert result.exit_code == 0
    for word in says:
        assert word in result.stdout
    if words[:1] != ["codes"]:
        assert not re.search(r"\w\.\.\.", result.stdout), "cut off"


def test_a_terminal_that_lacks_a_letter_gets_a_question_mark() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "activation_line", "doctor"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert told.returncode == 1
    assert b"? prompts: " in told.stdout
    assert told.stderr == b""


def test_codes_are_made_by_the_same_command() -> None:
    made = command("codes", "make", "product-id", "--seed", "7")
    assert made.exit_code == 0
    assert command("codes", "explain", made.stdout.strip()).exit_code == 0


def test_the_package_runs_as_a_module() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "activation_line", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith("activation-line, version 0.")
