"""Replies with choices and files: as the channel has them, else as words; and what is answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.conversations import choosing
from chalicelib.media import uploads
from chalicelib.platform import blobs, outward
from tests.client import Answer
from tests.faults import Calls, Killed, Snapshot, watched
from tests.files import HTML, PDF
from tests.slices import speech
from tests.slices.conftest import Later
from tests.slices.conversations.desk import Desk
from tests.world import World

CHOICES = [
    {"title": "Đổi size", "value": "size"},
    {"title": "Hủy đơn", "value": "cancel"},
    {"title": "Bảng size", "url": "https://shop.example/size"},
]
TEXT = "Bạn muốn làm gì ạ?"


@dataclass
class Zalo:
    """Zalo's upload and send APIs: what it was brought, what it took, what it answers first."""

    brought: list[bytes] = field(default_factory=list)
    took: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[tuple[int, Any]] = field(default_factory=list)  # answers to give first
    sends: list[tuple[int, Any]] = field(default_factory=list)
    renewed: int = 0

    def call(self, method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        if "/v4/oa/access_token" in url:
            self.renewed += 1
            pair = {"access_token": "a-2", "refresh_token": "r-2", "expires_in": "90000"}
            return 200, json.dumps(pair).encode()
        if url.endswith("/v2.0/oa/upload/file"):
            self.brought.append(body)
            if self.uploads:
                return self._answer(self.uploads)
            token = {"error": 0, "data": {"token": f"tok-{len(self.brought)}"}}
            return 200, json.dumps(token).encode()
        if self.sends:
            return self._answer(self.sends)
        self.took.append(json.loads(body)["message"])
        sent = {"error": 0, "data": {"message_id": f"z-{len(self.took)}"}}
        return 200, json.dumps(sent).encode()

    def _answer(self, waiting: list[tuple[int, Any]]) -> tuple[int, bytes]:
        status, told = waiting.pop(0)
        return status, told if isinstance(told, bytes) else json.dumps(told).encode()


@pytest.fixture
def zalo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Zalo:
    fake = Zalo()
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


def brought(desk: Desk, content: bytes, name: str) -> dict[str, str]:
    made = desk.lan.post("/media").body["id"]
    blobs.put(uploads.upload_key(made), content)
    return {"id": made, "name": name}


def reply(desk: Desk, **body: Any) -> Answer:
    answer = desk.lan.post(f"/tickets/{desk.ticket['id']}/replies", {"text": TEXT, **body})
    if answer.status == 202:
        desk.world.run()
    return answer


def says(desk: Desk, text: str) -> dict[str, Any]:
    """The customer says it; the message as it is kept."""
    desk.world.zalo(text)
    desk.world.run()
    heard = [m for m in desk.world.messages(desk.ticket["id"]) if m["direction"] == "in"]
    return heard[-1]


def echoed(world: World, part: dict[str, Any], *, msg_id: str) -> None:
    """Zalo tells of a part that it took."""
    if "text" in part:
        speech.oa_says(world, part["text"], msg_id=msg_id, by=None)
        return
    file = {"type": "file", "payload": {"url": "https://f.zdn.vn/x", "name": "x.pdf"}}
    message = {"msg_id": msg_id, "attachments": [file]}
    speech.zalo(world, "oa_send_file", by_oa=True, sender={}, message=message)


class TestFiles:
    def test_a_file_is_brought_once_and_named_by_its_token(self, desk: Desk, zalo: Zalo) -> None:
        assert reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")]).status == 202
        (body,) = zalo.brought
        assert PDF in body
        assert 'filename="Hoá đơn.pdf"'.encode() in body
        file = {"attachment": {"type": "file", "payload": {"token": "tok-1"}}}
        assert zalo.took == [file, {"text": TEXT}]
        assert desk.message["status"] == "sent"

    def test_an_attempt_that_goes_on_brings_nothing_again(
        self, desk: Desk, zalo: Zalo, later: Later
    ) -> None:
        zalo.sends = [(200, {"error": -32, "message": "limit"})]
        reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")])
        assert desk.message["status"] == "delayed"
        later(seconds=46)
        desk.due()
        assert len(zalo.brought) == 1
        assert len(zalo.took) == 2
        assert desk.message["status"] == "sent"

    @pytest.mark.parametrize("lost", [(0, b"ReadTimeoutError"), (200, b"<html>"), (503, b"")])
    def test_an_answer_that_is_lost_while_bringing_sends_nothing_twice(
        self, desk: Desk, zalo: Zalo, later: Later, lost: tuple[int, bytes]
    ) -> None:
        zalo.uploads = [lost]
        reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")])
        assert desk.message["status"] == "delayed"
        assert zalo.took == []
        later(seconds=121)
        desk.due()
        assert desk.message["status"] == "sent"
        assert [sorted(one) for one in zalo.took] == [["attachment"], ["text"]]

    def test_the_token_is_renewed_for_a_file_too(self, desk: Desk, zalo: Zalo) -> None:
        zalo.uploads = [(200, {"error": -216, "message": "expired"})]
        reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")])
        assert zalo.renewed == 1
        assert (len(zalo.brought), len(zalo.took)) == (2, 2)
        assert desk.message["status"] == "sent"

    def test_what_the_provider_refuses_goes_as_a_link(self, desk: Desk, zalo: Zalo) -> None:
        zalo.uploads = [(200, {"error": -201, "message": "file type"})]
        reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")])
        (said,) = zalo.took
        assert said["text"].startswith(f"{TEXT}\nHoá đơn.pdf: http")
        assert desk.message["status"] == "sent"

    def test_a_kind_the_channel_does_not_take_goes_as_a_link(self, desk: Desk, zalo: Zalo) -> None:
        reply(desk, media=[brought(desk, HTML, "a.html")])
        (said,) = zalo.took
        assert said["text"].startswith(f"{TEXT}\na.html: http")
        assert zalo.brought == []

    def test_an_echo_of_a_file_whose_answer_was_lost_is_ours(
        self, desk: Desk, zalo: Zalo, later: Later
    ) -> None:
        zalo.sends = [(0, b"ReadTimeoutError")]
        reply(desk, media=[brought(desk, PDF, "Hoá đơn.pdf")])
        assert desk.message["status"] == "delayed"
        echoed(desk.world, {"attachment": {}}, msg_id="z-9")
        desk.world.run()
        later(seconds=121)
        desk.due()
        assert zalo.took == [{"text": TEXT}], "the file had arrived"
        assert desk.message["status"] == "sent"

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_killed_at_any_call_each_part_goes_out_once(
        self, desk: Desk, zalo: Zalo, later: Later, after: bool
    ) -> None:
        world = desk.world
        media = [brought(desk, PDF, "Hoá đơn.pdf")]
        path = f"/tickets/{desk.ticket['id']}/replies"
        assert desk.lan.post(path, {"text": TEXT, "media": media}).status == 202
        world.pump._stream()
        queue = f"{world.cloud.prefix}-outbound.fifo"
        (entry,) = world.cloud._queues()[queue]._messages
        queued = Snapshot.of(world.cloud)
        for number in range(1, 100):
            queued.restore()
            world.pump.stream_position = 0
            world.cloud._queues()[queue]._messages.append(entry)
            zalo.took.clear()
            zalo.brought.clear()
            accounts.forget()
            with watched(Calls(broken=number, after=after)) as calls:
                try:
                    world.run()
                except Killed:
                    for place, part in enumerate(zalo.took, start=1):
                        echoed(world, part, msg_id=f"z-{place}")
                    world.run()
            later(seconds=61)
            world.pump.retry()
            kinds = [sorted(one) for one in zalo.took]
            assert (number, kinds) == (number, [["attachment"], ["text"]])
            assert desk.message["status"] == "sent", number
            if len(calls.made) < number:
                break
        assert number > 6


class TestChoices:
    def test_they_are_buttons_and_a_tap_says_its_value(self, desk: Desk, zalo: Zalo) -> None:
        reply(desk, choices=CHOICES)
        (said,) = zalo.took
        buttons = said["attachment"]["payload"]["buttons"]
        assert [one["title"] for one in buttons] == ["Đổi size", "Hủy đơn", "Bảng size"]
        assert buttons[0]["payload"] == "size"
        assert desk.message["choices"] == CHOICES
        tapped = says(desk, "cancel")  # Zalo tells of a tapped button by its payload alone
        assert (tapped["text"], tapped["postback"]) == ("cancel", "cancel")

    @pytest.mark.parametrize(
        ("said", "postback"),
        [
            ("1", "size"),
            ("2.", "cancel"),
            ("huy don", "cancel"),
            ("ĐỔI SIZE!", "size"),
            ("3", None),
            ("2 cái", None),
            ("đổi size giúp mình", None),
        ],
    )
    def test_a_typed_number_or_title_takes_one(
        self, desk: Desk, zalo: Zalo, said: str, postback: str | None
    ) -> None:
        reply(desk, choices=CHOICES)
        assert says(desk, said)["postback"] == postback

    def test_a_second_number_is_a_number(self, desk: Desk, zalo: Zalo) -> None:
        reply(desk, choices=CHOICES)
        assert says(desk, "1")["postback"] == "size"
        assert says(desk, "2")["postback"] is None

    def test_after_we_have_said_something_else_a_number_is_a_number(
        self, desk: Desk, zalo: Zalo
    ) -> None:
        reply(desk, choices=CHOICES)
        reply(desk, text="Bạn lấy mấy cái ạ?")
        assert says(desk, "2")["postback"] is None

    def test_a_day_later_a_number_is_a_number(self, desk: Desk, zalo: Zalo, later: Later) -> None:
        reply(desk, choices=CHOICES)
        later(hours=25)
        assert says(desk, "2")["postback"] is None

    def test_what_never_went_out_was_never_asked(self, desk: Desk, zalo: Zalo) -> None:
        zalo.sends = [(200, {"error": -201, "message": "no"})]
        reply(desk, choices=CHOICES)
        assert desk.message["status"] == "failed"
        assert says(desk, "2")["postback"] is None

    @pytest.mark.parametrize(
        "choices",
        [
            [{"title": "A"}, {"title": "a"}],
            [{"title": "A", "value": "x"}, {"title": "B", "value": "x"}],
            [{"title": "A", "value": "x", "url": "https://shop.example"}],
            [{"title": "A", "url": "http://shop.example"}],
            [{"title": "A", "url": "javascript:alert(1)"}],
            [{"title": "   "}],
            [{"title": "x" * 81}],
            [{"title": str(n)} for n in range(11)],
        ],
    )
    def test_what_nobody_could_answer_is_refused(self, desk: Desk, choices: Any) -> None:
        assert reply(desk, choices=choices).status == 422


def test_in_time_is_a_day() -> None:
    asked = datetime(2026, 11, 21, tzinfo=UTC)
    day = timedelta(days=1)
    assert choosing.in_time(asked_at=asked, at=asked)
    assert choosing.in_time(asked_at=asked, at=asked + day - timedelta(seconds=1))
    assert not choosing.in_time(asked_at=asked, at=asked + day)
    assert not choosing.in_time(asked_at=asked, at=asked - timedelta(seconds=1))
    assert not choosing.in_time(asked_at=None, at=asked)


class TestDeliveryLog:
    def test_every_attempt_stands_in_it(self, desk: Desk, zalo: Zalo, later: Later) -> None:
        zalo.sends = [(200, {"error": -32, "message": "limit"}), (200, {"error": -201})]
        reply(desk)
        later(seconds=46)
        desk.due()
        message = desk.message
        path = f"/conversations/{message['conversation_id']}/messages/{message['id']}/deliveries"
        found = desk.lan.get(path)
        assert found.status == 200, found.body
        told = [(one["what"], one["code"]) for one in found.body["items"]]
        assert told == [("failed", "-201"), ("delayed", "-32"), ("queued", None)]
        failed, delayed, _ = found.body["items"]
        assert failed["reason"] == message["error_reason"]
        assert (delayed["outcome"], delayed["reason"]) == ("retry", None)
        assert delayed["until"] > delayed["at"]
        assert desk.lan.get(path.replace(message["id"], "0" * 36)).status == 404

    def test_of_another_message_it_says_nothing(self, desk: Desk, zalo: Zalo) -> None:
        reply(desk)
        first = desk.message
        reply(desk, text="Dạ còn gì nữa không ạ")
        path = f"/conversations/{first['conversation_id']}/messages/{first['id']}/deliveries"
        told = [one["what"] for one in desk.lan.get(path).body["items"]]
        assert told == ["sent", "queued"]
