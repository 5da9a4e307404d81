"""The time: the machine's, or that of a simulated network."""

from datetime import UTC, datetime, timedelta

import pytest

from activation_line.clock import clock_for, system_clock
from tests.activation_line.conftest import PlayedNetwork


def test_without_an_address_it_is_the_machines_time() -> None:
    assert clock_for("") is system_clock
    assert system_clock().utcoffset() == timedelta(0)


def test_a_network_is_asked_for_its_time(network: PlayedNetwork) -> None:
    now = clock_for(f"{network.url}/control/v1/clock")
    assert now() == datetime(2026, 3, 2, 9, 0, 0, 123456, UTC)
    assert now() == now()
    assert len(network.asked) == 3


def test_a_network_that_does_not_answer_is_no_time() -> None:
    with pytest.raises(OSError, match="refused"):
        clock_for("http://127.0.0.1:9/control/v1/clock")()
