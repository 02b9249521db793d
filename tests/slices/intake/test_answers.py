"""Answers that name no customer: stars and buttons of templates, joined to what they answer."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.conversations.model import MESSAGE, Message, reference
from chalicelib.platform import store
from tests.world import APP_ID, OA, World, milliseconds

TRACKED = "CSAT-000123"


def answer(world: World, sent: str, name: str = "user_feedback", **message: Any) -> None:
    """An answer to the sending with that id arrives."""
    at = str(milliseconds())
    event = {
        "app_id": APP_ID,
        "oa_id": OA,
        "event_name": name,
        "message": {"msg_id": sent, "submit_time": at, **message},
        "timestamp": at,
    }
    assert world.zalo_event(event) == 200
    world.run()


@pytest.fixture
def sent(world: World) -> str:
    """A customer has an answer of ours, and their ticket is done; the provider's id of it."""
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    ticket = world.ticket()["id"]
    assert world.admin.post(f"/tickets/{ticket}/replies", {"text": "Dạ được ạ"}).status == 202
    world.run()
    (ours,) = [m for m in world.messages(ticket) if m["direction"] == "out"]
    assert world.admin.post(f"/tickets/{ticket}/done", {"outcome": "resolved"}).status == 200
    world.run()
    return str(ours["provider_message_id"])


def said(world: World) -> list[dict[str, Any]]:
    """What the customer said after their first message."""
    (talk,) = world.list("/conversations")
    every = world.list(f"/conversations/{talk['id']}/messages")
    return [one for one in every if one["direction"] == "in" and one["postback"]]


def test_stars_are_the_customers_who_got_the_sending(world: World, sent: str) -> None:
    answer(world, sent, rate="5", note="", feedbacks=[])
    (stars,) = said(world)
    assert (stars["postback"], stars["reply_to"], stars["text"]) == ("rating:5", sent, None)
    assert stars["courtesy"] is True
    assert [ticket["status"] for ticket in world.tickets()] == ["done"]


def test_words_beside_the_stars_are_heard(world: World, sent: str) -> None:
    answer(world, sent, rate=1, note="Giao thiếu một áo", feedbacks=["Giao hàng chậm"])
    (stars,) = said(world)
    assert (stars["postback"], stars["text"]) == ("rating:1", "Giao thiếu một áo\nGiao hàng chậm")
    assert any(ticket["status"] != "done" for ticket in world.tickets())


def test_a_repeated_answer_is_one(world: World, sent: str) -> None:
    for _ in range(2):
        answer(world, sent, rate="4", note="")
    assert len(said(world)) == 1


def test_found_by_the_tracking_id_too(world: World, sent: str) -> None:
    (talk,) = world.list("/conversations")
    account = talk["account"]
    (ours,) = [
        one
        for one in world.list(f"/conversations/{talk['id']}/messages")
        if one["provider_message_id"] == sent
    ]
    same = store.ref(Message, talk["id"], MESSAGE + ours["id"])
    tracked = Message.reference.set(reference(account, TRACKED))
    store.commit([store.update("tracked", same, tracked, condition=Message.pk.exists())])
    answer(world, "another-id", rate="2", note="", tracking_id=TRACKED)
    assert [one["postback"] for one in said(world)] == ["rating:2"]


def test_a_pressed_button_is_the_customers(world: World, sent: str) -> None:
    answer(world, sent, "user_click_response_button", data="XAC_NHAN_LICH")
    assert [one["postback"] for one in said(world)] == ["XAC_NHAN_LICH"]


@pytest.mark.parametrize("message", [{"rate": "1", "note": "Chậm"}, {"rate": "9", "note": ""}])
def test_of_what_we_did_not_send_or_nothing_said_it_is_kept_raw(
    world: World, message: dict[str, Any]
) -> None:
    answer(world, "not-ours", **message)
    assert world.list("/conversations") == []
    (kept,) = world.list("/quarantine", status="ignored")
    assert kept["detail"] == "user_feedback"
