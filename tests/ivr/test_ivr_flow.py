"""The call flow: what is heard and keyed goes in, what is said and done comes out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import family
from ivr.actions import (
    Action,
    Ask,
    CheckCallBack,
    Confirm,
    Deactivate,
    EndCall,
    Enqueue,
    FindRepresentative,
    HangUp,
    JoinConference,
    Listen,
    LookUpProduct,
    Note,
    OpenRequest,
    Release,
    Say,
    SetReason,
    WaitInQueue,
)
from ivr.events import (
    CallArrived,
    CallBackMissed,
    CallBackPossible,
    CallBackRefused,
    CalledBack,
    ChallengeAnswered,
    ChallengeGiven,
    ChallengeWanted,
    ClosingCodeWanted,
    Confirmed,
    Deactivated,
    Earlier,
    EarlierFound,
    Event,
    HeardProven,
    HungUp,
    IdGiven,
    IssuedByLine,
    KeysPressed,
    LanguageChanged,
    Moved,
    NeedsPerson,
    NothingEarlier,
    NothingPressed,
    NotReached,
    Outlook,
    PlaceKept,
    ProductFound,
    PutThrough,
    ReadingWanted,
    Refused,
    RepresentativeLost,
    RequestOpened,
    Resumed,
    StandingTold,
    StillWaiting,
)
from ivr.flow import HANDLERS, FlowError, advance, resume
from ivr.session import Session, SnapshotError, Step, restore, snapshot
from ivr.transitions import BROKEN, TRANSITIONS
from switchboard.events import EventKind

PRODUCT_ID = "00298772766931009389"
SERVER_ID = "07263704541960936955944048464452370"
OWN = family.draw(7)
RECEIPT = OWN.deactivation_receipt
DEACTIVATED = Deactivated(OWN.deactivation_confirmation)
OPENED = RequestOpened(case=7, case_number="123412341234", line_code="7140")


def run(*events: Event, session: Session | None = None) -> tuple[Session, list[Action]]:
    session = session or Session()
    done: list[Action] = []
    for event in events:
        session, actions = advance(session, event)
        done += actions
    return session, done


def said(actions: list[Action] | tuple[Action, ...]) -> list[str]:
    ids: list[str] = []
    for action in actions:
        match action:
            case Say(prompt):
                ids.append(prompt)
            case Ask(says) | Listen(says):
                ids += [say.prompt for say in says]
    return ids


def keyed_digits(actions: list[Action]) -> int:
    return sum(
        int(dict(note.data)["digits"])
        for note in actions
        if isinstance(note, Note) and note.kind is EventKind.DIGITS_KEYED
    )


def wrong(digits: str, place: int) -> str:
    return digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]


UP_TO_REASON = (
    CallArrived(),
    KeysPressed(PRODUCT_ID),
    ProductFound(),
    KeysPressed(SERVER_ID),
    OPENED,
)
UP_TO_QUEUE = (*UP_TO_REASON, KeysPressed("1"))
UP_TO_CLOSING_CODE = (*UP_TO_QUEUE, PutThrough("call-1"), ClosingCodeWanted())


def test_the_straight_call() -> None:
    events = (*UP_TO_CLOSING_CODE, KeysPressed("0208"), Confirmed(), NothingPressed())
    session, actions = run(*events)
    assert session.step is Step.ENDED
    commands = [a for a in actions if not isinstance(a, Note | Say | Ask | HangUp | WaitInQueue)]
    assert commands == [
        LookUpProduct(PRODUCT_ID),
        OpenRequest(PRODUCT_ID, SERVER_ID),
        SetReason(7, "1"),
        Enqueue(),
        JoinConference("call-1"),
        Confirm(7, "0208"),
        Release(),
        EndCall("line", 7),
    ]
    assert said(actions) == [
        "welcome",
        "ask_product_id",
        "access",
        "ask_license_server_id",
        "line_code",
        "case_number",
        "ask_reason",
        "hint_left",
        "case_number_use",
        "connecting",
        "ask_closing_code",
        "confirmed",
        "ask_another",
        "goodbye",
    ]


def test_the_case_number_is_said_in_its_groups() -> None:
    _, actions = run(*UP_TO_REASON)
    asked = actions[-1]
    assert isinstance(asked, Ask)
    assert asked.says[0] == Say("case_number", (("digits", "1234-1234-1234"),))


def test_a_closed_centre_says_so_before_any_digit() -> None:
    session, actions = run(CallArrived(Outlook("line", opens="Monday, 08:00")))
    assert session.step is Step.PRODUCT_ID
    assert said(actions) == ["welcome", "line_helps", "ask_product_id", "access"]


def test_a_closed_centre_that_calls_back_offers_it_before_any_digit() -> None:
    session, actions = run(CallArrived(Outlook("call_back", opens="Monday, 08:00")))
    assert session.step is Step.CALL_BACK
    assert actions == [Say("welcome"), Say("closed_now"), CheckCallBack()]


@pytest.mark.parametrize("group", range(1, 12))
@pytest.mark.parametrize("place", range(5))
def test_one_wrong_digit_costs_five_more_and_is_asked_by_its_number(group: int, place: int) -> None:
    of_product = group <= 4
    number = group if of_product else group - 4
    code = PRODUCT_ID if of_product else SERVER_ID
    spoilt = wrong(code, (number - 1) * 5 + place)
    right = code[(number - 1) * 5 : number * 5]
    before = () if of_product else (KeysPressed(PRODUCT_ID), ProductFound())
    session, actions = run(CallArrived(), *before, KeysPressed(spoilt))
    asked = actions[-1]
    assert isinstance(asked, Ask)
    assert asked.says[-1] == Say("ask_group", (("group", str(number)),))
    session, more = run(KeysPressed(right), session=session)
    assert more[-1] in (LookUpProduct(PRODUCT_ID), OpenRequest(PRODUCT_ID, SERVER_ID))
    assert keyed_digits(actions + more) == len(code) + 5 + (0 if of_product else 20)


def test_keys_may_come_in_pieces() -> None:
    pieces = [KeysPressed(PRODUCT_ID[:5]), KeysPressed(PRODUCT_ID[5:15])]
    session, actions = run(CallArrived(), *pieces)
    assert said(actions)[-2:] == ["ask_groups_from", "ask_group"]
    _, actions = run(KeysPressed(PRODUCT_ID[15:]), session=session)
    assert actions[-1] == LookUpProduct(PRODUCT_ID)


def test_star_goes_one_group_back_and_two_stars_help() -> None:
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID[:10]))
    session, actions = run(KeysPressed("*"), session=session)
    assert session.product_id.groups == (PRODUCT_ID[:5], None, None, None)
    session, actions = run(KeysPressed("**"), session=session)
    assert said(actions) == ["help_keying"]
    session, actions = run(KeysPressed("1"), session=session)
    assert said(actions) == ["ask_groups_from"]
    assert session.product_id.groups == (PRODUCT_ID[:5], None, None, None)


def test_star_at_the_second_code_leads_back_to_the_first() -> None:
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed("*"))
    assert session.step is Step.PRODUCT_ID
    assert session.product_id.groups[3] is None


@pytest.mark.parametrize("place", [0, 7, 14, 20, 33])
def test_a_star_hit_by_mistake_costs_its_group_and_no_other(place: int) -> None:
    """Star lies beside 7 and 0; the way back it would be is told by what follows it."""
    hit = SERVER_ID[:place] + "*" + SERVER_ID[place + 1 :]
    session, actions = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(hit))
    assert session.step is Step.LICENSE_SERVER_ID
    assert session.product_id.digits == PRODUCT_ID
    assert session.license_server_id.missing == (place // 5 + 1,)
    assert said(actions[-1:])[-1] == "ask_group"


def test_who_goes_back_by_a_star_in_one_breath_keys_the_group_anew() -> None:
    breath = f"{wrong(SERVER_ID, 2)[:3]}*{SERVER_ID}"
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(breath))
    assert session.step is Step.OPENING
    assert session.product_id.complete


def test_a_dropped_key_is_found_and_its_group_alone_is_asked() -> None:
    dropped = SERVER_ID[:12] + SERVER_ID[13:]
    _, actions = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(dropped))
    asked = actions[-1]
    assert isinstance(asked, Ask)
    assert [say.prompt for say in asked.says] == ["dropped_key", "ask_group"]
    assert asked.says[0].values == (("group", "3"),)


def test_where_a_group_is_to_be_marked_a_person_is_one_key_away() -> None:
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID))
    marking = replace(session, step=Step.MARKING)
    session, actions = run(KeysPressed("*"), session=marking)
    assert said(actions)[0] == "parity_wrong"
    session, _ = run(KeysPressed("0"), session=session)
    assert session.step is Step.QUEUED


def test_three_bad_tries_bring_a_person_with_everything_that_was_keyed() -> None:
    spoilt = wrong(PRODUCT_ID, 7)
    session, actions = run(
        CallArrived(), KeysPressed(spoilt), KeysPressed("00000"), KeysPressed("11111")
    )
    assert session.step is Step.QUEUED
    assert said(actions)[-2:] == ["too_many_tries", "connecting"]
    assert session.product_id.groups == (PRODUCT_ID[:5], None, PRODUCT_ID[10:15], PRODUCT_ID[15:])


def test_one_breath_is_one_try_however_much_of_it_is_wrong() -> None:
    session, actions = run(CallArrived(), KeysPressed("111*222*333"))
    assert session.step is Step.PRODUCT_ID
    assert session.tries == 1
    assert "too_many_tries" not in said(actions)


def test_silence_asks_again_and_then_says_goodbye() -> None:
    silences = [NothingPressed()] * 3
    session, actions = run(CallArrived(), *silences)
    assert session.step is Step.ENDED
    assert said(actions)[-2:] == ["goodbye_silence", "goodbye"]
    session, actions = run(CallArrived(), KeysPressed(PRODUCT_ID[:5]), *silences)
    assert session.step is Step.QUEUED


def test_an_unknown_product_is_asked_again() -> None:
    session, actions = run(CallArrived(), KeysPressed(PRODUCT_ID), Refused("product_unknown"))
    assert said(actions)[-2:] == ["product_unknown", "ask_product_id"]
    assert not any(session.product_id.groups)


def test_a_wrong_proof_asks_for_the_license_server_id_alone() -> None:
    events = (CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(SERVER_ID))
    session, actions = run(*events, Refused("proof_wrong"))
    assert said(actions)[-2:] == ["proof_wrong", "ask_license_server_id"]
    assert session.product_id.complete


@pytest.mark.parametrize("code", ["product_blocked", "limit_reached", "issue_unknown"])
def test_what_only_a_person_can_explain_goes_to_a_person(code: str) -> None:
    events = (CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(SERVER_ID))
    session, actions = run(*events, Refused(code))
    assert session.step is Step.QUEUED
    assert said(actions)[-2:] == [f"refused_{code}", "connecting"]


def test_the_line_proves_itself_before_it_asks() -> None:
    _, actions = run(*UP_TO_REASON)
    spoken = said(actions)
    assert spoken.index("line_code") < spoken.index("ask_reason")
    assert Say("line_code", (("digits", "7140"),)) in actions


@pytest.mark.parametrize("keys", ["0", "8", "#"])
def test_at_the_menu_a_person_is_one_key_away(keys: str) -> None:
    session, actions = (
        run(*UP_TO_REASON, *[KeysPressed(keys)] * 3)
        if keys != "0"
        else run(*UP_TO_REASON, KeysPressed("0"))
    )
    assert session.step is Step.QUEUED
    assert not any(isinstance(action, SetReason) for action in actions)


def test_star_at_the_closing_code_brings_the_representative_back() -> None:
    session, actions = run(*UP_TO_CLOSING_CODE, KeysPressed("*"))
    assert actions[-1] == FindRepresentative()
    session, actions = run(PutThrough("call-1"), session=session)
    assert session.step is Step.TALKING


def test_three_wrong_closing_codes_bring_the_representative_back() -> None:
    tries = (KeysPressed("1111"), Refused("closing_code_wrong")) * 3
    session, actions = run(*UP_TO_CLOSING_CODE, *tries)
    assert said(actions).count("closing_code_wrong") == 2
    assert said(actions)[-1] == "back_to_representative"
    assert actions[-1] == FindRepresentative()
    assert session.step is Step.CLOSING_CODE


def test_the_wizard_is_waited_for() -> None:
    session, actions = run(*UP_TO_CLOSING_CODE, *[NothingPressed()] * 11)
    assert session.step is Step.CLOSING_CODE
    assert said(actions).count("closing_code_later") == 11
    _, actions = run(NothingPressed(), session=session)
    assert actions == [FindRepresentative()]


RECEIPT_KEYED = (CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(RECEIPT))


def test_a_receipt_in_place_of_a_license_server_id_deactivates() -> None:
    session, actions = run(*RECEIPT_KEYED)
    assert (session.step, said(actions)[-1]) == (Step.RECEIPT, "ask_deactivation")
    session, actions = run(KeysPressed("3"), session=session)
    assert actions == [Deactivate(PRODUCT_ID, RECEIPT, "3")]
    session, actions = run(DEACTIVATED, session=session)
    groups = [
        say.values[1][1]
        for action in actions
        if isinstance(action, Ask)
        for say in action.says
        if say.prompt == "read_back_group"
    ]
    assert "".join(groups) == OWN.deactivation_confirmation
    assert Note(EventKind.SERVER_DEACTIVATED) in actions
    session, actions = run(KeysPressed("1"), session=session)
    assert (session.step, said(actions)) == (Step.ANOTHER, ["deactivation_typed", "ask_another"])


def test_a_receipt_may_come_group_by_group() -> None:
    pieces = [KeysPressed(RECEIPT[start : start + 5]) for start in (0, 5, 10)]
    session, _ = run(*RECEIPT_KEYED[:3], *pieces)
    assert session.step is Step.RECEIPT


@pytest.mark.parametrize("event", [KeysPressed("*"), KeysPressed("7"), NothingPressed()])
def test_the_confirmation_is_heard_again_and_noted_once(event: Event) -> None:
    session, _ = run(*RECEIPT_KEYED, KeysPressed("1"), DEACTIVATED)
    session, actions = run(event, session=session)
    assert isinstance(actions[0], Deactivate)
    session, actions = run(DEACTIVATED, session=session)
    assert "deactivation_done" in said(actions)
    assert Note(EventKind.SERVER_DEACTIVATED) not in actions


def test_who_goes_away_with_the_confirmation_is_let_go() -> None:
    session, _ = run(*RECEIPT_KEYED, KeysPressed("1"), DEACTIVATED)
    session, actions = run(*(NothingPressed(), DEACTIVATED) * 2, NothingPressed(), session=session)
    assert session.step is Step.ENDED
    assert "goodbye" in said(actions)


def test_what_looks_like_a_receipt_may_be_gone_on_from() -> None:
    session, actions = run(*RECEIPT_KEYED, KeysPressed("4"))
    assert (session.step, said(actions)[-1]) == (Step.LICENSE_SERVER_ID, "ask_groups_from")
    assert session.license_server_id.missing == (4, 5, 6, 7)


@pytest.mark.parametrize(
    "events",
    [(KeysPressed("0"),), (KeysPressed("8"),) * 3, (NothingPressed(),) * 3],
)
def test_at_the_offer_to_deactivate_a_person_is_near(events: tuple[Event, ...]) -> None:
    session, actions = run(*RECEIPT_KEYED, *events)
    assert session.step is Step.QUEUED
    assert Enqueue() in actions


def test_a_wrong_receipt_is_keyed_again() -> None:
    session, actions = run(*RECEIPT_KEYED, KeysPressed("1"), Refused("receipt_wrong"))
    assert (session.step, said(actions)[-2:]) == (
        Step.LICENSE_SERVER_ID,
        ["refused_receipt_wrong", "ask_license_server_id"],
    )
    assert not any(session.license_server_id.groups)


@pytest.mark.parametrize(
    ("code", "step"), [("not_current", Step.QUEUED), ("too_many_wrong_proofs", Step.ENDED)]
)
def test_a_refused_receipt_leads_to_a_person_or_to_the_end(code: str, step: Step) -> None:
    session, actions = run(*RECEIPT_KEYED, KeysPressed("1"), Refused(code))
    assert session.step is step
    assert f"refused_{code}" in said(actions)


def test_a_lost_representative_leaves_the_caller_first_in_line() -> None:
    session, actions = run(*UP_TO_QUEUE, PutThrough("call-1"), RepresentativeLost())
    assert session.step is Step.QUEUED
    assert Enqueue(first=True) in actions


@pytest.mark.parametrize("step", list(Step))
def test_whoever_hangs_up_is_believed_once(step: Step) -> None:
    session, actions = run(HungUp(), session=Session(step=step, case=3))
    # Who hangs up to be called back is not gone.
    assert session.step is (step if step is Step.AWAITING_CALL else Step.ENDED)
    over = step in {Step.ENDED, Step.AWAITING_CALL}
    assert actions == ([] if over else [EndCall("caller", 3)])


def test_a_wrong_event_raises_and_changes_nothing() -> None:
    session, _ = run(CallArrived())
    before = snapshot(session)
    with pytest.raises(FlowError, match="PutThrough does not fit the step product_id"):
        advance(session, PutThrough("call-1"))
    assert snapshot(session) == before


def test_the_table_and_the_handlers_say_the_same() -> None:
    assert {
        (step, kind) for step, kinds in TRANSITIONS.items() for kind in kinds
    } == HANDLERS.keys()


@pytest.mark.parametrize("step", list(Step))
def test_a_late_webhook_is_told_where_the_call_stands(step: Step) -> None:
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(RECEIPT))
    session, actions = resume(replace(session, step=step))
    assert actions
    assert session.step in {
        step,
        Step.LICENSE_SERVER_ID,
        Step.CLOSING_CODE,
        Step.DEACTIVATING,
        Step.QUEUED,  # an ID that no request has can't be read out
    }


def test_a_snapshot_is_the_whole_session() -> None:
    session, _ = run(CallArrived(), KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed("07263"))
    assert restore(snapshot(session)) == session


@pytest.mark.parametrize("text", ["", "[]", "[99]", "{}", "[1,2,3]", '[1,"nowhere"]'])
def test_a_damaged_snapshot_is_refused(text: str) -> None:
    with pytest.raises(SnapshotError):
        restore(text)


HELPERS = st.sampled_from(["centre", "line", "call_back"])
EARLIER = Earlier(3, "license_server_id", 2)


def broken_off(step: Step) -> Session:
    """What is kept of a call that broke off at a step."""
    whole = (KeysPressed(PRODUCT_ID), ProductFound(), KeysPressed(RECEIPT))
    keyed = (KeysPressed(PRODUCT_ID[:7]),) if step is Step.PRODUCT_ID else whole
    session, _ = run(CallArrived(), *keyed)
    session, _ = run(HungUp(), session=replace(session, step=step))
    return session


EVENTS = st.one_of(
    st.builds(CallArrived, st.builds(Outlook, HELPERS), st.sampled_from([None, EARLIER])),
    st.builds(LanguageChanged, st.builds(Outlook, HELPERS)),
    st.builds(Moved, st.builds(Outlook, HELPERS)),
    st.builds(Resumed, st.builds(broken_off, st.sampled_from(sorted(BROKEN))), st.just(Outlook())),
    st.builds(
        KeysPressed,
        st.one_of(
            st.text("0123456789*#", max_size=40),
            st.sampled_from(
                [PRODUCT_ID, SERVER_ID, RECEIPT, PRODUCT_ID[:7], SERVER_ID[3:], "1", "0208"]
            ),
        ),
    ),
    st.sampled_from(
        [
            NothingPressed(),
            ProductFound(),
            ProductFound("DE", "Germany"),
            EarlierFound(EARLIER),
            NothingEarlier("123412341234"),
            OPENED,
            Confirmed(),
            DEACTIVATED,
            StillWaiting(1),
            StillWaiting(0),
            CallBackPossible("77"),
            CallBackRefused("withheld"),
            PlaceKept(),
            CalledBack("1234"),
            NotReached(),
            CallBackMissed(again=True),
            CallBackMissed(again=False),
            PutThrough("call-1"),
            ClosingCodeWanted(),
            ClosingCodeWanted(unproven=True),
            RepresentativeLost(),
            HungUp(),
            replace(OPENED, issues=True),
            IssuedByLine(("12345",) * 7, 4),
            IdGiven(("12345",) * 7),
            ReadingWanted(),
            HeardProven(),
            NeedsPerson(),
            StandingTold(0, "Monday"),
            ChallengeWanted(),
            ChallengeGiven("1234"),
            ChallengeAnswered(),
            *(
                Refused(code)
                for code in (
                    "product_unknown",
                    "proof_wrong",
                    "closing_code_wrong",
                    "last_group_wrong",
                    "challenge_needed",
                    "limit_reached",
                )
            ),
        ]
    ),
)


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=25))
def test_any_events_lead_to_legal_steps_and_lose_no_good_group(events: list[Event]) -> None:
    session = Session()
    for event in events:
        before = session
        try:
            session, actions = advance(session, event)
        except FlowError:
            assert type(event) not in TRANSITIONS[before.step]
            continue
        assert session.step in TRANSITIONS[before.step][type(event)]
        assert restore(snapshot(session)) == session
        confirms = [action for action in actions if isinstance(action, Confirm)]
        assert all(confirm.case == session.case for confirm in confirms)
        goes_back = isinstance(event, KeysPressed) and (
            "*" in event.keys or before.step in {Step.MARKING, Step.ANOTHER}
        )
        if not goes_back and not isinstance(event, Refused | Resumed):
            for old, new in (
                (before.product_id, session.product_id),
                (before.license_server_id, session.license_server_id),
            ):
                lost = [a for a, b in zip(old.groups, new.groups, strict=True) if a and not b]
                assert lost == []


def test_help_is_not_counted_as_a_try() -> None:
    session, _ = run(CallArrived(), *[KeysPressed("**"), KeysPressed("1")] * 5)
    assert session.step is Step.PRODUCT_ID
    assert replace(session, silences=0).tries == 0
