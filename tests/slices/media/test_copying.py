"""What customers attach: copied at once, shown from our bucket, tried again, announced, ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.channels.facebook_message.adapter import ADAPTER as FACEBOOK
from chalicelib.channels.sending import CannotSend, HttpRequest, HttpResponse, NotTold
from chalicelib.channels.zalo_oa.adapter import ADAPTER as ZALO
from chalicelib.conversations import copying, retention
from chalicelib.conversations.model import Conversation, Message
from chalicelib.media import flows as media
from chalicelib.media.rules import REASONS
from chalicelib.platform import blobs, context, fetching, queue
from chalicelib.platform.aws import client
from chalicelib.platform.settings import SETTINGS
from tests.client import Caller
from tests.files import HTML, JPEG, PDF, PNG, Files, body, serving
from tests.slices.conftest import Later
from tests.world import PAGE, World

Json = dict[str, Any]


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    """No copies of another test: the bucket is not emptied between them."""
    blobs.drop(objects())


def attach(world: World, *urls: str, kind: str = "image", text: str = "Áo bị rách shop ơi") -> None:
    """A customer of the page sends files."""
    parts = [{"type": kind, "payload": {"url": url}} for url in urls]
    world.facebook(text, attachments=parts)


def message(world: World) -> Json:
    (only,) = world.messages(world.ticket()["id"])
    return only


def told(world: World) -> list[str]:
    return [n for n in world.events(world.ticket()["id"]) if n.startswith("message.media")]


def objects() -> list[str]:
    found = client("s3").list_objects_v2(Bucket=SETTINGS.bucket, Prefix="media/")
    return [one["Key"] for one in found.get("Contents", ())]


def again(world: World) -> Any:
    one = message(world)
    path = f"/conversations/{one['conversation_id']}/messages/{one['id']}/media"
    return world.admin.post(path)


def test_attachments_are_copied_and_shown_from_our_bucket_only(world: World, files: Files) -> None:
    urls = [files.put("/a.jpg?oh=1", JPEG), files.put("/b", body(PNG, kind="text/html"))]
    attach(world, *urls)
    world.run()
    assert world.pump.failures == {}
    one, other = message(world)["attachments"]
    assert (one["copy"], one["media_type"], one["size"]) == ("kept", "image/jpeg", len(JPEG))
    assert one["sha256"] == sha256(JPEG).hexdigest()
    assert other["media_type"] == "image/png", "the provider's word counts for nothing"
    assert files.base not in json.dumps(message(world)), "the provider's link is not shown"
    where = f"media/{message(world)['conversation_id']}/{message(world)['id']}/"
    assert objects() == [where + "0", where + "1"]
    for shown in (one, other):
        assert "X-Amz-Signature" in shown["url"]
        assert f"X-Amz-Expires={shown['url_expires_in']}" in shown["url"]
    assert told(world) == ["message.media_copied"]
    kept = client("s3").get_object(Bucket=SETTINGS.bucket, Key=where + "0")
    assert (kept["Body"].read(), kept["ContentType"]) == (JPEG, "image/jpeg")


def test_words_alone_cost_nothing(world: World) -> None:
    world.facebook("Cho mình hỏi giá áo")
    world.zalo("Shop ơi")
    world.run()
    assert not any("media" in item["data"]["S"] for item in world.cloud.items("events"))


def test_what_could_run_is_only_ever_downloaded(world: World, files: Files) -> None:
    attach(world, files.put("/a.jpg", body(HTML, kind="image/jpeg")), kind="file")
    world.run()
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["media_type"]) == ("kept", "application/octet-stream")
    assert "response-content-type=application%2Foctet-stream" in part["url"]
    kept = client("s3").get_object(Bucket=SETTINGS.bucket, Key=objects()[0])
    assert kept["ContentType"] == "application/octet-stream"
    assert kept["ContentDisposition"].startswith("attachment")


def test_a_file_keeps_its_name_made_harmless(world: World, files: Files) -> None:
    name = "../../Hoá đơn\u202e.pdf"
    part = {"type": "file", "payload": {"url": files.put("/f", PDF), "name": name, "size": "99"}}
    event = {
        "app_id": "3456789012345678901",
        "event_name": "user_send_file",
        "sender": {"id": "7812345678901234567"},
        "recipient": {"id": "2345678901234567890"},
        "message": {"msg_id": "m-file", "attachments": [part]},
        "timestamp": "1795000000000",
    }
    assert world.zalo_event(event) == 200
    world.run()
    (shown,) = message(world)["attachments"]
    assert (shown["name"], shown["size"]) == ("Hoá đơn.pdf", len(PDF))
    kept = client("s3").get_object(Bucket=SETTINGS.bucket, Key=objects()[0])
    assert kept["ContentDisposition"] == "inline; filename*=UTF-8''Ho%C3%A1%20%C4%91%C6%A1n.pdf"


def test_what_is_gone_is_announced_with_a_reason_and_tried_again_when_asked(
    world: World, files: Files
) -> None:
    url = files.base + "/late.jpg"
    attach(world, url)
    world.run()
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["copy_code"]) == ("failed", "gone")
    assert part["copy_reason"] == REASONS["gone"]
    assert "url" not in part
    assert told(world) == ["message.media_failed"]
    files.put("/late.jpg", JPEG)
    asked = again(world)
    assert (asked.status, asked.body["attachments"][0]["copy"]) == (202, "pending")
    world.run()
    assert message(world)["attachments"][0]["copy"] == "kept"
    assert told(world) == [
        "message.media_failed",
        "message.media_requested",
        "message.media_copied",
    ]
    assert again(world).body["attachments"][0]["copy"] == "kept"
    assert told(world)[3:] == [], "nothing is left to ask for"


def test_a_passing_fault_is_tried_again_later_and_later(
    world: World, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int] = []
    real = queue.send

    def send(name: str, messages: Any) -> int:
        entries = list(messages)
        delays.extend(one.delay for one in entries if name == queue.MEDIA and one.delay)
        return real(name, entries)

    monkeypatch.setattr(queue, "send", send)
    good = files.put("/good.jpg", JPEG)
    attach(world, files.put("/bad.jpg", body(b"", status=503)), good)
    world.run()
    bad, kept = message(world)["attachments"]
    assert (bad["copy"], bad["copy_code"], kept["copy"]) == ("failed", "no_answer", "kept")
    assert delays == list(copying.PAUSES)
    assert [path for path, _ in files.asked].count("/good.jpg") == 1
    assert told(world) == ["message.media_copied", "message.media_failed"]
    assert world.cloud.entries(queue.MEDIA) == []


def test_it_recovers_on_the_way(world: World, files: Files) -> None:
    left = [503, 500]

    def sometimes(to: Any) -> None:
        answer = body(b"", status=left.pop()) if left else body(JPEG)
        answer(to)

    attach(world, files.put("/a.jpg", sometimes))
    world.run()
    assert message(world)["attachments"][0]["copy"] == "kept"
    assert told(world) == ["message.media_copied"]


def test_an_entry_that_comes_twice_copies_once(world: World, files: Files) -> None:
    attach(world, files.put("/a.jpg", JPEG))
    world.run()
    world.pump.stream_position = 0
    world.run()
    assert len(files.asked) == 1
    assert told(world) == ["message.media_copied"]


def test_addresses_of_the_inside_are_never_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "resolve", lambda host, port: ["169.254.169.254"])
    attach(world, "https://metadata.example.vn/latest/meta-data/")
    world.run()
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["copy_code"]) == ("failed", "address_refused")


def test_places_and_links_are_not_fetched(world: World, files: Files) -> None:
    attach(world, files.put("/page", HTML), kind="fallback")
    world.run()
    (part,) = message(world)["attachments"]
    assert "copy" not in part
    assert files.asked == []


def test_a_message_taken_back_takes_its_copies_along(world: World, files: Files) -> None:
    mid = world.facebook(
        "Ảnh đây",
        attachments=[{"type": "image", "payload": {"url": files.put("/a.jpg", JPEG)}}],
    )
    world.run()
    assert len(objects()) == 1
    customer = {"sender": {"id": "6677889900112233"}, "recipient": {"id": PAGE}}
    gone = {**customer, "timestamp": 1, "message": {"mid": mid, "is_deleted": True}}
    assert world.facebook_items([gone]) == 200
    world.run()
    assert objects() == []
    assert message(world)["attachments"] == []


def test_taken_back_while_it_is_copied_nothing_stays(
    world: World, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.conversations import flows, receipts
    from chalicelib.platform import store

    real = media.copied

    def meanwhile(conversation_id: str, message_id: str, source: Any) -> Any:
        done = real(conversation_id, message_id, source)
        item = flows.find_message(conversation_id, message_id)
        assert item is not None
        store.commit(receipts.unsend(item, "p", context.begin()))
        return done

    monkeypatch.setattr(media, "copied", meanwhile)
    attach(world, files.put("/a.jpg", JPEG))
    world.run()
    assert objects() == []


def test_old_copies_go_and_say_so(world: World, files: Files, later: Later) -> None:
    attach(world, files.put("/a.jpg", JPEG))
    world.run()
    later(days=400)
    world.pump.schedule("customer_apply_retention")
    assert len(objects()) == 1, "payloads are gone, media are kept longer"
    assert world.admin.put("/retention/media", {"days": 365}).status == 200
    world.pump.schedule("customer_apply_retention")
    assert objects() == []
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["copy_reason"]) == ("expired", REASONS["expired"])
    assert set(retention.KINDS) == {"raw_payloads", "media"}
    assert again(world).body["attachments"][0]["copy"] == "expired"


class ById:
    """A channel whose media come as an id, are asked for, and are fetched with its token."""

    def __init__(self, base: str) -> None:
        self.base = base

    def media_request(self, part: Any, account: Any) -> HttpRequest | None:
        return HttpRequest(method="GET", url=f"{self.base}/ask/{part.provider_id}")

    def media_address(self, response: HttpResponse) -> str:
        if response.status != 200:
            raise NotTold
        return str(json.loads(response.body)["url"])

    def media_headers(self, account: Any) -> Json:
        return {"Authorization": "Bearer t"}


def test_a_medium_by_id_is_asked_for_anew_at_every_try(
    world: World, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = ById(files.base)
    for name in ("media_request", "media_address", "media_headers"):
        monkeypatch.setattr(type(FACEBOOK), name, staticmethod(getattr(fake, name)))
    (account,) = (a for a in world.list("/channel-accounts") if a["account_id"] == PAGE)
    live = {"mode": "live", "credentials": {"access_token": "t"}}
    assert world.admin.patch(f"/channel-accounts/{account['id']}", live).status == 200
    left = ["/expired.jpg", "/now.jpg"]
    files.put("/expired.jpg", body(b"", status=503))
    files.put("/now.jpg", JPEG)

    def tell(to: Any) -> None:
        body(json.dumps({"url": files.base + left.pop(0)}).encode())(to)

    files.put("/ask/77", tell)
    sticker = {"type": "image", "payload": {"sticker_id": 77}}
    world.facebook("", attachments=[sticker])
    world.run()
    (part,) = world.list(f"/conversations/{_conversation(world)}/messages")[0]["attachments"]
    assert part["copy"] == "kept", part
    asked = [path for path, _ in files.asked]
    assert asked == ["/ask/77", "/expired.jpg", "/ask/77", "/now.jpg"]
    assert files.asked[-1][1]["authorization"] == "Bearer t"


def test_without_a_token_the_message_is_there_and_says_why_the_file_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_token(*_: Any) -> Any:
        raise CannotSend("no token")

    for name in ("media_request", "media_headers"):
        monkeypatch.setattr(type(FACEBOOK), name, no_token)
    (account,) = (a for a in world.list("/channel-accounts") if a["account_id"] == PAGE)
    live = {"mode": "live", "credentials": {"access_token": "t"}}
    assert world.admin.patch(f"/channel-accounts/{account['id']}", live).status == 200
    world.facebook("Ảnh áo rách", attachments=[{"type": "image", "payload": {}}])
    world.run()
    assert world.pump.failures == {}
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["copy_reason"]) == ("failed", REASONS["not_told"])


def _conversation(world: World) -> str:
    (only,) = world.list("/conversations")
    return str(only["id"])


def test_bytes_inside_an_event_are_kept_without_asking_anybody(
    world: World, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = type(ZALO)
    monkeypatch.setattr(kind, "media_inside", True)
    monkeypatch.setattr(kind, "media_body", lambda self, number, raw: PNG + str(raw)[:0].encode())
    event = {
        "app_id": "3456789012345678901",
        "event_name": "user_send_image",
        "sender": {"id": "7812345678901234567"},
        "recipient": {"id": "2345678901234567890"},
        "message": {"msg_id": "m-in", "attachments": [{"type": "image", "payload": {}}]},
        "timestamp": "1795000000000",
    }
    assert world.zalo_event(event) == 200
    world.run()
    (part,) = message(world)["attachments"]
    assert (part["copy"], part["media_type"]) == ("kept", "image/png")


def test_what_stands_raw_is_found_again(world: World) -> None:
    world.zalo("Cho mình hỏi giá áo", junk="x" * 100)
    world.run()
    one = message(world)
    item = Message.get(one["conversation_id"], f"message#{one['id']}")
    assert copying.raw_of(item)["junk"] == "x" * 100


def test_a_customer_s_end_is_the_end_of_copies_nobody_knows_of(world: World, files: Files) -> None:
    attach(world, files.put("/a.jpg", JPEG))
    world.run()
    conversation = _conversation(world)
    blobs.put(media.key(conversation, "a-message-that-is-gone", 0), JPEG)
    profile = Conversation.get(conversation, "conversation").profile_id
    asked = {"verified_by": "call_back", "reason": "Khách yêu cầu"}
    made = world.admin.post(f"/profiles/{profile}/erase", asked).body["id"]
    world.run()
    assert world.admin.get(f"/rights-requests/{made}").body["status"] == "done"
    assert objects() == []


def test_a_copy_of_everything_holds_the_files(world: World, files: Files) -> None:
    attach(world, files.put("/a.jpg", JPEG))
    world.run()
    (profile,) = world.list("/profiles")
    asked = {"verified_by": "call_back", "reason": "Khách yêu cầu"}
    made = world.admin.post(f"/profiles/{profile['id']}/export", asked).body["id"]
    world.run()
    path = f"/rights-requests/{made}/export"
    document = json.loads(world.admin.get(path).body["content"])
    (said,) = document["sections"]["conversations"]["messages"]
    (part,) = said["attachments"]
    assert (part["file"], part["sha256"]) == (objects()[0], sha256(JPEG).hexdigest())
    assert "url" not in part
    (file,) = world.admin.get(path + "/files").body["items"]
    assert file["file"] == part["file"]
    assert "X-Amz-Signature" in file["url"]


def test_only_staff_may_ask_for_another_try(world: World, files: Files) -> None:
    attach(world, files.base + "/none.jpg")
    world.run()
    one = message(world)
    path = f"/conversations/{one['conversation_id']}/messages/{one['id']}/media"
    assert Caller(app=world.admin.app).post(path).status == 401
    missing = world.admin.post(f"/conversations/{one['conversation_id']}/messages/none/media")
    assert (missing.status, missing.body["code"]) == (404, "message_not_found")
