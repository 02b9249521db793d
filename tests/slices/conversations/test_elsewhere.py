"""A reply that cannot reach its customer on one channel goes out on another of theirs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.media import uploads
from chalicelib.platform import blobs
from tests.faults import Calls, Killed, Snapshot, watched
from tests.slices.conftest import Later
from tests.slices.conversations.desk import Desk, Provider, zalo_error
from tests.world import World

NO_WINDOW = zalo_error(-230)
WORDS = "Dạ được ạ"


def also_on_facebook(world: World, desk: Desk, *, user: str = "551") -> str:
    """The same customer writes to the page too; returns their conversation there."""
    world.facebook("Shop còn áo khoác không ạ", user=user)
    world.run()
    (there,) = (c for c in world.list("/conversations") if c["channel"] == "facebook_message")
    merged = world.admin.post(
        f"/profiles/{desk.ticket['profile_id']}/merge", {"profile_id": there["profile_id"]}
    )
    assert merged.status == 201, merged.body
    world.run()
    return str(there["id"])


def on_zalo(world: World) -> str:
    (here,) = (c for c in world.list("/conversations") if c["channel"] == "zalo_oa")
    return str(here["id"])


def out(world: World, conversation: str) -> list[dict[str, Any]]:
    found = world.list(f"/conversations/{conversation}/messages")
    return [message for message in found if message["direction"] == "out"]


def test_a_closed_window_goes_on_where_the_customer_can_be_reached(
    world: World, desk: Desk, provider: Provider
) -> None:
    there = also_on_facebook(world, desk)
    provider.answers = [NO_WINDOW]
    desk.reply(WORDS)
    (instead,) = out(world, there)
    assert (instead["text"], instead["status"], instead["author"]) == (WORDS, "sent", "human")
    assert instead["ticket_id"] == desk.ticket["id"], "the ticket shows it"
    (first,) = out(world, on_zalo(world))
    assert (first["status"], first["error_code"]) == ("failed", "-230")
    assert first["instead"] == instead["id"]
    assert world.events(desk.ticket["id"]).count("message.sent") == 1


def test_their_other_matter_stays_what_that_conversation_is_about(
    world: World, desk: Desk, provider: Provider
) -> None:
    there = also_on_facebook(world, desk)
    before = world.admin.get(f"/conversations/{there}").body["ticket_id"]
    assert before not in (None, desk.ticket["id"])
    provider.answers = [NO_WINDOW]
    desk.reply(WORDS)
    assert world.admin.get(f"/conversations/{there}").body["ticket_id"] == before


@pytest.mark.parametrize("why", ["silenced", "withdrawn", "window", "stranger"])
def test_nobody_is_written_to_where_they_may_not_be(
    world: World, desk: Desk, provider: Provider, later: Later, why: str
) -> None:
    if why == "stranger":
        world.facebook("Shop còn áo khoác không ạ", user="551")
        world.run()
        (found,) = (c for c in world.list("/conversations") if c["channel"] == "facebook_message")
        there = found["id"]
    else:
        there = also_on_facebook(world, desk)
    if why == "silenced":
        world.facebook("STOP", user="551")
        world.run()
    if why == "withdrawn":
        said = {"purpose": "care", "channel": "facebook_message", "state": "withdrawn"}
        path = f"/profiles/{desk.ticket['profile_id']}/consents"
        answer = world.admin.post(path, {**said, "source": "phone", "wording": "script-2026-11"})
        assert answer.status == 201, answer.body
    if why == "window":
        later(hours=25)
    provider.answers = [NO_WINDOW]
    desk.reply(WORDS)
    assert out(world, there) == []
    (first,) = out(world, on_zalo(world))
    assert (first["status"], first["instead"]) == ("failed", None)
    assert first["error_reason"], "the ticket says why"


@pytest.mark.parametrize("how", ["disabled", "disconnected"])
def test_an_account_that_cannot_send_is_no_way(
    world: World, desk: Desk, provider: Provider, how: str
) -> None:
    there = also_on_facebook(world, desk)
    (page,) = (a for a in world.list("/channel-accounts") if a["channel"] == "facebook_message")
    path = f"/channel-accounts/{page['id']}"
    gone = how == "disconnected"
    answer = world.admin.delete(path) if gone else world.admin.patch(path, {"disabled": True})
    assert answer.status == 200, answer.body
    accounts.forget()
    provider.answers = [NO_WINDOW]
    desk.reply(WORDS)
    assert out(world, there) == [], "it would lie there for two days"
    (first,) = out(world, on_zalo(world))
    assert (first["status"], first["instead"]) == ("failed", None)


def test_its_files_go_along(world: World, desk: Desk, provider: Provider) -> None:
    there = also_on_facebook(world, desk)
    brought = str(desk.lan.post("/media").body["id"])
    blobs.put(uploads.upload_key(brought), b"%PDF-1.7\n1 0 obj\n")
    provider.answers = [NO_WINDOW, NO_WINDOW]  # the file is brought first, then it is said
    media = [{"id": brought, "name": "Hoá đơn.pdf"}]
    path = f"/tickets/{desk.ticket['id']}/replies"
    assert desk.lan.post(path, {"text": WORDS, "media": media}).status == 202
    world.run()
    (instead,) = out(world, there)
    (part,) = instead["attachments"]
    assert (instead["text"], part["name"], part["copy"]) == (WORDS, "Hoá đơn.pdf", "kept")
    (page,) = (a for a in world.list("/channel-accounts") if a["channel"] == "facebook_message")
    entries = world.list(f"/channel-accounts/{page['id']}/outbox")
    address = f"/media/{there}/{instead['id']}/0?"
    assert [address in entry["body"] for entry in entries].count(True) == 1, "an attachment"


def test_who_has_the_beginning_does_not_get_it_again_elsewhere(
    world: World, desk: Desk, provider: Provider
) -> None:
    there = also_on_facebook(world, desk)
    provider.answers = [provider.taken, NO_WINDOW]
    desk.reply(" ".join(["chữ"] * 1200))
    assert out(world, there) == []
    assert desk.message["status"] == "failed"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_it_goes_out_elsewhere_once(
    world: World, desk: Desk, provider: Provider, later: Later, after: bool
) -> None:
    there = also_on_facebook(world, desk)
    answer = desk.lan.post(f"/tickets/{desk.ticket['id']}/replies", {"text": WORDS})
    assert answer.status == 202, answer.body
    world.pump._stream()
    (entry,) = world.cloud._queues()[f"{world.cloud.prefix}-outbound.fifo"]._messages
    queued = Snapshot.of(world.cloud)
    for number in range(1, 100):
        queued.restore()
        world.pump.stream_position = 0
        world.cloud._queues()[f"{world.cloud.prefix}-outbound.fifo"]._messages.append(entry)
        provider.answers = [NO_WINDOW] * 3
        accounts.forget()
        with watched(Calls(broken=number, after=after)) as calls, suppress(Killed):
            world.run()
        for _ in range(2):
            later(seconds=61)
            world.pump.retry()
            world.run()
        (instead,) = out(world, there)
        assert (number, instead["text"], instead["status"]) == (number, WORDS, "sent")
        if len(calls.made) < number:
            break
    assert number > 6
