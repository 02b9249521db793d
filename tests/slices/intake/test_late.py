"""What comes late changes nothing that was said after it, and what is too large is still kept."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.conversations import storing
from chalicelib.intake import webhook
from chalicelib.platform import queue
from tests.world import OA, PAGE, World, milliseconds

USER = "7812345678901234567"


def consent(world: World, name: str, *, ago: int) -> None:
    """A follow or unfollow that happened `ago` seconds before now."""
    event: dict[str, Any] = {
        "app_id": "3456789012345678901",
        "oa_id": OA,
        "event_name": name,
        "follower": {"id": USER},
        "timestamp": str(milliseconds() - ago * 1000),
    }
    assert world.zalo_event(event) == 200
    world.run()


def conversation(world: World) -> dict[str, Any]:
    (only,) = world.list("/conversations")
    return only


def test_a_late_unfollow_does_not_undo_a_later_follow(world: World) -> None:
    consent(world, "follow", ago=20)
    consent(world, "unfollow", ago=60)
    assert conversation(world)["unfollowed"] is False
    consent(world, "unfollow", ago=10)
    assert conversation(world)["unfollowed"] is True


def test_a_late_unfollow_does_not_mute_who_wrote_after_it(world: World) -> None:
    world.zalo("Cho mình hỏi giá áo này")
    world.run()
    consent(world, "unfollow", ago=60)
    assert conversation(world)["unfollowed"] is False


def test_a_late_stop_does_not_undo_a_later_start(world: World) -> None:
    world.zalo("Cho mình hỏi giá áo này", timestamp=str(milliseconds() - 90_000))
    world.run()
    world.zalo("START", timestamp=str(milliseconds() - 10_000))
    world.run()
    world.zalo("STOP", timestamp=str(milliseconds() - 50_000))
    world.run()
    assert conversation(world)["opted_out"] is False
    world.zalo("STOP")
    world.run()
    assert conversation(world)["opted_out"] is True


def edited(world: World, text: str, number: int, *, ago: int) -> None:
    """An edit of the message `m-1` made `ago` seconds before now."""
    item = {
        "sender": {"id": "551"},
        "recipient": {"id": PAGE},
        "timestamp": milliseconds() - ago * 1000,
        "message_edit": {"mid": "m-1", "text": text, "num_edit": number},
    }
    assert world.facebook_items([item]) == 200
    world.run()


@pytest.mark.parametrize("original_first", [True, False])
def test_of_two_edits_the_later_one_stands(world: World, original_first: bool) -> None:
    if original_first:
        world.facebook("bản đầu", user="551", mid="m-1", timestamp=milliseconds() - 90_000)
        world.run()
    edited(world, "bản cuối", 2, ago=10)
    edited(world, "bản giữa", 1, ago=50)
    (message,) = world.messages(world.ticket()["id"])
    assert message["text"] == "bản cuối"
    assert message["edited_at"] is not None


def test_more_than_an_item_holds_is_cut_with_a_sign_and_kept_whole_beside_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "LONGEST_TEXT", 40)
    monkeypatch.setattr(storing, "LARGEST_RAW", 10)
    monkeypatch.setattr(storing, "LARGEST_ATTACHMENTS", 120)
    image = {"type": "image", "payload": {"url": "https://example.vn/a.jpg"}}
    world.facebook("Áo bị rách, " * 10, attachments=[image] * 5)
    world.run()
    (message,) = world.messages(world.ticket()["id"])
    assert message["text"].endswith("[…]")
    assert len(message["text"].encode()) < 60
    assert message["attachments"][-1]["title"].startswith("+")
    (stored,) = [
        i for i in world.cloud.items("conversations") if i["sk"]["S"].startswith("message#")
    ]
    assert "raw" not in stored
    assert stored["raw_blob"]["S"].startswith("messages/")


def test_capacity_freed_in_any_way_wakes_what_waits(world: World) -> None:
    an = world.agent("An", capacity=1)
    world.zalo("Cho mình đổi size áo với ạ", user="1")
    world.run()
    world.zalo("Cho mình đổi size quần với ạ", user="2")
    world.run()
    first = next(t for t in world.tickets() if t["agent_id"] == world.agents["An"])
    second = next(t for t in world.tickets() if t["agent_id"] is None)
    world.agent("Bình", department="sales")
    handed = {"agent_id": world.agents["Bình"]}
    assert an.post(f"/tickets/{first['id']}/assignment", handed).status == 200
    world.run()
    taken = world.admin.get(f"/tickets/{second['id']}").body
    assert taken["agent_id"] == world.agents["An"]


def test_nobody_moves_anothers_ticket_away_but_leads(world: World) -> None:
    world.agent("An")
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    other, lead = world.agent("Mai"), world.agent("Hà", role="lead")
    path, moved = f"/tickets/{world.ticket()['id']}", {"department_id": "sales"}
    assert other.patch(path, moved).status == 409
    assert lead.patch(path, moved).status == 200


def test_an_event_no_queue_takes_is_handled_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "MOST_BYTES", 100)
    monkeypatch.setattr(queue, "BATCH_BYTES", 300)
    mid = world.facebook("Áo bị rách, " * 40)
    world.run()
    (message,) = world.messages(world.ticket()["id"])
    assert message["provider_message_id"] == mid
    assert world.list("/quarantine", status="waiting") == []
