"""Files that our side sends: brought to the bucket, named in a reply, sent as a link."""

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
    answer = replies(world, lan, {"id": brought(lan, PDF), "name": "Hoá đơn.pdf"})
    assert answer.status == 202, answer.body
    (part,) = answer.body["attachments"]
    assert (part["kind"], part["name"], part["copy"]) == ("file", "Hoá đơn.pdf", "kept")
    world.run()
    said = world.messages(world.ticket()["id"])[-1]
    assert (said["status"], said["text"]) == ("sent", "Dạ hoá đơn đây ạ")
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    (entry,) = world.list(f"/channel-accounts/{account['id']}/outbox")
    text = json.loads(entry["body"])["message"]["text"]
    assert text.startswith("Dạ hoá đơn đây ạ\nHoá đơn.pdf: http")
    assert f"/media/{said['conversation_id']}/{said['id']}/0?" in text


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


def test_what_could_run_is_sent_to_be_downloaded(world: World, lan: Caller) -> None:
    answer = replies(world, lan, {"id": brought(lan, HTML), "name": "a.html"})
    assert answer.body["attachments"][0]["media_type"] == "application/octet-stream"
