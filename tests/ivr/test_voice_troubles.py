"""What the caller hears when something goes wrong, or comes at the wrong moment."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from data_store import transaction
from ivr.webhooks import create_blueprint
from switchboard import calls, queues, representatives
from switchboard.model import CallState, Presence


def bring_to_queue(house, telephone) -> None:
    telephone.rings().keys(house.family.product_id).keys(house.server_id).keys("1")


def answer(house, telephone, who: str = "rep") -> None:
    with transaction(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        queues.offer(conn, house.time())
        queues.answer(conn, who, call.id, house.time())


def test_whatever_breaks_the_caller_hears_a_sentence(house, telephone, caplog) -> None:
    keyed = "12345"

    def broken() -> datetime:
        raise RuntimeError(f"{keyed} was keyed")

    app = Flask("broken")
    app.register_blueprint(
        create_blueprint(replace(house.services, clock=broken)), url_prefix="/voice"
    )
    telephone.rings()
    telephone.client = app.test_client()
    with caplog.at_level(logging.ERROR):
        telephone.keys(keyed)
    assert telephone.heard == ["technical_fault"]
    assert telephone.verbs == ["Say", "Hangup"]
    assert "RuntimeError" in caplog.text
    assert "test_voice_troubles" in caplog.text  # where it happened
    assert keyed not in caplog.text


def test_an_address_that_is_not_there_stays_so(house, telephone) -> None:
    telephone.rings()
    assert telephone.post("/voice/redirected/nowhere") == 404


def test_whoever_waits_without_a_row_leaves_the_queue_and_begins_again(telephone) -> None:
    telephone.post("/voice/wait", QueuePosition="1")
    assert telephone.verbs == ["Leave"]
    telephone.post("/voice/left-queue", QueueResult="leave")
    assert telephone.heard == ["start_again", "offer_language", "ask_product_id", "access"]


def test_star_at_the_closing_code_ends_the_gather_at_once(house, telephone) -> None:
    bring_to_queue(house, telephone)
    answer(house, telephone)
    telephone.redirected("conversation").redirected("closing_code")
    gather = telephone.tree.find("Gather")
    assert (gather.get("finishOnKey"), gather.get("numDigits")) == ("*", "4")
    telephone.post("/voice/turn", Digits="", FinishedOnKey="*")
    assert telephone.verbs == ["Dial"]


def test_hash_alone_is_silence(house, telephone) -> None:
    telephone.rings().post("/voice/turn", Digits="", FinishedOnKey="#")
    assert telephone.heard == ["still_there", "ask_product_id"]


def test_back_to_the_queue_comes_too_late_when_somebody_has_answered(
    house, telephone, another: Callable[[int], object]
) -> None:
    """The first representative's line broke; the second was faster than the redirection."""
    bring_to_queue(house, telephone)
    answer(house, telephone)
    telephone.redirected("conversation")
    with transaction(house.engine) as conn:
        representatives.add(
            conn,
            name="other",
            display_name="Other",
            centres=["americas"],
            languages=["en"],
            now=house.time(),
        )
        representatives.set_presence(conn, "other", Presence.AVAILABLE, house.time())
    path = f"/voice/representative-status?call={telephone.sid}&endpoint=client%3Arep"
    telephone.post(path, CallStatus="completed")
    answer(house, telephone, "other")
    telephone.redirected("queue")
    assert telephone.verbs == ["Dial"]
    with transaction(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
    assert (call.state, call.representative) == (CallState.TALKING, "other")


@pytest.mark.parametrize("keys", ["²", "٣", "#", "12#4"])
def test_keys_that_no_telephone_has_break_nothing(house, telephone, keys: str) -> None:
    telephone.rings().keys(keys)
    assert telephone.verbs == ["Gather"]
