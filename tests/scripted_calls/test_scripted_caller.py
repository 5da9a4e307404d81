"""The scripted caller: what it hears goes in, what it does comes out."""

import pytest

from scripted_calls.caller import (
    Caller,
    Facts,
    Stage,
    advance,
)
from scripted_calls.calling import (
    Accepted,
    Act,
    Answer,
    Answered,
    Ended,
    Event,
    HangUp,
    Heard,
    Listening,
    Press,
    Refused,
    Rings,
    Say,
    TypeChallenge,
    TypeIntoWizard,
)

FACTS = Facts(
    product_id="00298772766931009389",
    license_server_id="07263704541960936955944048464452370",
    line_code="7140",
    reason_key="1",
)
NEW_ID = "82609881973242599431076178073946394"


def run(caller: Caller, *events: Event) -> tuple[Caller, list[Act]]:
    done: list[Act] = []
    for event in events:
        caller, acts = advance(caller, event)
        done += acts
    return caller, done


def keyed(caller: Caller, *events: Event) -> list[str]:
    return [act.digits for act in run(caller, *events)[1] if isinstance(act, Press)]


def ask(prompt: str, **values: str) -> tuple[Event, Event]:
    return Listening(), Heard(prompt, values)


def test_keys_only_when_the_line_both_asks_and_listens() -> None:
    assert keyed(Caller(FACTS), Heard("ask_product_id")) == []
    assert keyed(Caller(FACTS), Listening()) == []
    assert keyed(Caller(FACTS), *ask("ask_product_id")) == [FACTS.product_id + "#"]
    assert keyed(Caller(FACTS), *reversed(ask("ask_product_id"))) == [FACTS.product_id + "#"]


def test_a_case_number_is_keyed_in_place_of_the_product_id() -> None:
    caller = Caller(FACTS, case_number="123412341234")
    events = (*ask("ask_product_id"), *ask("resume_by_license_server_id", group="2"))
    assert keyed(caller, *events, *ask("ask_groups_from", group="6")) == [
        "123412341234#",
        FACTS.license_server_id[5:7],
        FACTS.license_server_id[25:] + "#",
    ]


def test_the_groups_of_a_product_id_are_keyed_on_where_the_call_broke() -> None:
    events = (*ask("resume_by_product_id", group="1"), *ask("ask_groups_from", group="3"))
    assert keyed(Caller(FACTS), *events) == [
        FACTS.product_id[:2],
        FACTS.product_id[10:] + "#",
    ]


@pytest.mark.parametrize("group", range(1, 12))
def test_one_digit_of_the_group_is_wrong_and_right_when_asked_again(group: int) -> None:
    of_product = group <= 4
    asking = "ask_product_id" if of_product else "ask_license_server_id"
    right = FACTS.product_id if of_product else FACTS.license_server_id
    number = group if of_product else group - 4
    first, again = keyed(
        Caller(FACTS, wrong_digit=group),
        *ask(asking),
        *ask("ask_group", group=str(number)),
    )
    wrong = [place for place, digit in enumerate(right) if first[place] != digit]
    assert len(wrong) == 1
    assert wrong[0] // 5 == number - 1
    assert again == FACTS.group(group) + "#"


def test_hangs_up_on_a_line_that_does_not_say_the_line_code() -> None:
    _, acts = run(Caller(FACTS), Heard("line_code", {"digits": "0000"}))
    assert [type(act) for act in acts] == [HangUp]
    _, acts = run(Caller(FACTS), Heard("line_code", {"digits": "7140"}))
    assert acts == []


def heard_groups() -> list[Event]:
    return [
        Heard(
            "representative_group",
            {"group": str(number + 1), "digits": NEW_ID[number * 5 : number * 5 + 5]},
        )
        for number in range(7)
    ]


def test_types_what_was_read_out_and_keys_what_the_wizard_shows() -> None:
    caller, acts = run(Caller(FACTS), *heard_groups(), *ask("ask_closing_code"))
    assert acts[:7] == [Say("noted", {"group": str(number)}) for number in range(1, 8)]
    assert acts[7:] == [TypeIntoWizard(NEW_ID)]
    assert keyed(caller, Accepted("0208")) == ["0208"]


def test_proves_by_the_last_group_what_a_representative_read() -> None:
    caller, _ = run(Caller(FACTS), *heard_groups())
    assert keyed(caller, *ask("ask_last_group_heard")) == [NEW_ID[-5:]]
    assert keyed(Caller(FACTS), *ask("ask_last_group_heard")) == ["*"]


def test_goes_from_group_to_group_as_the_line_reads() -> None:
    groups = [
        ask("new_id_group", group=str(number + 1), digits=NEW_ID[number * 5 : number * 5 + 5])
        for number in range(7)
    ]
    caller, acts = run(Caller(FACTS), *[event for pair in groups[:6] for event in pair])
    assert acts == [Press("1")] * 6
    asked = (Listening(), groups[6][1], Heard("ask_last_group"))
    assert keyed(caller, *asked) == [NEW_ID[-5:]]


def test_hangs_up_in_peace_where_there_is_no_other_server() -> None:
    caller, acts = run(Caller(FACTS), *ask("confirmed"))
    assert [type(act) for act in acts] == [HangUp]
    assert caller.hung_up is None
    assert run(caller, *ask("ask_another"))[1] == []


def test_keys_the_closing_code_at_the_next_asking_if_typing_took_long() -> None:
    caller, _ = run(Caller(FACTS), *heard_groups(), *ask("ask_closing_code"))
    assert keyed(caller, *ask("ask_closing_code"), Accepted("0208")) == ["0208"]


def test_a_spoiled_id_differs_in_one_digit_and_is_never_mended() -> None:
    caller, acts = run(Caller(FACTS, spoil_issued=True), *heard_groups(), *ask("ask_closing_code"))
    typed = acts[-1]
    assert isinstance(typed, TypeIntoWizard)
    pairs = zip(typed.new_license_server_id, NEW_ID, strict=True)
    assert sum(one != other for one, other in pairs) == 1
    _, acts = run(caller, Refused("Group 3 is wrong."))
    assert acts == [HangUp("the wizard refused the new license server ID: Group 3 is wrong.")]


@pytest.mark.parametrize(
    ("stage", "prompt"),
    [
        (Stage.WELCOME, "welcome"),
        (Stage.PRODUCT_ID, "ask_product_id"),
        (Stage.LICENSE_SERVER_ID, "ask_license_server_id"),
        (Stage.REASON, "ask_reason"),
        (Stage.QUEUE, "queue_position"),
        (Stage.CONVERSATION, "representative_greeting"),
        (Stage.READ_OUT, "representative_group"),
        (Stage.READ_OUT, "new_id_group"),
        (Stage.LAST_GROUP, "ask_last_group_heard"),
        (Stage.CLOSING_CODE, "ask_closing_code"),
    ],
)
def test_hangs_up_where_it_is_told_to(stage: Stage, prompt: str) -> None:
    _, acts = run(Caller(FACTS, hang_up_at=stage), Heard(prompt, {"group": "1", "digits": "12345"}))
    assert acts == [HangUp(f"told to hang up at {stage.value}")]


def test_ends_with_the_call() -> None:
    caller, acts = run(Caller(FACTS), Ended())
    assert caller.ended
    assert acts == []


def test_has_the_wizard_answer_the_challenge_and_says_the_answer() -> None:
    caller = Caller(FACTS)
    caller, acts = run(caller, Heard("representative_challenge", {"digits": "1545"}))
    assert acts == [TypeChallenge("1545")]
    assert run(caller, Answered("317044"))[1] == [Say("answer", {"digits": "317044"})]


def test_presses_one_while_waiting_only_to_be_called_back() -> None:
    assert keyed(Caller(FACTS), *ask("waiting_keys")) == []
    wanting = Caller(FACTS, wants_call_back=True)
    assert keyed(wanting, *ask("waiting_keys"), *ask("ask_call_back", digits="77")) == ["1", "1"]


def test_who_was_promised_a_call_waits_for_it_answers_and_is_put_through() -> None:
    wanting = Caller(FACTS, wants_call_back=True)
    caller, acts = run(wanting, Heard("call_back_promised"), Ended())
    assert not caller.ended
    assert acts == []
    caller, acts = run(caller, Rings(), *ask("line_code", digits="7140"), *ask("ask_connect"))
    assert acts == [Answer(), Press("1")]
    # Whoever has to wait once more stays on the line.
    assert keyed(caller, *ask("waiting_keys")) == []
    caller, _ = run(caller, Ended())
    assert caller.ended


def test_hangs_up_on_a_false_caller_who_calls_back() -> None:
    _, acts = run(Caller(FACTS), Rings(), Heard("line_code", {"digits": "0000"}))
    assert [type(act) for act in acts] == [Answer, HangUp]


def test_who_has_not_heard_all_groups_hears_the_id_again_from_the_first_of_them() -> None:
    """As after a call that broke off: the line goes on at the group where it was."""
    caller = Caller(FACTS, told=((7, "28804"),))
    assert keyed(caller, *ask("ask_closing_code_alone"), *ask("ask_which_group")) == ["*", "1"]
    assert keyed(Caller(FACTS, told=((1, "28804"),)), *ask("ask_which_group")) == ["2"]
