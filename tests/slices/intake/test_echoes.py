"""What providers tell of messages that already are, and of the customers themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.slices import speech
from tests.world import APP_ID, OA, PAGE, World, milliseconds

SIZE = "Cho mình đổi size áo với ạ"


def said(world: World) -> list[tuple[str, str, str | None]]:
    return [(m["direction"], m["status"], m["text"]) for m in world.messages(world.ticket()["id"])]


def asked(world: World) -> dict[str, Any]:
    world.zalo(SIZE)
    world.run()
    return world.ticket()


def conversation(world: World) -> dict[str, Any]:
    (found,) = world.list("/conversations")
    return found


class TestRepliesMadeOutside:
    def test_human_in_oa_manager_starts_the_ticket(self, world: World) -> None:
        ticket = asked(world)
        speech.oa_says(world, "Dạ anh gửi shop mã đơn ạ")
        world.run()
        assert said(world)[-1] == ("out", "sent", "Dạ anh gửi shop mã đơn ạ")
        after = world.ticket()
        assert after["status"] == "in_progress"
        assert after["first_reply_at"] is not None
        told = [name for name in world.events(ticket["id"]) if not name.startswith("clock.")]
        assert told[-2:] == ["ticket.started", "message.recorded"]

    def test_human_in_the_page_inbox_starts_the_ticket(self, world: World) -> None:
        world.facebook(SIZE)
        world.run()
        speech.page_says(world, "Dạ được ạ")
        world.run()
        assert world.ticket()["status"] == "in_progress"

    def test_application_starts_nothing(self, world: World) -> None:
        asked(world)
        speech.oa_says(world, "Shop sẽ trả lời trong giờ hành chính", by=None)
        world.run()
        assert world.ticket()["status"] == "new"
        assert world.ticket()["first_reply_at"] is None
        assert len(said(world)) == 2

    def test_no_loop_and_no_second_copy(self, world: World) -> None:
        asked(world)
        for _ in range(3):
            speech.oa_says(world, "Dạ được ạ", msg_id="echo-1")
            world.run()
        assert len(said(world)) == 2
        assert world.list("/channel-accounts")
        assert len(world.tickets()) == 1

    def test_to_somebody_who_never_wrote(self, world: World) -> None:
        speech.oa_says(world, "Chào bạn, đơn của bạn đã giao")
        world.run()
        assert world.tickets() == []
        assert len(world.list("/profiles")) == 1
        assert conversation(world)["last_inbound_at"] is None

    def test_face_of_ours_says_nothing_for_the_customer(self, world: World) -> None:
        asked(world)
        before = conversation(world)["last_inbound_at"]
        message = {"msg_id": "x", "react_icon": "/-heart"}
        speech.zalo(world, "oa_reacted_message", by_oa=True, message=message)
        world.run()
        assert len(said(world)) == 1
        assert conversation(world)["last_inbound_at"] == before


class TestEdits:
    def edit(self, world: World, text: str, number: int = 1) -> None:
        speech.page(world, message_edit={"mid": "m-1", "text": text, "num_edit": number})

    def test_new_words_take_the_old_ones_place(self, world: World) -> None:
        world.facebook(SIZE, mid="m-1")
        self.edit(world, "Cho mình đổi size áo sang L")
        world.run()
        assert said(world) == [("in", "received", "Cho mình đổi size áo sang L")]
        assert "message.edited" in world.events(world.ticket()["id"])

    def test_before_the_message_itself(self, world: World) -> None:
        self.edit(world, "Cho mình đổi size áo sang L")
        world.run()
        world.facebook(SIZE, mid="m-1")
        world.run()
        assert said(world) == [("in", "received", "Cho mình đổi size áo sang L")]

    def test_twice_is_once(self, world: World) -> None:
        world.facebook(SIZE, mid="m-1")
        for _ in range(2):
            self.edit(world, "Cho mình đổi size áo sang L")
            world.run()
        assert world.events(world.ticket()["id"]).count("message.edited") == 1


class TestDeletions:
    def delete(self, world: World) -> None:
        speech.page(world, message={"mid": "m-1", "is_deleted": True})

    def test_words_go_and_the_fact_stays(self, world: World) -> None:
        world.facebook(SIZE, mid="m-1")
        self.delete(world)
        self.delete(world)
        world.run()
        (message,) = world.messages(world.ticket()["id"])
        assert message["text"] is None
        assert message["deleted_at"] is not None
        assert world.events(world.ticket()["id"]).count("message.deleted") == 1

    def test_before_the_message_itself(self, world: World) -> None:
        self.delete(world)
        world.run()
        world.facebook(SIZE, mid="m-1")
        world.run()
        assert world.tickets() == []
        assert all(SIZE not in str(item) for item in world.cloud.items("conversations"))

    def test_edit_of_a_deleted_one_brings_nothing_back(self, world: World) -> None:
        world.facebook(SIZE, mid="m-1")
        self.delete(world)
        speech.page(world, message_edit={"mid": "m-1", "text": "lại đây", "num_edit": 1})
        world.run()
        assert world.messages(world.ticket()["id"])[0]["text"] is None


class TestReceipts:
    def replied(self, world: World) -> str:
        ticket = asked(world)
        world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ được ạ"})
        world.run()
        return str(world.messages(ticket["id"])[-1]["provider_message_id"])

    def test_move_forward_only(self, world: World) -> None:
        sent = self.replied(world)
        seen = []
        for name in ("user_seen_message", "user_received_message", "user_seen_message"):
            speech.receipt(world, name, sent)
            world.run()
            seen.append(said(world)[-1][1])
        assert seen == ["read", "read", "read"]
        names = world.events(world.ticket()["id"])
        assert names.count("message.read") == 1
        assert "message.delivered" not in names

    def test_in_their_order(self, world: World) -> None:
        sent = self.replied(world)
        speech.receipt(world, "user_received_message", sent)
        world.run()
        assert said(world)[-1][1] == "delivered"

    def test_of_nothing_we_know_are_nothing(self, world: World) -> None:
        asked(world)
        speech.receipt(world, "user_seen_message", "unknown")
        world.run()
        assert world.list("/quarantine") == []

    def test_watermark_of_the_page(self, world: World) -> None:
        world.facebook(SIZE)
        world.run()
        world.admin.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ được ạ"})
        world.run()
        speech.page(world, read={"watermark": milliseconds() + 1})
        world.run()
        assert said(world)[-1][1] == "read"


class TestFollowing:
    def follow(self, world: World, name: str) -> None:
        event = {
            "app_id": APP_ID,
            "event_name": name,
            "oa_id": OA,
            "follower": {"id": speech.AN},
            "source": "oa_profile",
            "timestamp": str(milliseconds()),
        }
        assert world.zalo_event(event) == 200
        world.run()

    def test_after_unfollowing_a_reply_is_refused_until_the_customer_writes(
        self, world: World
    ) -> None:
        ticket = asked(world)
        self.follow(world, "unfollow")
        refused = world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"})
        assert (refused.status, refused.body["code"]) == (409, "cannot_reply")
        assert len(said(world)) == 1
        world.zalo("Mình mặc size L")
        world.run()
        assert world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"}).status == 202
        timeline = [e["name"] for e in world.list(f"/profiles/{ticket['profile_id']}/timeline")]
        assert timeline.count("conversation.consent_changed") == 2

    def test_queued_reply_fails_when_the_customer_left(self, world: World) -> None:
        ticket = asked(world)
        world.admin.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ"})
        event = {"app_id": APP_ID, "event_name": "unfollow", "oa_id": OA}
        follower = {"follower": {"id": speech.AN}, "timestamp": "1"}
        assert world.zalo_event({**event, **follower}) == 200
        world.run()
        (reply,) = (m for m in world.messages(ticket["id"]) if m["direction"] == "out")
        assert (reply["status"], reply["error_code"]) == ("failed", "unfollowed")

    def test_follow_makes_a_profile_and_no_ticket(self, world: World) -> None:
        self.follow(world, "follow")
        self.follow(world, "follow")
        assert world.tickets() == []
        assert len(world.list("/profiles")) == 1


class TestContact:
    def test_teaches_name_and_phone_and_claims_the_phone(self, world: World) -> None:
        ticket = asked(world)
        speech.submits(world, name="Nguyễn Văn An", phone="0912345678", address="1 Lê Lợi")
        world.run()
        profile = world.admin.get(f"/profiles/{ticket['profile_id']}").body
        assert (profile["name"], profile["phones"]) == ("Nguyễn Văn An", ["+84912345678"])
        proofs = {(i["kind"], i["value"]) for i in profile["identities"]}
        assert ("phone", "+84912345678") in proofs

    def test_disputed_phone_stays_with_its_owner_and_nothing_is_lost(self, world: World) -> None:
        for user in ("an", "binh"):
            world.zalo(SIZE, user=user)
            speech.submits(world, user=user, name=user, phone="84912345678")
        world.run()
        assert world.list("/quarantine") == []
        assert len(world.tickets()) == 2
        profiles = [world.admin.get(f"/profiles/{p['id']}").body for p in world.list("/profiles")]
        assert [p["phones"] for p in profiles] == [["+84912345678"]] * 2
        owners = [p["name"] for p in profiles for i in p["identities"] if i["kind"] == "phone"]
        assert owners == ["an"]

    def test_before_the_first_message(self, world: World) -> None:
        speech.submits(world, name="An", phone="0912345678")
        world.zalo(SIZE)
        world.run()
        (profile,) = world.list("/profiles")
        assert profile["name"] == "An"
        assert world.ticket()["profile_id"] == profile["id"]


def test_referral_is_kept_once_and_opens_nothing(world: World) -> None:
    item = {"referral": {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}}
    sides = {"sender": {"id": speech.BINH}, "recipient": {"id": PAGE}, "timestamp": 1795255200000}
    for _ in range(2):
        assert world.facebook_items([{**sides, **item}]) == 200
        world.run()
    assert conversation(world)["referrer"] == "summer"
    assert world.tickets() == []
    assert len(world.list("/profiles")) == 1


@pytest.mark.parametrize("name", ["user_send_text", "user_send_image"])
def test_anonymous_visitor_is_a_customer_too(world: World, name: str) -> None:
    message = {"msg_id": "a-1", "text": SIZE}
    speech.zalo(world, name.replace("user", "anonymous"), user="visitor-1", message=message)
    world.run()
    assert len(world.tickets()) == 1
