"""A person's rights, whole: a copy of everything, then the end of everything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.customer import erasing, walking
from chalicelib.platform import context, quarantine
from chalicelib.platform.aws import client
from chalicelib.platform.clock import now
from chalicelib.platform.settings import SETTINGS
from chalicelib.profiles import rights
from chalicelib.profiles.family import family_of
from tests.faults import Calls, Killed, Snapshot, watched
from tests.world import OA, World

WIDGET = "pk_quyen"
#: Everything that may lead back to the person, as it may be written.
TRACES = (
    "Nguyễn Thị Hạnh", "hạnh", "nguyen thi hanh", "0987654321", "0987 654 321", "987654321",
    "+84987654321", "hanh.nt@thu.example.vn", "7812345678901234567", "máy xay", "ghi chú riêng",
    "khách dặn gọi sau 17 giờ", "đơn giao nhầm màu", "ngõ 12 phố huế", "dh-77001",
)  # fmt: skip


@pytest.fixture
def person(world: World) -> str:
    """Somebody with Zalo, a form, orders, tickets, notes and more; returns a profile's id."""
    agent = world.agent("Lan")
    form = world.connect("web_form", "site-1", {"widget_key": WIDGET})
    assert form
    fields = {
        "widget_key": WIDGET,
        "website": "",
        "name": "Nguyễn Thị Hạnh",
        "phone": "0987 654 321",
        "email": "hanh.nt@thu.example.vn",
        "message": "Đơn giao nhầm màu, cho mình hỏi máy xay",
        "consent": True,
        "client_id": "5f0c7d1e-0000-4000-8000-00000000abcd",
        "order": "DH-77001",
    }
    body = json.dumps(fields, ensure_ascii=False).encode()
    assert world.webhook("website/site-1", body, {"Origin": "https://shop.example.vn"}) == 200
    world.zalo("Máy xay bị hỏng, gọi mình 0987654321 nhé, ngõ 12 phố Huế")
    world.run()
    one, other = [profile["id"] for profile in world.list("/profiles")]
    joined = world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    assert joined.status in (200, 201), joined.body
    world.run()
    for ticket in world.tickets():
        path = f"/tickets/{ticket['id']}"
        assert agent.post(f"{path}/notes", {"text": "Khách dặn gọi sau 17 giờ"}).status == 201
        if ticket["channel"] == "zalo_oa":
            reply = {"text": "Chào chị Hạnh, shop xin lỗi ạ"}
            key = agent.with_headers(Idempotency_Key=f"reply-{ticket['id']}")
            assert key.post(f"{path}/replies", reply).status == 202
    noted = world.admin.post(f"/profiles/{one}/notes", {"text": "Ghi chú riêng của chị Hạnh"})
    assert noted.status == 201, noted.body
    world.run()
    _order(world, one)
    _oversized(world)
    _kept(world)
    world.run()
    return str(one)


def _order(world: World, profile_id: str) -> None:
    order = {
        "external_id": "DH-77001",
        "source": "shop",
        "number": "DH-77001",
        "customer": {"profile_id": profile_id},
        "status": "delivered",
        "currency": "VND",
        "total": 450000,
        "placed_at": "2026-11-01T02:00:00.000Z",
        "delivered_at": "2026-11-03T02:00:00.000Z",
        "lines": [{"sku": "BN-1", "name": "Bình giữ nhiệt", "quantity": 1, "unit_price": 450000}],
        "recipient": {"name": "Nguyễn Thị Hạnh", "phone": "0987654321"},
        "note": "giao ngõ 12 phố Huế",
    }
    answer = world.admin.post("/orders", order)
    assert answer.status in (200, 201), answer.body


def _oversized(world: World) -> None:
    """A message whose payload is too large for its item: it goes to the bucket."""
    import random

    noise = "".join(chr(random.Random(7).randrange(0x4E00, 0x9FFF)) for _ in range(5))
    letters = random.Random(11)
    text = "".join(letters.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(190_000))
    world.zalo("Máy xay " + noise, junk=text)


def _kept(world: World) -> None:
    """An event nobody acts on, and a request nobody can read that names the person."""
    world.zalo_event(
        {
            "app_id": "3456789012345678901",
            "event_name": "user_did_something_new",
            "sender": {"id": "7812345678901234567"},
            "recipient": {"id": OA},
            "timestamp": str(int(now().timestamp() * 1000)),
            "note": "Nguyễn Thị Hạnh",
        }
    )
    quarantine.keep(
        "unreadable-1",
        queue="inbound.fifo",
        body=json.dumps({"kind": "unreadable", "raw": _b64("{broken 0987654321"), "blob": None}),
        reason="unreadable",
        detail="no JSON",
        now=now(),
    )


def _b64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


def ask(world: World, profile_id: str, kind: str) -> dict[str, Any]:
    """Take a request down; its view."""
    body = {"verified_by": "call_back", "reason": "Chị Hạnh yêu cầu qua điện thoại"}
    answer = world.admin.post(f"/profiles/{profile_id}/{kind}", body)
    assert answer.status == 202, answer.body
    view: dict[str, Any] = answer.body
    return view


def request(world: World, request_id: str) -> dict[str, Any]:
    view: dict[str, Any] = world.admin.get(f"/rights-requests/{request_id}").body
    return view


def everything(world: World) -> dict[str, str]:
    """Every item of every table and every object of the bucket, as text, case folded."""
    import zlib

    found: dict[str, str] = {}
    for name in world.cloud._tables():
        short = name.removeprefix(f"{world.cloud.prefix}-")
        for item in world.cloud.items(short):
            raw = item.get("raw", {}).get("B")
            text = json.dumps(item, ensure_ascii=False, default=str)
            if raw is not None:
                text += zlib.decompress(raw).decode("utf-8", "replace")
            found[f"{short} {item['pk']} {item['sk']}"] = text.casefold()
    listed = client("s3").list_objects_v2(Bucket=SETTINGS.bucket).get("Contents", [])
    for entry in listed:
        body = client("s3").get_object(Bucket=SETTINGS.bucket, Key=entry["Key"])["Body"].read()
        if entry["Key"].startswith("messages/"):
            body = zlib.decompress(body)
        found[f"bucket {entry['Key']}"] = body.decode("utf-8", "replace").casefold()
    return found


def traces(world: World) -> list[str]:
    """Where anything of the person stands."""
    return [
        f"{where}: {trace}"
        for where, text in everything(world).items()
        for trace in TRACES
        if trace.casefold() in text or trace.casefold() in where.casefold()
    ]


def test_a_copy_of_everything_and_then_nothing_is_left(world: World, person: str) -> None:
    asked = ask(world, person, "export")
    world.run()
    done = request(world, asked["id"])
    assert done["status"] == "done", done
    copy = world.admin.get(f"/rights-requests/{asked['id']}/export").body
    document = json.loads(copy["content"])
    told = json.dumps(document, ensure_ascii=False).casefold()
    for trace in ("nguyễn thị hạnh", "+84987654321", "máy xay bị hỏng", "ghi chú riêng"):
        assert trace in told
    assert {"conversations", "tickets", "profiles", "commerce", "intake"} <= set(
        document["sections"]
    )
    page = world.admin.get(f"/rights-requests/{asked['id']}/export", format="html").body
    assert "<h2>Tin nhắn" in page["content"]
    assert "Đơn hàng" in page["content"]
    assert traces(world) != []

    gone = ask(world, person, "erase")
    world.run()
    proof = request(world, gone["id"])
    assert proof["status"] == "done", proof
    assert set(proof["proof"]["left"].values()) == {0}
    assert proof["reason"] is None
    assert traces(world) == []
    assert world.admin.get(f"/profiles/{person}").status == 410
    assert world.admin.get(f"/rights-requests/{asked['id']}/export").status == 404
    assert all(ticket["status"] == "done" for ticket in world.tickets())


def test_whoever_writes_again_is_a_new_customer(world: World, person: str) -> None:
    ask(world, person, "erase")
    world.run()
    world.zalo("Cho mình hỏi giá áo khoác")
    world.run()
    (new,) = world.list("/profiles")
    assert new["id"] != person
    (ticket,) = world.tickets(status="new")
    assert [m["text"] for m in world.messages(ticket["id"])] == ["Cho mình hỏi giá áo khoác"]


def test_what_is_written_during_an_erasure_waits_and_begins_anew(world: World, person: str) -> None:
    asked = ask(world, person, "erase")
    item = rights.load(asked["id"])
    family = [str(one) for one in family_of(person).ids]
    item = walking.begun(item, family, context.begin())
    assert erasing._marked(item, context.begin(), walking.Clock(60))
    world.zalo("Cho mình hỏi giá áo khoác")
    world.run()
    assert world.pump.failures
    assert world.list("/profiles") == []
    world.pump.retry()
    (new,) = world.list("/profiles")
    assert new["id"] not in family
    assert request(world, asked["id"])["status"] == "done"
    assert traces(world) == [t for t in traces(world) if "7812345678901234567" in t]


#: Calls that leave something behind: a process killed between two reads has done nothing.
CHANGES = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
        *("PutObject", "DeleteObject"),
    }
)


def test_an_erasure_killed_anywhere_is_gone_on_with(world: World, person: str) -> None:
    asked = ask(world, person, "erase")
    before = Snapshot.of(world.cloud)
    objects = _objects()
    calls = Calls()
    with watched(calls):
        _work(asked["id"])
    assert request(world, asked["id"])["status"] == "done"
    changing = [n for n, call in enumerate(calls.made, start=1) if call in CHANGES]
    assert len(changing) > 40
    for number, broken in enumerate(changing[::5]):
        before.restore()
        _put_back(objects)
        with pytest.raises(Killed), watched(Calls(broken=broken, after=bool(number % 2))):
            _work(asked["id"])
        _work(asked["id"])
        assert request(world, asked["id"])["status"] == "done", calls.made[broken - 1]
        assert traces(world) == [], (broken, calls.made[broken - 1])


def _work(request_id: str) -> None:
    for _ in range(20):
        if erasing.erase_step(request_id, context.begin(), 60):
            return
    raise AssertionError("never done")


def _objects() -> dict[str, bytes]:
    s3 = client("s3")
    listed = s3.list_objects_v2(Bucket=SETTINGS.bucket).get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=SETTINGS.bucket, Key=one["Key"])["Body"].read()
        for one in listed
    }


def _put_back(objects: dict[str, bytes]) -> None:
    for key in _objects():
        client("s3").delete_object(Bucket=SETTINGS.bucket, Key=key)
    for key, body in objects.items():
        client("s3").put_object(Bucket=SETTINGS.bucket, Key=key, Body=body)


def test_what_a_restore_brings_back_is_erased_again(world: World, person: str) -> None:
    yesterday = Snapshot.of(world.cloud)
    objects = _objects()
    asked = ask(world, person, "erase")
    world.run()
    proof = request(world, asked["id"])["proof"]
    ledger = {key: body for key, body in _objects().items() if key.startswith("erasures/")}
    assert ledger
    yesterday.restore()
    _put_back(objects | ledger)
    assert traces(world) != []
    removed = erasing.reapply(proof["profile_ids"], context.begin())
    assert sum(removed.values()) > 0
    assert traces(world) == []
    assert erasing.reapply(proof["profile_ids"], context.begin()).keys() == removed.keys()
