"""Files that our side sends: brought to the bucket, named in a reply, sent as the channel can."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.media import uploads
from chalicelib.platform import blobs
from tests.client import Caller
from tests.files import HTML, PDF
from tests.world import World

Json = dict[str, Any]

#: A kind of file that the channel does not take as a file.
NOTE = "Tổng cộng: 250.000 đ".encode()


@pytest.fixture
def lan(world: World) -> Caller:
    caller = world.agent("Lan")
    world.zalo("Cho mình xin hoá đơn")
    world.run()
    return caller


def brought(lan: Caller, content: bytes) -> str:
    """A file put where the address leads; its id."""
    made = lan.post("/media")
    assert (made.status, made.body["method"]) == (201, "PUT")
    assert "X-Amz-Signature" in made.body["url"]
    assert f"/uploads/{made.body['id']}?" in made.body["url"]
    blobs.put(uploads.upload_key(made.body["id"]), content)
    return str(made.body["id"])


def replies(world: World, lan: Caller, *media: Json) -> Any:
    body = {"text": "Dạ hoá đơn đây ạ", "media": list(media)}
    return lan.post(f"/tickets/{world.ticket()['id']}/replies", body)


def test_a_file_goes_out_as_a_link_and_is_kept_with_the_reply(world: World, lan: Caller) -> None:
    answer = replies(world, lan, {"id": brought(lan, NOTE), "name": "Hoá đơn.txt"})
    assert answer.status == 202, answer.body
    (part,) = answer.body["attachments"]
    assert (part["kind"], part["name"], part["copy"]) == ("file", "Hoá đơn.txt", "kept")
    world.run()
    said = world.messages(world.ticket()["id"])[-1]
    assert (said["status"], said["text"]) == ("sent", "Dạ hoá đơn đây ạ")
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    (entry,) = world.list(f"/channel-accounts/{account['id']}/outbox")
    text = json.loads(entry["body"])["message"]["text"]
    assert text.startswith("Dạ hoá đơn đây ạ\nHoá đơn.txt: http")
    assert f"/media/{said['conversation_id']}/{said['id']}/0?" in text


def test_a_file_goes_out_as_a_file_where_the_channel_takes_it(world: World, lan: Caller) -> None:
    assert replies(world, lan, {"id": brought(lan, PDF), "name": "Hoá đơn.pdf"}).status == 202
    world.run()
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    sent = world.list(f"/channel-accounts/{account['id']}/outbox")
    messages = [json.loads(one["body"])["message"] for one in sent]
    file = {"attachment": {"type": "file", "payload": {"token": "sandbox-0"}}}
    assert file in messages
    assert {"text": "Dạ hoá đơn đây ạ"} in messages


@pytest.mark.parametrize(
    ("content", "code"), [(b"MZ" + b"\0" * 20, "media_refused"), (b"", "media_refused")]
)
def test_what_is_not_passed_on_is_refused_before_anything_is_stored(
    world: World, lan: Caller, content: bytes, code: str
) -> None:
    answer = replies(world, lan, {"id": brought(lan, content)})
    assert (answer.status, answer.body["code"]) == (422, code)
    assert [m["direction"] for m in world.messages(world.ticket()["id"])] == ["in"]


def test_a_file_must_have_been_brought(world: World, lan: Caller) -> None:
    made = lan.post("/media").body["id"]
    answer = replies(world, lan, {"id": made})
    assert (answer.status, answer.body["code"]) == (422, "no_upload")
    for wrong in ("../media/x", "x", ""):
        assert replies(world, lan, {"id": wrong}).status == 422


def copies() -> list[str]:
    return blobs.keys("media/")


def test_a_reply_that_is_refused_leaves_no_file(
    world: World, lan: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody finishes the ticket while the files are copied."""
    before = copies()
    file, attached = brought(lan, PDF), uploads.attached
    path = f"/tickets/{world.ticket()['id']}/done"

    def slow(*given: Any) -> Any:
        found = attached(*given)
        world.admin.post(path, {"outcome": "resolved"})
        return found

    monkeypatch.setattr(uploads, "attached", slow)
    answer = replies(world, lan, {"id": file})
    assert answer.status == 409, answer.body
    assert copies() == before


def test_of_several_files_one_that_is_refused_leaves_none(world: World, lan: Caller) -> None:
    before = copies()
    good, bad = brought(lan, PDF), brought(lan, b"MZ" + b"\0" * 20)
    assert replies(world, lan, {"id": good}, {"id": bad}).status == 422
    assert copies() == before


def test_what_could_run_is_sent_to_be_downloaded(world: World, lan: Caller) -> None:
    answer = replies(world, lan, {"id": brought(lan, HTML), "name": "a.html"})
    assert answer.body["attachments"][0]["media_type"] == "application/octet-stream"
