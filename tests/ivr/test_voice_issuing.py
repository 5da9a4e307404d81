"""The line issues by itself, against the register: once, plainly, and only what needs nobody."""

import pytest

from clearinghouse import Actor, Channel, Policy, Reason, RequestState, audit
from codes import challenge, closing_code, license_server_id, new_license_server_id, product_key
from data_store import reading, transaction
from switchboard import calls, events, overrides, queues, representatives
from switchboard.events import EventKind
from switchboard.model import CallState, WorkState

ROOT = Actor("administrator", "test")
REP = Actor("representative", "rep")


def set_policy(house, **figures: object) -> None:
    with transaction(house.engine) as conn:
        register = house.services.clearinghouse
        register.set_policy(conn, house.family.product_id, Policy(**figures), ROOT, house.time())


@pytest.fixture
def unattended(house):
    """The product's policy lets the line issue whenever somebody calls."""
    set_policy(house, issue_by_line="always")
    return house


def requests_of(house):
    with reading(house.engine) as conn:
        return house.services.clearinghouse.requests_of_product(conn, house.family.product_id, 10)


def keyed_up_to_the_reason(house, telephone):
    telephone.rings().keys(house.family.product_id).keys(house.server_id)
    return telephone


def read_to_the_end(telephone) -> None:
    for _ in range(6):
        telephone.keys("1")


def groups_of(house) -> tuple[str, ...]:
    return tuple(new_license_server_id.split(requests_of(house)[0].new_license_server_id))


def code_of(house) -> str:
    secret = product_key.secret(house.family.product_key)
    issued = requests_of(house)[0].new_license_server_id
    return closing_code.make(secret, house.family.product_id, issued)


def kinds(house, telephone) -> list[EventKind]:
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        return [event.kind for event in events.of_call(conn, call.id)]


def test_a_plain_request_is_issued_read_proven_and_confirmed_by_the_line(
    unattended, telephone
) -> None:
    house = unattended
    keyed_up_to_the_reason(house, telephone).keys("1")
    assert telephone.heard == ["issued_by_line", "reading_keys", "new_id_group"]
    assert requests_of(house)[0].state is RequestState.ISSUED
    read_to_the_end(telephone)
    assert telephone.heard == ["new_id_group", "ask_last_group"]
    telephone.keys(groups_of(house)[6])
    assert telephone.heard == ["ask_closing_code_alone"]
    assert requests_of(house)[0].state is RequestState.READ
    telephone.keys(code_of(house))
    assert telephone.heard == ["confirmed", "ask_another"]
    assert requests_of(house)[0].state is RequestState.CONFIRMED
    happened = kinds(house, telephone)
    assert happened.count(EventKind.ID_ISSUED) == 1
    assert happened.count(EventKind.GROUP_READ) == 7
    assert happened.count(EventKind.ID_READ) == 1
    assert EventKind.CALL_QUEUED not in happened
    with reading(house.engine) as conn:
        entries = audit.of_product(conn, house.family.product_id, 50)
        call = calls.load(conn, telephone.sid)
        logged = str(events.of_call(conn, call.id))
    issued = [entry for entry in entries if entry.action == "id.issued"]
    assert [entry.actor for entry in issued] == [Actor("line", "line")]
    assert call.state is CallState.IN_LINE
    assert not [group for group in groups_of(house) if f"'{group}'" in logged]
    assert not [group for group in groups_of(house) if group in call.snapshot]


def test_the_same_id_is_given_again_after_a_hang_up(unattended, telephone, another) -> None:
    house = unattended
    keyed_up_to_the_reason(house, telephone).keys("1")
    first = groups_of(house)
    telephone.post("/voice/status", CallStatus="completed")
    second = another(2)
    second.from_ = "anonymous"
    keyed_up_to_the_reason(house, second).keys("1")
    assert second.heard == ["issued_by_line", "reading_keys", "new_id_group"]
    assert groups_of(house) == first
    assert len(requests_of(house)) == 1
    assert EventKind.ID_ISSUED not in kinds(house, second)


def test_a_wrong_last_group_does_not_count_as_read(unattended, telephone) -> None:
    house = unattended
    keyed_up_to_the_reason(house, telephone).keys("1")
    read_to_the_end(telephone)
    telephone.keys("00000")
    assert telephone.heard == ["last_group_wrong", "ask_which_group"]
    assert requests_of(house)[0].state is RequestState.ISSUED
    telephone.keys("6")
    assert telephone.heard == ["new_id_group"]


@pytest.mark.parametrize(
    ("figures", "key"),
    [
        ({"issue_by_line": "never"}, "1"),
        ({"issue_by_line": "out_of_hours"}, "1"),
        ({"issue_by_line": "always"}, "5"),
        ({"issue_by_line": "always"}, "0"),
    ],
)
def test_a_person_processes_what_is_not_for_the_line(house, telephone, figures, key) -> None:
    set_policy(house, **figures)
    keyed_up_to_the_reason(house, telephone).keys(key)
    assert telephone.verbs[-1] == "Enqueue"
    assert requests_of(house)[0].state is RequestState.OPENED


def confirmed_once(house) -> None:
    """The product's server has its first number, and has shown that it accepted it."""
    register, now = house.services.clearinghouse, house.time()
    with transaction(house.engine) as conn:
        request = register.open_request(
            conn,
            product_id=house.family.product_id,
            license_server_id=house.server_id,
            channel=Channel.WEB,
            caller=None,
            actor=ROOT,
            now=now,
        )
        register.check(conn, request.id, ROOT, now)
        register.issue(conn, request.id, ROOT, now)
        register.confirm(conn, request.id, code_of_request(house, conn), ROOT, now)


def code_of_request(house, conn) -> str:
    request = house.services.clearinghouse.requests_of_product(conn, house.family.product_id, 1)[0]
    secret = product_key.secret(house.family.product_key)
    return closing_code.make(secret, house.family.product_id, request.new_license_server_id)


def server_id(house, last_issue: int, key: str = "9876543210123456") -> str:
    secret = product_key.secret(house.family.product_key)
    return license_server_id.assemble(secret, house.family.product_id, last_issue, key)


def test_which_of_several_servers_goes_on_a_person_decides(unattended, telephone) -> None:
    house = unattended
    set_policy(house, issue_by_line="always", max_servers=3)
    confirmed_once(house)
    telephone.rings().keys(house.family.product_id).keys(server_id(house, 0)).keys("4")
    assert telephone.heard == ["needs_person", "connecting"]


def test_a_refusal_says_what_is_left_and_the_next_date(unattended, telephone) -> None:
    house = unattended
    set_policy(house, issue_by_line="always", reactivations=1)
    confirmed_once(house)
    telephone.rings().keys(house.family.product_id).keys(server_id(house, 1)).keys("1")
    read_to_the_end(telephone)
    telephone.keys(groups_of(house)[6]).keys(code_of(house))
    telephone.keys("3")
    assert telephone.heard == ["reactivations_left", "next_date", "ask_another"]
    assert "Wednesday, March 3, 2027" in telephone.document
    telephone.keys("1").keys(server_id(house, 2, "1111222233334444")).keys("1")
    assert telephone.heard == [
        "refused_limit_reached",
        "reactivations_left",
        "next_date",
        "connecting",
    ]


def test_what_is_left_is_told_before_the_reason(unattended, telephone) -> None:
    keyed_up_to_the_reason(unattended, telephone).keys("6")
    assert telephone.heard[:2] == ["reactivations_left", "ask_reason"]


def test_a_second_server_in_the_same_call_has_a_case_of_its_own(unattended, telephone) -> None:
    house = unattended
    set_policy(house, issue_by_line="always", max_servers=2)
    keyed_up_to_the_reason(house, telephone).keys("1")
    read_to_the_end(telephone)
    telephone.keys(groups_of(house)[6]).keys(code_of(house)).keys("1")
    assert telephone.heard == ["ask_license_server_id"]
    telephone.keys(server_id(house, 1, "1111222233334444")).keys("3")
    assert telephone.heard == ["issued_by_line", "reading_keys", "new_id_group"]
    second, first = requests_of(house)
    assert first.state is RequestState.CONFIRMED
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        opened = [
            event.case_number
            for event in events.of_call(conn, call.id)
            if event.kind is EventKind.CASE_OPENED
        ]
    assert opened == [first.case_number, second.case_number]
    assert (call.request_id, call.case_number) == (second.id, second.case_number)


def close_everywhere(house) -> None:
    with transaction(house.engine) as conn:
        for centre in house.services.routing.centres:
            overrides.add(
                conn,
                centre,
                start=house.time(),
                end=house.time.now.replace(day=4),
                is_open=False,
            )


def test_out_of_hours_the_line_issues_by_itself(house, telephone) -> None:
    close_everywhere(house)
    keyed_up_to_the_reason(house, telephone).keys("1")
    assert telephone.heard == ["issued_by_line", "reading_keys", "new_id_group"]
    read_to_the_end(telephone)
    telephone.keys(groups_of(house)[6]).keys(code_of(house))
    assert requests_of(house)[0].state is RequestState.CONFIRMED


def test_out_of_hours_a_compromised_key_is_for_a_call_back(house, telephone) -> None:
    close_everywhere(house)
    keyed_up_to_the_reason(house, telephone).keys("5")
    assert telephone.heard[-1].startswith("ask_call_back")
    assert requests_of(house)[0].state is RequestState.OPENED


def talking(house, telephone, key: str = "1"):
    keyed_up_to_the_reason(house, telephone).keys(key)
    with transaction(house.engine) as conn:
        waiting = calls.load(conn, telephone.sid)
        queues.offer(conn, house.time())
        queues.answer(conn, "rep", waiting.id, house.time())
    telephone.redirected("conversation")
    with reading(house.engine) as conn:
        return calls.load(conn, telephone.sid)


def issue(house, request_id: int) -> None:
    register = house.services.clearinghouse
    with transaction(house.engine) as conn:
        register.check(conn, request_id, REP, house.time())
        register.issue(conn, request_id, REP, house.time())


def test_the_representative_lets_the_line_read_and_the_caller_comes_back(house, telephone) -> None:
    call = talking(house, telephone)
    issue(house, call.request_id)
    telephone.redirected("reading")
    assert telephone.heard == ["reading_keys", "new_id_group"]
    with reading(house.engine) as conn:
        assert calls.load(conn, telephone.sid).state is CallState.KEYING
    telephone.keys("1").keys("0")
    assert telephone.tree.findtext("Dial/Conference") == call.conference
    with reading(house.engine) as conn:
        assert calls.load(conn, telephone.sid).state is CallState.TALKING


def test_what_the_representative_read_is_proven_before_the_closing_code(house, telephone) -> None:
    call = talking(house, telephone)
    issue(house, call.request_id)
    telephone.redirected("closing_code")
    assert telephone.heard == ["ask_last_group_heard"]
    telephone.keys(groups_of(house)[6])
    assert telephone.heard == ["ask_closing_code"]
    assert requests_of(house)[0].state is RequestState.READ
    telephone.keys(code_of(house))
    with reading(house.engine) as conn:
        call = calls.load(conn, telephone.sid)
        who = house.services.clearinghouse.request(conn, call.request_id)
    assert who.state is RequestState.CONFIRMED
    assert (call.representative, call.state) == (None, CallState.IN_LINE)


def test_a_representative_wraps_up_while_the_caller_goes_on(house, telephone) -> None:
    call = talking(house, telephone)
    issue(house, call.request_id)
    telephone.redirected("closing_code").keys(groups_of(house)[6]).keys(code_of(house))
    with reading(house.engine) as conn:
        assert representatives.get(conn, "rep").work_state is WorkState.WRAP_UP
    telephone.keys("1")
    assert telephone.heard == ["ask_license_server_id"]
    assert ("end_conference", call.conference) in house.telephony.told


def test_the_answer_to_the_challenge_is_keyed_and_checked(house, telephone) -> None:
    call = talking(house, telephone, key="5")
    telephone.redirected("challenge")
    assert telephone.heard == ["challenge", "ask_challenge_answer"]
    telephone.keys("000000")
    assert telephone.heard[0] == "challenge_answer_wrong"
    with transaction(house.engine) as conn:
        drawn = house.services.clearinghouse.challenge(conn, call.request_id, REP, house.time())
    secret = product_key.secret(house.family.product_key)
    ids = (house.family.product_id, house.server_id)
    telephone.keys(challenge.answer(secret, *ids, drawn))
    assert telephone.verbs == ["Say", "Dial"]
    assert requests_of(house)[0].challenge_answered_at is not None
    assert requests_of(house)[0].reason is Reason.PRIVATE_KEY_COMPROMISED
