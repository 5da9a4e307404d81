"""The page says what was measured, and nothing else."""

from bench import page
from bench.parts import GOALS, PARTS


def test_the_page_and_the_kept_figures_agree() -> None:
    written = page.PAGE.read_text("utf-8").split(page.BEGIN)[1].split(page.END)[0]
    kept = page.read(page.KEPT)
    assert kept
    assert written == page.tables(kept)


def test_every_goal_is_one_of_a_part_and_has_been_measured() -> None:
    kept = page.read(page.KEPT)
    for name in GOALS:
        part, _, figure = name.partition(".")
        assert part in PARTS
        assert part not in kept or figure in kept[part]["figures"], name


def test_what_misses_its_goal_is_said_to() -> None:
    results = {"turn": {"machine": "here", "figures": {"sqlite.cpu_ratio": 2.1}}}
    assert "| `turn.sqlite.cpu_ratio` | 2.10 | at most 2.0 | **missed** |" in page.tables(results)
    results["turn"]["figures"]["sqlite.cpu_ratio"] = 1.9
    assert "| met |" in page.tables(results)
