"""Somebody has overheard a product ID and a license server ID, and has none of the keys."""

import dataclasses
import random
from collections import Counter

import pytest
from sqlalchemy import func, select

from clearinghouse import (
    Actor,
    Channel,
    PermissionState,
    Reason,
    Refusal,
    RefusalCode,
    RequestState,
    ServerState,
    audit,
    documents,
)
from clearinghouse.tables import requests, wrong_tries
from codes import license_server_id, product_key
from data_store import reading, transaction
from tests.clearinghouse.desk import ANNA, Desk
from tests.clearinghouse.online import OnlineServer, activated, ask, take

ATTACKER = Actor("website", "web")
BATCHES = 10


def made_up_ids(server: OnlineServer, count: int) -> list[str]:
    """License server IDs in the victim's name; no secret of the victim's has gone into them."""
    rng = random.Random(5)
    secret = product_key.secret("0B4YN-MNEDD-EJRN5-9W6P5-FJFK6")
    said = license_server_id.parse(server.shown)
    return [
        license_server_id.assemble(
            secret, server.product_id, said.last_issue, f"{rng.randrange(10**16):016}"
        )
        for _ in range(count)
    ]


def told(desk: Desk) -> tuple[object, ...]:
    """All that the register says of the victim."""
    with reading(desk.engine) as connection:
        found = connection.execute(select(func.count()).select_from(requests)).scalar_one()
        chain = len(list(audit.entries(connection)))
    product = desk.read(desk.house.product, desk.product_id)
    servers = desk.read(desk.house.servers, desk.product_id)
    return found, chain, product, servers, desk.permission_states()


@pytest.mark.timeout(300)
def test_a_hundred_thousand_made_up_requests_cost_the_victim_nothing(desk: Desk) -> None:
    server = activated(desk)
    standing = ask(desk, server.document(Reason.SERVER_UPGRADED))
    overheard = server.shown
    before = told(desk)
    # The same in either database, where a round trip to a server of its own costs much more.
    tries = 100_000 if desk.engine.dialect.name == "sqlite" else 5_000
    count = tries // BATCHES
    refusals: Counter[str] = Counter()
    pool = made_up_ids(server, 5_000)
    document = documents.parse_request(server.document(Reason.PRIVATE_KEY_COMPROMISED))
    house, product_id, now = desk.house, server.product_id, desk.now
    for batch in range(BATCHES):
        with transaction(desk.engine) as connection:
            for number in range(count):
                try:
                    if number % 20:
                        house.open_request(
                            connection,
                            product_id=product_id,
                            license_server_id=pool[(batch * count + number) % len(pool)],
                            channel=Channel.WEB,
                            caller=None,
                            actor=ATTACKER,
                            now=now,
                        )
                    else:
                        proof = dataclasses.replace(document.proof, mac=f"{number:064x}")
                        made_up = dataclasses.replace(document, proof=proof)
                        house.process_automatic(connection, made_up, ATTACKER, now)
                except Refusal as refusal:
                    refusals[refusal.code.value] += 1
    assert refusals == {
        RefusalCode.PROOF_WRONG.value: 30,
        RefusalCode.TOO_MANY_WRONG_PROOFS.value: tries * 19 // 20 - 30,
        RefusalCode.SIGNATURE_WRONG.value: tries // 20,
    }
    assert told(desk) == before
    with reading(desk.engine) as connection:
        kept = connection.execute(select(func.count()).select_from(wrong_tries)).scalar_one()
        assert kept == 30  # what isn't looked at leaves nothing behind
        assert audit.verify(connection) is None
    # The victim: the same ID for the standing request, a new one by the product key, and a
    # representative for whoever calls.
    assert desk.open(server, shown=overheard).issue == standing.issue
    take(desk, server, standing)
    issued = desk.open(server, actor=ANNA)
    desk.reason(issued, Reason.CERTIFICATE_EXPIRED)
    desk.check(issued)
    issued = desk.issue(issued)
    assert issued.new_license_server_id
    confirmed = desk.confirm(issued, server.accept(issued.new_license_server_id))
    assert confirmed.state is RequestState.CONFIRMED
    server.start_wizard()
    assert ask(desk, server.document(Reason.SERVER_UPGRADED, "previous_key")).issue == 4
    (found,) = desk.read(desk.house.servers, desk.product_id)
    assert (found.issue, found.state, found.revoked) == (3, ServerState.ACTIVE, ())
    assert desk.permission_states()[3] == PermissionState.CURRENT.value


def test_overheard_ids_alone_open_what_stands_and_issue_nothing_new(desk: Desk) -> None:
    """Both IDs as they were read out: the same request, with its ID, which fits one key only."""
    server = activated(desk)
    answer = ask(desk, server.document(Reason.SERVER_UPGRADED))
    before = desk.permission_states()
    heard = desk.open(server, channel=Channel.WEB, caller=None, actor=ATTACKER)
    assert heard.new_license_server_id == answer.new_license_server_id
    assert desk.permission_states() == before
    # Its reason can't be made to revoke anything: that takes the wizard's answer.
    raised = desk.do(
        desk.house.set_reason, heard.id, Reason.PRIVATE_KEY_COMPROMISED, ATTACKER, desk.now
    )
    assert raised.reason is Reason.PRIVATE_KEY_COMPROMISED
    for _ in range(5):
        desk.do(desk.house.challenge, heard.id, ATTACKER, desk.now)
        with pytest.raises(Refusal):
            desk.do(desk.house.answer_challenge, heard.id, "000000", ATTACKER, desk.now)
    assert desk.permission_states() == before
    assert ask(desk, server.document(Reason.SERVER_UPGRADED)).issue == answer.issue
