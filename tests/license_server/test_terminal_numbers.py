"""Signed tables of numbers: made on one machine, taken from a stick on another."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

import region_routing
from activation_line.cli import main as line
from license_server import numbers, properties
from license_server.app import create_app, one_time_path
from license_server.cli import cli
from license_server.model import Method
from region_routing.loading import TABLES

PACKAGED = region_routing.load().as_of
LATER = PACKAGED + timedelta(days=200)
NUMBER = "+493023125199"


@pytest.fixture
def stick(tmp_path: Path) -> SimpleNamespace:
    """A key pair, and what signs tables of any date with it."""
    key = tmp_path / "numbers.key"
    made = CliRunner().invoke(line, ["numbers", "make-key", str(key)])
    assert made.exit_code == 0, made.output

    def sign(as_of: date, *, by: Path = key, germany: str = f'number = "{NUMBER}"') -> Path:
        folder = tmp_path / f"tables-{as_of}"
        shutil.copytree(TABLES, folder, dirs_exist_ok=True)
        text = (folder / "lines.toml").read_text("utf-8")
        text = text.replace(f"as_of = {PACKAGED}", f"as_of = {as_of}")
        text = text.replace('number = "+493023125146"', germany)
        (folder / "lines.toml").write_text(text, "utf-8")
        target = tmp_path / f"numbers-{as_of}.zip"
        words = ["numbers", "sign", str(target), "--key", str(by), "--routing", str(folder)]
        done = CliRunner().invoke(line, words)
        assert done.exit_code == 0, done.output
        return target

    return SimpleNamespace(sign=sign, key=key, public=tmp_path / "numbers.key.pub", path=tmp_path)


@pytest.fixture
def take(data: Path, stick: SimpleNamespace) -> Callable[..., Result]:
    def call(file: Path, *words: str) -> Result:
        return CliRunner().invoke(
            cli, ["--data", str(data), "update-numbers", str(file), "--json", *words]
        )

    return call


def why(result: Result) -> str:
    assert result.exit_code == 1, result.output
    return str(json.loads(result.stdout)["error"])


def test_a_signed_table_is_used_by_the_terminal(
    data: Path, stick: SimpleNamespace, take: Callable[..., Result]
) -> None:
    done = take(stick.sign(LATER), "--key", str(stick.public))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["as_of"] == LATER.isoformat()
    left = CliRunner().invoke(cli, ["--data", str(data), "activate"], input="\n3\nDE\n")
    shown = " ".join(left.stdout.split())
    assert "+49 30 23125199" in shown
    assert f"Numbers as of {LATER.day} {LATER:%B %Y}" in shown


def test_a_region_whose_line_has_no_number_is_shown_that_of_the_line_it_falls_to(
    data: Path, stick: SimpleNamespace, take: Callable[..., Result]
) -> None:
    fallen = stick.sign(LATER, germany='falls_to = "gb"')
    assert take(fallen, "--key", str(stick.public)).exit_code == 0
    left = CliRunner().invoke(cli, ["--data", str(data), "activate"], input="\n3\nDE\n")
    shown = " ".join(left.stdout.split())
    assert "+44 20 7946 0144" in shown
    assert f"Numbers as of {LATER.day} {LATER:%B %Y}" in shown


def test_pages_that_run_already_use_it_too(
    data: Path,
    stick: SimpleNamespace,
    take: Callable[..., Result],
    now: object,
) -> None:
    app = create_app(data, clock=lambda: now)  # type: ignore[arg-type,return-value]  # a fixture
    properties.change(data, numbers.load(data), now, method=Method.TELEPHONE, region="DE")  # type: ignore[arg-type]
    browser = app.test_client()
    browser.get(one_time_path(app))
    browser.post("/reactivate/welcome", data={"action": "next"})
    before = browser.get("/reactivate/license-server-reactivation").text
    assert take(stick.sign(LATER), "--key", str(stick.public)).exit_code == 0
    after = browser.get("/reactivate/license-server-reactivation").text
    shown = re.compile(r'data-number="([^"]+)"')
    assert (shown.findall(before), shown.findall(after)) == (["+493023125146"], [NUMBER])
    assert f"{LATER.day} {LATER:%B %Y}" in after


def test_the_key_is_remembered(stick: SimpleNamespace, take: Callable[..., Result]) -> None:
    assert why(take(stick.sign(LATER))) == "no_key"
    assert take(stick.sign(LATER), "--key", str(stick.public)).exit_code == 0
    assert take(stick.sign(LATER + timedelta(days=1))).exit_code == 0


def test_an_older_table_is_refused(stick: SimpleNamespace, take: Callable[..., Result]) -> None:
    early = stick.sign(PACKAGED - timedelta(days=1))
    assert why(take(early, "--key", str(stick.public))) == "older"
    assert take(stick.sign(LATER), "--key", str(stick.public)).exit_code == 0
    assert why(take(stick.sign(LATER - timedelta(days=1)))) == "older"


def test_a_foreign_table_is_refused(
    data: Path, stick: SimpleNamespace, take: Callable[..., Result]
) -> None:
    assert take(stick.sign(LATER), "--key", str(stick.public)).exit_code == 0
    other = stick.path / "other.key"
    CliRunner().invoke(line, ["numbers", "make-key", str(other)])
    assert why(take(stick.sign(LATER + timedelta(days=9), by=other))) == "foreign"
    assert numbers.load(data).as_of == LATER


@pytest.mark.parametrize("name", ["lines.toml", "manifest.json", "manifest.sig"])
def test_a_changed_table_is_refused(
    data: Path, stick: SimpleNamespace, take: Callable[..., Result], name: str
) -> None:
    folder = stick.path / "unpacked"
    with zipfile.ZipFile(stick.sign(LATER)) as archive:
        archive.extractall(folder)
    assert take(folder, "--key", str(stick.public)).exit_code == 0
    content = (folder / name).read_bytes()
    middle = len(content) // 2
    one_bit = bytes([content[middle] ^ 1])
    (folder / name).write_bytes(content[:middle] + one_bit + content[middle + 1 :])
    assert why(take(folder)) in ("damaged", "foreign")
    assert numbers.load(data).as_of == LATER


@pytest.mark.parametrize("size", [0, 10, 900])
def test_a_file_cut_short_is_refused(
    stick: SimpleNamespace, take: Callable[..., Result], size: int
) -> None:
    whole = stick.sign(LATER)
    cut = stick.path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:size])
    refused = take(cut, "--key", str(stick.public))
    assert why(refused) == "damaged"
    assert "fetch the file again" in refused.stderr


def test_a_stored_table_that_was_damaged_is_passed_over(
    data: Path, stick: SimpleNamespace, take: Callable[..., Result]
) -> None:
    assert take(stick.sign(LATER), "--key", str(stick.public)).exit_code == 0
    (data / numbers.FILE).write_bytes(b"no archive")
    assert numbers.load(data).as_of == PACKAGED


def test_the_same_tables_give_the_same_file(stick: SimpleNamespace) -> None:
    assert stick.sign(LATER).read_bytes() == stick.sign(LATER).read_bytes()


def test_a_key_is_never_overwritten(stick: SimpleNamespace) -> None:
    before = stick.key.read_bytes()
    refused = CliRunner().invoke(line, ["numbers", "make-key", str(stick.key)])
    assert refused.exit_code == 2
    assert "exists" in refused.output
    assert stick.key.read_bytes() == before
    assert stick.key.stat().st_mode & 0o077 == 0
