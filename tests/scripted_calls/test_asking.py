"""No group is asked for twice without cause: the definition, case by case."""

import pytest

from scripted_calls.asking import Question, asked_twice
from scripted_calls.calling import Ended, Heard
from scripted_calls.hand import Pressed

PRODUCT = "11111222223333344444"
ASK = Heard("ask_product_id")
THEN = Heard("ask_license_server_id")
GROUP_3 = Heard("ask_group", {"group": "3"})
FROM_3 = Heard("ask_groups_from", {"group": "3"})


def keyed(keys: str, wanted: str = PRODUCT) -> Pressed:
    return Pressed(f"{wanted}#", f"{keys}#")


@pytest.mark.parametrize(
    "history",
    [
        (ASK, keyed(PRODUCT), THEN),
        # A wrong digit in the third group: that one, and it alone, is asked for again.
        (ASK, keyed("11111222223933344444"), GROUP_3, keyed("33333", "33333"), THEN),
        # The hash beside the zero ends the breath: what came after did not reach the line.
        (ASK, Pressed(f"{PRODUCT}#", "111112222233#"), FROM_3),
        # The line reads all groups back, and the caller marks one.
        (ASK, keyed(PRODUCT), Heard("read_back_group"), Pressed("3", "3"), GROUP_3),
        # The register does not know the product.
        (ASK, keyed(PRODUCT), Heard("refused_product_unknown"), ASK),
        # Two stars in one breath: nobody can tell what was meant.
        (ASK, keyed("*1111*22223333344444"), ASK),
        # The call breaks in the middle of a breath, of which nothing reached the line.
        (ASK, Pressed(f"{PRODUCT}#", "1111122222"), Ended(), ASK),
    ],
)
def test_there_is_a_cause(history: tuple[Heard | Pressed | Ended, ...]) -> None:
    assert asked_twice(history, is_known=True) == ()


def test_a_group_that_was_keyed_well_is_not_asked_for_again() -> None:
    again = (ASK, keyed("11111222223933344444"), FROM_3)
    assert asked_twice(again, is_known=True) == (Question("ask_groups_from", "product_id", (4,)),)


def test_a_star_hit_by_mistake_costs_its_own_group_only() -> None:
    breath = (ASK, keyed("1111122*223333344444"))
    ask_2 = Heard("ask_group", {"group": "2"})
    assert asked_twice((*breath, ask_2), is_known=True) == ()
    assert asked_twice((*breath, GROUP_3), is_known=True) != ()


def test_a_drop_unsettles_nothing_where_the_caller_can_be_known_again() -> None:
    dropped = (ASK, keyed(PRODUCT), THEN, Ended(), ASK)
    assert asked_twice(dropped, is_known=True) == (
        Question("ask_product_id", "product_id", (1, 2, 3, 4)),
    )
    assert asked_twice(dropped, is_known=False) == ()
    told = (ASK, keyed(PRODUCT), THEN, Heard("case_number"), Ended(), ASK)
    assert asked_twice(told, is_known=False) != ()


def test_who_begins_anew_when_asked_to_resume_keys_all_of_it() -> None:
    offered = Heard("resume_by_product_id", {"group": "2"})
    history = (ASK, keyed(PRODUCT), THEN, Ended(), offered, Pressed("22", "*2"), ASK)
    assert asked_twice(history, is_known=True) == ()
