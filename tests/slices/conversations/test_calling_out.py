"""Calls that we place: asked for once, joined to what the provider tells, never begun twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.conversations import delivery, dialling
from chalicelib.platform import clock, context, outward
from tests.faults import Calls, Killed, Snapshot, watched
from tests.slices.conftest import Later
from tests.slices.conversations.exchange import (
    ACCOUNTS,
    CUSTOMER,
    HOTLINE,
    SHOWN,
    Exchange,
    Office,
    pbx,
    query_of,
    stringee,
)
from tests.world import World

Opened = Callable[..., Office]
SCRIPT: dict[str, Any] = {
    "question": "Anh chị hài lòng với dịch vụ không? Bấm 1 là có, 2 là không.",
    "answers": {"1": "yes", "2": "no"},
    "thanks": "Cảm ơn anh chị.",
    "step": "csat",
}


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no quiet hour."""
    monkeypatch.setattr(dialling, "is_quiet", lambda local, hours: False)


@pytest.fixture
def opened(world: World, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """An office with a line of a provider: `opened("omicall")`."""
    exchange = Exchange()
    monkeypatch.setattr(outward, "call", exchange.call)

    def office(provider: str = "omicall", **more: Any) -> Office:
        told = {"mode": "live"} | ACCOUNTS[provider] | more
        line = world.connect("voice", provider=provider, **told)
        accounts.forget()
        extension = {"stringee": "agent_lan", "twilio_voice": "+84987654321"}.get(provider, "101")
        lan = world.agent("Lan", extension=extension)
        world.zalo("Đơn của em giao trễ quá ạ")
        world.run()
        return Office(
            world=world,
            exchange=exchange,
            lan=lan,
            ticket=world.ticket(),
            line=line,
            provider=provider,
        )

    return office


# ------------------------------------------------------------------ asked for


def test_a_call_is_a_message_of_the_ticket_and_is_asked_for_once(opened: Opened) -> None:
    office = opened()
    message = office.called()
    assert (message["direction"], message["author"], message["status"]) == ("out", "human", "sent")
    assert message["ticket_id"] == office.ticket["id"]
    assert message["agent_id"] == office.world.agents["Lan"]
    assert message["provider_message_id"] == "call-1"
    told = message["call"]
    assert (told["direction"], told["to"], told["extension"]) == ("out", CUSTOMER, "101")
    assert office.exchange.body == {
        "extension": "101",
        "hotline": HOTLINE,
        "phone_number": "0912345678",
    }
    assert office.names() == ["call.requested", "call.started"]
    office.world.run()
    assert len(office.exchange.asked) == 1


@pytest.mark.parametrize("provider", sorted(ACCOUNTS))
def test_each_provider_takes_a_call(opened: Opened, provider: str) -> None:
    office = opened(provider)
    assert office.called()["status"] == "sent"
    ((_, url, _, _),) = office.exchange.asked
    assert "912345678" not in url


def test_the_same_request_again_calls_nobody_twice(opened: Opened) -> None:
    office = opened()
    once = office.lan.with_headers(Idempotency_Key="mot-lan")
    asked = {"ticket_id": office.ticket["id"], "account": office.line, "phone": CUSTOMER}
    first, second = once.post("/calls", asked), once.post("/calls", asked)
    assert first.status == second.status == 202
    assert first.body == second.body
    office.world.run()
    assert len(office.exchange.asked) == 1


def test_a_second_press_a_moment_later_is_refused(opened: Opened, later: Later) -> None:
    office = opened()
    assert office.dial().status == 202
    again = office.dial()
    assert (again.status, again.body["code"]) == (409, "call_under_way")
    later(seconds=30)
    assert office.dial().status == 202


def test_a_queue_entry_that_comes_again_calls_nobody(opened: Opened) -> None:
    office = opened()
    assert office.dial().status == 202
    cloud = office.world.cloud
    office.world.pump._stream()
    (entry,) = cloud._queues()[f"{cloud.prefix}-outbound.fifo"]._messages
    office.world.run()
    cloud._queues()[f"{cloud.prefix}-outbound.fifo"]._messages.append(entry)
    office.world.run()
    assert len(office.exchange.asked) == 1
    assert office.message()["status"] == "sent"


def test_a_call_that_waited_too_long_is_not_made(opened: Opened, later: Later) -> None:
    office = opened()
    assert office.dial().status == 202
    later(minutes=6)
    office.world.run()
    message = office.message()
    assert (message["status"], message["error_code"]) == ("failed", "too_late")
    assert office.exchange.asked == []


def test_a_sandbox_line_shows_what_it_would_have_asked_for(opened: Opened) -> None:
    office = opened("omicall", mode="sandbox")
    assert office.called()["status"] == "sent"
    (kept,) = office.world.list(f"/channel-accounts/{office.line}/outbox")
    assert json.loads(kept["body"])["extension"] == "101"
    assert office.exchange.asked == []


# ------------------------------------------------------------------ refused, unknown

REFUSED = [
    ("omicall", (200, {"status_code": -9999, "payload": {"error": "user_busy"}}), "user_busy"),
    ("omicall", (429, b""), "429"),
    ("omicall", (0, b"NewConnectionError"), "not_reached"),
    ("zorio", (422, {"message": "from_extension is inactive"}), "422"),
    ("stringee", (200, {"r": 8, "message": "Insufficient balance"}), "8"),
    ("twilio_voice", (400, {"code": 21215, "message": "Geo permission"}), "21215"),
]


@pytest.mark.parametrize(("provider", "answer", "code"), REFUSED)
def test_a_refusal_is_told_to_the_agent(
    opened: Opened, provider: str, answer: tuple[int, Any], code: str
) -> None:
    office = opened(provider)
    office.exchange.answers = [answer]
    message = office.called()
    assert (message["status"], message["error_code"]) == ("failed", code)
    assert message["error_reason"]
    assert office.names() == ["call.requested", "call.failed"]
    assert len(office.exchange.asked) == 1


@pytest.mark.parametrize(
    "answer", [(0, b"ReadTimeoutError"), (502, b"<html>"), (200, b"{"), (500, {"r": 1})]
)
@pytest.mark.parametrize("provider", sorted(ACCOUNTS))
def test_a_lost_answer_is_in_doubt_and_is_not_asked_again(
    opened: Opened, later: Later, provider: str, answer: tuple[int, Any]
) -> None:
    office = opened(provider)
    office.exchange.answers = [answer]
    message = office.called()
    assert (message["status"], message["error_code"]) == ("failed", "in_doubt")
    assert "không tự gọi lại" in message["error_reason"]
    later(minutes=10)
    office.world.pump.schedule("conversations_send_due")
    office.world.run()
    assert len(office.exchange.asked) == 1


def test_a_worker_that_died_while_asking_leaves_a_doubt(opened: Opened, later: Later) -> None:
    office = opened()

    def dies() -> tuple[int, Any]:
        raise KeyboardInterrupt

    office.exchange.answers = [dies]
    assert office.dial().status == 202
    with pytest.raises(KeyboardInterrupt):
        office.world.run()
    assert office.message()["status"] == "sending"
    office.world.run()
    assert office.message()["status"] == "sending", "its events may still tell"
    later(seconds=90)
    office.world.pump.retry()
    assert office.message()["error_code"] == "in_doubt"
    assert len(office.exchange.asked) == 1


def test_an_event_proves_a_call_that_was_in_doubt(opened: Opened) -> None:
    office = opened()
    office.exchange.answers = [(0, b"ReadTimeoutError")]
    office.called()
    office.tell(pbx("theirs-1", "ringing"))
    office.world.run()
    message = office.message()
    assert (message["status"], message["error_code"]) == ("sent", None)
    office.tell(pbx("theirs-1", "hangup", disposition="ANSWERED", bill_sec=30, duration=41))
    office.world.run()
    assert office.message()["call"]["talk_seconds"] == 30
    assert office.names() == [
        "call.requested",
        "call.failed",
        "call.started",
        "call.answered",
        "call.ended",
    ]


def test_a_token_that_ran_out_is_renewed_once(opened: Opened) -> None:
    office = opened()
    office.exchange.answers = [(401, b"")]
    assert office.called()["status"] == "sent"
    tokens = [headers["authorization"] for _, _, headers, _ in office.exchange.asked]
    assert tokens == ["Bearer omi-1", "Bearer omi-2"]


def test_a_line_without_a_token_gets_one_first(opened: Opened) -> None:
    credentials = {"webhook_secret": "s", "api_key": "omi-key"}
    office = opened("omicall", credentials=credentials)
    assert office.called()["status"] == "sent"
    assert [headers["authorization"] for _, _, headers, _ in office.exchange.asked] == [
        "Bearer omi-2"
    ]


def test_a_refused_key_asks_for_a_person(opened: Opened) -> None:
    office = opened("zorio")
    office.exchange.answers = [(401, {"message": "Unauthenticated."})]
    assert office.called()["status"] == "failed"
    account = office.world.admin.get(f"/channel-accounts/{office.line}").body
    assert account["state"] == "needs_reconnect"


# ------------------------------------------------------------------ joined to its events


def test_events_complete_the_very_call_and_answer_the_ticket(opened: Opened) -> None:
    office = opened()
    office.called()
    assert office.world.ticket()["first_reply_at"] is None
    office.tell(pbx("call-1", "ringing"))
    office.tell(pbx("call-1", "answered"))
    office.tell(
        pbx("call-1", "hangup", disposition="ANSWERED", bill_sec=63, duration=75)
        | {"recording_file_url": "https://127.0.0.1:1/r.mp3"}
    )
    office.world.run()
    message = office.message()
    assert (message["call"]["stage"], message["call"]["talk_seconds"]) == ("ended", 63)
    assert message["attachments"][0]["kind"] == "audio"
    ticket = office.world.ticket()
    assert ticket["first_reply_at"]
    assert ticket["status"] == "in_progress"
    assert office.names() == ["call.requested", "call.started", "call.answered", "call.ended"]
    assert len(office.world.list("/profiles")) == 1


def test_repeated_events_and_any_order_make_the_same(opened: Opened) -> None:
    office = opened()
    office.called()
    ended = pbx("call-1", "hangup", disposition="ANSWERED", bill_sec=63, duration=75)
    ringing = pbx("call-1", "ringing")
    for event in (ended, ringing, ended, ringing):
        office.tell(event)
        office.world.run()
    assert office.message()["call"]["stage"] == "ended"
    assert office.names() == ["call.requested", "call.started", "call.answered", "call.ended"]


def test_events_that_are_quicker_than_the_answer(opened: Opened) -> None:
    office = opened()

    def quicker() -> tuple[int, Any]:
        office.tell(pbx("call-1", "ringing"))
        inbound = "inbound.fifo"
        source = next(s for s in office.world.pump._sources() if str(s.queue).endswith(inbound))
        office.world.pump._queue(source)
        return 200, {"status_code": 9999, "payload": {"call_uuid": "call-1"}}

    office.exchange.answers = [quicker]
    message = office.called()
    assert (message["status"], message["provider_message_id"]) == ("sent", "call-1")
    office.tell(pbx("call-1", "hangup", disposition="BUSY"))
    office.world.run()
    assert office.message()["call"]["stage"] == "missed"
    assert office.names() == ["call.requested", "call.started", "call.missed"]
    (missed,) = office.told("call.missed")
    assert (missed["outcome"], missed["outbound"]) == ("busy", True)
    assert len(office.world.tickets()) == 1


def test_a_provider_that_gives_no_id_is_joined_by_numbers(opened: Opened) -> None:
    office = opened("stringee")
    office.called()
    body = office.exchange.body
    assert body["to"][0]["number"] == "agent_lan"
    assert body["actions"][-1]["to"]["number"] == CUSTOMER.lstrip("+")
    ours = {"number": "agent_lan", "type": "internal"}
    office.tell(stringee("leg-1", "ringing", to=ours))
    office.tell(stringee("leg-1", "answered", to=ours))
    office.world.run()
    assert office.message()["call"]["stage"] == "ringing", "only our own telephone answered"
    office.tell(stringee("leg-2", "answered"))
    office.tell(stringee("leg-2", "ended", duration=40, answerDuration=31))
    office.tell(stringee("leg-1", "ended", to=ours, duration=60, answerDuration=50))
    office.world.run()
    told = office.message()["call"]
    assert (told["stage"], told["talk_seconds"], told["extension"]) == ("ended", 31, "agent_lan")
    assert office.world.ticket()["first_reply_at"]
    assert len(office.world.list("/profiles")) == 1


def test_our_own_telephone_that_nobody_picks_up_ends_the_call(opened: Opened) -> None:
    office = opened("stringee")
    office.called()
    ours = {"number": "agent_lan", "type": "internal"}
    office.tell(stringee("leg-1", "ended", to=ours, duration=45, endCallCause="NO_ANSWER"))
    office.world.run()
    assert office.message()["call"]["stage"] == "missed"
    assert office.world.ticket()["first_reply_at"] is None
    assert len(office.world.list("/profiles")) == 1


def test_another_call_of_the_same_day_is_another_message(opened: Opened) -> None:
    office = opened()
    office.called()
    office.tell(pbx("call-1", "hangup", disposition="NOANSWER"))
    office.world.run()
    office.tell(pbx("by-hand-9", "ringing"))
    office.world.run()
    assert len(office.calls()) == 2


def test_twilio_tells_of_both_telephones_apart(opened: Opened) -> None:
    office = opened("twilio_voice")
    office.called()
    body = office.exchange.body
    assert (body["To"], body["From"]) == ("+84987654321", SHOWN)
    assert f">{CUSTOMER}</Number>" in body["Twiml"]
    agent = query_of(body["StatusCallback"])
    customer = agent.replace("leg=agent", "leg=customer")
    assert customer.replace("&", "&amp;") in body["Twiml"]
    ours = {"CallSid": "call-1", "To": "+84987654321", "From": SHOWN, "Direction": "outbound-api"}
    theirs = {"CallSid": "call-2", "ParentCallSid": "call-1", "To": CUSTOMER, "From": SHOWN}
    office.tell(ours | {"CallStatus": "ringing"}, query=agent)
    office.tell(ours | {"CallStatus": "in-progress"}, query=agent)
    office.world.run()
    assert office.message()["call"]["stage"] == "ringing", "only our own telephone answered"
    office.tell(theirs | {"CallStatus": "in-progress"}, query=customer)
    office.tell(theirs | {"CallStatus": "completed", "CallDuration": "21"}, query=customer)
    office.tell(ours | {"CallStatus": "completed", "CallDuration": "30"}, query=agent)
    office.world.run()
    told = office.message()["call"]
    assert (told["stage"], told["talk_seconds"]) == ("ended", 21)
    assert told["legs"] == {"+84987654321": "ringing"}
    assert office.world.ticket()["first_reply_at"]
    assert len(office.world.list("/profiles")) == 1, "our telephone is no customer"


def test_twilio_tells_that_the_customer_was_busy(opened: Opened) -> None:
    office = opened("twilio_voice")
    office.called()
    agent = query_of(office.exchange.body["StatusCallback"])
    theirs = {"CallSid": "call-2", "ParentCallSid": "call-1", "To": CUSTOMER}
    office.tell(theirs | {"CallStatus": "busy"}, query=agent.replace("agent", "customer"))
    office.tell({"CallSid": "call-1", "CallStatus": "completed"}, query=agent)
    office.world.run()
    assert office.message()["call"]["stage"] == "missed"
    (missed,) = office.told("call.missed")
    assert missed["outcome"] == "busy"


# ------------------------------------------------------------------ may we


def test_an_open_matter_may_be_called_about_at_night(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = opened()
    monkeypatch.setattr(dialling, "is_quiet", lambda local, hours: True)
    assert office.dial().status == 202


def test_nobody_is_called_unasked_at_night(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    office = opened()
    monkeypatch.setattr(dialling, "is_quiet", lambda local, hours: True)
    asked = {"ticket_id": None, "profile_id": office.ticket["profile_id"]}
    refused = office.dial(**asked)
    assert (refused.status, refused.body["code"]) == (409, "quiet_hours")
    done = office.world.admin.post(f"/tickets/{office.ticket['id']}/done", {"outcome": "resolved"})
    assert done.status == 200
    assert office.dial().body["code"] == "quiet_hours"


@pytest.mark.parametrize(("begins", "allowed"), [("00:00", False), ("", True)])
def test_the_lines_own_quiet_hours_count(opened: Opened, begins: str, allowed: bool) -> None:
    local = clock.now().astimezone(clock.zone())
    soon = (local + timedelta(minutes=10)).strftime("%H:%M")
    later = (local + timedelta(minutes=20)).strftime("%H:%M")
    hours = {"quiet_from": begins or soon, "quiet_until": soon if begins else later}
    office = opened("omicall", settings=hours)
    answer = office.dial(ticket_id=None, profile_id=office.ticket["profile_id"])
    assert answer.status == (202 if allowed else 409), answer.body


@pytest.mark.usefixtures("day")
def test_who_does_not_want_to_be_called_is_not_called_unasked(opened: Opened) -> None:
    office = opened()
    profile = office.ticket["profile_id"]
    said = {"purpose": "care", "state": "withdrawn", "channel": "voice", "source": "phone"}
    answer = office.world.admin.post(f"/profiles/{profile}/consents", said)
    assert answer.status < 300, answer.body
    unasked = {"ticket_id": None, "profile_id": profile}
    assert office.dial(**unasked).body["code"] == "no_consent"
    assert office.dial().status == 202, "about their own open matter"


@pytest.mark.usefixtures("day")
def test_a_number_of_another_customer_is_refused(opened: Opened) -> None:
    office = opened()
    office.tell(pbx("in-1", "hangup", direction="inbound", source_number="0987654321"))
    office.world.run()
    refused = office.dial(phone="0987654321")
    assert (refused.status, refused.body["code"]) == (409, "phone_of_another_customer")


def test_being_called_proves_nobodys_number(opened: Opened) -> None:
    office = opened()
    office.called()
    office.tell(pbx("call-1", "hangup", disposition="ANSWERED", bill_sec=63, duration=75))
    office.world.run()
    profile = office.world.admin.get(f"/profiles/{office.ticket['profile_id']}").body
    assert profile["phones"] == []


def test_what_is_missing_is_said(opened: Opened) -> None:
    office = opened()
    no_phone = office.dial(phone=None)
    assert (no_phone.status, no_phone.body["field"]) == (422, "phone")
    integration = office.world.admin.post("/calls", {"ticket_id": office.ticket["id"]})
    assert integration.status == 422
    bad = office.dial(phone="abc")
    assert (bad.status, bad.body["field"]) == (422, "phone")
    nobody = office.dial(account="khong-co")
    assert nobody.status == 404
    other = office.dial(agent_id="somebody-else")
    assert other.status == 403


def test_an_exchange_that_places_no_calls_says_so(opened: Opened) -> None:
    office = opened()
    mute = office.world.connect(
        "voice", "19001111", {"webhook_secret": "s"}, provider="voip24h", mode="live"
    )
    refused = office.dial(account=mute)
    assert (refused.status, refused.body["code"]) == (409, "cannot_send")
    refused = office.dial(script=SCRIPT, purpose="survey")
    assert refused.status == 409, "OMICall asks no questions"


# ------------------------------------------------------------------ a machine asks


@pytest.mark.usefixtures("day")
def test_stringee_asks_takes_a_key_and_thanks(opened: Opened) -> None:
    office = opened("stringee")
    message = office.called(script=SCRIPT, purpose="survey", ticket_id=None, **whose(office))
    assert (message["author"], message["agent_id"]) == ("app", None)
    body = office.exchange.body
    assert body["to"][0]["number"] == CUSTOMER.lstrip("+")
    query = query_of(body["answer_url"])
    assert CUSTOMER.lstrip("+") not in body["answer_url"]
    office.tell(stringee("c-1", "ringing"))
    talk, asking = json.loads(office.tell({}, query=f"{query}&callId=c-1&from=1&to=2"))
    assert talk["text"] == SCRIPT["question"]
    thanked = json.loads(
        office.tell(
            {"call_id": "c-1", "dtmf": "1", "customField": "csat", "timeout": False},
            query=query_of(asking["eventUrl"]),
        )
    )
    assert thanked == [{"action": "talk", "text": SCRIPT["thanks"]}]
    office.tell(stringee("c-1", "answered"))
    office.tell(stringee("c-1", "ended", duration=30, answerDuration=20))
    office.world.run()
    told = office.message()
    assert told["postback"] == "1"
    assert told["call"]["stage"] == "ended"
    (given,) = office.told("call.answer_given")
    assert (given["step"], given["key"], given["value"]) == ("csat", "1", "yes")
    assert given["message_id"] == told["id"]
    assert office.world.ticket()["first_reply_at"] is None, "a machine answers nobody"
    assert office.names() == [
        "call.requested",
        "call.started",
        "call.answer_given",
        "call.ended",
    ]


@pytest.mark.usefixtures("day")
def test_twilio_asks_takes_a_word_or_a_key_and_thanks(opened: Opened) -> None:
    office = opened("twilio_voice")
    office.called(script=SCRIPT | {"speech": True}, purpose="survey")
    body = office.exchange.body
    assert body["To"] == CUSTOMER
    assert 'language="vi-VN"' in body["Twiml"]
    assert SCRIPT["question"] in body["Twiml"]
    query = query_of(body["StatusCallback"])
    base = {"CallSid": "call-1", "To": CUSTOMER, "From": SHOWN, "Direction": "outbound-api"}
    office.tell(base | {"CallStatus": "in-progress"}, query=query)
    spoken = base | {"CallStatus": "in-progress", "SpeechResult": "Rất hài lòng"}
    thanked = office.tell(spoken, query=f"{query}&step=csat")
    assert SCRIPT["thanks"] in thanked
    assert thanked.endswith("<Hangup/></Response>")
    office.tell(base | {"CallStatus": "completed", "CallDuration": "12"}, query=query)
    office.world.run()
    told = office.message()
    assert told["text"] == "Rất hài lòng"
    (given,) = office.told("call.answer_given")
    assert (given.get("key"), given.get("value"), given["spoken"]) == (None, None, True)
    (ended,) = office.told("call.ended")
    assert ended["automatic"] is True
    assert office.told("call.answered") == []


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("status", "outcome"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
def test_a_machine_that_reaches_nobody_says_why(opened: Opened, status: str, outcome: str) -> None:
    office = opened("twilio_voice")
    office.called(script=SCRIPT, purpose="survey")
    query = query_of(office.exchange.body["StatusCallback"])
    told = {"CallSid": "call-1", "CallStatus": status, "To": CUSTOMER, "From": SHOWN}
    office.tell(told | {"Direction": "outbound-api"}, query=query)
    office.world.run()
    (missed,) = office.told("call.missed")
    assert (missed["outcome"], missed["automatic"]) == (outcome, True)
    assert office.told("call.answer_given") == []


@pytest.mark.usefixtures("day")
def test_a_key_nobody_offered_stands_for_nothing(opened: Opened) -> None:
    office = opened("twilio_voice")
    office.called(script=SCRIPT, purpose="survey")
    query = query_of(office.exchange.body["StatusCallback"])
    pressed = {"CallSid": "call-1", "CallStatus": "in-progress", "Digits": "7"}
    office.tell(pressed | {"To": CUSTOMER, "Direction": "outbound-api"}, query=query)
    office.tell(pressed | {"To": CUSTOMER, "Direction": "outbound-api"}, query=query)
    office.world.run()
    (given,) = office.told("call.answer_given")
    assert (given.get("key"), given.get("value")) == (None, None)


@pytest.mark.usefixtures("day")
def test_a_script_of_nobody_ends_the_call(opened: Opened) -> None:
    office = opened("stringee")
    unknown = "ours=00000000-0000-0000-0000-000000000000"
    (step,) = json.loads(office.tell({}, query=f"{unknown}&callId=c-1&from=1&to=2"))
    assert step["action"] == "talk"


def test_a_machine_keeps_the_quiet_hours_even_about_an_open_matter(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = opened("twilio_voice")
    monkeypatch.setattr(dialling, "is_quiet", lambda local, hours: True)
    assert office.dial(script=SCRIPT, purpose="survey").body["code"] == "quiet_hours"


def test_a_machine_that_was_late_rings_nobody_at_night(
    opened: Opened, day: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = opened("twilio_voice")
    assert office.dial(script=SCRIPT, purpose="survey").status == 202
    monkeypatch.setattr(dialling, "is_quiet", lambda local, hours: True)
    office.world.run()
    message = office.message()
    assert (message["status"], message["error_code"]) == ("failed", "quiet_hours")
    assert office.exchange.asked == []


def whose(office: Office) -> dict[str, Any]:
    return {"profile_id": office.ticket["profile_id"]}


# ------------------------------------------------------------------ killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_killed_at_any_call_never_rings_twice(opened: Opened, after: bool) -> None:
    office = opened()
    placed = office.dial()
    assert placed.status == 202
    place = (placed.body["conversation_id"], placed.body["id"])
    waiting = Snapshot.of(office.world.cloud)
    whole = Calls()
    accounts.forget()
    with watched(whole):
        assert delivery.deliver(*place, context.begin()) == "sent"
    assert len(whole.made) > 3
    ends = []
    for broken in range(1, len(whole.made) + 1):
        waiting.restore()
        accounts.forget()
        office.exchange.asked.clear()
        with watched(Calls(broken=broken, after=after)), pytest.raises(Killed):
            delivery.deliver(*place, context.begin())
        much_later = replace(context.begin(), now=clock.now() + timedelta(seconds=90))
        ends.append(str(delivery.deliver(*place, much_later).value))
        assert len(office.exchange.asked) <= 1, whole.made[broken - 1]
        (message,) = office.calls()
        assert message["status"] == ends[-1]
        assert message["error_code"] in (None, "in_doubt")
    assert "sent" in ends
    assert "failed" in ends
