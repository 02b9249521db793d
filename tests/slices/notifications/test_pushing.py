"""By e-mail and Zalo: as wanted and when, together, tried again, never to who is gone."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.notifications import pushing, standing
from chalicelib.platform import outward, store
from chalicelib.platform.clock import now
from tests.client import Caller
from tests.slices.notifications.happening import assigned, at, feed, step, tell
from tests.world import OA, World

MAILBOX = "hotro@shop.example.vn"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ZALO_USER = "7812345678901234567"


@pytest.fixture(autouse=True)
def _new_process() -> None:
    accounts.forget()


def office(world: World, *, mode: str = "sandbox", **agent: Any) -> Caller:
    """A lead whom e-mail and Zalo reach, and the accounts these go out by."""
    mail = world.connect(
        "email", MAILBOX, {"signing_key": "k", "api_key": "key-1"}, provider="mailgun", mode=mode
    )
    (oa,) = [one for one in world.list("/channel-accounts") if one["account_id"] == OA]
    given = {"email": "ha@shop.example.vn", "zalo_user_id": ZALO_USER, **agent}
    ha = world.agent("Hà", role="lead", **given)
    body = {"email_account": mail, "zalo_account": oa["id"], "link_base": "https://cx.example.vn"}
    assert world.admin.put("/notifications/senders", body).status == 200
    return ha


def outbox(world: World, channel: str) -> list[dict[str, Any]]:
    accounts_ = [one for one in world.list("/channel-accounts") if one["channel"] == channel]
    return [one for a in accounts_ for one in world.list(f"/channel-accounts/{a['id']}/outbox")]


def push(moment: datetime) -> dict[str, int]:
    standing.forget()
    return pushing.push_due(lambda: at(moment))


def escalated(world: World, ticket: str = "t1", **more: Any) -> datetime:
    """An escalation is told to the lead; when its pushes may go."""
    moment = now()
    tell(step("escalated", ticket, world.agents["Hà"], level=1, at=moment, **more), moment=moment)
    return moment + timedelta(seconds=21)


def pushes(world: World) -> dict[str, tuple[str, str | None]]:
    """Channel → state and code of the pushes there are."""
    found = [one for one in world.cloud.items("notifications") if "state" in one]
    return {
        one["sk"]["S"].split("#")[1]: (one["state"]["S"], one.get("code", {}).get("S"))
        for one in found
    }


def test_what_is_urgent_goes_by_mail_and_zalo(world: World) -> None:
    office(world)
    world.zalo("Chào shop, mình là Hà", user=ZALO_USER)
    world.run()
    ticket = world.ticket()
    due = escalated(world, ticket["id"])
    assert push(due - timedelta(seconds=10))["sent"] == 0, "others may belong to it"
    assert push(due)["sent"] == 2
    (mail,) = outbox(world, "email")
    assert "Subject" not in mail["body"]
    said = dict(part.split("=", 1) for part in mail["body"].split("&"))
    assert said["to"] == "ha%40shop.example.vn"
    assert not said["subject"].startswith("Re")
    (chat,) = outbox(world, "zalo_oa")
    sent = json.loads(chat["body"])
    assert sent["recipient"] == {"user_id": ZALO_USER}
    text = sent["message"]["text"]
    assert text.startswith(f"Cần can thiệp (cấp 1): phiếu {ticket['number']}\n\n")
    assert text.endswith(f"https://cx.example.vn/ticket/{ticket['id']}")
    assert push(due + timedelta(hours=1)) == {"sent": 0, "failed": 0, "dropped": 0, "waiting": 0}


def test_who_never_wrote_to_the_oa_cannot_be_written_to_there(world: World) -> None:
    office(world)
    push(escalated(world))
    assert pushes(world) == {"email": ("sent", None), "zalo": ("failed", "unreachable")}


def test_nothing_is_pushed_that_is_not_wanted_or_that_nobody_carries(world: World) -> None:
    ha = office(world)
    world.agent("Nga", role="lead")  # without an address
    tell(step("escalated", "t1", world.agents["Nga"], level=1))
    tell(assigned("t1", world.agents["Hà"]))
    assert pushes(world) == {}
    goes = {"clock_escalated": {"email": False, "zalo": False}, "ticket_assigned": {"email": True}}
    assert ha.put("/notifications/preferences", {"kinds": goes}).status == 200
    escalated(world)
    tell(assigned("t2", world.agents["Hà"]))
    assert list(pushes(world)) == ["email"]


def test_what_goes_by_mail_alone_is_in_no_feed(world: World) -> None:
    ha = office(world)
    only = {"clock_escalated": {"feed": False, "zalo": False}}
    ha.put("/notifications/preferences", {"kinds": only, "language": "en"})
    assert push(escalated(world))["sent"] == 1
    assert feed(ha) == []
    assert "subject=Escalated" in outbox(world, "email")[0]["body"]


def test_changed_minds_count_until_the_last_moment(world: World) -> None:
    ha = office(world)
    due = escalated(world)
    ha.put("/notifications/preferences", {"kinds": {"clock_escalated": {"zalo": False}}})
    world.admin.put("/notifications/senders", {})
    assert push(due)["dropped"] == 2
    assert pushes(world) == {"email": ("dropped", "no_sender"), "zalo": ("dropped", "not_wanted")}


def test_what_was_read_meanwhile_is_not_pushed(world: World) -> None:
    ha = office(world)
    due = escalated(world)
    ha.post(f"/notifications/{feed(ha)[0]['id']}/read")
    assert push(due)["dropped"] == 2
    assert outbox(world, "email") == []


def test_who_left_gets_nothing(world: World) -> None:
    office(world)
    due = escalated(world)
    world.admin.patch(f"/agents/{world.agents['Hà']}", {"active": False})
    assert push(due)["dropped"] == 2
    assert {code for _, code in pushes(world).values()} == {"agent_gone"}


def test_quiet_hours_are_kept_and_what_waited_goes_as_one(world: World) -> None:
    ha = office(world)
    goes = {"ticket_assigned": {"email": True}}
    local = now().astimezone(VIETNAM)
    quiet = {
        "since": (local - timedelta(hours=1)).strftime("%H:%M"),
        "until": (local + timedelta(hours=1)).strftime("%H:%M"),
    }
    ha.put("/notifications/preferences", {"kinds": goes, "quiet": quiet})
    tell(*(assigned(f"t{n}", world.agents["Hà"]) for n in range(3)))
    assert push(now() + timedelta(minutes=30))["sent"] == 0
    assert push(now() + timedelta(minutes=61))["sent"] == 3
    (mail,) = outbox(world, "email")
    assert mail["body"].count("cx.example.vn") == 3
    assert "%28%2B2%29" in mail["body"], "(+2) in the subject"


def test_quiet_hours_that_begin_meanwhile_are_kept_too(world: World) -> None:
    ha = office(world)
    ha.put("/notifications/preferences", {"kinds": {"ticket_assigned": {"email": True}}})
    tell(assigned("t1", world.agents["Hà"]))
    local = now().astimezone(VIETNAM)
    quiet = {
        "since": (local - timedelta(hours=1)).strftime("%H:%M"),
        "until": (local + timedelta(hours=2)).strftime("%H:%M"),
    }
    goes = {"ticket_assigned": {"email": True}}
    ha.put("/notifications/preferences", {"kinds": goes, "quiet": quiet})
    assert push(now() + timedelta(minutes=1))["sent"] == 0
    assert push(now() + timedelta(minutes=119))["sent"] == 0
    assert push(now() + timedelta(minutes=121))["sent"] == 1


def test_an_outage_is_one_mail(world: World) -> None:
    office(world)
    moment, lead = now(), world.agents["Hà"]
    late = [step("escalated", f"t{n}", lead, level=1, late_by=3600, at=moment) for n in range(9)]
    tell(*late)
    assert push(moment + timedelta(seconds=60))["sent"] == 0
    assert push(moment + timedelta(seconds=125))["sent"] == 1
    (mail,) = outbox(world, "email")
    assert "subject=9+vi%E1%BB%87c" in mail["body"]


# ------------------------------------------------------------------ live

Answering = Callable[[str, bytes], tuple[int, bytes]]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Answers of the providers in order; then all is taken. What they were asked stands after."""
    answers: list[Any] = []
    asked: list[bytes] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        asked.append(body)
        found = answers.pop(0) if answers else (200, b'{"id":"<m@x>","message":"Queued"}')
        if isinstance(found, BaseException):
            raise found
        status, said = found
        return int(status), bytes(said)

    monkeypatch.setattr(outward, "call", call)
    return [answers, asked]


def live(world: World) -> None:
    ha = office(world, mode="live")
    ha.put("/notifications/preferences", {"kinds": {"clock_escalated": {"zalo": False}}})


def test_a_provider_that_does_not_answer_is_asked_again_later(
    world: World, provider: list[Any]
) -> None:
    live(world)
    answers, asked = provider
    answers += [(0, b"ReadTimeoutError"), (503, b"")]
    due = escalated(world)
    assert push(due)["waiting"] == 1
    assert push(due + timedelta(seconds=10))["waiting"] == 0, "not before its time"
    assert push(due + timedelta(minutes=1))["waiting"] == 1
    assert push(due + timedelta(minutes=6))["sent"] == 1
    assert len(asked) == 3
    assert pushes(world) == {"email": ("sent", None)}


def test_a_refusal_for_good_is_the_end(world: World, provider: list[Any]) -> None:
    live(world)
    provider[0].append((400, b'{"message":"to parameter is not a valid address"}'))
    due = escalated(world)
    assert push(due)["failed"] == 1
    assert push(due + timedelta(hours=1))["failed"] == 0
    assert pushes(world) == {"email": ("failed", "400")}


def test_it_gives_up_after_two_days(world: World, provider: list[Any]) -> None:
    live(world)
    provider[0] += [(503, b"")] * 200
    moment = escalated(world)
    for _ in range(100):
        if push(moment)["failed"]:
            break
        moment += timedelta(hours=1)
    assert pushes(world)["email"][0] == "failed"
    assert timedelta(hours=40) < moment - now() < timedelta(hours=52)


def test_a_run_that_dies_after_sending_leaves_it_to_be_sent_again(
    world: World, provider: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world)
    provider[0].append(KeyboardInterrupt())
    due = escalated(world)
    with pytest.raises(KeyboardInterrupt):
        push(due)
    assert push(due + timedelta(minutes=4))["sent"] == 0
    assert push(due + timedelta(minutes=6))["sent"] == 1


def test_two_runs_at_once_send_once(
    world: World, provider: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world)
    due = escalated(world)
    commit, waiting = store.commit, [1]

    def late(writes: Any) -> None:
        found = list(writes)
        if found and waiting:
            waiting.pop()
            assert push(due)["sent"] == 1
        commit(found)

    monkeypatch.setattr(store, "commit", late)
    assert push(due)["sent"] == 0
    assert len(provider[1]) == 1


def test_a_silent_provider_is_asked_once_a_run(world: World, provider: list[Any]) -> None:
    live(world)
    world.agent("Nga", role="lead", email="nga@shop.example.vn")
    provider[0] += [(0, b"ReadTimeoutError")] * 5
    due = escalated(world)
    tell(step("escalated", "t1", world.agents["Nga"], level=1))
    assert push(due + timedelta(seconds=5))["waiting"] == 1
    assert len(provider[1]) == 1


def test_by_ses_it_is_a_whole_mail(world: World) -> None:
    mail = world.connect("email", "cx@shop.example.vn", {}, provider="ses")
    world.agent("Hà", role="lead", email="ha@shop.example.vn")
    world.admin.put("/notifications/senders", {"email_account": mail})
    push(escalated(world))
    (sent,) = outbox(world, "email")
    raw = b64decode(json.loads(sent["body"])["Content"]["Raw"]["Data"])
    letter = message_from_bytes(raw, policy=default)
    assert letter["Subject"].startswith("Cần can thiệp (cấp 1)")
    assert letter["Auto-Submitted"]
    assert letter["In-Reply-To"] is None


def test_agents_are_known_on_zalo_by_what_managers_say(world: World) -> None:
    world.agent("Hà", zalo_user_id=ZALO_USER)
    path = f"/agents/{world.agents['Hà']}"
    assert world.admin.get(path).body["zalo_user_id"] == ZALO_USER
    assert world.admin.patch(path, {"zalo_user_id": None}).body["zalo_user_id"] is None
    assert world.admin.patch(path, {"zalo_user_id": "hà"}).status == 422
