"""A failure that is told after the send: the customer gets the words on another channel of theirs,
as if the provider had refused at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.conversations import rules
from tests.contracts.cases.whatsapp import CUSTOMER, NUMBER
from tests.slices.conftest import Later
from tests.slices.whatsapp import NUMBER_ONLY, WANTED, replied, status, write
from tests.world import APP_SECRET, World

UNREACHED = "131026"


@pytest.fixture
def shop(world: World) -> World:
    """A world with a WhatsApp number, and a customer who wrote there and then to the page."""
    world.connect("whatsapp", NUMBER, {"app_secret": APP_SECRET})
    write(world, WANTED, NUMBER_ONLY)
    return world


def also_on_facebook(world: World) -> str:
    """The same customer writes to the page; returns their conversation there."""
    ticket = world.ticket()
    world.facebook("Shop còn áo khoác không ạ", user="551")
    world.run()
    (there,) = (c for c in world.list("/conversations") if c["channel"] == "facebook_message")
    merged = world.admin.post(
        f"/profiles/{ticket['profile_id']}/merge", {"profile_id": there["profile_id"]}
    )
    assert merged.status == 201, merged.body
    world.run()
    return str(there["id"])


def out(world: World, channel: str) -> list[dict[str, Any]]:
    return [
        message
        for talk in world.list("/conversations")
        if talk["channel"] == channel
        for message in world.list(f"/conversations/{talk['id']}/messages")
        if message["direction"] == "out"
    ]


def failed(world: World, reply: dict[str, Any], code: str = UNREACHED) -> None:
    errors = [{"code": int(code), "title": "told late"}]
    status(world, "failed", reply["provider_message_id"], errors=errors)


@pytest.fixture
def reply(shop: World) -> dict[str, Any]:
    return replied(shop)


@pytest.mark.parametrize("code", ["131026", "131047", "131049"])
def test_who_is_not_reached_gets_it_elsewhere(
    shop: World, reply: dict[str, Any], code: str
) -> None:
    also_on_facebook(shop)
    failed(shop, reply, code)
    (instead,) = out(shop, "facebook_message")
    assert (instead["text"], instead["status"]) == (reply["text"], "sent")
    assert instead["ticket_id"] == reply["ticket_id"], "the ticket shows it"
    (first,) = out(shop, "whatsapp")
    assert (first["status"], first["error_code"]) == ("failed", code)
    assert first["instead"] == instead["id"]


def test_once_however_often_it_is_told(shop: World, reply: dict[str, Any]) -> None:
    also_on_facebook(shop)
    for code in (UNREACHED, UNREACHED, "131047"):
        failed(shop, reply, code)
    assert len(out(shop, "facebook_message")) == 1
    assert shop.events(str(reply["ticket_id"])).count("message.failed") == 1


@pytest.mark.parametrize("code", ["131042", "131051", "999999"])
def test_what_is_no_fault_of_the_way_stays_with_the_agent(
    shop: World, reply: dict[str, Any], code: str
) -> None:
    also_on_facebook(shop)
    failed(shop, reply, code)
    assert out(shop, "facebook_message") == []
    (first,) = out(shop, "whatsapp")
    assert (first["status"], first["error_code"], first["instead"]) == ("failed", code, None)


def test_without_another_channel_it_says_why(shop: World, reply: dict[str, Any]) -> None:
    failed(shop, reply)
    (first,) = out(shop, "whatsapp")
    assert (first["status"], first["instead"]) == ("failed", None)
    assert "WhatsApp" in first["error_reason"]


def test_what_did_arrive_goes_nowhere_else(shop: World, reply: dict[str, Any]) -> None:
    also_on_facebook(shop)
    status(shop, "delivered", reply["provider_message_id"])
    failed(shop, reply)
    assert out(shop, "facebook_message") == []


def test_words_of_days_ago_are_not_said_again(
    shop: World, reply: dict[str, Any], later: Later
) -> None:
    also_on_facebook(shop)
    late = rules.GIVE_UP_AFTER + timedelta(minutes=1)
    later(seconds=late.total_seconds())
    shop.facebook("Shop ơi", user="551")
    shop.run()
    failed(shop, reply)
    assert out(shop, "facebook_message") == []
    (first,) = out(shop, "whatsapp")
    assert first["status"] == "failed"


def test_who_has_the_beginning_does_not_get_it_again_elsewhere(shop: World) -> None:
    also_on_facebook(shop)
    (ticket,) = (t for t in shop.tickets() if t["channel"] == "whatsapp")
    long = " ".join(["chữ"] * 2000)
    answer = shop.admin.post(f"/tickets/{ticket['id']}/replies", {"text": long})
    assert answer.status == 202, answer.body
    shop.run()
    (sent,) = out(shop, "whatsapp")
    failed(shop, sent)
    assert out(shop, "facebook_message") == []
    assert CUSTOMER not in str(shop.events(ticket["id"]))
