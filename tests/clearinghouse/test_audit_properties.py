"""Whatever is done to a signed chain, exactly those entries are named to whom it was done."""

import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.audit_examination import FIRST_HASH, End, Examination, Written, link
from clearinghouse.audit_findings import Finding, Kind
from clearinghouse.audit_keys import Signer

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
COUNT = 12
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def chain() -> list[Written]:
    entries: list[Written] = []
    for number in range(1, COUNT + 1):
        previous = entries[-1].hash if entries else FIRST_HASH
        said: dict[str, Any] = {
            "number": number,
            "at": AT.isoformat(timespec="microseconds"),
            "actor": {"kind": "demo", "name": "test"},
            "action": "test.noted",
            "product_id": None,
            "request_id": None,
            "data": {"place": number},
        }
        body = json.dumps(said, sort_keys=True, separators=(",", ":"))
        made = link(previous, body)
        signature, seal = SIGNER.sign(number, said["at"], made), SIGNER.seal(body)
        row = Written(number, AT, None, None, body, previous, made, signature, seal)
        entries.append(row)
    return entries


WHOLE = chain()
END = End(COUNT, WHOLE[-1].hash, "the chain's end")


def examine(rows: list[Written], *, signer: Signer | None = SIGNER) -> set[tuple[Kind, int]]:
    """What is found, entry by entry."""
    found = Examination(keys=[SIGNER.public_key], signer=signer, own=END).run(rows)
    return {(each.kind, number) for each in found for number in numbers(each)}


def numbers(finding: Finding) -> range:
    return range(finding.number, finding.last + 1)


def forged(row: Written) -> Written:
    return row._replace(body=row.body.replace("test.noted", "test.forged"))


places = st.sets(st.integers(1, COUNT))


@given(changed=places, removed=places, data=st.data())
def test_exactly_what_was_done_is_found(
    changed: set[int], removed: set[int], data: st.DataObject
) -> None:
    kept = [row for row in WHOLE if row.number not in removed]
    sound = [row.number for row in kept if row.number not in changed]
    order = data.draw(st.permutations(sound))
    taking = dict(zip(sound, order, strict=True))
    rows = [
        forged(row)
        if row.number in changed
        else WHOLE[taking[row.number] - 1]._replace(number=row.number)
        for row in kept
    ]
    expected = {(Kind.REMOVED, number) for number in removed}
    expected |= {(Kind.CHANGED, number) for number in changed - removed}
    expected |= {(Kind.MOVED, number) for place, number in taking.items() if place != number}
    assert examine(rows) == expected
    assert examine(rows, signer=None) == expected


@given(changed=st.sets(st.integers(1, COUNT), min_size=1))
def test_a_chain_made_anew_shows_which_contents_are_not_the_old_ones(changed: set[int]) -> None:
    rows: list[Written] = []
    for row in WHOLE:
        now = forged(row) if row.number in changed else row
        previous = rows[-1].hash if rows else FIRST_HASH
        rows.append(now._replace(previous=previous, hash=link(previous, now.body)))
    found = examine(rows)
    first = min(changed)
    assert found == {(Kind.CHANGED, number) for number in changed} | {
        (Kind.RELINKED, number) for number in range(first, COUNT + 1) if number not in changed
    } | {(Kind.HEAD, COUNT)}


@given(place=st.integers(1, COUNT), column=st.sampled_from(Written._fields[4:]), data=st.data())
def test_any_byte_of_any_column_shows(place: int, column: str, data: st.DataObject) -> None:
    old = str(getattr(WHOLE[place - 1], column))
    at = data.draw(st.integers(0, len(old) - 1))
    letter = data.draw(st.sampled_from([each for each in '0a"}{é:' if each != old[at]]))
    row = Written(**(WHOLE[place - 1]._asdict() | {column: old[:at] + letter + old[at + 1 :]}))
    rows = [*WHOLE[: place - 1], row, *WHOLE[place:]]
    assert {number for _, number in examine(rows)} == {place}
