"""`activation-line register`: from one installation to another by a file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.activation_line.test_commands import command

PASSPHRASE = "three blind mice"
Run = Callable[..., Result]


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return str(path)


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs a command here, or in another installation: `run(..., there=path)`."""

    def do(*arguments: str, there: Path | None = None, typed: str = "") -> Result:
        env = environment if there is None else {**environment, **directory(there)}
        return command(*arguments, env=env, typed=typed)

    return do


def directory(path: Path) -> dict[str, str]:
    return {"ACTIVATION_LINE_DATA_DIR": str(path)}


def test_a_register_moves_to_another_installation(
    run: Run, passphrase: str, tmp_path: Path
) -> None:
    run("customers", "add", "Example Ltd")
    run("products", "add", "--name", "Suite", "--customer", "Example Ltd")
    file, there = tmp_path / "register.jsonl", tmp_path / "there"
    written = run("register", "export", str(file), typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert written.exit_code == 0, written.output
    assert "products: 1" in written.stdout
    assert file.stat().st_mode & 0o077 == 0
    done = run("register", "import", str(file), "--passphrase-file", passphrase, there=there)
    assert done.exit_code == 0, done.output
    assert "the audit is whole" in done.stdout
    for words in (["products", "list"], ["customers", "list"], ["audit", "key"]):
        assert run(*words, there=there).stdout == run(*words).stdout
    assert json.loads(run("audit", "verify", "--json", there=there).stdout)["ok"]
    assert run("products", "add", "--name", "Another", there=there).exit_code == 0


def test_what_is_refused(run: Run, passphrase: str, tmp_path: Path) -> None:
    run("customers", "add", "Example Ltd")
    file, there = tmp_path / "register.jsonl", tmp_path / "there"
    given = ("--passphrase-file", passphrase)
    assert run("register", "export", str(file), *given).exit_code == 0
    for words, where, says in (
        (["export", str(file), *given], None, "exists already"),
        (["export", str(tmp_path / "no" / "file"), *given], None, "can't be written"),
        (["import", str(file), *given], None, "holds data already"),
        (["import", passphrase, *given], there, "it isn't a JSON object"),
    ):
        told = run("register", *words, there=where)
        assert (told.exit_code, says in told.stderr) == (2, True), told.output
    run("audit", "key", there=there)
    other = run("register", "import", str(file), *given, there=there)
    assert "key of another audit" in other.stderr
    wrong = run("register", "import", str(file), typed="four blind mice\n")
    assert "isn't the one of this file" in wrong.stderr


def test_an_export_that_fails_leaves_no_file(run: Run, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("")
    file = tmp_path / "register.jsonl"
    told = run("register", "export", str(file), "--passphrase-file", str(short))
    assert (told.exit_code, "use at least 12" in told.stderr) == (2, True)
    assert not file.exists()
