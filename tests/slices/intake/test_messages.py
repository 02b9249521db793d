"""What a customer says and which ticket it becomes part of."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from tests.slices import speech
from tests.slices.conftest import Later
from tests.world import World, milliseconds

SIZE = "Cho mình đổi size áo với ạ"
LATE = "Đơn DH12345 giao hàng trễ quá, 5 ngày rồi chưa nhận được"


def done(world: World, ticket_id: str, outcome: str = "resolved") -> None:
    answer = world.admin.post(f"/tickets/{ticket_id}/done", {"outcome": outcome})
    assert answer.status == 200, answer.body
    world.run()


def asked(world: World, ticket_id: str) -> None:
    """Somebody answers with a question: the turn is the customer's."""
    reply = {"text": "Anh chị mặc size nào ạ?", "expects_answer": True}
    assert world.admin.post(f"/tickets/{ticket_id}/replies", reply).status == 202
    world.run()
    assert world.ticket()["waiting_on"] == "customer"


COURTESIES: dict[str, Any] = {
    "thanks": lambda world: world.zalo("Cảm ơn shop nhiều nha"),
    "greeting": lambda world: world.zalo("Dạ em chào shop ạ"),
    "emoji": lambda world: world.zalo("❤️👍"),
    "sticker": speech.sticker,
    "reaction": lambda world: speech.reaction(world, "some-message"),
}


@pytest.mark.parametrize("courtesy", COURTESIES)
class TestCourtesy:
    def test_opens_no_ticket(self, world: World, courtesy: str) -> None:
        COURTESIES[courtesy](world)
        world.run()
        assert world.tickets() == []
        (conversation,) = world.list("/conversations")
        (message,) = world.list(f"/conversations/{conversation['id']}/messages")
        assert message["courtesy"] is True
        assert message["ticket_id"] is None

    def test_changes_no_waiting(self, world: World, courtesy: str) -> None:
        world.zalo(SIZE)
        world.run()
        ticket = world.ticket()
        asked(world, ticket["id"])
        COURTESIES[courtesy](world)
        world.run()
        assert world.ticket()["waiting_on"] == "customer"
        assert len(world.messages(ticket["id"])) == 3

    def test_reopens_nothing(self, world: World, courtesy: str) -> None:
        world.zalo(SIZE)
        world.run()
        done(world, world.ticket()["id"])
        COURTESIES[courtesy](world)
        world.run()
        assert world.ticket()["status"] == "done"


def test_reaction_before_its_message_takes_nothing_from_it(world: World) -> None:
    speech.reaction(world, "m-1")
    world.zalo(SIZE, msg_id="m-1")
    world.run()
    ticket = world.ticket()
    assert [m["text"] for m in world.messages(ticket["id"])] == [SIZE]
    speech.reaction(world, "m-1")
    world.run()
    (conversation,) = world.list("/conversations")
    said = world.list(f"/conversations/{conversation['id']}/messages")
    assert len([m for m in said if m["reaction"] == "/-heart"]) == 2


def test_picture_alone_is_no_courtesy(world: World) -> None:
    speech.image(world)
    world.run()
    assert world.ticket()["type"] == "inquiry"


def test_opt_out_word_opens_nothing_and_is_remembered_until_taken_back(world: World) -> None:
    world.zalo("Chào shop")
    world.zalo("STOP")
    world.run()
    assert world.tickets() == []
    (conversation,) = world.list("/conversations")
    assert conversation["opted_out"] is True
    world.zalo("START")
    world.run()
    assert world.list("/conversations")[0]["opted_out"] is False


def test_second_message_is_appended_and_gives_the_turn_back(world: World) -> None:
    world.zalo(SIZE)
    world.run()
    asked(world, world.ticket()["id"])
    ticket = world.ticket()
    world.zalo("Mình mặc size L")
    world.run()
    assert world.ticket()["waiting_on"] == "agent"
    assert world.ticket()["revision"] == ticket["revision"], "a customer spoils no one's edit"
    assert len(world.messages(ticket["id"])) == 3
    assert world.events(ticket["id"])[-2:] == ["ticket.waiting", "message.received"]


class TestReopening:
    def test_within_72_hours_with_the_agent_who_is_here(self, world: World, later: Later) -> None:
        world.agent("Lan")
        world.zalo(SIZE)
        world.run()
        done(world, world.ticket()["id"])
        later(hours=71)
        world.zalo("Áo đổi vẫn chật, mình cần size khác")
        world.run()
        ticket = world.ticket()
        assert (ticket["status"], ticket["agent_id"]) == ("in_progress", world.agents["Lan"])
        assert (ticket["outcome"], ticket["done_at"], ticket["reopened"]) == (None, None, 1)
        assert world.admin.get(f"/agents/{world.agents['Lan']}").body["load"] == 1

    def test_within_72_hours_with_another_when_the_old_one_is_away(self, world: World) -> None:
        world.agent("Lan")
        world.zalo(SIZE)
        world.run()
        done(world, world.ticket()["id"])
        world.presence("Lan", "away")
        world.agent("Mai")
        world.zalo("Áo đổi vẫn chật, mình cần size khác")
        world.run()
        assert world.ticket()["agent_id"] == world.agents["Mai"]
        loads = {a["name"]: a["load"] for a in world.list("/agents")}
        assert loads == {"Lan": 0, "Mai": 1}

    def test_after_72_hours_it_is_a_new_ticket(self, world: World, later: Later) -> None:
        world.zalo(SIZE)
        world.run()
        done(world, world.ticket()["id"])
        later(hours=73)
        world.zalo("Shop còn mẫu váy xanh không, giá bao nhiêu")
        world.run()
        assert sorted(t["status"] for t in world.tickets()) == ["done", "new"]


class TestJoining:
    def test_same_order_number_on_another_channel(self, world: World) -> None:
        world.zalo(LATE)
        world.run()
        speech.same_person(world)
        world.facebook("Mình hỏi đơn DH12345 sao rồi shop")
        world.run()
        ticket = world.ticket()
        said = world.messages(ticket["id"])
        assert {m["channel"] for m in said} == {"zalo_oa", "facebook_message"}
        assert "ticket.conversation_joined" in world.events(ticket["id"])

    def test_reply_goes_where_the_customer_wrote_last(self, world: World) -> None:
        world.zalo(LATE)
        world.run()
        speech.same_person(world)
        world.facebook("Mình hỏi đơn DH12345 sao rồi shop")
        world.run()
        reply = world.admin.post(f"/tickets/{world.ticket()['id']}/replies", {"text": "Dạ"})
        assert reply.body["channel"] == "facebook_message"

    def test_same_sub_type_within_48_hours(self, world: World, later: Later) -> None:
        world.zalo(SIZE)
        world.run()
        speech.same_person(world)
        later(hours=47)
        world.facebook("Shop đổi size giúp mình nhé")
        world.run()
        assert len(world.tickets()) == 1

    def test_same_sub_type_after_48_hours_is_another_matter(
        self, world: World, later: Later
    ) -> None:
        world.zalo(SIZE)
        world.run()
        speech.same_person(world)
        later(hours=49)
        world.facebook("Shop đổi size giúp mình nhé")
        world.run()
        assert len(world.tickets()) == 2
        assert len({t["profile_id"] for t in world.tickets()}) == 1

    def test_another_sub_type_is_another_matter(self, world: World) -> None:
        world.zalo(SIZE)
        world.run()
        speech.same_person(world)
        world.facebook("Áo sơ mi trắng giá bao nhiêu vậy shop")
        world.run()
        assert len(world.tickets()) == 2

    def test_can_be_switched_off(self, world: World) -> None:
        (account,) = (
            a for a in world.list("/channel-accounts") if a["channel"] == "facebook_message"
        )
        change = {"settings": {"join_tickets": False}}
        assert world.admin.patch(f"/channel-accounts/{account['id']}", change).status == 200
        world.zalo(SIZE)
        world.run()
        speech.same_person(world)
        world.facebook("Shop đổi size giúp mình nhé")
        world.run()
        assert len(world.tickets()) == 2


class TestWhoGetsIt:
    def test_complaint_is_spoken_by_care_and_worked_on_by_the_department(
        self, world: World
    ) -> None:
        world.agent("Kho", department="logistics")
        world.agent("Lan")
        world.zalo(LATE)
        world.run()
        ticket = world.ticket()
        assert (ticket["type"], ticket["sub_type"]) == ("complaint", "delivery_late")
        assert (ticket["department_id"], ticket["agent_id"]) == (
            "customer_care",
            world.agents["Lan"],
        )
        assert (ticket["priority"], ticket["order"]) == ("high", "DH12345")
        (task,) = world.list("/tasks", department_id="logistics")
        assert (task["ticket_id"], task["what"]) == (ticket["id"], "delivery_late")

    def test_staff_attitude_waits_for_a_lead_and_holds_up_nobody(self, world: World) -> None:
        world.agent("Lan")
        world.zalo("Nhân viên thái độ rất tệ, nói chuyện cộc lốc với khách")
        world.run()
        assert world.ticket()["sub_type"] == "staff_attitude"
        assert world.ticket()["agent_id"] is None
        world.zalo(SIZE, user="another")
        world.run()
        agents = {t["sub_type"]: t["agent_id"] for t in world.tickets()}
        assert agents == {"staff_attitude": None, "exchange_return": world.agents["Lan"]}
        world.agent("Trưởng nhóm", role="lead")
        world.run()
        agents = {t["sub_type"]: t["agent_id"] for t in world.tickets()}
        assert agents["staff_attitude"] == world.agents["Trưởng nhóm"]

    def test_words_of_law_press_and_exposure_are_urgent(self, world: World) -> None:
        world.zalo("Giao hàng trễ thế này tôi sẽ kiện ra tòa và đăng lên báo chí")
        world.run()
        assert world.ticket()["priority"] == "urgent"


class TestForms:
    def test_two_forms_with_one_typed_phone_are_two_profiles(self, world: World) -> None:
        speech.site(world)
        for name in ("An", "Bình"):
            fields = {"name": name, "phone": "0912 345 678", "message": SIZE}
            assert speech.form(world, **fields) == 200
        world.run()
        profiles = world.list("/profiles")
        assert sorted(p["name"] for p in profiles) == ["An", "Bình"]
        assert [p["phones"] for p in profiles] == [["+84912345678"]] * 2
        assert {t["source"] for t in world.tickets()} == {"website"}
        assert len(world.tickets()) == 2

    def test_one_signed_visitor_is_one_profile_that_becomes_known(self, world: World) -> None:
        speech.site(world)
        assert speech.form(world, signed="user-1", message=SIZE) == 200
        fields = {"phone": "0912345678", "message": "Mình mặc size L"}
        assert speech.form(world, signed="user-1", **fields) == 200
        world.run()
        (profile,) = world.list("/profiles")
        assert profile["phones"] == ["+84912345678"]
        assert len(world.messages(world.ticket()["id"])) == 2


class TestDeliveries:
    def test_again_and_again_is_once(self, world: World) -> None:
        for _ in range(5):
            world.zalo(SIZE, msg_id="same")
            world.run()
        assert len(world.messages(world.ticket()["id"])) == 1
        assert world.events(world.ticket()["id"]).count("message.received") == 1

    def test_again_after_done_reopens_nothing(self, world: World) -> None:
        world.zalo(SIZE, msg_id="same")
        world.run()
        done(world, world.ticket()["id"])
        world.zalo(SIZE, msg_id="same")
        world.run()
        assert world.ticket()["status"] == "done"

    def test_late_message_stands_where_it_was_said(self, world: World) -> None:
        world.zalo(SIZE)
        world.zalo("Mình gửi trước đó", timestamp=str(milliseconds() - 60_000))
        world.run()
        said = [m["text"] for m in world.messages(world.ticket()["id"])]
        assert said == ["Mình gửi trước đó", SIZE]

    @pytest.mark.parametrize("shift", [3_600_000, -8 * 86_400_000])
    def test_unbelievable_times_give_way_to_receipt(self, world: World, shift: int) -> None:
        world.zalo(SIZE, timestamp=str(milliseconds() + shift))
        world.run()
        (message,) = world.messages(world.ticket()["id"])
        assert message["occurred_at"] == message["received_at"]

    def test_decomposed_letters_are_composed_and_understood(self, world: World) -> None:
        world.zalo(unicodedata.normalize("NFD", SIZE))
        world.run()
        assert world.ticket()["sub_type"] == "exchange_return"
        assert world.messages(world.ticket()["id"])[0]["text"] == SIZE
