import json
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from license_server import event_log, installation
from license_server import state as states
from license_server.cli import cli
from license_server.errors import AlreadyInstalledError, DataDirectoryError, InvalidEntryError

Contents = Callable[[Path], dict[str, bytes]]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def spoil_json(data: Path) -> None:
    (data / states.FILE).write_bytes(b'{"format": 1, "product_id": ')


def spoil_types(data: Path) -> None:
    document = json.loads((data / states.FILE).read_bytes())
    document["latest_time"] = 7
    (data / states.FILE).write_text(json.dumps(document))


def spoil_fields(data: Path) -> None:
    document = json.loads((data / states.FILE).read_bytes())
    del document["held"]
    (data / states.FILE).write_text(json.dumps(document))


def make_newer(data: Path) -> None:
    (data / states.FILE).write_text(json.dumps({"format": states.FORMAT + 1}))


def make_directory(data: Path) -> None:
    (data / states.FILE).unlink()
    (data / states.FILE).mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_json, "damaged"),
        (spoil_types, "damaged"),
        (spoil_fields, "damaged"),
        (make_newer, "newer version"),
        (make_directory, "cannot be used"),
    ],
)
@pytest.mark.parametrize("verb", [("status",), ("export-root", "root.pem"), ("--port", "0")])
def test_a_bad_directory_is_told_and_left_alone(
    activated: Path, spoil: Callable[[Path], None], said: str, verb: tuple[str, ...]
) -> None:
    spoil(activated)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in activated.iterdir())
    done = run("--data", activated, *verb)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted((path.name, path.stat().st_mtime_ns) for path in activated.iterdir()) == before


@pytest.mark.parametrize("verb", [("status",), ("--port", "0")])
def test_a_file_in_its_place(tmp_path: Path, verb: tuple[str, ...]) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    done = run("--data", path, *verb)
    assert (done.exit_code, path.read_text()) == (2, "mine")
    assert "is a file, not a directory" in done.stderr


def test_a_directory_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    done = run("--data", tmp_path, "--port", "0")
    assert done.exit_code == 2
    assert "letters.txt" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_status_of_nothing_makes_nothing(tmp_path: Path) -> None:
    done = run("--data", tmp_path / "none", "status", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"installed": False})
    assert not (tmp_path / "none").exists()


def test_status_for_people_and_for_machines(activated: Path) -> None:
    facts = json.loads(run("--data", activated, "status", "--json").stdout)
    assert facts["installed"] is True
    assert facts["server_name"] == "LICENSE-01"
    assert facts["valid_until"] == "2027-03-31T23:59:59+00:00"
    assert "Current license server ID  001" in run("--data", activated, "status").stdout


def test_export_root(activated: Path, tmp_path: Path) -> None:
    path = tmp_path / "root.pem"
    for _ in range(2):
        assert run("--data", activated, "export-root", path).exit_code == 0
    assert path.read_bytes() == installation.root_pem(activated)
    path.write_text("my diary")
    done = run("--data", activated, "export-root", path)
    assert (done.exit_code, path.read_text()) == (2, "my diary")


def test_a_clock_that_does_not_answer(activated: Path) -> None:
    done = run("--data", activated, "--clock-url", "http://127.0.0.1:9/clock", "status")
    assert done.exit_code == 2
    assert "does not answer" in done.stderr
    assert run("--data", activated, "--clock-url", "noon", "status").exit_code == 2


def test_a_demo_stays_on_this_computer(tmp_path: Path) -> None:
    done = run("--data", tmp_path / "new", "--demo", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 -- is refused
    assert done.exit_code == 2


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX's")
def test_everything_is_its_owners_alone(activated: Path) -> None:
    assert stat.S_IMODE(activated.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in activated.iterdir()}
    assert set(modes.values()) == {0o600}


def test_installing_twice_is_refused(
    data: Path, licence: SimpleNamespace, now: datetime, contents: Contents
) -> None:
    before = contents(data)
    with pytest.raises(AlreadyInstalledError):
        installation.install(
            data,
            product_id=licence.product_id,
            product_key=licence.product_key,
            server_name="AGAIN",
            now=now,
        )
    assert contents(data) == before


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"product_id": ""}, "product_id", "Enter the product ID"),
        ({"product_id": "12345"}, "product_id", "digits"),
        ({"product_key": ""}, "product_key", "Enter the product key"),
        ({"product_key": "0B4YN-MNEDD-EJRN5-9W6P5-FJFK7"}, "product_key", "another product"),
        ({"server_name": "  "}, "server_name", "Enter a name"),
        ({"server_name": "x" * 65}, "server_name", "shorten"),
        ({"password": "short"}, "password", "8 to 200"),
    ],
)
def test_what_is_typed_wrongly_at_first_start(
    tmp_path: Path,
    licence: SimpleNamespace,
    now: datetime,
    change: dict[str, str],
    field: str,
    said: str,
) -> None:
    typed = {
        "product_id": licence.product_id,
        "product_key": licence.product_key,
        "server_name": "LICENSE-01",
        "password": "long enough",
    } | change
    with pytest.raises(InvalidEntryError, match=said) as caught:
        installation.install(tmp_path / "new", now=now, **typed)
    assert caught.value.field == field
    assert not (tmp_path / "new").exists()


def test_a_lost_product_key_is_told(data: Path) -> None:
    (data / states.PRODUCT_KEY).write_text("nonsense")
    with pytest.raises(DataDirectoryError, match="product key of your licence"):
        installation.secret(data)


def test_a_log_line_cut_short_is_left_out(data: Path) -> None:
    with (data / event_log.FILE).open("ab") as file:
        file.write(b'{"at": "2026')
    assert [entry["kind"] for entry in event_log.entries(data)] == ["installed"]
