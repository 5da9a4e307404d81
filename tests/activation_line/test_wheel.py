"""The wheel: everything that runs is in it, nothing else, whoever builds it."""

import subprocess
import sys
import tomllib
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
VENDOR = "agent_console/static/vendor"

# On one worker: it is built once.
pytestmark = pytest.mark.xdist_group("wheel")
pytest.importorskip("hatchling", reason="the wheel is built with hatchling, of the dev lock file")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(target), str(ROOT)],
        check=True,
        cwd=target,
        capture_output=True,
    )
    (built,) = target.iterdir()
    assert built.name == f"activation_line-{PROJECT['project']['version']}-py3-none-any.whl"
    return ZipFile(built)


@pytest.fixture(scope="module")
def held(wheel: ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def of_source(package: str) -> set[str]:
    files = (path for path in (ROOT / package).rglob("*") if path.is_file())
    names = {path.relative_to(ROOT).as_posix() for path in files}
    return {name for name in names if "__pycache__" not in name}


@pytest.mark.parametrize("package", PACKAGES)
def test_all_of_a_package_is_in_the_wheel(held: set[str], package: str) -> None:
    assert {name for name in held if name.startswith(f"{package}/")} == of_source(package)
    assert f"{package}/py.typed" in held


def test_nothing_else_is_in_the_wheel(held: set[str]) -> None:
    assert {PurePosixPath(name).parts[0] for name in held} == set(PACKAGES)


def test_what_is_no_module_is_there_too(held: set[str]) -> None:
    for name in (
        f"{VENDOR}/htmx.min.js",
        f"{VENDOR}/htmx.LICENSE.txt",
        "activation_line/migrations/versions/0001_the_first_schema.py",
        "activation_line/templates/health.html",
        "license_server/templates/wizard.html",
        "phone_network/static/telephone.html",
        "region_routing/tables/lines.toml",
        "spoken_prompts/texts/en.po",
    ):
        assert name in held


def test_the_assets_are_whole(wheel: ZipFile) -> None:
    for name in ("htmx.min.js", "hx-sse.min.js"):
        assert wheel.getinfo(f"{VENDOR}/{name}").file_size > 1000


def test_two_builds_give_the_same_wheel(wheel: ZipFile) -> None:
    assert len({entry.date_time for entry in wheel.infolist()}) == 1
    assert {entry.external_attr >> 16 & 0o7777 for entry in wheel.infolist()} <= {0o644, 0o755}


def test_it_says_what_it_needs_and_brings_its_commands(wheel: ZipFile) -> None:
    (place,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    told = HeaderParser().parsestr(wheel.read(f"{place}/METADATA").decode())
    needed = [Requirement(each) for each in told.get_all("Requires-Dist", [])]
    at_run_time = {each.name for each in needed if "extra" not in str(each.marker or "")}
    assert at_run_time == {Requirement(each).name for each in PROJECT["project"]["dependencies"]}
    assert told["Requires-Python"] == ">=3.11"
    assert told["License-Expression"] == "Apache-2.0"
    assert f"{place}/licenses/LICENSE" in wheel.namelist()
    commands = wheel.read(f"{place}/entry_points.txt").decode()
    assert "activation-line = activation_line.cli:main" in commands
