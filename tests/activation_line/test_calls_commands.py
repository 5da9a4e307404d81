"""`activation-line calls`: the figures of a population, and the page of the ledger."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from activation_line.cli import main
from phone_network.speaking import is_installed
from scripted_calls import population


def test_a_population_is_counted_and_printed_as_json() -> None:
    done = CliRunner().invoke(main, ["calls", "population", "--callers", "2", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["callers"], found["seed"], found["confirmed"]) == (2, 1, 2)
    assert "2 of 2 callers are done." in done.stderr


def test_a_population_that_misses_what_is_wanted_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "LONGEST_MEDIAN", 10.0)
    done = CliRunner().invoke(main, ["calls", "population", "--callers", "2"])
    assert done.exit_code == 1
    assert "median seconds" in done.stdout
    assert "The median takes" in done.stderr


@pytest.mark.skipif(not is_installed(), reason="the engine is not installed")
def test_the_ledger_is_written(tmp_path: Path) -> None:
    figures, page = tmp_path / "population.json", tmp_path / "ledger.md"
    figures.write_text(
        json.dumps(
            {
                "callers": 100,
                "seed": 3,
                "confirmed": 99,
                "median_seconds": 250.0,
                "percentile_95_seconds": 290.0,
                "median_keyed": 70.0,
                "dropped": 2,
                "by_line": 40,
                "with_wrong_keys": 50,
                "asked_twice": 0,
                "endings": [["confirmed", 99], ["left", 1]],
            }
        )
    )
    words = ["calls", "ledger", "--population", str(figures), "--write", str(page)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert "| straight call, with a representative | 64 |" in text
    assert "| confirmed, in one call or its resumption | 99 (99.00%) |" in text
    assert "| not confirmed: left | 1 |" in text
    assert "--callers 100 --seed 3" in text
