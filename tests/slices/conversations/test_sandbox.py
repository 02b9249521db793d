"""Replies of sandbox accounts, which go nowhere and need no credentials of their own."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels.registry import adapter
from tests.world import World


@pytest.mark.parametrize(
    ("made_up", "status"), [({"access_token": ("made up",)}, "sent"), ({}, "failed")]
)
def test_a_sandbox_account_sends_with_what_its_channel_makes_up(
    world: World, monkeypatch: pytest.MonkeyPatch, made_up: dict[str, Any], status: str
) -> None:
    monkeypatch.setattr(type(adapter("zalo_oa")), "sandbox_credentials", made_up)
    lan = world.agent("Lan")
    world.zalo("Cho mình đổi size áo với ạ")
    world.run()
    ticket = world.ticket()["id"]
    assert lan.post(f"/tickets/{ticket}/replies", {"text": "Dạ được ạ"}).status == 202
    world.run()
    (reply,) = (one for one in world.messages(ticket) if one["direction"] == "out")
    assert reply["status"] == status
