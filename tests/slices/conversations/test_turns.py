"""Replies of one conversation keep their order, and an account its pace."""

from __future__ import annotations

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform.clock import now
from tests.slices import speech
from tests.slices.conftest import Later
from tests.slices.conversations.desk import Desk, Provider, zalo_error

BUSY = zalo_error(-32)


def says(desk: Desk, *texts: str) -> None:
    for text in texts:
        desk.reply(text)


def states(desk: Desk) -> list[tuple[str, str]]:
    found = desk.world.messages(desk.ticket["id"])
    ours = sorted((m["occurred_at"], m["text"], m["status"]) for m in found if m["agent_id"])
    return [(text, status) for _, text, status in ours]


def test_what_is_written_meanwhile_waits_behind_what_failed(
    desk: Desk, provider: Provider, later: Later
) -> None:
    provider.answers = [BUSY]
    says(desk, "một", "hai", "ba")
    assert states(desk) == [("một", "delayed"), ("hai", "delayed"), ("ba", "delayed")]
    later(seconds=46)
    desk.due()
    assert provider.sent == ["một", "hai", "ba"]


def test_the_rest_goes_on_waiting_while_the_first_fails_again(
    desk: Desk, provider: Provider, later: Later
) -> None:
    provider.answers = [BUSY, BUSY]
    says(desk, "một", "hai")
    later(seconds=46)
    desk.due()
    assert provider.sent == []
    later(seconds=181)
    desk.due()
    later(seconds=2)
    desk.due()
    assert provider.sent == ["một", "hai"]


@pytest.mark.parametrize("how", ["refused", "echo"])
def test_whoever_waited_goes_on_when_the_first_has_ended_some_other_way(
    desk: Desk, provider: Provider, later: Later, how: str
) -> None:
    provider.answers = [BUSY]
    says(desk, "một", "hai")
    if how == "echo":  # it had arrived after all
        speech.oa_says(desk.world, "một", msg_id="z-9", by=None)
        desk.world.run()
    else:
        provider.answers = [zalo_error(-201)]
    later(seconds=46)
    desk.due()
    later(seconds=46)
    desk.due()
    assert provider.sent == ["hai"]
    says(desk, "ba")
    assert provider.sent == ["hai", "ba"], "nothing is held up any more"


def test_another_conversation_is_not_held_up(desk: Desk, provider: Provider) -> None:
    provider.answers = [BUSY]
    says(desk, "một")
    desk.world.zalo("Em hỏi giá áo khoác ạ", user="9911223344556677")
    desk.world.run()
    (other,) = (t for t in desk.world.list("/tickets") if t["id"] != desk.ticket["id"])
    answer = desk.lan.post(f"/tickets/{other['id']}/replies", {"text": "Dạ 200.000đ"})
    assert answer.status == 202, answer.body
    desk.world.run()
    assert provider.sent == ["Dạ 200.000đ"]


def test_beyond_its_pace_an_account_sends_later_and_loses_nothing(
    desk: Desk, provider: Provider, later: Later
) -> None:
    path = f"/channel-accounts/{desk.account}"
    assert desk.world.admin.patch(path, {"settings": {"per_minute": 2}}).status == 200
    accounts.forget()
    later(seconds=60 - desk_second())
    says(desk, "một", "hai", "ba", "bốn")
    assert provider.sent == ["một", "hai"]
    assert states(desk)[2] == ("ba", "delayed")
    for _ in range(3):
        later(seconds=121)
        desk.due()
    assert provider.sent == ["một", "hai", "ba", "bốn"]


def desk_second() -> float:
    """Seconds into the minute, as the product sees the time."""

    return now().timestamp() % 60
