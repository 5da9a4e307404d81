"""The hand hits the key beside the one that was meant, as often as it is told to."""

from random import Random

from scripted_calls.hand import BESIDE, Hand

KEYS = "0123456789*#" * 500


def test_a_steady_hand_presses_what_was_meant() -> None:
    assert Hand().keys(KEYS) == KEYS
    assert Hand().types("0123456789") == "0123456789"


def test_a_tired_hand_misses_by_one_key_about_as_often_as_it_is_said() -> None:
    pressed = Hand(Random(1), 0.05).keys(KEYS)
    missed = [(meant, key) for meant, key in zip(KEYS, pressed, strict=True) if meant != key]
    assert 200 < len(missed) < 400  # 300 of 6000 are expected
    assert all(key in BESIDE[meant] for meant, key in missed)


def test_at_the_computer_there_are_digits_only() -> None:
    typed = Hand(Random(1), 1.0).types("7890" * 50)
    assert typed.isdigit()
    assert all(meant != key for meant, key in zip("7890" * 50, typed, strict=True))


def test_keys_that_lie_beside_each_other_do_so_both_ways() -> None:
    assert all(key in BESIDE[other] for key, others in BESIDE.items() for other in others)
