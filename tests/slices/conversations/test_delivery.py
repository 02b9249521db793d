"""Replies of live accounts on their way out, with a provider that says what the test wants."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.channels import connections
from chalicelib.channels import flows as accounts
from chalicelib.channels.cutting import split_text
from chalicelib.channels.model import ChannelAccount
from chalicelib.media import uploads
from chalicelib.platform import blobs, outward, store
from tests.faults import Calls, Killed, Snapshot, watched
from tests.slices import speech
from tests.slices.conftest import Later
from tests.slices.conversations.desk import LONG, Desk, Provider, zalo_error
from tests.world import OA


def test_sent_with_the_id_the_provider_gave(desk: Desk, provider: Provider) -> None:
    desk.reply()
    assert (desk.message["status"], desk.message["provider_message_id"]) == ("sent", "z-1")
    assert provider.sent == ["Dạ được ạ"]
    assert desk.events() == ["message.queued", "message.sent"]


def test_retry_waits_and_goes_out_when_due(desk: Desk, provider: Provider, later: Later) -> None:
    provider.answers = [zalo_error(-32)]
    desk.reply()
    assert (desk.message["status"], desk.message["error_code"]) == ("delayed", "-32")
    assert desk.message["next_attempt_at"] is not None
    desk.due()
    assert desk.message["status"] == "delayed", "its time is not there yet"
    later(seconds=46)  # half a minute, and up to half of it again
    desk.due()
    assert (desk.message["status"], desk.message["error_code"]) == ("sent", None)
    assert desk.message["next_attempt_at"] is None
    assert provider.sent == ["Dạ được ạ"]
    assert desk.events() == ["message.queued", "message.delayed", "message.sent"]


def test_old_queue_entry_does_not_run_ahead_of_the_clock(desk: Desk, provider: Provider) -> None:
    provider.answers = [zalo_error(-32)]
    desk.reply()
    desk.world.pump.stream_position = 0  # every event is dispatched once more
    desk.world.run()
    assert desk.message["status"] == "delayed"
    assert provider.sent == []


def test_expired_token_is_renewed_once_and_the_reply_sent(desk: Desk, provider: Provider) -> None:
    provider.answers = [zalo_error(-216)]
    desk.reply()
    assert desk.message["status"] == "sent"
    assert provider.renewed == 1
    assert provider.tokens == ["access-1", "access-2"]


def test_refused_for_good_fails_with_code_and_reason(desk: Desk, provider: Provider) -> None:
    provider.answers = [zalo_error(-230)]
    desk.reply()
    message = desk.message
    assert (message["status"], message["error_code"]) == ("failed", "-230")
    assert message["error_reason"] == "Khách không tương tác với OA trong 7 ngày qua"
    assert desk.events() == ["message.queued", "message.failed"]


def test_closed_window_fails_without_asking_the_provider(
    desk: Desk, provider: Provider, later: Later
) -> None:
    later(days=8)
    desk.reply()
    assert (desk.message["status"], desk.message["error_code"]) == ("failed", "unreachable")
    assert provider.tokens == []


@pytest.mark.parametrize(("code", "ends"), [(-144, "T17:10:00.000Z"), (-133, "T23:05:00.000Z")])
def test_quota_waits_for_tomorrow_and_the_night_for_morning(
    desk: Desk, provider: Provider, code: int, ends: str
) -> None:
    provider.answers = [zalo_error(code)]
    desk.reply()
    assert desk.message["status"] == "delayed"
    assert desk.message["next_attempt_at"].endswith(ends)  # 00:10 and 06:05 in Vietnam


def test_lost_connection_keeps_the_queue_until_it_is_back(
    desk: Desk, provider: Provider, later: Later
) -> None:
    provider.answers = [zalo_error(-219)]
    desk.reply()
    assert desk.message["status"] == "delayed"
    path = f"/channel-accounts/{desk.account}"
    assert desk.world.admin.get(path).body["state"] == "needs_reconnect"
    later(minutes=16)
    accounts.forget()
    desk.due()
    assert desk.message["status"] == "delayed"
    assert len(provider.tokens) == 1, "a refused account is not asked again"
    assert desk.world.admin.patch(path, {"credentials": {"access_token": "access-9"}}).status == 200
    accounts.forget()
    later(minutes=16)
    desk.due()
    assert desk.message["status"] == "sent"
    assert provider.tokens[-1] == "access-9"


def test_gives_up_after_two_days(desk: Desk, provider: Provider, later: Later) -> None:
    provider.answers = [zalo_error(-32)] * 50
    desk.reply()
    later(hours=49)
    desk.due()
    assert desk.message["status"] == "failed"
    assert desk.events()[-1] == "message.failed"


class TestInDoubt:
    """The process died between the provider's answer and its record."""

    def die(self, desk: Desk, provider: Provider) -> str:
        """The reply goes out, and nothing of it is written down; its id at the provider."""

        def killed() -> Any:
            provider.sent.append("Dạ được ạ")
            raise Killed

        provider.answers = [killed]
        path = f"/tickets/{desk.ticket['id']}/replies"
        assert desk.lan.post(path, {"text": "Dạ được ạ"}).status == 202
        with pytest.raises(Killed):
            desk.world.run()
        desk.world.run()
        return "z-1"

    def test_nothing_is_sent_again_within_the_minute(self, desk: Desk, provider: Provider) -> None:
        self.die(desk, provider)
        desk.world.pump.retry()
        assert desk.message["status"] == "sending"
        assert provider.sent == ["Dạ được ạ"]

    def test_echo_settles_it(self, desk: Desk, provider: Provider, later: Later) -> None:
        lost = self.die(desk, provider)
        speech.oa_says(desk.world, "Dạ được ạ", msg_id=lost, by=None)
        desk.world.run()
        assert (desk.message["status"], desk.message["provider_message_id"]) == ("sent", lost)
        later(seconds=61)
        desk.world.pump.retry()
        assert provider.sent == ["Dạ được ạ"]
        assert desk.events().count("message.sent") == 1
        speech.receipt(desk.world, "user_seen_message", lost)
        desk.world.run()
        assert desk.message["status"] == "read"

    def test_without_an_echo_it_is_sent_again(
        self, desk: Desk, provider: Provider, later: Later
    ) -> None:
        self.die(desk, provider)
        later(seconds=61)
        desk.world.pump.retry()
        assert desk.message["status"] == "sent"
        assert provider.sent == ["Dạ được ạ"] * 2

    @pytest.mark.parametrize("echoed", [1, 2, 3])
    def test_long_reply_goes_on_after_the_parts_whose_echo_came(
        self, desk: Desk, provider: Provider, later: Later, echoed: int
    ) -> None:
        """Killed after its last part went out, and only so many of the parts echoed."""

        def killed() -> Any:
            provider.sent.append("the last part")
            raise Killed

        provider.answers = [provider.taken, provider.taken, killed]
        path = f"/tickets/{desk.ticket['id']}/replies"
        assert desk.lan.post(path, {"text": LONG}).status == 202
        with pytest.raises(Killed):
            desk.world.run()
        parts = split_text(LONG, 2000)
        for number, part in enumerate(parts[:echoed], start=1):
            speech.oa_says(desk.world, part, msg_id=f"z-{number}", by=None)
        later(seconds=61)
        desk.world.run()
        desk.world.pump.retry()
        assert desk.message["status"] == "sent"
        assert len(provider.sent) == (3 if echoed == 3 else 4)
        assert len(desk.world.messages(desk.ticket["id"])) == 2
        assert desk.events().count("message.sent") == 1


class TestEchoes:
    def test_after_the_answer(self, desk: Desk) -> None:
        desk.reply()
        speech.oa_says(desk.world, "Dạ được ạ", msg_id="z-1", by=None)
        desk.world.run()
        assert desk.message["status"] == "sent"

    def test_of_an_answer_that_never_came(
        self, desk: Desk, provider: Provider, later: Later
    ) -> None:
        provider.answers = [lambda: None]  # taken, and the connection timed out
        desk.reply()
        assert desk.message["status"] == "delayed"
        speech.oa_says(desk.world, "Dạ được ạ", msg_id="z-1", by=None)
        desk.world.run()
        later(minutes=1)
        desk.due()
        assert desk.message["status"] == "sent"
        assert provider.sent == ["Dạ được ạ"]

    def test_of_every_part_of_a_long_reply(self, desk: Desk, provider: Provider) -> None:
        desk.reply(LONG)
        assert len(provider.sent) == 3
        for number, part in enumerate(provider.sent, start=1):
            speech.oa_says(desk.world, part, msg_id=f"z-{number}", by=None)
        desk.world.run()
        assert desk.message["status"] == "sent"

    def test_person_with_the_same_words_is_a_reply_of_their_own(
        self, desk: Desk, provider: Provider
    ) -> None:
        provider.answers = [zalo_error(-32)]
        desk.reply()
        speech.oa_says(desk.world, "Dạ được ạ", msg_id="other")
        desk.world.run()
        replies = [m for m in desk.world.messages(desk.ticket["id"]) if m["direction"] == "out"]
        assert sorted(m["status"] for m in replies) == ["delayed", "sent"]

    def test_another_application_is_not_taken_for_us(self, desk: Desk, provider: Provider) -> None:
        provider.answers = [zalo_error(-32)]
        desk.reply("Dạ được ạ, shop đổi cho mình nhé")
        speech.oa_says(desk.world, "Dạ", msg_id="bot", by=None)
        desk.world.run()
        assert len(desk.world.messages(desk.ticket["id"])) == 3


def test_long_reply_goes_on_where_it_stopped(desk: Desk, provider: Provider, later: Later) -> None:
    provider.answers = [provider.taken, zalo_error(-32)]
    desk.reply(LONG)
    assert desk.message["status"] == "delayed"
    later(seconds=46)  # half a minute, and up to half of it again
    desk.due()
    assert desk.message["status"] == "sent"
    assert len(provider.sent) == 3
    assert "".join(provider.sent).replace(" ", "") == LONG.replace(" ", "")


def test_replies_of_a_conversation_leave_in_their_order(desk: Desk, provider: Provider) -> None:
    texts = [f"Dạ {number}" for number in range(4)]
    for text in texts:
        desk.lan.post(f"/tickets/{desk.ticket['id']}/replies", {"text": text})
    desk.world.run()
    assert provider.sent == texts


def test_disconnected_account_fails_its_replies(desk: Desk, provider: Provider) -> None:
    desk.lan.post(f"/tickets/{desk.ticket['id']}/replies", {"text": "Dạ"})
    assert desk.world.admin.delete(f"/channel-accounts/{desk.account}").status in (200, 204)
    accounts.forget()
    desk.world.run()
    assert (desk.message["status"], desk.message["error_code"]) == (
        "failed",
        "account_disconnected",
    )
    assert provider.sent == []


def test_account_is_the_one_of_the_conversation(desk: Desk) -> None:
    (conversation,) = desk.world.list("/conversations")
    assert (conversation["account"], conversation["account_id"]) == (desk.account, OA)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_it_is_sent_once_as_long_as_the_provider_echoes(
    desk: Desk, provider: Provider, later: Later, after: bool
) -> None:
    world = desk.world
    path = f"/tickets/{desk.ticket['id']}/replies"
    assert desk.lan.post(path, {"text": "Dạ được ạ"}).status == 202
    world.pump._stream()
    (entry,) = world.cloud._queues()[f"{world.cloud.prefix}-outbound.fifo"]._messages
    queued = Snapshot.of(world.cloud)
    for number in range(1, 100):
        queued.restore()
        world.pump.stream_position = 0
        world.cloud._queues()[f"{world.cloud.prefix}-outbound.fifo"]._messages.append(entry)
        provider.sent.clear()
        accounts.forget()
        with watched(Calls(broken=number, after=after)) as calls:
            try:
                world.run()
            except Killed:
                for text in provider.sent:
                    speech.oa_says(world, text, msg_id="z-1", by=None)
                world.run()
        later(seconds=61)
        world.pump.retry()
        assert (number, desk.message["status"], provider.sent) == (number, "sent", ["Dạ được ạ"])
        assert desk.events().count("message.sent") == 1
        if len(calls.made) < number:
            break
    assert number > 4


def test_a_foreign_address_stored_earlier_gets_no_credentials(
    desk: Desk, provider: Provider
) -> None:
    item = connections.existing(desk.account)
    foreign = {"api_base": "https://attacker.example"}
    moved = ChannelAccount.settings.set(foreign)
    store.commit([store.update("account", item, moved, condition=None)])
    accounts.forget()
    desk.reply()
    assert provider.tokens == []
    assert (desk.message["status"], desk.message["error_code"]) == ("failed", "foreign_address")


def test_a_reply_with_a_file_is_known_by_its_echo_and_not_sent_twice(
    desk: Desk, provider: Provider, later: Later
) -> None:
    brought = str(desk.lan.post("/media").body["id"])
    blobs.put(uploads.upload_key(brought), "Đơn hàng: 1 áo".encode())
    arrived: list[str] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        arrived.append(json.loads(body)["message"]["text"])
        return 0, b"ReadTimeoutError"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outward, "call", call)
        body = {"text": "Dạ hoá đơn đây ạ", "media": [{"id": brought, "name": "Hoá đơn.txt"}]}
        assert desk.lan.post(f"/tickets/{desk.ticket['id']}/replies", body).status == 202
        desk.world.run()
    (text,) = arrived
    later(seconds=5)  # by now a link would be signed otherwise
    speech.oa_says(desk.world, text, msg_id="z-9", by=None)
    desk.world.run()
    assert desk.message["status"] == "sent"
    later(seconds=121)
    desk.due()
    assert provider.sent == []
