"""The table of the life cycle, and the diagram that is drawn from it."""

from pathlib import Path

import pytest

from clearinghouse import Refusal, RefusalCode, RequestState
from clearinghouse.transitions import TRANSITIONS, Act, diagram, follow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "register.md"
ISSUED = {RequestState.ISSUED, RequestState.READ, RequestState.CONFIRMED, RequestState.LAPSED}


def test_every_state_has_its_row() -> None:
    assert TRANSITIONS.keys() == set(RequestState)


def test_what_was_issued_can_not_become_unissued() -> None:
    for state in ISSUED:
        assert set(TRANSITIONS[state].values()) <= ISSUED


def test_only_a_checked_request_is_issued() -> None:
    fresh = [state for state, acts in TRANSITIONS.items() if Act.ISSUE in acts]
    assert set(fresh) - ISSUED == {RequestState.CHECKED}


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(Refusal, match="denied") as caught:
        follow(RequestState.DENIED, Act.CONFIRM)
    assert caught.value.code is RefusalCode.WRONG_STATE


def test_the_page_shows_the_table_as_it_is() -> None:
    assert f"```mermaid\n{diagram()}```" in PAGE.read_text("utf-8")
