"""`activation-line privacy`: what is held about a caller, erased wherever it stands."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import MetaData, insert, select, update
from twilio.request_validator import RequestValidator

from activation_line.database import METADATA
from activation_line.web import create_app
from activation_line.wiring import Line
from agent_console.tables import wrap_ups
from clearinghouse import Actor, Policy
from codes import family, license_server_id, product_key
from data_store import reading, transaction
from switchboard.tables import calls
from tests.activation_line.conftest import PlayedNetwork
from tests.activation_line.test_commands import command

BASE, TOKEN = "https://line.example", "not-for-logs"
CALLER, OTHER = "+493023125199", "+493023125188"
# In Berlin it is ten in the morning by the played network's clock.
LINE_NUMBER = "+493023125146"


@dataclass
class Held:
    """A line that two people have called, and the command beside it."""

    line: Line
    env: dict[str, str]

    def call(self, number: str, *, ends: bool = True) -> None:
        """Call, key everything of a new license server, and hang up."""
        client = create_app(self.line).test_client()
        own = family.draw(int(number[-3:]))
        register = self.line.clearinghouse
        with transaction(self.line.engine) as conn:
            register.add_product(
                conn,
                product_id=own.product_id,
                product_key=own.product_key,
                name="Product",
                policy=Policy(),
                actor=Actor("administrator", "test"),
                now=self.line.clock(),
            )
        secret = product_key.secret(own.product_key)
        good = license_server_id.assemble(secret, own.product_id, 0, "0123456789012345")
        forged = product_key.secret(family.draw(1).product_key)
        wrong = license_server_id.assemble(forged, own.product_id, 0, "0123456789012345")
        sid = f"CA{number[1:]:0>32}"
        words = [
            ("/voice/incoming", {"CallStatus": "ringing"}),
            ("/voice/turn", {"Digits": own.product_id}),
            ("/voice/turn", {"Digits": wrong}),
            ("/voice/turn", {"Digits": good}),
            ("/voice/turn", {"Digits": "1"}),
        ]
        for path, fields in [*words, ("/voice/status", {"CallStatus": "completed"})][
            : 6 if ends else 5
        ]:
            form = {"CallSid": sid, "To": LINE_NUMBER, "From": number, **fields}
            signed = RequestValidator(TOKEN).compute_signature(BASE + path, form)
            answer = client.post(path, data=form, headers={"X-Twilio-Signature": signed})
            assert answer.status_code in {200, 204}
        with transaction(self.line.engine) as conn:
            held = conn.execute(select(calls.c.id).where(calls.c.call_sid == sid)).scalar_one()
            note = {"login": "anna", "disposition": "done", "note": f"ring {number} back"}
            conn.execute(insert(wrap_ups), {"call_id": held, "at": self.line.clock(), **note})

    def everything(self) -> str:
        """Every row of every table."""
        found: list[str] = []
        with reading(self.line.engine) as conn:
            for tables in METADATA:
                assert isinstance(tables, MetaData)
                for table in tables.sorted_tables:
                    found += [f"{table.name}: {tuple(row)}" for row in conn.execute(select(table))]
        return "\n".join(found)

    def run(self, *words: str) -> Result:
        return command("privacy", *words, env=self.env)

    def audit_is_whole(self) -> bool:
        done = command("audit", "verify", "--json", env=self.env)
        return bool(json.loads(done.stdout)["ok"])


@pytest.fixture
def held(wire: Callable[..., Line], environment: dict[str, str], network: PlayedNetwork) -> Held:
    clock = f"{network.url}/control/v1/clock"
    return Held(wire(clock_url=clock), environment | {"ACTIVATION_LINE_CLOCK_URL": clock})


def rows_with(everything: str, number: str) -> set[str]:
    """The tables in which a number stands."""
    digits = number[1:]
    return {
        row.partition(":")[0]
        for row in everything.splitlines()
        # The test's own call SIDs are made of the number.
        if digits in row.replace(f"CA{digits:0>32}", "")
    }


def test_a_number_is_shown_and_erased_wherever_it_stands(held: Held) -> None:
    held.call(CALLER)
    held.call(OTHER)
    before = held.everything()
    assert {"calls", "contacts", "wrong_tries", "wrap_ups"} == rows_with(before, CALLER)
    shown = json.loads(held.run("show", "--number", "+49 30 2312-5199", "--json").stdout)
    assert len(shown["calls"]) == len(shown["register"]["cases"]) == len(shown["notes"]) == 1
    assert shown["register"]["wrong_tries"] == 1
    would = held.run("erase", "--number", CALLER, "--dry-run")
    assert would.stdout == (
        "Would erase 1 numbers in calls, 1 notes after calls, 1 contacts in the register.\n"
    )
    assert held.everything() == before
    assert held.run("erase", "--number", CALLER).exit_code == 0
    after = held.everything()
    assert rows_with(after, CALLER) == set()
    assert rows_with(after, OTHER) == rows_with(before, OTHER)
    assert held.run("show", "--number", CALLER).stdout == "Nothing is held.\n"
    assert held.audit_is_whole()
    assert "caller.erased" in after


def test_a_call_under_way_keeps_its_number(held: Held) -> None:
    held.call(CALLER, ends=False)
    done = held.run("erase", "--number", CALLER)
    assert "1 calls are not over" in done.stdout
    assert rows_with(held.everything(), CALLER) >= {"calls"}


def test_what_is_older_than_so_many_days_goes(held: Held) -> None:
    held.call(CALLER)
    held.call(OTHER)
    long_ago = held.line.clock() - timedelta(days=100)
    with transaction(held.line.engine) as conn:
        mine = calls.c.caller == CALLER
        conn.execute(update(calls).where(mine).values(ended_at=long_ago))
    would = held.run("retain", "--days", "90", "--dry-run", "--json")
    assert json.loads(would.stdout)["calls"] == 1
    assert "calls" in rows_with(held.everything(), CALLER)
    done = json.loads(held.run("retain", "--days", "90", "--json").stdout)
    assert done == {"calls": 1, "notes": 0, "contacts": 0}
    assert "calls" not in rows_with(held.everything(), CALLER)
    assert "calls" in rows_with(held.everything(), OTHER)
    assert held.audit_is_whole()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show",), "by --number or by --email"),
        (("show", "--number", "12345"), "no whole number"),
        (("erase", "--number", CALLER, "--email", "a@example.org"), "by --number or by --email"),
    ],
)
def test_what_is_refused(held: Held, words: tuple[str, ...], says: str) -> None:
    done = held.run(*words)
    assert done.exit_code == 2
    assert says in done.output
