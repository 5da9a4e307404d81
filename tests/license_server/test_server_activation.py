from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codes import closing_code, license_server_id, new_license_server_id, product_key
from license_server import activation, event_log, files, installation
from license_server import state as states
from license_server.errors import DataDirectoryError, IDRefusedError, NoOpenRequestError
from license_server.model import CertificateState, Reason

Contents = Callable[[Path], dict[str, bytes]]


def refusal(data: Path, text: str, now: datetime) -> IDRefusedError:
    with pytest.raises(IDRefusedError) as caught:
        activation.accept(data, text, now)
    return caught.value


def test_first_activation_end_to_end(data: Path, licence: SimpleNamespace, now: datetime) -> None:
    assert activation.status(data, now).state is CertificateState.NOT_ACTIVATED
    asked = activation.request(data, now)
    secret = product_key.secret(licence.product_key)
    said = license_server_id.verify(secret, licence.product_id, asked.license_server_id)
    assert (said.last_issue, asked.reason) == (0, Reason.FIRST_ACTIVATION)
    new = licence.issue(asked.license_server_id)
    accepted = activation.accept(data, new_license_server_id.format(new), now)
    assert closing_code.verify(secret, licence.product_id, new, accepted.closing_code)
    assert accepted.valid_until == datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    found = activation.status(data, now)
    assert found.state is CertificateState.VALID
    assert (found.issue, found.current_license_server_id) == (1, new)


def test_an_open_request_keeps_its_id(activated: Path, now: datetime) -> None:
    first = activation.request(activated, now)
    later = activation.request(activated, now + timedelta(days=9))
    assert first == later
    assert (first.last_issue, first.reason) == (1, None)


def test_a_reason_may_rise_to_compromised_and_keeps_the_id(activated: Path, now: datetime) -> None:
    first = activation.request(activated, now)
    raised = activation.request(activated, now, reason=Reason.PRIVATE_KEY_COMPROMISED)
    again = activation.request(activated, now, reason=Reason.CERTIFICATE_EXPIRED)
    assert raised.license_server_id == again.license_server_id == first.license_server_id
    assert raised.reason is again.reason is Reason.PRIVATE_KEY_COMPROMISED


def test_a_key_handed_in_makes_the_id_repeatable(
    tmp_path: Path, licence: SimpleNamespace, now: datetime
) -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    asked = set()
    for name in "ab":
        installation.install(
            tmp_path / name,
            product_id=licence.product_id,
            product_key=licence.product_key,
            server_name=name,
            now=now,
            private_key=key,
        )
        asked.add(activation.request(tmp_path / name, now).license_server_id)
    assert len(asked) == 1


def test_each_request_has_a_key_of_its_own(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    before = states.load(activated).held
    asked = activation.request(activated, now)
    activation.accept(
        activated, licence.issue(asked.license_server_id, 2), now + timedelta(hours=1)
    )
    after = states.load(activated).held
    assert before is not None
    assert after is not None
    assert before.key_file != after.key_file
    assert not (activated / before.key_file).exists()


def test_accepting_twice_gives_the_same_until_finished(
    data: Path, licence: SimpleNamespace, now: datetime
) -> None:
    new = licence.issue(activation.request(data, now).license_server_id)
    first = activation.accept(data, new, now)
    assert activation.accept(data, new, now) == first
    activation.finish(data)
    with pytest.raises(NoOpenRequestError):
        activation.accept(data, new, now)


def _flip(code: str, place: int) -> str:
    return f"{code[:place]}{(int(code[place]) + 1) % 10}{code[place + 1 :]}"


def test_every_wrong_input_has_its_own_message(
    activated: Path,
    licence: SimpleNamespace,
    other_licence: SimpleNamespace,
    now: datetime,
    contents: Contents,
) -> None:
    held = states.load(activated).held
    assert held is not None
    asked = activation.request(activated, now).license_server_id
    good = licence.issue(asked, 2)
    swapped = good[5:10] + good[:5] + good[10:]
    typed = {
        "": "empty",
        _flip(good, 7): "invalid_groups",
        _flip(_flip(good, 7), 31): "invalid_groups",
        swapped: "invalid_groups",
        good[:-1]: "invalid_length",
        good + "1": "invalid_length",
        "O" + good[1:]: "letter_for_digit",
        "X" + good[1:]: "invalid_character",
        asked: "displayed_id",
        other_licence.issue(asked, 2): "not_authentic",
        licence.issue("0" * 35, 2): "not_authentic",
        held.new_license_server_id: "earlier_issue",
        licence.issue(asked, 1): "earlier_issue",
        licence.product_id: "other_kind",
        licence.issue(asked, 2, at=datetime(2026, 4, 1, tzinfo=UTC)): "clock_before_issue",
        licence.issue(asked, 2, at=datetime(2024, 1, 1, tzinfo=UTC)): "ran_out",
    }
    later = now + timedelta(hours=1)
    before = contents(activated)
    said = {}
    for text, why in typed.items():
        error = refusal(activated, text, later)
        assert error.why == why, text
        said.setdefault(why, str(error))
    assert len(set(said.values())) == len(said)
    assert contents(activated) == before
    assert activation.accept(activated, good, later).issue == 2


def test_wrong_groups_are_named(activated: Path, licence: SimpleNamespace, now: datetime) -> None:
    good = licence.issue(activation.request(activated, now).license_server_id, 2)
    error = refusal(activated, _flip(_flip(good, 7), 31), now)
    assert error.groups == (2, 7)
    assert "2 and 7" in str(error)


def test_wrong_parity_has_a_message(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    good = licence.issue(activation.request(activated, now).license_server_id, 2)
    shape = new_license_server_id.NEW_LICENSE_SERVER_ID
    other = next(
        group
        for group in (f"{n:05}" for n in range(1, 10**5))
        if shape.is_good(3, group) and group != good[10:15]
    )
    assert refusal(activated, good[:10] + other + good[15:], now).why == "invalid_parity"


def test_an_id_for_a_cancelled_request_is_told_apart(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    first = activation.request(activated, now)
    activation.cancel(activated, now)
    second = activation.request(activated, now)
    assert first.license_server_id != second.license_server_id
    error = refusal(activated, licence.issue(first.license_server_id, 2), now + timedelta(hours=1))
    assert error.why == "cancelled_request"


def test_a_clock_set_back_is_refused(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    asked = activation.request(activated, now + timedelta(days=3))
    new = licence.issue(asked.license_server_id, 2)
    assert refusal(activated, new, now + timedelta(days=2)).why == "clock_set_back"
    assert activation.status(activated, now + timedelta(days=2)).is_clock_set_back
    activation.accept(activated, new, now + timedelta(days=3))


def test_a_clock_that_was_ahead_and_is_put_right_blocks_nothing(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    asked = activation.request(activated, now + timedelta(days=365))
    new = licence.issue(asked.license_server_id, 2)
    assert activation.status(activated, now).is_clock_set_back
    assert refusal(activated, new, now - timedelta(days=40)).why == "clock_before_issue"
    activation.accept(activated, new, now + timedelta(hours=1))
    assert not activation.status(activated, now + timedelta(hours=1)).is_clock_set_back


@pytest.mark.parametrize("moved", [timedelta(days=-365), timedelta(days=365)])
def test_a_clock_wrong_by_a_year_is_put_right_and_the_same_id_is_taken(
    data: Path, licence: SimpleNamespace, now: datetime, moved: timedelta
) -> None:
    asked = activation.request(data, now + moved)
    new = licence.issue(asked.license_server_id)
    if moved < timedelta(0):
        assert refusal(data, new, now + moved).why == "clock_before_issue"
    activation.accept(data, new, now)
    assert activation.status(data, now).state is CertificateState.VALID


def test_looking_with_a_wrong_clock_does_no_harm(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    activation.health.note(activated, now + timedelta(days=800))
    asked = activation.request(activated, now + timedelta(hours=1))
    activation.accept(
        activated, licence.issue(asked.license_server_id, 2), now + timedelta(hours=1)
    )


def test_a_lost_request_key_makes_a_new_request(activated: Path, now: datetime) -> None:
    first = activation.request(activated, now)
    (activated / first.key_file).write_bytes(b"damaged")
    assert activation.request(activated, now).license_server_id != first.license_server_id


def test_a_compromised_key_makes_the_local_root_anew(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    before = installation.root_pem(activated)
    asked = activation.request(activated, now, reason=Reason.PRIVATE_KEY_COMPROMISED)
    done = activation.accept(
        activated, licence.issue(asked.license_server_id, 2), now + timedelta(1)
    )
    assert done.is_root_new
    assert installation.root_pem(activated) != before
    assert activation.status(activated, now + timedelta(1)).state is CertificateState.VALID


def test_a_damaged_local_root_is_mended_by_reactivation(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    state = states.load(activated)
    (activated / state.root_file).write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    asked = activation.request(activated, now + timedelta(1))
    assert asked.reason is Reason.CERTIFICATE_CORRUPTED
    done = activation.accept(
        activated, licence.issue(asked.license_server_id, 2), now + timedelta(1)
    )
    assert done.is_root_new
    assert activation.status(activated, now + timedelta(1)).state is CertificateState.VALID


def test_a_challenge_is_answered_for_the_open_request(activated: Path, now: datetime) -> None:
    with pytest.raises(NoOpenRequestError):
        activation.answer(activated, "0444")
    activation.request(activated, now)
    assert len(activation.answer(activated, "04 44")) == 6
    assert activation.answer(activated, "0444") != activation.answer(activated, "0445")


def test_events_tell_what_happened_and_hold_no_code(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    asked = activation.request(activated, now).license_server_id
    refusal(activated, _flip(licence.issue(asked, 2), 7), now)
    log = (activated / event_log.FILE).read_text("utf-8")
    kinds = [entry["kind"] for entry in event_log.entries(activated)]
    assert kinds == [
        "installed",
        "request.opened",
        "id.accepted",
        "certificate.state",
        "request.opened",
        "id.refused",
    ]
    assert event_log.entries(activated)[-1]["groups"] == [2]
    for code in (
        asked,
        licence.product_id,
        licence.product_key,
        states.load(activated).accepted[0],
    ):
        assert code not in log
        assert code[:10] not in log


def test_a_full_disk_is_told_and_changes_nothing(
    activated: Path,
    licence: SimpleNamespace,
    now: datetime,
    contents: Contents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = licence.issue(activation.request(activated, now).license_server_id, 2)
    before = contents(activated)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DataDirectoryError, match="No space left"):
        activation.accept(activated, new, now + timedelta(hours=1))
    monkeypatch.undo()
    assert contents(activated) == before
    activation.accept(activated, new, now + timedelta(hours=1))


def test_two_wizards_at_once_are_one_acceptance(
    activated: Path, licence: SimpleNamespace, now: datetime
) -> None:
    new = licence.issue(activation.request(activated, now).license_server_id, 2)
    later = now + timedelta(hours=1)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: activation.accept(activated, new, later), range(4)))
    assert len(set(done)) == 1
    kinds = [entry["kind"] for entry in event_log.entries(activated)]
    assert kinds.count("id.accepted") == 2


@pytest.mark.parametrize("step", range(4))
def test_killed_while_accepting_it_is_done_or_not_done(
    activated: Path,
    licence: SimpleNamespace,
    now: datetime,
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = licence.issue(activation.request(activated, now).license_server_id, 2)
    later = now + timedelta(hours=1)
    write, left = files.write, [step]

    def killed(path: Path, content: bytes) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        write(path, content)

    monkeypatch.setattr(files, "write", killed)
    try:
        activation.accept(activated, new, later)
    except KeyboardInterrupt:
        monkeypatch.setattr(files, "write", write)
        assert activation.status(activated, later).state is CertificateState.VALID
    monkeypatch.setattr(files, "write", write)
    assert activation.accept(activated, new, later).issue == 2
    assert activation.status(activated, later).state is CertificateState.VALID


@given(place=st.integers(0, 34), add=st.integers(1, 9))
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_no_single_wrong_digit_is_accepted(
    activated: Path, licence: SimpleNamespace, now: datetime, place: int, add: int
) -> None:
    good = licence.issue(activation.request(activated, now).license_server_id, 2)
    wrong = f"{good[:place]}{(int(good[place]) + add) % 10}{good[place + 1 :]}"
    error = refusal(activated, wrong, now)
    assert error.groups == (place // 5 + 1,)
