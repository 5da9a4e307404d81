"""The signed audit: what was done to it is named, entry by entry."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from clearinghouse import Actor, audit, signed_heads
from clearinghouse import tables as t
from clearinghouse.audit_examination import Examination, Written, link
from clearinghouse.audit_findings import Kind
from clearinghouse.audit_keys import AuditKeyError, Signer, public_pem, read_public
from clearinghouse.signed_heads import HeadError, SignedHead
from data_store import StoreError, transaction
from tests.clearinghouse.desk import Desk

ROOT = Actor("administrator", "root")
Named = list[tuple[Kind, int, int]]
E = t.audit_entries


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.load_or_create(tmp_path / "audit.key")


@pytest.fixture
def signed(engine: Engine, signer: Signer) -> Desk:
    """A register whose twelve entries are all signed."""
    audit.sign_with(engine, signer)
    desk = Desk(engine)
    server = desk.activated()
    desk.issued(server)
    while len(rows(desk)) < 12:
        desk.set_policy(max_servers=len(rows(desk)))
    assert len(rows(desk)) == 12
    assert named(desk) == []
    return desk


def rows(desk: Desk) -> list[Written]:
    return list(desk.read(lambda connection: list(audit.written(connection))))


def named(desk: Desk, *heads: SignedHead) -> Named:
    found = desk.read(audit.examine, ends=[head.as_end() for head in heads])
    return [(each.kind, each.number, each.last) for each in found]


def head(desk: Desk) -> SignedHead:
    found: SignedHead = desk.read(signed_heads.current)
    return found


def put(desk: Desk, entries: list[Written], end: tuple[int, str] | None = None) -> None:
    """Write the whole audit anew, as somebody who may write the database."""
    with transaction(desk.engine) as connection:
        connection.execute(delete(E))
        connection.execute(insert(E), [entry._asdict() for entry in entries])
        if end is not None:
            connection.execute(update(t.audit_head).values(number=end[0], hash=end[1]))


def linked(entries: list[Written], **also: str | None) -> list[Written]:
    """Compute the chain anew, without the key."""
    made: list[Written] = []
    for place, entry in enumerate(entries, start=1):
        previous = made[-1].hash if made else "0" * 64
        again = entry._replace(number=place, previous=previous, hash=link(previous, entry.body))
        made.append(Written(**(again._asdict() | also)))
    return made


def forged(entry: Written) -> Written:
    body = json.loads(entry.body)
    body["actor"]["name"] = "somebody else"
    return entry._replace(body=audit._canonical(body))


def renumbered(entry: Written, number: int) -> Written:
    body = json.loads(entry.body) | {"number": number}
    return entry._replace(number=number, body=audit._canonical(body))


@pytest.mark.parametrize("column", ["body", "previous", "hash", "signature", "seal", "product_id"])
def test_one_byte_of_any_column_is_named(signed: Desk, column: str) -> None:
    entries = rows(signed)
    old = str(getattr(entries[4], column))
    # The last letter but one: within a value of the body, whose last ones are brackets.
    place = -4 if column == "body" else -2
    other = "0" if old[place] != "0" else "1"
    changed = {column: old[:place] + other + old[place + 1 :]}
    entries[4] = Written(**(entries[4]._asdict() | changed))
    put(signed, entries)
    assert [each[1:] for each in named(signed)] == [(5, 5)]
    assert named(signed)[0][0] in {Kind.CHANGED, Kind.RELINKED}


def test_several_changes_are_all_named(signed: Desk) -> None:
    entries = rows(signed)
    entries[1], entries[8] = forged(entries[1]), forged(entries[8])
    put(signed, [entry for entry in entries if entry.number != 5])
    assert named(signed) == [(Kind.CHANGED, 2, 2), (Kind.REMOVED, 5, 5), (Kind.CHANGED, 9, 9)]


def test_removed_neighbours_are_one_finding(signed: Desk) -> None:
    put(signed, [entry for entry in rows(signed) if entry.number not in {4, 5, 6}])
    assert named(signed) == [(Kind.REMOVED, 4, 6)]


def test_two_swapped_are_both_named(signed: Desk) -> None:
    entries = rows(signed)
    third, eighth = entries[2], entries[7]
    entries[2], entries[7] = eighth._replace(number=3), third._replace(number=8)
    put(signed, entries)
    assert named(signed) == [(Kind.MOVED, 3, 3), (Kind.MOVED, 8, 8)]
    (there, back) = signed.read(audit.examine)
    assert "5 places further on" in str(there)
    assert "5 places too early" in str(back)


def test_what_closes_a_gap_by_moving_up_is_told_from_what_was_removed(signed: Desk) -> None:
    entries = rows(signed)
    del entries[4]
    closed = [entry._replace(number=place) for place, entry in enumerate(entries, start=1)]
    put(signed, closed)
    assert named(signed) == [(Kind.REMOVED, 5, 5), (Kind.MOVED, 6, 12)]


def test_an_entry_put_in_between_is_told_from_those_that_made_room(signed: Desk) -> None:
    entries = rows(signed)
    entries.insert(4, renumbered(entries[4], 5))
    shifted = [entry._replace(number=place) for place, entry in enumerate(entries, start=1)]
    shifted[4] = forged(shifted[4])
    put(signed, shifted)
    assert named(signed) == [(Kind.ADDED, 5, 5), (Kind.MOVED, 5, 12)]


def test_a_copy_at_the_end_is_named(signed: Desk) -> None:
    entries = rows(signed)
    put(signed, [*entries, entries[4]._replace(number=13)])
    assert named(signed) == [(Kind.ADDED, 13, 13)]


def test_an_entry_at_the_end_made_without_the_key_is_named(signed: Desk) -> None:
    entries = rows(signed)
    extra = linked([*entries, renumbered(entries[-1], 13)])[-1]
    put(signed, [*entries, extra], (13, extra.hash))
    assert named(signed) == [(Kind.CHANGED, 13, 13)]
    put(signed, [*entries, extra._replace(signature=None, seal=None)], (13, extra.hash))
    assert named(signed) == [(Kind.UNSIGNED, 13, 13)]
    put(signed, [*entries, extra], (12, entries[-1].hash))
    assert named(signed) == [(Kind.ADDED, 13, 13)]


def test_the_last_one_removed_is_named(signed: Desk) -> None:
    kept, entries = head(signed), rows(signed)
    put(signed, entries[:-1])
    assert named(signed) == [(Kind.REMOVED, 12, 12)]
    # Who sets the chain's end back as well leaves nothing to see but in a head kept elsewhere.
    put(signed, entries[:-1], (11, entries[-2].hash))
    assert named(signed) == []
    assert named(signed, kept) == [(Kind.REMOVED, 12, 12)]


def test_everything_removed_is_named_by_a_kept_head(signed: Desk) -> None:
    kept = head(signed)
    with transaction(signed.engine) as connection:
        connection.execute(delete(E))
        connection.execute(delete(t.audit_head))
    assert named(signed, kept) == [(Kind.REMOVED, 1, 12)]


@pytest.mark.parametrize("signature", ["kept", "made up", "removed"])
def test_a_chain_made_anew_without_the_key_is_named(signed: Desk, signature: str) -> None:
    kept, entries = head(signed), rows(signed)
    entries[4] = forged(entries[4])
    also: dict[str, str | None] = {}
    if signature == "made up":
        also = {"signature": "00" * 64}
    if signature == "removed":
        also = {"signature": None, "seal": None}
    again = [*entries[:4], *linked(entries, **also)[4:]]
    put(signed, again, (12, again[-1].hash))
    if signature == "removed":
        assert named(signed, kept) == [(Kind.UNSIGNED, 5, 12), (Kind.HEAD, 12, 12)]
    else:
        assert named(signed, kept) == [
            (Kind.CHANGED, 5, 5),
            (Kind.RELINKED, 6, 12),
            (Kind.HEAD, 12, 12),
        ]


def test_a_whole_chain_stripped_of_its_signatures_is_named(signed: Desk) -> None:
    kept = head(signed)
    entries = linked([forged(entry) for entry in rows(signed)], signature=None, seal=None)
    put(signed, entries, (12, entries[-1].hash))
    assert named(signed, kept) == [(Kind.UNSIGNED, 1, 12), (Kind.HEAD, 12, 12)]
    # The next entry is signed again, which doesn't hide that those before it were.
    signed.set_policy(max_servers=3)
    assert (Kind.UNSIGNED, 1, 12) in named(signed)


def test_an_end_that_was_set_back_is_named(signed: Desk) -> None:
    entries = rows(signed)
    put(signed, entries, (10, entries[9].hash))
    assert named(signed) == [(Kind.HEAD, 10, 10)]
    put(signed, entries, (12, "0" * 64))
    assert named(signed) == [(Kind.HEAD, 12, 12)]


def test_content_that_is_no_entry_is_named(signed: Desk) -> None:
    entries = rows(signed)
    for place, body in ((2, "[]"), (4, "{"), (6, '{"number": 7}'), (8, "ä")):
        entries[place - 1] = entries[place - 1]._replace(body=body)
    put(signed, entries)
    assert named(signed) == [(Kind.CHANGED, place, place) for place in (2, 4, 6, 8)]


def test_older_entries_are_covered_by_the_first_signed_one(engine: Engine, signer: Signer) -> None:
    desk = Desk(engine)
    desk.activated()
    before = len(rows(desk))
    audit.sign_with(engine, signer)
    for _ in range(2):
        desk.do(audit.begin_signing, ROOT, desk.now)
    desk.set_policy(max_servers=2)
    entries = rows(desk)
    assert [entry.signature is None for entry in entries] == [True] * before + [False] * 2
    assert named(desk) == []
    put(desk, linked([forged(entries[0]), *entries[1:]])[:before] + entries[before:])
    # Without a seal nobody can say which of the older ones it was; that it was one shows.
    assert named(desk) == [(Kind.CHANGED, before, before)]
    put(desk, [forged(entries[0]), *entries[1:]])
    assert named(desk) == [(Kind.CHANGED, 1, 1)]
    put(desk, [entry for entry in entries if entry.number != 2])
    assert named(desk) == [(Kind.REMOVED, 2, 2)]


def test_signing_does_not_begin_twice(signed: Desk) -> None:
    before = len(rows(signed))
    signed.do(audit.begin_signing, ROOT, signed.now)
    assert len(rows(signed)) == before


def test_who_has_the_public_key_alone_sees_the_same_entries(signed: Desk, signer: Signer) -> None:
    entries = rows(signed)
    key = read_public(public_pem(signer.public_key))
    end = head(signed).as_end()
    assert Examination(keys=[key], ends=[end]).run(entries) == []
    entries[4] = forged(entries[4])
    found = Examination(keys=[key], ends=[end]).run(entries)
    assert [(each.kind, each.number) for each in found] == [(Kind.CHANGED, 5)]


def test_entries_of_an_older_key_need_that_key(
    signed: Desk, signer: Signer, tmp_path: Path
) -> None:
    newer = Signer.load_or_create(tmp_path / "newer.key")
    audit.sign_with(signed.engine, newer)
    signed.set_policy(max_servers=3)
    assert named(signed) == [(Kind.CHANGED, 1, 12)]
    assert signed.read(audit.examine, keys=[signer.public_key, newer.public_key]) == []


# The head


def test_a_head_is_a_document_that_is_read_again(signed: Desk, signer: Signer) -> None:
    kept = head(signed)
    document = kept.to_json(signer.public_key)
    assert signed_heads.parse(document) == kept
    assert kept.number == 12
    assert kept.is_signed([signer.public_key])
    for changed in (
        SignedHead(11, kept.at, kept.hash, kept.signature),
        SignedHead(12, kept.at, "0" * 64, kept.signature),
        SignedHead(12, kept.at, kept.hash, "no digits"),
    ):
        assert not changed.is_signed([signer.public_key])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda said: said | {"format": "letter"}, "no signed head"),
        (lambda said: said | {"number": "12"}, "'number' is missing or malformed"),
        (lambda said: {key: said[key] for key in said if key != "hash"}, "'hash' is missing"),
        (lambda _: [], "no signed head"),
    ],
)
def test_a_document_that_is_no_head(
    signed: Desk, signer: Signer, change: Callable[[object], object], says: str
) -> None:
    document = json.loads(head(signed).to_json(signer.public_key))
    with pytest.raises(HeadError, match=says):
        signed_heads.parse(json.dumps(change(document)))
    with pytest.raises(HeadError):
        signed_heads.parse("{")


def test_there_is_no_head_without_a_signature(engine: Engine, signer: Signer) -> None:
    desk = Desk(engine)
    with pytest.raises(HeadError, match="isn't signed"):
        head(desk)
    audit.sign_with(engine, signer)
    put(desk, rows(desk)[:1])
    with transaction(engine) as connection:
        connection.execute(delete(E))
    with pytest.raises(HeadError, match="empty"):
        head(desk)


# The key


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    first = Signer.load_or_create(path)
    assert path.stat().st_mode & 0o077 == 0
    assert Signer.load_or_create(path).to_pem() == first.to_pem()
    assert repr(first.public_key.public_bytes_raw().hex()).strip("'") in repr(first)


def test_a_key_that_can_not_be_used_is_said(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    path.write_text("a letter")
    path.chmod(0o600)
    with pytest.raises(AuditKeyError, match="Put back its copy"):
        Signer.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(StoreError, match="Others can read"):
        Signer.load_or_create(path)
    with pytest.raises(StoreError, match="can't be used"):
        Signer.load_or_create(tmp_path / "nowhere" / "audit.key")
    with pytest.raises(AuditKeyError, match="public key"):
        read_public("a letter")


def test_entries_say_who_signs(signed: Desk, signer: Signer) -> None:
    with transaction(signed.engine) as connection:
        assert audit.signer_of(connection) is signer
        numbers = connection.execute(select(E.c.signature)).scalars().all()
    assert len(set(numbers)) == 12
