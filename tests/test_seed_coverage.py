"""The document's 31 rows: all there, each shown by tests that exist (and that ran: conftest)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "seed-coverage.md"
COUNTS = {1: 2, 2: 5, 3: 7, 4: 4, 5: 7, 6: 4}
ROWS = [f"{part}.{row}" for part, count in COUNTS.items() for row in range(1, count + 1)]
ROWS += ["6.N", "6.E"]


def rows() -> dict[str, list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells if re.fullmatch(r"\d\.(\d|N|E)", row[0])}


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_document_is_there() -> None:
    assert sorted(rows()) == sorted(ROWS)
    assert len(ROWS) == 31


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_where_and_by_which_tests(row: str) -> None:
    asked, place, shown = rows()[row]
    assert asked
    assert place
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
    assert named
    for path, name in named:
        assert name in functions(ROOT / path), f"{path} has no {name}"
