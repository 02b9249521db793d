"""Calls out: what is asked of each provider, and that nothing unclear is taken for a no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from chalicelib.channels.callout import CallOut, Placed, Script
from chalicelib.channels.rules import may_be_called
from chalicelib.channels.sending import CannotSend, HttpRequest, HttpResponse

from .case import Calling, ChannelCase
from .cases import CASES

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OUR_ID = "01a201ad-0bb3-715d-b285-ccd5819fab16"
CALLERS = [case for case in CASES if case.calling]
ASKERS = [case for case in CALLERS if case.adapter.dials.scripts]
MUTE = [case for case in CASES if not case.calling]
callers = pytest.mark.parametrize("case", CALLERS, ids=lambda case: case.label)
askers = pytest.mark.parametrize("case", ASKERS, ids=lambda case: case.label)
SCRIPT = Script(
    question='Anh/chị "Lan" & gia đình <hài lòng> không?',
    answers={"1": "yes"},
    thanks="Cảm ơn ạ",
)


def calling(case: ChannelCase) -> Calling:
    assert case.calling is not None
    return case.calling


def asked(case: ChannelCase, **changes: object) -> HttpRequest:
    """A call to the case's customer by a telephone of ours."""
    told = calling(case)
    call = CallOut(id=OUR_ID, to=told.customer, extension=told.extension)
    return case.adapter.call_request(
        replace(call, **changes),  # type: ignore[arg-type]
        case.account,
        now=NOW,
    )


def scripted(case: ChannelCase) -> HttpRequest:
    return asked(case, extension=None, script=SCRIPT)


def national(number: str) -> str:
    return number.removeprefix("+").removeprefix("84").lstrip("0")


@callers
def test_a_call_says_whom_to_call_and_never_in_its_address(case: ChannelCase) -> None:
    requests = [asked(case), *([scripted(case)] if case in ASKERS else [])]
    theirs = national(calling(case).customer)
    for request in requests:
        assert national(calling(case).number_of(request)) == theirs
        assert theirs not in request.url
        assert may_be_called(request.url, case.adapter.hosts), request.url


@callers
def test_who_calls_is_a_people_caller(case: ChannelCase) -> None:
    assert case.adapter.dials.people
    with pytest.raises(CannotSend):
        asked(case, extension=None)


@pytest.mark.parametrize("case", MUTE, ids=lambda case: case.label)
def test_a_channel_that_places_no_calls_says_so(case: ChannelCase) -> None:
    dials = case.adapter.dials
    assert (dials.people, dials.scripts) == (False, False)
    call = CallOut(id=OUR_ID, to="+84912345678", extension="101")
    with pytest.raises(CannotSend):
        case.adapter.call_request(call, case.account, now=NOW)
    with pytest.raises(CannotSend):
        case.adapter.called(HttpResponse(status=200, body=b"{}"))


@callers
def test_without_credentials_nobody_is_called(case: ChannelCase) -> None:
    told = calling(case)
    call = CallOut(id=OUR_ID, to=told.customer, extension=told.extension)
    with pytest.raises(CannotSend):
        case.adapter.call_request(call, replace(case.account, credentials={}), now=NOW)


@callers
def test_a_sandbox_line_needs_no_credentials(case: ChannelCase) -> None:
    told, ours = calling(case), case.account
    sid = "AC" + "0" * 32 if ours.provider == "twilio_voice" else ours.account_id
    made_up = dict(case.adapter.sandbox_credentials)
    bare = replace(ours, account_id=sid, credentials=made_up)
    call = CallOut(id=OUR_ID, to=told.customer, extension=told.extension)
    assert case.adapter.call_request(call, bare, now=NOW).method == "POST"


@pytest.mark.parametrize(
    "case", [one for one in CALLERS if one not in ASKERS], ids=lambda case: case.label
)
def test_a_provider_that_asks_no_questions_says_so(case: ChannelCase) -> None:
    with pytest.raises(CannotSend):
        scripted(case)


# ------------------------------------------------------------------ answers

HTML = b"<html><body>Bad Gateway</body></html>"
NO = {Placed.REFUSED, Placed.REFRESH, Placed.REAUTH}
ANSWERS: dict[str, tuple[int, bytes, set[Placed]]] = {
    "no answer": (0, b"ReadTimeoutError", {Placed.UNKNOWN}),
    "nothing said": (0, b"", {Placed.UNKNOWN}),
    "never connected": (0, b"ConnectTimeoutError", {Placed.REFUSED}),
    "408": (408, b"", {Placed.UNKNOWN}),
    "429": (429, b"", {Placed.REFUSED}),
    "429 html": (429, HTML, {Placed.REFUSED}),
    "500": (500, b"", {Placed.UNKNOWN}),
    "502 html": (502, HTML, {Placed.UNKNOWN}),
    "503 object": (503, b"{}", {Placed.UNKNOWN}),
    "504": (504, b"null", {Placed.UNKNOWN}),
    "400": (400, HTML, {Placed.REFUSED}),
    "401": (401, b"", NO - {Placed.REFUSED}),
    "403": (403, b"", NO),
    "404": (404, b"", {Placed.REFUSED}),
    "302": (302, b"", {Placed.REFUSED}),
    "200 html": (200, HTML, {Placed.UNKNOWN}),
    "200 empty": (200, b"", {Placed.UNKNOWN}),
    "200 list": (200, b"[]", {Placed.UNKNOWN}),
    "200 object": (200, b"{}", {Placed.UNKNOWN}),
    "200 bad bytes": (200, b"\xff\xfe", {Placed.UNKNOWN}),
}


@pytest.mark.parametrize(
    ("case", "answer"), [*product(CALLERS, ANSWERS)], ids=lambda v: getattr(v, "label", v)
)
def test_only_a_sure_no_is_a_refusal(case: ChannelCase, answer: str) -> None:
    status, body, outcomes = ANSWERS[answer]
    told = case.adapter.called(HttpResponse(status=status, body=body))
    assert told.outcome in outcomes
    assert told.reason


@callers
def test_a_call_that_is_taken_has_its_id(case: ChannelCase) -> None:
    told = case.adapter.called(calling(case).taken)
    assert (told.outcome, told.call_id) == (Placed.TAKEN, calling(case).taken_id)


@callers
def test_an_answer_that_was_cut_short_is_in_doubt(case: ChannelCase) -> None:
    whole = calling(case).taken
    for length in range(len(whole.body)):
        cut = replace(whole, body=whole.body[:length])
        assert case.adapter.called(cut).outcome is Placed.UNKNOWN, cut.body


OWN = [(case, *row) for case in CALLERS for row in calling(case).answers]


@pytest.mark.parametrize(
    ("case", "what", "answer", "outcome"), OWN, ids=[f"{row[0].label}-{row[1]}" for row in OWN]
)
def test_the_providers_own_answers(
    case: ChannelCase, what: str, answer: HttpResponse, outcome: Placed
) -> None:
    told = case.adapter.called(answer)
    assert told.outcome is outcome, what
    assert told.reason or outcome is Placed.TAKEN


# ------------------------------------------------------------------ a machine asks


@askers
def test_a_question_reports_to_our_own_id(case: ChannelCase) -> None:
    assert OUR_ID in scripted(case).body.decode()


@askers
def test_a_machine_needs_to_know_where_to_report(case: ChannelCase) -> None:
    kept = {n: v for n, v in case.account.credentials.items() if n != "registered_url"}
    call = CallOut(id=OUR_ID, to=calling(case).customer, script=SCRIPT)
    with pytest.raises(CannotSend):
        case.adapter.call_request(call, replace(case.account, credentials=kept), now=NOW)
