"""The floors of the house: a package imports only from floors below its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FLOORS = {
    "codes": 1,
    "license_certificates": 1,
    "region_routing": 1,
    "spoken_prompts": 1,
    "data_store": 1,
    "clearinghouse": 2,
    "switchboard": 2,
    "ivr": 3,
    "agent_console": 3,
    "license_server": 3,
    "licensing_site": 3,
    "phone_network": 3,
    "scripted_calls": 4,
    "activation_line": 5,
}
# What these may import of this house, other than all floors below. Some must run alone; the
# certificates stand over the codes, on the same floor.
OWN_RULES = {
    "license_certificates": {"codes"},
    "license_server": {"codes", "license_certificates", "region_routing"},
    "phone_network": set(),
}


def imports_of(package: str) -> dict[str, set[str]]:
    """Which packages of the house each module of a package imports."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).split(".")[0])
        found[str(path.relative_to(ROOT))] = (names & FLOORS.keys()) - {package}
    return found


@pytest.mark.parametrize("package", FLOORS)
def test_imports_only_from_floors_below(package: str) -> None:
    modules = imports_of(package)
    assert modules
    allowed = OWN_RULES.get(package, {name for name in FLOORS if FLOORS[name] < FLOORS[package]})
    reaching = {module: sorted(names - allowed) for module, names in modules.items()}
    assert {module: names for module, names in reaching.items() if names} == {}


def test_every_package_of_the_wheel_has_a_floor() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == FLOORS.keys()


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("license_server.cli", {"twilio", "sqlalchemy", "clearinghouse", "switchboard"}),
        ("phone_network.cli", FLOORS.keys() - {"phone_network"}),
        ("codes.cli", {"flask", "sqlalchemy", "aiohttp"}),
        # Help has to come at once: what takes long to load is loaded when it is used.
        ("activation_line.cli", {"flask", "sqlalchemy", "alembic", "aiohttp", "cheroot", "twilio"}),
        ("activation_line.cli", {"argon2", "babel", "phonenumbers", "data_store"}),
    ],
)
def test_starts_without(module: str, absent: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted({{n.split('.')[0] for n in sys.modules}}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(loaded.stdout.split()) & set(absent) == set()
