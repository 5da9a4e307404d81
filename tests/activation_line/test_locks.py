"""The lock files: exact versions with hashes, from whatever index there is."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUN = [*PROJECT["dependencies"]]
DEV = [*RUN, *PROJECT["optional-dependencies"]["dev"]]
PINNED = re.compile(r"[a-z0-9.-]+==[^\s;]+( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def lines_of(name: str) -> list[str]:
    return (ROOT / "requirements" / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", ["run.lock", "dev.lock"])
def test_a_lock_holds_versions_and_hashes_and_nothing_else(name: str) -> None:
    strange = [
        line for line in lines_of(name) if not PINNED.fullmatch(line) and not HASH.fullmatch(line)
    ]
    assert strange == []


@pytest.mark.parametrize(("name", "wanted"), [("run.lock", RUN), ("dev.lock", DEV)])
def test_what_the_project_asks_for_is_locked(name: str, wanted: list[str]) -> None:
    locked = {
        canonicalize_name(line.split("==")[0]): line.split("==")[1].split()[0]
        for line in lines_of(name)
        if PINNED.fullmatch(line)
    }
    for each in map(Requirement, wanted):
        version = locked[canonicalize_name(each.name)]
        assert each.specifier.contains(version), each


def test_tests_run_with_what_is_shipped() -> None:
    assert set(lines_of("run.lock")) <= set(lines_of("dev.lock"))


def test_browser_assets_are_pinned_by_hash_and_name_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    for entry in fetched.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
