"""The worker that copies attachments, killed at every single AWS call: one copy, told of once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.conversations import copying
from chalicelib.conversations.model import Message
from chalicelib.platform import blobs, context
from chalicelib.platform.errors import AppError
from tests.faults import Calls, Killed, Snapshot, timed_out, watched
from tests.files import JPEG, serving
from tests.world import World

FAULTS = {
    "killed before the call": Calls(),
    "killed after the call": Calls(after=True),
    "no answer to the call": Calls(after=True, error=timed_out),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_copy_is_made_and_told_of_once(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    entries: list[dict[str, Any]] = []
    whole = copying.copy

    def waiting(body: dict[str, Any], _context: Any) -> None:
        entries.append(body)

    with serving() as files:
        monkeypatch.setattr(copying, "copy", waiting)
        parts = [{"type": "image", "payload": {"url": files.put("/a.jpg", JPEG)}}]
        world.facebook("Áo bị rách shop ơi", attachments=parts)
        world.run()
        (entry,) = entries
        before = Snapshot.of(world.cloud)
        with watched(Calls()) as calls:
            whole(entry, context.begin())
        after = state(world)
        assert after == (["kept"], ["message.media_copied"])
        for number, operation in enumerate(calls.made, start=1):
            before.restore()
            blobs.drop(blobs.keys("media/"))
            broken = replace(FAULTS[fault], broken=number, made=[])
            with watched(broken), suppress(AppError, Killed):
                whole(entry, context.begin())
            whole(entry, context.begin())
            assert state(world) == after, f"{fault}: {number}, {operation}"
            assert len(blobs.keys("media/")) == 1


def state(world: World) -> tuple[list[str], list[str]]:
    """What stands on the message, and what was told of it."""
    ticket = world.ticket()["id"]
    (one,) = world.messages(ticket)
    item = Message.get(one["conversation_id"], f"message#{one['id']}")
    told = [name for name in world.events(ticket) if name.startswith("message.media")]
    return [copy["state"] for copy in item.copies.values()], told
