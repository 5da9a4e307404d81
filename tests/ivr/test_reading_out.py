"""The line issues and reads out by itself: at the caller's pace, proven by the last group."""

from dataclasses import replace

import pytest

from ivr.actions import (
    Action,
    AnswerChallenge,
    Ask,
    AskStanding,
    CheckCallBack,
    Confirm,
    EndCall,
    FindRepresentative,
    GiveChallenge,
    GiveId,
    IssueByLine,
    Note,
    ProveHeard,
    Release,
    Say,
    SetReason,
)
from ivr.events import (
    CallArrived,
    ChallengeAnswered,
    ChallengeGiven,
    ChallengeWanted,
    ClosingCodeWanted,
    Confirmed,
    Earlier,
    Event,
    HeardProven,
    IdGiven,
    IssuedByLine,
    KeysPressed,
    NeedsPerson,
    NothingPressed,
    Outlook,
    PutThrough,
    ReadingWanted,
    Refused,
    RepresentativeLost,
    Resumed,
    StandingTold,
)
from ivr.session import Step, restore, snapshot
from switchboard.events import EventKind
from tests.ivr.test_ivr_flow import OPENED, PRODUCT_ID, UP_TO_QUEUE, UP_TO_REASON, run, said

GROUPS = ("00115", "07429", "31246", "15023", "90871", "22714", "48606")
GIVEN = IdGiven(GROUPS)
NEXT = (KeysPressed("1"), GIVEN)
UP_TO_READING = (
    *UP_TO_REASON[:-1],
    replace(OPENED, issues=True),
    KeysPressed("1"),
    IssuedByLine(GROUPS, 4),
)
UP_TO_LAST_GROUP = (*UP_TO_READING, *NEXT * 6)
UP_TO_TYPING = (*UP_TO_LAST_GROUP, KeysPressed(GROUPS[6]), HeardProven())
ACCOMPANIED = (*UP_TO_QUEUE, PutThrough("call-1"))
ARRIVED = CallArrived(Outlook(helped_by="line", opens="on Monday"))


def groups_said(actions: list[Action]) -> list[dict[str, str]]:
    return [
        dict(say.values)
        for action in actions
        if isinstance(action, Ask)
        for say in action.says
        if say.prompt == "new_id_group"
    ]


def read(actions: list[Action]) -> list[tuple[int, bool]]:
    return [
        (int(dict(note.data)["group"]), bool(dict(note.data).get("back")))
        for note in actions
        if isinstance(note, Note) and note.kind is EventKind.GROUP_READ
    ]


def test_the_line_issues_reads_and_closes_without_anybody() -> None:
    session, actions = run(*UP_TO_TYPING, KeysPressed("0208"), Confirmed())
    assert session.step is Step.ANOTHER
    assert [said["digits"] for said in groups_said(actions)] == list(GROUPS)
    commands = [a for a in actions if not isinstance(a, Note | Say | Ask | GiveId)]
    assert commands[2:] == [
        SetReason(7, "1"),
        IssueByLine(7),
        ProveHeard(7, GROUPS[6]),
        Confirm(7, "0208"),
    ]
    assert read(actions) == [(number, False) for number in range(1, 8)]
    spoken = said(actions)
    assert spoken.count("reading_keys") == 1
    assert spoken[-5:] == [
        "new_id_group",
        "ask_last_group",
        "ask_closing_code_alone",
        "confirmed",
        "ask_another",
    ]


def test_no_digit_of_the_new_id_is_kept_in_the_session() -> None:
    for length in range(len(UP_TO_TYPING)):
        session, _ = run(*UP_TO_TYPING[: length + 1])
        kept = snapshot(session)
        assert restore(kept) == session
        assert not [group for group in GROUPS if group in kept]


@pytest.mark.parametrize(
    ("keys", "group", "noted"),
    [
        ("1", 3, [(2, False)]),
        ("#", 3, [(2, False)]),
        ("2", 2, []),
        ("*", 2, []),
        ("3", 1, [(1, True)]),
        ("8", 2, []),
    ],
)
def test_one_key_goes_on_repeats_or_goes_back(keys: str, group: int, noted: list) -> None:
    session, _ = run(*UP_TO_READING, *NEXT)
    session, actions = run(KeysPressed(keys), GIVEN, session=session)
    assert session.group == group
    assert groups_said(actions) == [{"group": str(group), "digits": GROUPS[group - 1]}]
    assert read(actions) == noted


def test_seven_speaks_slower_and_nine_faster() -> None:
    session, actions = run(*UP_TO_READING, KeysPressed("7"), GIVEN)
    assert session.pace == "slow"
    assert groups_said(actions)[-1] == {"group": "1", "digits": GROUPS[0]}
    session, _ = run(KeysPressed("9"), GIVEN, session=session)
    assert (session.pace, session.group) == ("normal", 1)


def test_silence_repeats_then_offers_a_person_then_leaves_a_valid_id() -> None:
    session, actions = run(*UP_TO_READING, *(NothingPressed(), GIVEN) * 5)
    assert groups_said(actions) == [{"group": "1", "digits": GROUPS[0]}] * 6
    assert said(actions).count("offer_person") == 3
    session, actions = run(NothingPressed(), session=session)
    assert session.step is Step.ENDED
    assert said(actions) == ["id_stays_valid", "goodbye"]


def test_a_person_is_one_zero_away_while_a_centre_is_open() -> None:
    session, _ = run(*UP_TO_READING, KeysPressed("0"))
    assert session.step is Step.QUEUED


def test_out_of_hours_who_wants_a_person_is_offered_a_call_back() -> None:
    session, actions = run(ARRIVED, *UP_TO_READING[1:], KeysPressed("0"))
    assert session.step is Step.CALL_BACK
    assert actions[-1] == CheckCallBack()


def test_a_wrong_last_group_is_heard_again_from_the_group_that_is_chosen() -> None:
    session, actions = run(*UP_TO_LAST_GROUP, KeysPressed("11111"), Refused("last_group_wrong"))
    assert said(actions)[-2:] == ["last_group_wrong", "ask_which_group"]
    session, actions = run(KeysPressed("5"), GIVEN, session=session)
    assert groups_said(actions) == [{"group": "5", "digits": GROUPS[4]}]
    assert read(actions) == [(5, True)]
    session, actions = run(*NEXT * 2, KeysPressed(GROUPS[6]), HeardProven(), session=session)
    assert session.step is Step.CLOSING_CODE


@pytest.mark.parametrize("event", [KeysPressed("*"), NothingPressed()])
def test_without_a_choice_the_last_group_is_read_again(event: Event) -> None:
    session, _ = run(*UP_TO_LAST_GROUP, KeysPressed("*"))
    assert session.step is Step.CHOOSING_GROUP
    session, actions = run(event, GIVEN, session=session)
    assert session.step is Step.LAST_GROUP
    assert groups_said(actions) == [{"group": "7", "digits": GROUPS[6]}]


def test_three_wrong_last_groups_bring_a_person() -> None:
    wrong = (KeysPressed("11111"), Refused("last_group_wrong"), KeysPressed("*"), GIVEN)
    session, _ = run(*UP_TO_LAST_GROUP, *(wrong * 3)[:-2])
    assert session.step is Step.QUEUED


def test_the_star_at_the_closing_code_reads_again_where_nobody_waits() -> None:
    session, actions = run(*UP_TO_TYPING, KeysPressed("*"), KeysPressed("3"), GIVEN)
    assert groups_said(actions)[-1] == {"group": "3", "digits": GROUPS[2]}
    assert session.step is Step.READING


def test_who_types_for_too_long_alone_keeps_the_id() -> None:
    session, actions = run(*UP_TO_TYPING, *[NothingPressed()] * 12)
    assert session.step is Step.ENDED
    assert said(actions).count("closing_code_later_alone") == 11
    assert said(actions)[-2:] == ["id_stays_valid", "goodbye"]


def test_a_compromised_key_is_never_issued_by_the_line() -> None:
    session, actions = run(*UP_TO_READING[:-2], KeysPressed("5"))
    assert session.step is Step.QUEUED
    assert not [action for action in actions if isinstance(action, IssueByLine)]


def test_what_needs_a_person_goes_to_one() -> None:
    session, actions = run(*UP_TO_READING[:-1], NeedsPerson())
    assert session.step is Step.QUEUED
    assert "needs_person" in said(actions)


def test_a_refusal_says_why_what_is_left_and_when() -> None:
    refused = Refused("limit_reached", 0, "Tuesday")
    session, actions = run(ARRIVED, *UP_TO_READING[1:-1], refused)
    assert session.step is Step.CALL_BACK
    assert said(actions)[-3:] == ["refused_limit_reached", "reactivations_left", "next_date"]
    assert Say("next_date", (("date", "Tuesday"),)) in actions


def test_six_tells_at_the_reason_what_is_left() -> None:
    session, actions = run(*UP_TO_REASON, KeysPressed("6"))
    assert actions[-1] == AskStanding(7)
    session, actions = run(StandingTold(3), session=session)
    assert session.step is Step.REASON
    assert said(actions)[:2] == ["reactivations_left", "ask_reason"]


def test_what_a_representative_read_is_proven_by_the_caller() -> None:
    session, actions = run(*ACCOMPANIED, ClosingCodeWanted(unproven=True))
    assert (session.step, said(actions)[-1]) == (Step.LAST_GROUP, "ask_last_group_heard")
    session, actions = run(KeysPressed(GROUPS[6]), session=session)
    assert actions == [ProveHeard(7, GROUPS[6])]
    session, actions = run(HeardProven(), session=session)
    assert (session.step, said(actions)) == (Step.CLOSING_CODE, ["ask_closing_code"])
    assert Note(EventKind.ID_READ, (("by", "line"),)) in actions


def test_the_star_brings_the_representative_back_from_the_proof() -> None:
    _, actions = run(*ACCOMPANIED, ClosingCodeWanted(unproven=True), KeysPressed("*"))
    assert actions[-1] == FindRepresentative()


def test_the_representative_lets_the_line_read() -> None:
    session, actions = run(*ACCOMPANIED, ReadingWanted(), replace(GIVEN, with_keys=True))
    assert session.step is Step.READING
    assert said(actions)[-2:] == ["reading_keys", "new_id_group"]
    _, actions = run(KeysPressed("0"), session=session)
    assert actions == [FindRepresentative()]
    session, _ = run(*NEXT * 6, KeysPressed(GROUPS[6]), HeardProven(), session=session)
    session, actions = run(KeysPressed("*"), session=session)
    assert actions == [FindRepresentative()]


@pytest.mark.parametrize("wanted", [ReadingWanted(), ChallengeWanted()])
def test_a_representative_lost_meanwhile_leaves_the_caller_first_in_line(wanted: Event) -> None:
    session, _ = run(*ACCOMPANIED, wanted, RepresentativeLost())
    assert (session.step, session.accompanied) == (Step.QUEUED, False)


CHALLENGED = (*ACCOMPANIED, ChallengeWanted(), ChallengeGiven("4711"))


def test_the_answer_to_the_challenge_is_keyed() -> None:
    session, actions = run(*CHALLENGED)
    asked = actions[-1]
    assert isinstance(asked, Ask)
    assert asked.digits == 6
    assert asked.says[0] == Say("challenge", (("digits", "4711"),))
    session, actions = run(KeysPressed("123456"), session=session)
    assert actions == [AnswerChallenge(7, "123456")]
    session, actions = run(ChallengeAnswered(), session=session)
    assert actions[-1] == FindRepresentative()
    assert "4711" not in snapshot(session)


def test_a_wrong_answer_is_keyed_again_and_then_left_to_the_representative() -> None:
    wrong = (KeysPressed("111111"), Refused("challenge_needed"))
    session, actions = run(*CHALLENGED, *wrong)
    assert actions[-1] == GiveChallenge(7)
    session, actions = run(ChallengeGiven("4711"), *wrong, *wrong[:1], session=session)
    assert "challenge_answer_wrong" in said(actions)
    _, actions = run(wrong[1], session=session)
    assert actions[-1] == FindRepresentative()


@pytest.mark.parametrize(("broke_at", "group"), [(Step.READING, 3), (Step.LAST_GROUP, 7)])
def test_a_call_that_broke_off_in_the_reading_goes_on_at_its_group(
    broke_at: Step, group: int
) -> None:
    earlier, _ = run(*UP_TO_REASON)
    earlier = replace(
        earlier, step=Step.ENDED, broke_at=broke_at.value, group=group, accompanied=True
    )
    session, actions = run(
        CallArrived(earlier=Earlier(1, "license_server_id", 2)),
        KeysPressed("07"),
        Resumed(earlier, Outlook()),
    )
    assert actions[-1] == GiveId(7, with_keys=True)
    assert not session.accompanied
    session, actions = run(replace(GIVEN, with_keys=True), session=session)
    assert said(actions)[:2] == ["reading_keys", "new_id_group"]
    assert groups_said(actions) == [{"group": str(group), "digits": GROUPS[group - 1]}]


def test_a_call_that_broke_off_with_nothing_issued_goes_to_a_person() -> None:
    earlier, _ = run(*UP_TO_REASON)
    earlier = replace(earlier, step=Step.ENDED, broke_at=Step.TALKING.value)
    arrived = CallArrived(earlier=Earlier(1, "license_server_id", 2))
    session, _ = run(arrived, KeysPressed("07"), Resumed(earlier, Outlook()), RepresentativeLost())
    assert session.step is Step.QUEUED


DONE = (*UP_TO_TYPING, KeysPressed("0208"), Confirmed())


def test_another_server_of_the_product_needs_its_license_server_id_alone() -> None:
    session, actions = run(*DONE, KeysPressed("1"))
    assert (session.step, said(actions)[-1]) == (Step.LICENSE_SERVER_ID, "ask_license_server_id")
    assert session.product_id.digits == PRODUCT_ID
    assert (session.case, session.group) == (None, 0)
    assert not any(session.license_server_id.groups)


def test_a_server_of_another_product_begins_anew() -> None:
    session, actions = run(*DONE, KeysPressed("2"))
    assert (session.step, said(actions)[-1]) == (Step.PRODUCT_ID, "ask_product_id")
    assert not session.has_keyed


def test_after_one_server_it_is_told_what_is_left() -> None:
    session, actions = run(*DONE, KeysPressed("3"), StandingTold(0, "Tuesday"))
    assert session.step is Step.ANOTHER
    assert said(actions)[-3:] == ["reactivations_left", "next_date", "ask_another"]


def test_a_representative_is_let_go_before_the_caller_is_asked_for_more() -> None:
    closing = (ClosingCodeWanted(), KeysPressed("0208"), Confirmed())
    session, actions = run(*ACCOMPANIED, *closing)
    assert Release() in actions
    assert not session.accompanied
    _, actions = run(NothingPressed(), session=session)
    assert EndCall("line", 7) in actions
