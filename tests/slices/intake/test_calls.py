"""Telephone calls: one message a call, in whatever order its events come, and its tickets."""

from __future__ import annotations

import json
from itertools import count, permutations
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client

from app import app
from chalicelib.channels import flows as accounts
from chalicelib.channels import twilio
from chalicelib.platform.roles import Role
from tests.world import World, milliseconds

HOTLINE, SECRET, CALLER = "19001234", "mot-chuoi-bi-mat", "0912345678"
Items = list[dict[str, Any]]

_calls = count(1)


@pytest.fixture
def line(world: World) -> World:
    """An organisation with a VoIP24H hotline."""
    world.connect("voice", HOTLINE, {"webhook_secret": SECRET}, provider="voip24h")
    return world


@pytest.fixture
def trusted(line: World) -> World:
    """The same, where nobody but the exchange can speak for it."""
    (account,) = (one for one in line.list("/channel-accounts") if one["channel"] == "voice")
    body = {"settings": {"trusted_trunk": True}}
    assert line.admin.patch(f"/channel-accounts/{account['id']}", body).status == 200
    accounts.forget()
    return line


def posted(path: str, fields: dict[str, Any]) -> int:
    with Client(app) as client:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(fields).encode()
        return int(client.http.post(path, headers=headers, body=body).status_code)


def tell(state: str, call: str, *, phone: str = CALLER, extend: str = "101", **more: Any) -> None:
    """One request of VoIP24H."""
    told = {"callid": call, "state": state, "phone": phone, "extend": extend, "did": HOTLINE}
    path = f"/webhooks/voip24h/{HOTLINE}/{SECRET}"
    assert posted(path, {**told, "type": "inbound", **more}) == 200


def new() -> str:
    return f"{milliseconds()}.{next(_calls)}"


def missed(world: World, *, phone: str = CALLER) -> str:
    """A call that nobody answers; returns its id."""
    call = new()
    tell("Ring", call, phone=phone)
    tell("Cdr", call, phone=phone, **{"cdr[duration]": "0"})
    world.run()
    return call


def calls(world: World) -> Items:
    return [
        message
        for talk in world.list("/conversations")
        if talk["channel"] == "voice"
        for message in world.list(f"/conversations/{talk['id']}/messages")
    ]


def names(world: World) -> list[str]:
    (profile,) = world.list("/profiles")
    told = world.list(f"/profiles/{profile['id']}/timeline")
    return sorted(one["name"] for one in told if one["name"].startswith("call."))


ANSWERED = [
    ("Ring", "101", {}),
    ("Ring", "102", {}),
    ("Up", "102", {}),
    ("Hangup", "101", {}),
    ("Hangup", "102", {}),
    ("Cdr", "102", {"cdr[duration]": "63"}),
]


def test_a_call_is_one_message_with_who_answered_and_how_long(line: World) -> None:
    call = new()
    for state, extend, more in ANSWERED:
        tell(state, call, extend=extend, **more)
    line.run()
    (message,) = calls(line)
    told = message["call"]
    assert (told["stage"], told["extension"], told["talk_seconds"]) == ("ended", "102", 63)
    assert (told["direction"], told["from"], told["hotline"]) == ("in", "+84912345678", HOTLINE)
    assert told["legs"] == {"101": "missed", "102": "ended"}
    assert (message["direction"], message["author"]) == ("in", "customer")
    assert line.tickets() == []
    assert names(line) == ["call.answered", "call.ended", "call.started"]


@pytest.mark.parametrize("trusted", [False, True])
def test_an_unsigned_providers_number_is_proof_only_of_a_trusted_trunk(
    world: World, trusted: bool
) -> None:
    """Whoever learns the address may name any caller: then a person decides who that is."""
    settings = {"trusted_trunk": True} if trusted else {}
    secret = {"webhook_secret": SECRET}
    world.connect("voice", HOTLINE, secret, provider="voip24h", settings=settings)
    body = {"source": "pos", "external_id": "P1"}
    known = {"name": "Nguyễn Thị Lan", "phone": CALLER, "phone_verified": True}
    lan = world.admin.post("/orders", {**body, "customer": known}).body["profile_id"]
    world.run()
    for _ in range(2):
        missed(world)
    (talk,) = (one for one in world.list("/conversations") if one["channel"] == "voice")
    assert (talk["profile_id"] == lan) is trusted
    assert len(world.list("/profiles")) == (1 if trusted else 2)
    assert len(world.list("/merge-suggestions")) == (0 if trusted else 1)


def test_its_events_make_the_same_of_it_in_any_order(line: World) -> None:
    some = [ANSWERED[0], ANSWERED[2], ANSWERED[5]]
    for order in permutations(some):
        call = new()
        for state, extend, more in order:
            tell(state, call, extend=extend, **more)
        line.run()
    found = [message["call"] for message in calls(line)]
    assert len(found) == 6
    assert {json.dumps(told, sort_keys=True) for told in found} == {
        json.dumps(found[0], sort_keys=True)
    }
    assert line.tickets() == []


def test_repeated_events_change_nothing(line: World) -> None:
    call = new()
    for state, extend, more in [*ANSWERED, *ANSWERED]:
        tell(state, call, extend=extend, **more)
        line.run()
    assert len(calls(line)) == 1
    assert names(line) == ["call.answered", "call.ended", "call.started"]


def test_a_caller_is_known_by_the_number(trusted: World) -> None:
    missed(trusted)
    (listed,) = trusted.list("/profiles")
    profile = trusted.admin.get(f"/profiles/{listed['id']}").body
    assert profile["phones"] == ["+84912345678"]
    items = trusted.cloud.items("profiles")
    proved = {item["kind"]["S"]: item for item in items if "kind" in item}
    assert proved["phone"]["verified"]["BOOL"] is True
    assert proved["phone"]["value"]["S"] == "+84912345678"


def test_a_missed_call_opens_a_ticket_and_the_days_are_one(line: World) -> None:
    missed(line)
    ticket = line.ticket()
    assert (ticket["subject"], ticket["source"], ticket["waiting_on"]) == (
        "Cuộc gọi nhỡ",
        "hotline",
        "agent",
    )
    missed(line)
    missed(line, phone="+84 912 345 678")
    assert len(line.tickets()) == 1
    assert len(line.messages(ticket["id"])) == 3
    missed(line, phone="0987654321")
    assert len(line.tickets()) == 2


def test_a_missed_call_of_the_same_day_reopens_its_ticket(line: World) -> None:
    missed(line)
    ticket = line.ticket()
    answer = line.admin.post(f"/tickets/{ticket['id']}/done", {"outcome": "resolved"})
    assert answer.status == 200
    line.run()
    missed(line)
    assert line.ticket()["status"] == "in_progress"


def test_two_hotlines_have_one_ticket_of_a_customer(trusted: World) -> None:
    other, settings = "19009999", {"trusted_trunk": True}
    secret = {"webhook_secret": SECRET}
    trusted.connect("voice", other, secret, provider="voip24h", settings=settings)
    missed(trusted)
    path = f"/webhooks/voip24h/{other}/{SECRET}"
    told = {"callid": new(), "state": "Cdr", "phone": CALLER, "cdr[duration]": "0"}
    assert posted(path, told) == 200
    trusted.run()
    assert len(trusted.tickets()) == 1
    assert len(trusted.messages(trusted.ticket()["id"])) == 2


def test_after_an_undone_merge_each_has_a_ticket_of_their_own(line: World) -> None:
    phones = ["0911111111", "0922222222"]
    ids = [answered(line, phone=phone) for phone in phones]
    merged = line.admin.post(f"/profiles/{ids[1]}/merge", {"profile_id": ids[0]}).body["id"]
    line.run()
    missed(line, phone=phones[0])
    assert line.admin.post(f"/merges/{merged}/undo").status == 200
    line.run()
    for phone in reversed(phones):
        missed(line, phone=phone)
    assert sorted(one["profile_id"] for one in line.tickets()) == sorted(ids)
    assert line.cloud.entries("inbound.fifo") == []


def answered(world: World, *, phone: str) -> str:
    """A call somebody took; returns the caller's profile."""
    call = new()
    for state in ("Ring", "Up"):
        tell(state, call, phone=phone)
    tell("Cdr", call, phone=phone, **{"cdr[duration]": "5"})
    world.run()
    return str(world.list("/profiles")[0]["id"])


def test_who_a_call_is_passed_on_to_is_not_its_customer(line: World) -> None:
    call = new()
    tell("Ring", call, phone="0911111111")
    line.run()
    tell("Cdr", call, phone="0922222222", **{"cdr[duration]": "0"})
    line.run()
    (message,) = calls(line)
    assert (message["call"]["from"], message["call"]["stage"]) == ("+84911111111", "missed")
    (profile,) = line.list("/profiles")
    assert line.admin.get(f"/profiles/{profile['id']}").body["phones"] == ["+84911111111"]


def test_our_own_number_is_no_caller(world: World) -> None:
    ours = "02873001234"
    world.connect("voice", ours, {"webhook_secret": SECRET}, provider="voip24h")
    for call in ("1.1", "1.2"):
        told = {"callid": call, "state": "Cdr", "phone": "+842873001234", "cdr[duration]": "0"}
        assert posted(f"/webhooks/voip24h/{ours}/{SECRET}", told) == 200
    world.run()
    assert [one["phones"] for one in world.list("/profiles")] == [[], []]
    assert world.tickets() == [], "there is nobody to call back"


def test_an_answered_call_is_a_persons_reply_to_the_open_ticket(line: World) -> None:
    missed(line)
    assert line.ticket()["first_reply_at"] is None
    call = new()
    for state, extend, more in ANSWERED:
        tell(state, call, extend=extend, **more)
    line.run()
    ticket = line.ticket()
    assert ticket["status"] == "in_progress"
    assert ticket["first_reply_at"]
    assert len(line.messages(ticket["id"])) == 2


def test_our_call_back_is_ours_and_answers_the_missed_one(line: World) -> None:
    missed(line)
    call = new()
    for state in ("Ring", "Up"):
        tell(state, call, type="outbound")
    tell("Cdr", call, type="outbound", **{"cdr[duration]": "20"})
    line.run()
    ours = next(one for one in calls(line) if one["direction"] == "out")
    assert (ours["author"], ours["call"]["to"]) == ("human", "+84912345678")
    assert len(line.list("/profiles")) == 1
    assert line.ticket()["first_reply_at"]


def test_a_call_of_ours_nobody_answered_opens_nothing(line: World) -> None:
    call = new()
    tell("Ring", call, type="outbound")
    tell("Cdr", call, type="outbound", **{"cdr[duration]": "0"})
    line.run()
    (message,) = calls(line)
    assert message["call"]["stage"] == "missed"
    assert line.tickets() == []


@pytest.mark.parametrize("phone", ["anonymous", "", "Ẩn danh", "Số ẩn", "Private number", "0"])
def test_a_withheld_number_is_somebody_else_every_time(line: World, phone: str) -> None:
    missed(line, phone=phone)
    missed(line, phone=phone)
    assert len(line.list("/profiles")) == 2
    assert [one["call"]["stage"] for one in calls(line)] == ["missed", "missed"]
    assert line.tickets() == [], "there is nobody to call back"


def test_a_missed_call_without_an_id_is_the_latest_one(line: World) -> None:
    call = new()
    tell("Ring", call)
    line.run()
    path = f"/webhooks/voip24h/{HOTLINE}/{SECRET}"
    told = {"type": "MissedCallEvent", "src": CALLER}
    assert posted(path, told) == 200
    line.run()
    (message,) = calls(line)
    assert message["call"]["stage"] == "missed"
    assert posted(path, told | {"again": "1"}) == 200
    line.run()
    assert len(calls(line)) == 1
    assert len(line.tickets()) == 1


def test_a_missed_call_nobody_told_of_before(line: World) -> None:
    path = f"/webhooks/voip24h/{HOTLINE}/{SECRET}"
    assert posted(path, {"type": "MissedCallEvent", "src": CALLER}) == 200
    line.run()
    assert [one["call"]["stage"] for one in calls(line)] == ["missed"]
    assert len(line.tickets()) == 1


def test_a_missed_call_without_an_id_that_comes_again_is_the_same(line: World) -> None:
    path = f"/webhooks/voip24h/{HOTLINE}/{SECRET}"
    assert posted(path, {"type": "MissedCallEvent", "src": CALLER}) == 200
    (entry,) = waiting = line.cloud._queues()[f"{line.cloud.prefix}-inbound.fifo"]._messages
    line.run()
    answered(line, phone=CALLER)
    waiting.append(entry)
    line.run()
    assert (line.cloud.entries("inbound.fifo"), len(calls(line))) == ([], 2)


def test_the_address_without_its_secret_is_refused(line: World) -> None:
    told = {"callid": "1", "state": "Ring", "phone": CALLER}
    for tail in ("", "/sai", f"/{SECRET}x"):
        assert posted(f"/webhooks/voip24h/{HOTLINE}{tail}", told) == 401
    line.run()
    assert calls(line) == []


def test_an_erased_caller_begins_anew(line: World) -> None:
    call = missed(line)
    tell("Quảng cáo", "unknown")
    line.run()
    assert len(line.list("/quarantine", status="ignored")) == 1
    (profile,) = line.list("/profiles")
    asked = {"verified_by": "call_back"}
    answer = line.admin.post(f"/profiles/{profile['id']}/erase", asked)
    assert answer.status < 300, answer.body
    line.run()
    assert calls(line) == []
    assert line.list("/quarantine", status="ignored") == []
    tell("Hangup", call)
    line.run()
    assert len(calls(line)) == 1


# ------------------------------------------------------------------ told without a customer

TOKEN, SID = "twilio-token", "AC00000000000000000000000000000000"
TWILIO = f"/webhooks/twilio_voice/{SID}"
RECORDING = {"RecordingSid": "RE1", "RecordingUrl": "https://127.0.0.1:1/r", "CallSid": "CA1"}
IVR = {"CallSid": "CA1", "From": "+84912345678", "To": "+842871234567", "Direction": "inbound"}


@pytest.fixture
def twilio_line(world: World) -> World:
    url = "https://api.example.vn/voice"
    credentials = {"auth_token": TOKEN, "registered_url": url}
    world.connect("voice", SID, credentials, provider="twilio_voice")
    return world


def by_twilio(told: dict[str, str]) -> None:
    signature = twilio.sign("https://api.example.vn/voice", list(told.items()), TOKEN)
    headers = {"Content-Type": twilio.FORM, "X-Twilio-Signature": signature}
    with Client(app) as client:
        answer = client.http.post(TWILIO, headers=headers, body=urlencode(told).encode())
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.body.endswith(b"<Response/>")


@pytest.mark.parametrize("recording_first", [True, False])
def test_a_recording_joins_its_call_whichever_comes_first(
    twilio_line: World, recording_first: bool
) -> None:
    completed = IVR | {"CallStatus": "completed", "CallDuration": "73"}
    told = [RECORDING, completed] if recording_first else [completed, RECORDING]
    for one in told:
        by_twilio(one)
        twilio_line.run()
    (message,) = calls(twilio_line)
    assert message["call"]["recording_url"] == RECORDING["RecordingUrl"]
    (part,) = message["attachments"]
    assert (part["kind"], part["title"]) == ("audio", "Ghi âm cuộc gọi")
    assert part["copy"] in ("pending", "failed")
    assert message["call"]["talk_seconds"] == 73


def test_pressed_keys_and_spoken_words_are_the_calls_answers(twilio_line: World) -> None:
    by_twilio(IVR | {"CallStatus": "in-progress", "Digits": "4", "step": "csat"})
    by_twilio(IVR | {"CallStatus": "in-progress", "SpeechResult": "Giao trễ quá", "step": "why"})
    by_twilio(IVR | {"CallStatus": "in-progress", "Digits": "", "step": "more"})
    twilio_line.run()
    (message,) = calls(twilio_line)
    assert (message["postback"], message["text"]) == ("4", "Giao trễ quá")
    steps = [(one["step"], one.get("digits"), one.get("speech")) for one in inputs(message)]
    assert steps == [("csat", "4", None), ("why", None, "Giao trễ quá")]
    assert message["call"]["stage"] == "ringing", "a machine answered"
    assert twilio_line.tickets() == []


def inputs(message: dict[str, Any]) -> Items:
    return sorted(message["call"]["inputs"], key=lambda one: str(one["step"]))


def test_a_call_nobody_picked_up_is_missed_although_it_completes(twilio_line: World) -> None:
    by_twilio(IVR | {"CallStatus": "in-progress", "DialCallStatus": "no-answer"})
    by_twilio(IVR | {"CallStatus": "completed", "CallDuration": "30"})
    twilio_line.run()
    (message,) = calls(twilio_line)
    assert message["call"]["stage"] == "missed"
    assert len(twilio_line.tickets()) == 1


def test_an_export_tells_of_calls(line: World) -> None:
    missed(line)
    (profile,) = line.list("/profiles")
    asked = line.admin.post(f"/profiles/{profile['id']}/export", {"verified_by": "call_back"}).body
    line.run()
    found = line.admin.token(Role.LEAD).get(f"/rights-requests/{asked['id']}/export", format="html")
    html = found.body["content"]
    assert "Kết quả: không gặp nhau" in html
    assert "Từ số: +84912345678" in html
