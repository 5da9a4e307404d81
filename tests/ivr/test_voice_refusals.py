"""A voice that the network refuses: the next one speaks, and the call goes on."""

import json
from dataclasses import replace

import pytest
from flask import Flask

from ivr.fallback import FallbackServices
from ivr.fallback import create_blueprint as create_fallback
from ivr.observer import Unobserved
from ivr.webhooks import create_blueprint
from tests.ivr.conftest import BASE, Telephone

BEST, SECOND, THIRD = "Polly.Joanna-Neural", "Polly.Joanna", "Google.en-US-Standard-C"
OWN = "the network's own"


@pytest.fixture
def telephone(telephone, house) -> Telephone:
    """A call in which one language is spoken: the greeting offers another in its own."""
    telephone.rings()
    assert telephone.post("/voice/turn", token="one", Digits=house.family.product_id) == 200
    return telephone


def voices(telephone: Telephone) -> set[str | None]:
    return {say.get("voice") for say in telephone.tree.iter("Say")}


def report(
    telephone: Telephone, code: str = "13511", document: str | None = None, **more: object
) -> int:
    """The network's report of a warning on the document that was spoken last."""
    payload = {
        "resource_sid": telephone.sid,
        "error_code": code,
        "webhook": {"response": {"body": telephone.document if document is None else document}},
        **more,
    }
    return telephone.post("/voice/trouble", Level="WARNING", Payload=json.dumps(payload))


def test_the_table_s_first_voice_is_asked_for(telephone) -> None:
    assert voices(telephone) == {BEST}
    assert {say.get("language") for say in telephone.tree.iter("Say")} == {"en-US"}
    greeting = replace(telephone, sid="CA" + "7" * 32).rings()
    spoken = {(say.get("voice"), say.get("language")) for say in greeting.tree.iter("Say")}
    assert spoken == {(BEST, "en-US"), ("Polly.Lucia-Neural", "es-ES")}


def test_a_refused_voice_gives_way_to_the_next_until_none_is_left(telephone, house, caplog) -> None:
    for expected in (SECOND, THIRD, None):
        assert report(telephone) == 204
        telephone.keys("")
        assert voices(telephone) == {expected}
    assert house.services.refused_voices.look().keys() == {BEST, SECOND, THIRD}
    said = [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert said == [
        f"the network refuses the voice {BEST} (13511): en is spoken by {SECOND} from now on",
        f"the network refuses the voice {SECOND} (13511): en is spoken by {THIRD} from now on",
        f"the network refuses the voice {THIRD} (13511): en is spoken by {OWN} from now on",
    ]


def test_another_pace_has_the_same_voice(telephone, house) -> None:
    report(telephone)
    telephone.keys("**").keys("7")
    assert all(say.find("prosody") is not None for say in telephone.tree.iter("Say"))
    assert voices(telephone) == {SECOND}


def test_a_report_that_names_the_voice_marks_no_other(telephone, house) -> None:
    both = f'<Say voice="{BEST}">Hello.</Say><Say voice="Polly.Vicki-Neural">Hallo.</Say>'
    report(telephone, document=both, more_info={"Msg": f"There is no voice {BEST}."})
    assert house.services.refused_voices.look().keys() == {BEST}
    report(telephone, document=both, more_info={"Msg": "Invalid voice."})
    assert house.services.refused_voices.look().keys() == {BEST, "Polly.Vicki-Neural"}


def test_a_report_without_the_document_is_understood_by_the_call(telephone, house) -> None:
    report(telephone, document="")
    assert house.services.refused_voices.look().keys() == {BEST}


@pytest.mark.parametrize(
    "payload",
    ["", "[]", "{}", '{"error_code": "12200"}', '{"error_code": "13511"}', '{"error_code": "x y"}'],
)
def test_a_report_of_anything_else_marks_nothing(telephone, house, payload: str) -> None:
    assert telephone.post("/voice/trouble", Level="ERROR", Payload=payload) == 204
    assert house.services.refused_voices.look() == {}


def test_a_report_has_to_be_signed(telephone, house) -> None:
    payload = json.dumps({"error_code": "13511", "webhook": {"response": {"body": f'"{BEST}"'}}})
    answer = telephone.client.post("/voice/trouble", data={"Payload": payload})
    assert answer.status_code == 403
    assert house.services.refused_voices.look() == {}


def test_a_document_that_failed_for_its_voice_is_said_again_by_the_next(telephone, house) -> None:
    server = house.server_id
    assert telephone.post("/voice/turn", token="two", Digits=server[:10]) == 200
    failed, heard = telephone.document, telephone.heard
    assert telephone.post("/voice/fallback", ErrorCode="13321", ErrorUrl="/voice/turn") == 200
    assert voices(telephone) == {SECOND}
    assert telephone.document != failed
    assert telephone.verbs == ["Gather"]
    assert telephone.heard[-1:] == heard[-1:]
    # The groups that were keyed are kept.
    telephone.keys(server[10:])
    assert "line_code" in telephone.heard


def test_the_fallbacks_own_process_hands_the_call_over(telephone, house) -> None:
    services = house.services
    alone = FallbackServices(
        services.routing, services.prompts, services.auth_tokens, BASE, "", production=False
    )
    app = Flask("alone")
    app.register_blueprint(create_fallback(alone), url_prefix="/voice")
    apologist = replace(telephone, client=app.test_client())
    failed = {"ErrorCode": "13321", "ErrorUrl": f"{BASE}/voice/turn"}
    assert apologist.post("/voice/fallback", **failed) == 200
    (redirect,) = apologist.tree
    assert (redirect.tag, redirect.get("method")) == ("Redirect", "POST")
    there = str(redirect.text).removeprefix(BASE)
    assert telephone.post(there) == 200
    assert voices(telephone) == {SECOND}
    assert telephone.verbs == ["Gather"]
    # Where nothing is known of the call, it apologises rather than go round.
    stranger = replace(telephone, sid="CA" + "8" * 32)
    assert stranger.post(there) == 200
    assert stranger.heard == ["technical_fault"]
    assert apologist.post("/voice/fallback", ErrorCode="11200", ErrorUrl=failed["ErrorUrl"]) == 200
    assert apologist.heard == ["technical_fault"]


def test_with_no_voice_left_to_pass_over_the_line_apologises(telephone) -> None:
    for voice in (SECOND, THIRD, None):
        assert telephone.post("/voice/fallback", ErrorCode="13321", ErrorUrl="/voice/turn") == 200
        assert voices(telephone) == {voice}
        # The network asks with a token, so the line knows what it said last.
        assert telephone.post("/voice/turn", token=f"after {voice}") == 200
    assert telephone.post("/voice/fallback", ErrorCode="13321", ErrorUrl="/voice/turn") == 200
    assert telephone.heard == ["technical_fault"]
    assert telephone.verbs[-1] == "Hangup"


def test_any_other_failure_is_apologised_for(telephone) -> None:
    assert telephone.post("/voice/fallback", ErrorCode="12100", ErrorUrl="/voice/turn") == 200
    assert telephone.heard == ["technical_fault"]
    # By the network's own voice: whatever is wrong with the table's, an apology is heard.
    assert voices(telephone) == {None}


def test_a_refusal_is_told_once(house, telephone) -> None:
    told: list[str] = []

    class Listening(Unobserved):
        def voice_refused(self, name: str) -> None:
            told.append(name)

    app = Flask("watched")
    services = replace(house.services, observer=Listening())
    app.register_blueprint(create_blueprint(services), url_prefix="/voice")
    watched = replace(telephone, client=app.test_client())
    for _ in range(2):
        report(watched, document=telephone.document)
    assert told == [BEST]
