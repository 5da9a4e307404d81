"""The picture in the docs is the one that the table gives."""

import re
from pathlib import Path

from ivr.diagram import NAMES, draw
from ivr.transitions import TRANSITIONS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "call-flow.md"


def test_the_documented_diagram_is_current() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n?```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == draw(), "put the output of ivr.diagram.draw() into docs/call-flow.md"


def test_every_event_has_a_name_for_people() -> None:
    kinds = {kind.__name__ for kinds in TRANSITIONS.values() for kind in kinds}
    assert kinds == NAMES.keys()
