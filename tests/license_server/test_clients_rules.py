"""Client licences are issued, renewed, given back and revoked as the rules say."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from license_server import deactivation, event_log, simulate
from license_server.clients import issuing, reports, revoking, rules, standing, store
from license_server.clients.errors import LicenceRefusedError, UnknownLicenceError
from license_server.clients.model import Ending, Kind, Licence, Pack, Subject
from license_server.model import DeactivationCause, Licensing

DAY = timedelta(days=1)
ROOT = Path(__file__).parents[2]


def device(number: int = 1) -> Subject:
    return Subject(f"{number:064x}", f"PC-{number:02}")


def user(name: str = "anna") -> Subject:
    return Subject(f"{1:064x}", "PC-01", name)


def install(
    data: Path, now: datetime, *, number: int = 1, quantity: int = 10, version: int = 3, **more: Any
) -> Pack:
    facts = {
        "kind": Kind.PER_DEVICE,
        "license_pack_id": "",
        "license_code": "",
        "program": "License pack",
    } | more
    pack = Pack(number=number, version=version, quantity=quantity, installed_at=now, **facts)
    with store.opened(data) as rows:
        rows.put_pack(pack)
    return pack


def permanent(data: Path, subject: Subject, now: datetime, version: int = 3) -> Licence:
    issuing.request(data, subject, version, now, Random(1))
    licence = issuing.request(data, subject, version, now, Random(1))
    assert not licence.is_temporary
    return licence


def refused(data: Path, subject: Subject, now: datetime, version: int = 3) -> LicenceRefusedError:
    with pytest.raises(LicenceRefusedError) as told:
        issuing.request(data, subject, version, now)
    return told.value


def test_first_sight_gives_a_temporary_licence_for_ninety_days(activated: Path, now: datetime):
    install(activated, now)
    licence = issuing.request(activated, device(), 3, now)
    assert licence.is_temporary
    assert licence.expires_at == now + 90 * DAY
    assert event_log.entries(activated)[-1]["kind"] == "licence.issued"


def test_the_next_request_gives_a_permanent_one_at_random(activated: Path, now: datetime):
    install(activated, now, quantity=100)
    days = {
        (permanent_of(activated, number, now).expires_at - now).days for number in range(1, 101)
    }
    assert min(days) >= 52
    assert max(days) <= 89
    assert len(days) > 20


def permanent_of(data: Path, number: int, now: datetime) -> Licence:
    issuing.request(data, device(number), 3, now)
    return issuing.request(data, device(number), 3, now)


def test_it_is_renewed_within_seven_days_of_its_end_only(activated: Path, now: datetime):
    install(activated, now)
    licence = permanent(activated, device(), now)
    early = licence.expires_at - 8 * DAY
    assert issuing.request(activated, device(), 3, early) == licence
    due = licence.expires_at - 7 * DAY
    renewed = issuing.request(activated, device(), 3, due, Random(2))
    assert renewed.id == licence.id
    assert 52 * DAY <= renewed.expires_at - due <= 89 * DAY


def test_no_more_permanent_ones_than_installed(activated: Path, now: datetime):
    install(activated, now, quantity=1)
    first = permanent(activated, device(1), now)
    issuing.request(activated, device(2), 3, now)
    assert issuing.request(activated, device(2), 3, now).is_temporary
    after = first.expires_at + timedelta(seconds=1)
    # The first one has run out, so the second device gets its place, and the first none.
    assert not issuing.request(activated, device(2), 3, after).is_temporary
    told = refused(activated, device(1), after + 90 * DAY - timedelta(days=88))
    assert told.why == "none_available"
    assert event_log.entries(activated)[-1]["why"] == "none_available"


def test_two_devices_that_ask_at_once_never_get_the_same_last_licence(
    activated: Path, now: datetime
):
    install(activated, now, quantity=1)
    for number in range(1, 7):
        issuing.request(activated, device(number), 3, now)
    got: list[bool] = []
    gate = threading.Barrier(6)

    def ask(number: int) -> None:
        gate.wait()
        got.append(issuing.request(activated, device(number), 3, now).is_temporary)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(1, 7)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert sorted(got) == [False] + [True] * 5


def test_a_licence_serves_its_version_and_lower_ones(activated: Path, now: datetime):
    install(activated, now, number=1, version=7)
    install(activated, now, number=2, version=5)
    assert permanent(activated, device(1), now, version=4).version == 5
    assert permanent(activated, device(2), now, version=6).version == 7
    issuing.request(activated, device(3), 8, now)
    assert issuing.request(activated, device(3), 8, now).is_temporary
    assert refused(activated, device(4), now, version=rules.SERVER_VERSION + 1).why == "version"
    assert refused(activated, device(4), now, version=0).why == "version"


def test_a_higher_version_takes_the_place_of_a_lower_one(activated: Path, now: datetime):
    install(activated, now, number=1, version=3)
    install(activated, now, number=2, version=5)
    permanent(activated, device(), now, version=3)
    permanent(activated, device(), now, version=5)
    lines = {line.version: line.issued for line in reports.make(activated, now).lines}
    assert lines == {3: 0, 5: 1}


def test_a_pack_of_a_newer_version_than_the_server_serves_nobody(activated: Path, now: datetime):
    install(activated, now, version=rules.SERVER_VERSION + 1)
    issuing.request(activated, device(), 3, now)
    assert issuing.request(activated, device(), 3, now).is_temporary


def test_per_user_licences_may_be_too_many_and_the_report_says_so(activated: Path, now: datetime):
    install(activated, now, quantity=1, kind=Kind.PER_USER)
    first = issuing.request(activated, user("anna"), 3, now)
    second = issuing.request(activated, user("ben"), 3, now)
    assert (first.is_temporary, second.is_temporary) == (False, False)
    assert second.expires_at == now + 60 * DAY
    (line,) = reports.make(activated, now).lines
    assert (line.installed, line.issued, line.too_many) == (1, 2, 1)


def test_a_per_user_licence_is_released_after_ninety_days(activated: Path, now: datetime):
    install(activated, now, quantity=1, kind=Kind.PER_USER)
    issuing.request(activated, user(), 3, now)
    issuing.request(activated, user(), 3, now + 55 * DAY)
    with pytest.raises(LicenceRefusedError) as told:
        issuing.release(activated, user(), now + 89 * DAY)
    assert (told.value.why, told.value.next_date) == ("too_early", now + 90 * DAY)
    assert issuing.release(activated, user(), now + 90 * DAY).ending is Ending.RELEASED


def test_a_device_gives_its_licence_back_at_once(activated: Path, now: datetime):
    install(activated, now, quantity=1)
    permanent(activated, device(1), now)
    issuing.request(activated, device(2), 3, now)
    issuing.release(activated, device(1), now)
    assert not issuing.request(activated, device(2), 3, now).is_temporary
    with pytest.raises(LicenceRefusedError) as told:
        issuing.release(activated, device(1), now)
    assert told.value.why == "nothing_to_release"


def test_at_most_a_fifth_of_a_version_is_revoked(activated: Path, now: datetime):
    install(activated, now, quantity=10)
    held = [permanent(activated, device(number), now + number * DAY) for number in range(1, 4)]
    at = now + 10 * DAY
    revoking.revoke(activated, held[0].id, at)
    revoking.revoke(activated, held[1].id, at)
    with pytest.raises(LicenceRefusedError) as told:
        revoking.revoke(activated, held[2].id, at)
    ends = min(held[0].expires_at, held[1].expires_at)
    assert (told.value.why, told.value.next_date) == ("revocation_limit", ends)
    (line,) = reports.make(activated, at).lines
    assert line.revocable == revoking.Revocable(0, 2, ends)
    assert line.available == 9
    assert revoking.revoke(activated, held[2].id, ends).ending is Ending.REVOKED


def test_two_hundred_installed_allow_forty(activated: Path, now: datetime):
    install(activated, now, quantity=200)
    (line,) = reports.make(activated, now).lines
    assert line.revocable == revoking.Revocable(40, 40, None)


def test_only_permanent_per_device_licences_can_be_revoked(activated: Path, now: datetime):
    install(activated, now, quantity=4)
    install(activated, now, number=2, quantity=4, kind=Kind.PER_USER)
    temporary = issuing.request(activated, device(), 3, now)
    for licence in (temporary, issuing.request(activated, user(), 3, now)):
        with pytest.raises(LicenceRefusedError) as told:
            revoking.revoke(activated, licence.id, now)
        assert told.value.why == "not_revocable"
    with pytest.raises(LicenceRefusedError) as told:
        revoking.revoke(activated, permanent(activated, device(2), now).id, now)
    assert told.value.next_date is None  # of four, none
    with pytest.raises(UnknownLicenceError):
        revoking.revoke(activated, 4711, now)


def test_a_server_that_was_never_activated_issues_temporary_ones_only(data: Path, now: datetime):
    install(data, now)
    assert issuing.request(data, device(), 3, now).is_temporary
    assert issuing.request(data, device(), 3, now).is_temporary
    assert issuing.request(data, user(), 3, now).is_temporary
    told = refused(data, device(), now + 90 * DAY)
    assert told.why == "temporary_ran_out"
    assert "Not activated" in str(told)


def test_while_deactivated_nobody_new_is_licensed_until_it_is_activated_again(
    activated: Path, now: datetime, licence: Any
):
    from license_server import activation  # noqa: PLC0415 -- the fixture has activated it

    install(activated, now)
    held = permanent(activated, device(1), now)
    temporary = issuing.request(activated, device(2), 3, now)
    deactivation.begin(activated, DeactivationCause.SERVER_REDEPLOYED, now + DAY)
    told = refused(activated, device(3), now + DAY)
    assert told.why == "deactivated"
    assert "until it is activated again" in str(told)
    # What is issued goes on, and is neither renewed nor made permanent.
    assert issuing.request(activated, device(1), 3, held.expires_at - DAY) == held
    assert issuing.request(activated, device(2), 3, now + DAY) == temporary

    later = now + 2 * DAY
    asked = activation.request(activated, later)
    activation.accept(activated, licence.issue(asked.license_server_id, 2, at=later), later)
    assert issuing.request(activated, device(3), 3, later).is_temporary
    assert not issuing.request(activated, device(3), 3, later).is_temporary


def test_an_expired_certificate_leaves_seventy_two_hours(activated: Path, now: datetime):
    install(activated, now)
    simulate.begin(activated, simulate.What.EXPIRE, now)
    found = standing.of(activated, now)
    assert found.grace_ends is not None
    within, after = found.grace_ends - DAY, found.grace_ends + timedelta(seconds=1)
    assert standing.of(activated, within).may_license is Licensing.ALL
    assert standing.of(activated, after).may_license is Licensing.NONE
    assert refused(activated, device(), after).why == "grace_over"


def test_a_clock_that_was_set_back_licenses_nobody_new(activated: Path, now: datetime):
    assert refused(activated, device(), now - 2 * DAY).why == "clock"


def test_a_pack_that_was_removed_renews_nothing(activated: Path, now: datetime):
    pack = install(activated, now)
    held = permanent(activated, device(), now)
    with store.opened(activated) as rows:
        rows.remove_pack(pack.number)
    assert issuing.request(activated, device(), 3, held.expires_at - DAY) == held
    assert refused(activated, device(), held.expires_at).why == "none_available"


def test_reports_as_csv_are_data_for_a_spreadsheet(activated: Path, now: datetime):
    install(activated, now)
    issuing.request(activated, Subject("f" * 64, "=1+1"), 3, now)
    report = reports.make(activated, now)
    text = reports.to_csv(reports.ISSUED_COLUMNS, reports.issued_rows(report))
    assert text.splitlines()[0].startswith("licence,kind,version,permanence")
    assert ",'=1+1," in text
    summary = reports.to_csv(reports.SUMMARY_COLUMNS, reports.summary_rows(report))
    assert summary.splitlines()[1] == "per_device,3,10,0,10"
    assert report.temporary == 1


def test_the_store_is_its_owners_only(activated: Path, now: datetime):
    install(activated, now)
    assert (activated / store.FILE).stat().st_mode & 0o777 == 0o600


def test_names_are_short_and_printable(activated: Path, now: datetime):
    assert refused(activated, Subject("a" * 64, "x" * 65), now).why == "name"
    assert refused(activated, Subject("a" * 64, "PC", "\n"), now).why == "name"


def test_every_rule_stands_in_the_document_marked_as_ours_but_for_the_given_one():
    text = (ROOT / "docs" / "client-licences.md").read_text("utf-8")
    given = [rule.name for rule in rules.RULES if rule.is_given]
    assert given == ["deactivated"]
    for rule in rules.RULES:
        whose = "given" if rule.is_given else "ours"
        assert f"| {rule.sentence} | {whose} |" in text, rule.name
