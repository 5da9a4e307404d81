"""Recording: off unless it is set, and told to the caller before anything is recorded."""

from dataclasses import replace

import pytest
from flask import Flask

from data_store import transaction
from ivr.webhooks import create_blueprint
from switchboard import calls, queues


def heard_on_the_way(house, telephone) -> list[list[str]]:
    """What is said before each of two conversations: keying something lies between them."""
    telephone.rings().keys(house.family.product_id).keys(house.server_id).keys("1")
    with transaction(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        queues.offer(conn, house.time())
        queues.answer(conn, "rep", call.id, house.time())
    said = []
    for _ in range(2):
        telephone.redirected("conversation")
        said.append(telephone.heard)
        assert telephone.verbs[-1] == "Dial"
        telephone.redirected("closing_code")
    return said


@pytest.mark.parametrize(("records", "said"), [(False, [[], []]), (True, [["recorded"], []])])
def test_the_caller_is_told_once_before_it_begins(house, telephone, records, said) -> None:
    app = Flask("recording")
    services = replace(house.services, records=records)
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    telephone.client = app.test_client()
    assert heard_on_the_way(house, telephone) == said


def test_who_keys_something_is_not_in_the_conversation(house, telephone) -> None:
    heard_on_the_way(house, telephone)
    assert telephone.verbs == ["Gather"]
