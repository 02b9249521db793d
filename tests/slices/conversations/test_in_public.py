"""Comments from the push to the answer: in public, once in private, and never by mistake."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform import outward
from tests.client import Caller
from tests.slices.conftest import Later
from tests.world import APP_SECRET, PAGE, World, milliseconds

INSTAGRAM = "17841400000000001"
HONG = "6677889900112233"
CREDENTIALS = {"app_secret": APP_SECRET, "verify_token": "v"}
QUESTION = "Shop ơi cái này giá bao nhiêu vậy"

Json = dict[str, Any]


class Meta:
    """Customers who write to a page and an Instagram account, and the agent who answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.comments = world.connect("facebook_comment", PAGE, CREDENTIALS)
        self.instagram = world.connect("instagram", INSTAGRAM, CREDENTIALS)
        accounts.forget()
        self.lan: Caller = world.agent("Lan")

    def post(self, kind: str, account: str, **parts: Any) -> None:
        entry = {"id": account, "time": milliseconds()} | parts
        body = json.dumps({"object": kind, "entry": [entry]}).encode()
        signature = hmac.new(APP_SECRET.encode(), body, sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}"}
        assert self.world.webhook("meta", body, headers) == 200

    def comment(self, said: str = "901_903", **value: Any) -> None:
        whole = {
            "item": "comment",
            "verb": "add",
            "comment_id": said,
            "post_id": f"{PAGE}_901",
            "created_time": milliseconds() // 1000,
            "from": {"id": HONG, "name": "Trần Thị Hồng"},
            "message": QUESTION,
        }
        self.post("page", PAGE, changes=[{"field": "feed", "value": whole | value}])
        self.world.run()

    def instagram_comment(self, said: str = "17890000000000001") -> None:
        value = {"id": said, "text": QUESTION, "from": {"id": HONG, "username": "hong"}}
        self.post("instagram", INSTAGRAM, changes=[{"field": "comments", "value": value}])

    def instagram_message(self, text: str, *, ours: bool = False, mid: str = "aWdfMQ") -> None:
        sides = [{"id": HONG}, {"id": INSTAGRAM}]
        sender, recipient = sides[::-1] if ours else sides
        message = {"mid": mid, "text": text} | ({"is_echo": True} if ours else {})
        item = {"sender": sender, "recipient": recipient, "timestamp": milliseconds()}
        self.post("instagram", INSTAGRAM, messaging=[{**item, "message": message}])

    def reply(self, **more: Any) -> Json:
        path = f"/tickets/{self.world.ticket()['id']}/replies"
        answer = self.lan.post(path, {"text": "Dạ 250k ạ", **more})
        assert answer.status == 202, answer.body
        body: Json = answer.body
        return body

    def sent(self, account: str) -> list[tuple[str, Json]]:
        """Path and body of what an account would have sent."""
        found = self.world.list(f"/channel-accounts/{account}/outbox")
        return [(one["url"].split("/v25.0")[1], json.loads(one["body"])) for one in found]


@pytest.fixture
def meta(world: World) -> Meta:
    return Meta(world)


def test_a_comment_is_a_ticket_and_answered_under_it(meta: Meta) -> None:
    meta.comment()
    ticket = meta.world.ticket()
    assert (ticket["source"], ticket["sub_type"]) == ("facebook", "product_price")
    assert not meta.reply()["privately"]
    meta.world.run()
    assert meta.sent(meta.comments) == [("/901_903/comments", {"message": "Dạ 250k ạ"})]
    assert [m["status"] for m in meta.world.messages(ticket["id"])] == ["received", "sent"]


def test_a_comment_is_answered_in_private_when_asked_to(meta: Meta) -> None:
    meta.comment()
    assert meta.reply(privately=True)["privately"]
    meta.world.run()
    [(path, body)] = meta.sent(meta.comments)
    assert (path, body["recipient"]) == (f"/{PAGE}/messages", {"comment_id": "901_903"})


def test_in_private_after_seven_days_it_fails_with_a_reason(meta: Meta, later: Later) -> None:
    meta.comment()
    later(days=8)
    meta.reply(privately=True)
    meta.world.run()
    last = meta.world.messages(meta.world.ticket()["id"])[-1]
    assert (last["status"], last["error_code"]) == ("failed", "unreachable")
    assert "7 ngày" in last["error_reason"]


def test_all_comments_of_one_person_are_one_conversation(meta: Meta) -> None:
    meta.comment()
    meta.comment("901_904", message="Còn màu đỏ không ạ")
    assert len(meta.world.list("/conversations")) == 1
    meta.reply()
    meta.reply(reply_to="901_903")
    meta.world.run()
    assert {path for path, _ in meta.sent(meta.comments)} == {
        "/901_903/comments",
        "/901_904/comments",
    }


def test_who_comments_and_writes_to_the_page_is_one_customer(meta: Meta) -> None:
    meta.comment()
    meta.world.facebook("Mình vừa bình luận hỏi giá đó shop", user=HONG)
    meta.world.run()
    talks = meta.world.list("/conversations")
    assert {talk["channel"] for talk in talks} == {"facebook_comment", "facebook_message"}
    assert len({talk["profile_id"] for talk in talks}) == 1
    meta.comment("901_905", **{"from": None}, message="Ai cho mình hỏi với")
    assert len({talk["profile_id"] for talk in meta.world.list("/conversations")}) == 2


def test_an_edit_a_removal_and_our_own_comment(meta: Meta) -> None:
    meta.comment()
    meta.comment(verb="edited", message="Cái này giá bao nhiêu, còn hàng không shop")
    ticket = meta.world.ticket()["id"]
    assert meta.world.messages(ticket)[0]["text"].endswith("còn hàng không shop")
    meta.comment("901_999", **{"from": {"id": PAGE}}, message="Dạ shop đã nhắn riêng ạ")
    meta.comment(verb="hide")
    meta.comment(verb="remove", message=None)
    [said] = meta.world.messages(ticket)
    assert said["text"] is None
    assert said["deleted_at"] is not None


def test_comments_of_a_page_without_their_channel_wait_for_it(world: World) -> None:
    meta = Meta.__new__(Meta)
    meta.world = world
    meta.comment()
    [kept] = world.list("/quarantine")
    assert kept["reason"] == "account_not_connected"
    Meta(world)
    assert world.admin.post("/quarantine/replay", {}).status == 202
    world.run()
    assert world.ticket()["channel"] == "facebook_comment"


# --------------------------------------------------- what not everybody shall read

PRIVATE_WORDS = [
    "Dạ shop gọi chị số 0912 345 678 nhé",
    "Dạ shop gửi hoá đơn về lan@khach.vn ạ",
    "Đơn DH12345 của chị đã giao rồi ạ",
    "Shop giao tới 12 Lê Lợi chiều nay ạ",
]


def refused(meta: Meta, text: str = "Dạ 250k ạ", **more: Any) -> Json:
    path = f"/tickets/{meta.world.ticket()['id']}/replies"
    answer = meta.lan.post(path, {"text": text, **more})
    assert (answer.status, answer.body["code"]) == (422, "would_be_public"), answer.body
    assert "privately=true" in answer.body["detail"]
    body: Json = answer.body
    return body


@pytest.mark.parametrize("text", PRIVATE_WORDS)
def test_what_is_somebodys_own_is_not_said_in_public(meta: Meta, text: str) -> None:
    meta.comment()
    profile = meta.world.ticket()["profile_id"]
    home = {"address": "12 Lê Lợi, Quận 1, TP. Hồ Chí Minh"}
    assert meta.world.admin.patch(f"/profiles/{profile}", home).status == 200
    assert refused(meta, text)["field"] == "text"
    assert refused(meta, text, reply_to="901_903")["field"] == "text"
    assert [m["direction"] for m in meta.world.messages(meta.world.ticket()["id"])] == ["in"]
    meta.reply(text=text, privately=True)


def test_our_own_number_may_be_said_to_everybody(meta: Meta) -> None:
    meta.comment()
    said = "Chị gọi shop số 0901 234 567 hoặc hotro@shop.vn ạ"
    refused(meta, said)
    path = f"/channel-accounts/{meta.comments}"
    own = {"public_contacts": ["+84901234567", "hotro@shop.vn"]}
    assert meta.world.admin.patch(path, {"settings": own}).status == 200
    accounts.forget()
    meta.reply(text=said)
    refused(meta, "Chị gọi shop số 0901 234 568 ạ")


def test_a_private_matter_is_not_answered_under_a_comment_by_mistake(meta: Meta) -> None:
    """The customer writes to Instagram, then comments: the comment is their last word."""
    meta.instagram_message("Mình hỏi chút ạ, giá bao nhiêu")
    meta.instagram_comment()
    meta.world.run()
    assert refused(meta)["field"] == "privately"
    meta.reply(privately=True)
    meta.world.run()
    [(path, body)] = meta.sent(meta.instagram)
    assert (path, body["recipient"]) == ("/me/messages", {"comment_id": "17890000000000001"})


def test_nor_one_that_went_on_in_private(meta: Meta) -> None:
    meta.instagram_comment()
    meta.instagram_message("Mình nhắn riêng nhé shop")
    meta.instagram_comment("17890000000000002")
    meta.world.run()
    assert refused(meta)["field"] == "privately"
    meta.reply(reply_to="17890000000000002")


def test_nor_one_of_another_channel(meta: Meta) -> None:
    meta.world.facebook("Đơn DH12345 của mình giao thiếu hàng", user=HONG)
    meta.world.run()
    meta.comment(message="Đơn DH12345 giao thiếu hàng mà shop không trả lời")
    assert len(meta.world.list("/conversations")) == 2
    assert meta.world.ticket()["channel"] == "facebook_message"
    assert refused(meta)["field"] == "privately"
    meta.reply(reply_to="901_903")  # an agent who says so


# --------------------------------------------------------------------- instagram


def test_what_answers_a_message_never_ends_under_a_comment(meta: Meta) -> None:
    """The comment comes between the answer and its going out."""
    meta.instagram_message("Gửi mình số tài khoản với ạ")
    meta.world.run()
    meta.reply(text="Dạ số tài khoản là 0123 ạ")
    pump = meta.world.pump
    held, pump.stream_position = pump.stream_position, 10**9  # the answer does not go out yet
    meta.instagram_comment()
    meta.world.run()
    [talk] = meta.world.list("/conversations")
    assert len(meta.world.list(f"/conversations/{talk['id']}/messages")) == 3
    pump.stream_position = held
    meta.world.run()
    [(path, body)] = meta.sent(meta.instagram)
    assert (path, body["message"]) == ("/me/messages", {"text": "Dạ số tài khoản là 0123 ạ"})


def test_messages_and_comments_of_instagram_are_one_conversation(meta: Meta) -> None:
    meta.instagram_message("Mình hỏi chút ạ, giá bao nhiêu")
    meta.instagram_comment()
    meta.world.run()
    assert len(meta.world.list("/conversations")) == 1
    meta.reply(reply_to="17890000000000001")
    meta.reply(reply_to="aWdfMQ")
    meta.world.run()
    assert {path for path, _ in meta.sent(meta.instagram)} == {
        "/17890000000000001/replies",
        "/me/messages",
    }


def test_a_mention_is_asked_for_and_becomes_a_ticket(
    meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def call(method: str, url: str, *, headers: Any, body: bytes) -> tuple[int, bytes]:
        asked.append(url)
        words = {"id": "17890000000000009", "text": "@shop giao thiếu hàng", "username": "hong"}
        return 200, json.dumps({"mentioned_comment": words, "id": INSTAGRAM}).encode()

    monkeypatch.setattr(outward, "call", call)
    live = {"mode": "live", "credentials": {**CREDENTIALS, "access_token": "AT-1"}}
    path = f"/channel-accounts/{meta.instagram}"
    assert meta.world.admin.patch(path, live).status == 200
    accounts.forget()
    value = {"media_id": "17900000000000003", "comment_id": "17890000000000009"}
    meta.post("instagram", INSTAGRAM, changes=[{"field": "mentions", "value": value}])
    meta.world.run()
    assert len(asked) == 1
    assert meta.world.ticket()["sub_type"] == "wrong_or_missing_item"
    [said] = meta.world.messages(meta.world.ticket()["id"])
    assert said["text"] == "@shop giao thiếu hàng"


def test_a_mention_on_a_sandbox_account_is_nobodys(meta: Meta) -> None:
    value = {"media_id": "17900000000000003", "comment_id": "17890000000000009"}
    meta.post("instagram", INSTAGRAM, changes=[{"field": "mentions", "value": value}])
    meta.world.run()
    assert meta.world.list("/conversations") == []
