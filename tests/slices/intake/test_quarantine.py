"""What could not be handled is kept, shown, and sent again when somebody says so."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform import blobs, queue
from chalicelib.platform.roles import Role
from tests.slices import speech
from tests.world import APP_ID, APP_SECRET, OA, OA_SECRET, PAGE, World, milliseconds

SIZE = "Cho mình đổi size áo với ạ"
OTHER_PAGE = "105550009998887"


def kept(world: World, status: str = "waiting") -> list[dict[str, Any]]:
    return world.list("/quarantine", status=status)


def signed(world: World, body: bytes, secret: str = APP_SECRET) -> int:
    """A request of the page whatever its body."""
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    return world.webhook("meta", body, {"X-Hub-Signature-256": f"sha256={signature}"})


def item(mid: str, text: str = SIZE, user: str = speech.BINH, page: str = PAGE) -> dict[str, Any]:
    sides = {"sender": {"id": user}, "recipient": {"id": page}, "timestamp": milliseconds()}
    return {**sides, "message": {"mid": mid, "text": text}}


def test_tampered_or_unsigned_requests_leave_no_trace(world: World) -> None:
    body = json.dumps({"object": "page", "entry": []}).encode()
    assert signed(world, body, secret="wrong") == 401
    assert world.webhook("meta", body, {}) == 401
    assert world.cloud.entries("inbound.fifo") == []
    assert kept(world) == []


def test_unknown_kinds_are_ignored_and_readable(world: World) -> None:
    speech.zalo(world, "user_did_something_new", message={"msg_id": "1"})
    world.run()
    assert kept(world) == []
    (entry,) = kept(world, "ignored")
    assert (entry["reason"], entry["detail"]) == ("unknown_event", "user_did_something_new")
    assert "something_new" in world.admin.get(f"/quarantine/{entry['id']}").body["body"]


def test_unreadable_body_is_kept_whole_and_replayed_in_vain(world: World) -> None:
    assert signed(world, b'{"object": "page", ') == 200
    world.run()
    (entry,) = kept(world)
    assert entry["reason"] == "unreadable"
    replayed = world.admin.post(f"/quarantine/{entry['id']}/replay")
    assert (replayed.status, replayed.body["status"]) == (202, "replayed")
    world.run()
    (again,) = kept(world)
    assert again["id"] != entry["id"]


def test_request_that_today_can_be_read_is_taken_up_by_a_replay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.channels.base import Unreadable
    from chalicelib.channels.meta import webhook as meta

    def unable(*_: object) -> None:
        raise Unreadable("not yet")

    body = {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [item("m-1")]}]}
    with monkeypatch.context() as yesterday:
        yesterday.setattr(meta.Meta, "split", unable)
        assert signed(world, json.dumps(body).encode()) == 200
        world.run()
    (entry,) = kept(world)
    assert world.admin.post(f"/quarantine/{entry['id']}/replay").status == 202
    world.run()
    assert len(world.messages(world.ticket()["id"])) == 1
    assert kept(world) == []


def test_events_of_a_page_that_is_not_connected_wait_until_it_is(world: World) -> None:
    items = [item(f"m-{number}", page=OTHER_PAGE) for number in range(3)]
    assert world.facebook_items(items, page=OTHER_PAGE) == 200
    world.run()
    assert [e["reason"] for e in kept(world)] == ["account_not_connected"] * 3
    assert all(OTHER_PAGE in entry["detail"] for entry in kept(world))
    assert world.tickets() == []
    world.connect("facebook_message", OTHER_PAGE, {"app_secret": "another", "verify_token": "v"})
    accounts.forget()
    done = world.admin.post("/quarantine/replay", {})
    assert (done.status, done.body) == (202, {"replayed": 3, "more": False})
    world.run()
    assert kept(world) == []
    assert len(world.messages(world.ticket()["id"])) == 3


def test_a_forgery_for_a_connected_account_is_only_let_in_singly(world: World) -> None:
    world.connect("facebook_message", OTHER_PAGE, {"app_secret": "another", "verify_token": "v"})
    accounts.forget()
    # signed with the first page's secret, in the name of the other one
    assert world.facebook_items([item("m-1", page=OTHER_PAGE)], page=OTHER_PAGE) in (200, 401)
    world.run()
    for entry in kept(world):
        assert entry["reason"] == "account_not_verified"
    assert world.admin.post("/quarantine/replay", {}).body == {"replayed": 0, "more": False}
    world.run()
    assert world.tickets() == []


def test_replaying_twice_is_harmless(world: World) -> None:
    assert world.facebook_items([item("m-1", page=OTHER_PAGE)], page=OTHER_PAGE) == 200
    world.run()
    world.connect("facebook_message", OTHER_PAGE, {"app_secret": "another", "verify_token": "v"})
    accounts.forget()
    (entry,) = kept(world)
    for _ in range(2):
        assert world.admin.post(f"/quarantine/{entry['id']}/replay").status == 202
        world.run()
    assert len(world.messages(world.ticket()["id"])) == 1


def test_replay_all_goes_in_rounds(world: World) -> None:
    items = [item(f"m-{number}", page=OTHER_PAGE) for number in range(3)]
    world.facebook_items(items, page=OTHER_PAGE)
    world.run()
    assert world.admin.post("/quarantine/replay", {"most": 2}).body == {"replayed": 2, "more": True}
    assert len(kept(world)) == 1


def test_dismissed_entries_leave_the_list(world: World) -> None:
    signed(world, b"{")
    world.run()
    (entry,) = kept(world)
    gone = world.admin.delete(f"/quarantine/{entry['id']}")
    assert (gone.status, gone.body["status"]) == (200, "dismissed")
    assert kept(world) == []
    assert len(kept(world, "dismissed")) == 1


def test_only_managers_see_it(world: World) -> None:
    signed(world, b"{")
    world.run()
    (entry,) = kept(world)
    for role in (Role.AGENT, Role.LEAD, Role.INTEGRATION):
        caller = world.admin.token(role)
        assert caller.get("/quarantine").status == 403
        assert caller.post(f"/quarantine/{entry['id']}/replay").status == 403
    assert world.admin.get("/quarantine/none").status == 404


def dead(name: str, body: str) -> None:
    """Put an entry where a queue puts what it has given up on."""
    fifo = name.endswith(".fifo")
    entry = queue.Message(
        body=body, group="g" if fifo else None, deduplication="d" if fifo else None
    )
    queue.send(queue.dead_letters_of(name), [entry])


def test_dead_letters_are_collected_and_replayed(world: World) -> None:
    event = {
        "app_id": APP_ID,
        "event_name": "user_send_text",
        "sender": {"id": speech.AN},
        "recipient": {"id": OA},
        "message": {"msg_id": "m-1", "text": SIZE},
        "timestamp": str(milliseconds()),
    }
    assert world.zalo_event(event) == 200
    inbound = world.cloud._queues()[f"{world.cloud.prefix}-inbound.fifo"]
    (entry,) = inbound._messages
    inbound._messages.clear()
    dead("inbound.fifo", entry.body)
    world.pump.schedule("intake_collect_dead_letters")
    (found,) = kept(world)
    assert (found["reason"], found["queue"]) == ("dead_letter", "inbound.fifo")
    assert world.cloud.entries("inbound-dead.fifo") == []
    assert world.admin.post(f"/quarantine/{found['id']}/replay").status == 202
    world.run()
    assert len(world.messages(world.ticket()["id"])) == 1


@pytest.mark.parametrize("name", queue.ALL)
def test_dead_letters_of_every_queue_are_seen(world: World, name: str) -> None:
    dead(name, "not even JSON")
    world.pump.schedule("intake_collect_dead_letters")
    (found,) = kept(world)
    assert found["queue"] == name
    assert world.admin.get(f"/quarantine/{found['id']}").body["body"] == "not even JSON"


def test_crowd_of_events_is_one_object_and_one_pointer(world: World) -> None:
    items = [item(f"m-{n}", f"Áo mẫu {n} còn size L không") for n in range(51)]
    assert world.facebook_items(items) == 200
    (pointer,) = world.cloud.entries("inbound.fifo")
    body = json.loads(pointer)
    assert body["kind"] == "pointer"
    assert len(blobs.get(body["blob"]).splitlines()) == 51
    world.run()
    path = f"/tickets/{world.ticket()['id']}/messages"
    assert len({m["text"] for m in world.list(path, limit=100)}) == 51


def test_fifty_events_are_fifty_entries(world: World) -> None:
    items = [item(f"m-{n}") for n in range(50)]
    assert world.facebook_items(items) == 200
    assert len(world.cloud.entries("inbound.fifo")) == 50


def test_secrets_of_an_account_stay_out_of_everything_kept(world: World) -> None:
    signed(world, b"{")
    world.run()
    stored = str([world.cloud.items(t) for t in ("quarantine", "channels", "events", "control")])
    assert APP_SECRET not in stored
    assert OA_SECRET not in stored
