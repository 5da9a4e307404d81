"""The scripted representative: the desk goes in, acts at the console and words come out."""

from dataclasses import replace

from scripted_calls.representative import (
    Act,
    CallerSaid,
    Desk,
    Do,
    Event,
    Representative,
    Say,
    advance,
)

GROUPS = ("82609", "88197", "32425", "99431", "07617", "80739", "46394")


def run(who: Representative, *events: Event) -> tuple[Representative, list[Act]]:
    done: list[Act] = []
    for event in events:
        who, acts = advance(who, event)
        done += acts
    return who, done


def desk(*allowed: str, read: int = 0, groups: tuple[str, ...] = ()) -> Desk:
    return Desk(frozenset(allowed), call_id=7, groups=groups, read=read)


def greeted(who: Representative | None = None) -> Representative:
    who, _ = run(who or Representative(), desk(), CallerSaid("hello"))
    return who


def test_becomes_available_and_answers_before_anything_else() -> None:
    idle = Desk(frozenset({"available"}))
    assert run(Representative(), idle)[1] == [Do("available")]
    assert run(Representative(), desk("answer", "verify"))[1] == [Do("answer")]
    assert run(Representative(), Desk(frozenset()))[1] == []


def test_greets_and_waits_for_an_answer_before_working() -> None:
    who, acts = run(Representative(), desk("verify"), desk("verify"))
    assert acts == [Say("representative_greeting")]
    who, acts = run(who, CallerSaid("noted"), desk("verify"))
    assert acts == []
    _, acts = run(who, CallerSaid("hello"), desk("verify"))
    assert acts == [Do("verify")]


def test_does_only_what_the_console_allows() -> None:
    assert run(greeted(), desk("verify", "issue"))[1] == [Do("verify")]
    assert run(greeted(), desk("issue"))[1] == [Do("issue")]
    assert run(greeted(), desk())[1] == []


def test_reads_the_new_id_group_by_group_and_waits_for_each() -> None:
    who, said = greeted(), []
    for read in range(7):
        shown = desk("read", groups=GROUPS, read=read)
        who, acts = run(who, shown, shown)
        said += acts
        who, acts = run(who, CallerSaid("noted"), shown)
        assert acts == [Do("read")]
    assert said == [
        Say("representative_group", {"group": str(place), "digits": digits})
        for place, digits in enumerate(GROUPS, start=1)
    ]
    all_read = desk("read", "ask-closing-code", groups=GROUPS, read=7)
    assert run(who, all_read)[1] == [Say("representative_proof"), Do("ask-closing-code")]


def test_has_the_challenge_answered_before_anything_is_issued() -> None:
    who = greeted()
    waiting = desk("challenge", "answer-challenge")
    who, acts = run(who, waiting)
    assert acts == [Do("challenge")]
    shown = replace(waiting, challenge="1545")
    who, acts = run(who, shown, shown)
    assert acts == [Say("representative_challenge", {"digits": "1545"})]
    who, acts = run(who, CallerSaid("answer", {"digits": "317044"}), shown)
    assert acts == [Do("answer-challenge", {"answer": "317044"})]
    assert run(who, desk("issue"))[1] == [Do("issue")]


def test_finishes_with_what_came_of_it() -> None:
    who, acts = run(greeted(), desk("finish"))
    assert acts == [Do("finish", {"disposition": "new_id_issued"})]
    assert who.finished


def test_refuses_once_then_hangs_up_and_says_so_at_the_end() -> None:
    who = greeted(Representative(refuses=True))
    who, acts = run(who, desk("verify", "refuse", "hang-up"))
    assert acts == [
        Say("representative_refusal"),
        Do("refuse", {"why": "refused by the representative"}),
    ]
    who, acts = run(who, desk("refuse", "hang-up"))
    assert acts == [Do("hang-up")]
    assert run(who, desk())[1] == []
    assert run(who, desk("finish"))[1] == [Do("finish", {"disposition": "refused"})]
