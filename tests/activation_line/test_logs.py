"""Logs tell which call and request they are of, and where it broke; never what was keyed."""

import json
import logging

import pytest

from activation_line import logs
from activation_line.observing import NumberedRequests
from codes import family

SID = "CA" + "0123456789abcdef" * 2


def written(message: str, *values: object, exc_info=None, form: str = "json") -> str:
    record = logging.LogRecord("ivr.x", logging.ERROR, __file__, 1, message, values, exc_info)
    return logs.formatter(form).format(record)


def test_a_line_names_its_request_and_call() -> None:
    seen: list[dict[str, str]] = []

    def app(_environ, start_response):
        start_response("200 OK", [])
        token = logs.CALL.set(SID)
        seen.append(json.loads(written("a turn failed")))
        logs.CALL.reset(token)
        return []

    headers: list[list[tuple[str, str]]] = []
    numbered = NumberedRequests(app)
    for environ in ({}, {}, {"HTTP_X_REQUEST_ID": "from-proxy.1"}, {"HTTP_X_REQUEST_ID": "a\tb"}):
        numbered(environ, lambda _status, given, *_: headers.append(given))
    assert [line["call"] for line in seen] == [SID] * 4
    ids = [line["request"] for line in seen]
    assert ids[2] == "from-proxy.1"
    assert len(set(ids)) == 4
    assert headers == [[("X-Request-ID", number)] for number in ids]
    assert seen[0]["event"] == "a turn failed"
    assert (seen[0]["level"], seen[0]["logger"]) == ("error", "ivr.x")


@pytest.mark.parametrize("form", ["json", "text"])
def test_of_an_exception_type_and_place_are_told_but_not_its_message(form: str) -> None:
    keyed = "54321"

    def driver() -> None:
        raise KeyError(keyed)

    try:
        driver()
    except KeyError as cause:
        error = RuntimeError(f"{keyed} was keyed")
        error.__cause__ = cause
        line = written("it failed", exc_info=(RuntimeError, error, cause.__traceback__), form=form)
    assert "RuntimeError from KeyError" in line
    assert "in driver" in line
    assert keyed not in line


def test_no_code_passes_whatever_is_logged() -> None:
    own = family.draw(7)
    codes = [own.product_id, own.license_server_id, own.new_license_server_id, own.product_key]
    for code in codes:
        groups = [code[place : place + 5] for place in range(0, len(code), 5)]
        shapes = [code, " ".join(groups), "-".join(groups), json.dumps(groups), str(tuple(groups))]
        for shape in shapes if code.isdigit() else [code, "-".join(groups)]:
            line = written("the driver was given %s and broke", shape)
            assert "[code]" in line, shape
            assert not any(group in line for group in groups), line


@pytest.mark.parametrize("kept", [SID, "2026-03-02T15:00:00Z", "1234-5678-9012", "port 54321"])
def test_what_is_no_code_stays(kept: str) -> None:
    assert kept in written("call %s", kept)
