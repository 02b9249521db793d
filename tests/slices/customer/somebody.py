"""One customer of whom something of every kind is kept: what rights are tried on."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from datetime import timedelta
from typing import Any

from chalicelib.platform import quarantine
from chalicelib.platform.clock import iso, now
from tests.files import JPEG, serving
from tests.world import OA, World

WIDGET = "pk_quyen"
#: Everything that may lead back to the person, as it may be written.
TRACES = (
    "Nguyễn Thị Hạnh", "hạnh", "nguyen thi hanh", "0987654321", "0987 654 321", "987654321",
    "+84987654321", "hanh.nt@thu.example.vn", "7812345678901234567", "máy xay", "ghi chú riêng",
    "khách dặn gọi sau 17 giờ", "đơn giao nhầm màu", "ngõ 12 phố huế", "dh-77001",
    "hct10-hanh", "bộ ly cưới cho hạnh", "/quà-cưới-hạnh",
)  # fmt: skip
FORM = {
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
ORDER = {
    "external_id": "DH-77001",
    "source": "shop",
    "number": "DH-77001",
    "channel": "web_form",
    "status": "delivered",
    "currency": "VND",
    "total": 450_000,
    "shipping_fee": 30_000,
    "placed_at": "2026-11-01T02:00:00.000Z",
    "delivered_at": "2026-11-03T02:00:00.000Z",
    "lines": [{"sku": "BN-1", "name": "Bình giữ nhiệt", "quantity": 1, "unit_price": 420_000}],
    "recipient": {"name": "Nguyễn Thị Hạnh", "phone": "0987654321"},
    "note": "giao ngõ 12 phố Huế",
}


def somebody(world: World) -> str:
    """Somebody with Zalo, a form, orders, tickets, notes and more; returns a profile's id."""
    agent = world.agent("Lan")
    assert world.connect("web_form", "site-1", {"widget_key": WIDGET})
    body = json.dumps(FORM, ensure_ascii=False).encode()
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
    _told(world, f"/profiles/{one}/notes", {"text": "Ghi chú riêng của chị Hạnh"})
    _described(world, one)
    world.run()
    tier = world.admin.put(f"/profiles/{one}/tier", {"tier": "vip"})  # with care contacts
    assert tier.status == 200, tier.body
    _bought(world, one)
    _pushed(world, one)
    _oversized(world)
    _attached(world)
    _kept(world)
    world.run()
    return str(one)


def _told(world: World, path: str, body: dict[str, Any]) -> None:
    answer = world.admin.post(path, body)
    assert answer.status in (200, 201), answer.body


def _described(world: World, profile_id: str) -> None:
    """What staff wrote down of them, a field of the organisation's own among it."""
    field = {"name": "shoe_size", "label": "Cỡ giày", "kind": "number"}
    assert world.admin.put("/profile-fields", {"fields": [field]}).status == 200
    known = {
        "address": "Ngõ 12 phố Huế, Hà Nội",
        "birthday": "1990-07-31",
        "gender": "female",
        "attributes": {"shoe_size": 37},
    }
    changed = world.admin.patch(f"/profiles/{profile_id}", known)
    assert changed.status == 200, changed.body


def _bought(world: World, profile_id: str) -> None:
    """An order and what came of it, a deal, and what they did on the site."""
    customer = {"profile_id": profile_id}
    product = {"sku": "BN-1", "name": "Bình giữ nhiệt", "warranty_months": 12, "usual_days": 300}
    _told(world, "/products", product)
    _told(world, "/orders", ORDER | {"customer": customer})
    condition = {"fact": "delivered_orders", "op": "gte", "value": 1}
    _told(world, "/segments", {"name": "Đã mua ở cửa hàng", "condition": condition})
    deal = {
        "source": "crm",
        "external_id": "HCT10-HANH",
        "title": "Bộ ly cưới cho Hạnh",
        "state": "lost",
        "reason": "price",
        "amount": 2_000_000,
        "skus": ["LY-2"],
        "customer": customer,
    }
    _told(world, "/deals", deal)
    agreed = {"purpose": "tracking", "state": "granted", "source": "form", "wording": "cookies_1"}
    _told(world, f"/profiles/{profile_id}/consents", agreed)
    seen = {"kind": "product_view", "sku": "LY-2", "page": "/quà-cưới-hạnh", "words": "ly cưới"}
    at = iso(now() - timedelta(hours=1))
    _told(world, f"/profiles/{profile_id}/behaviours", {"items": [seen | {"occurred_at": at}]})


def _pushed(world: World, profile_id: str) -> None:
    """An approved template to the phone of theirs."""
    (account,) = (a for a in world.list("/channel-accounts") if a["channel"] == "zalo_oa")
    entered = {"name": "345678", "kind": "TRANSACTION", "gaps": [{"name": "customer"}]}
    _told(world, f"/channel-accounts/{account['id']}/templates", entered)
    sent = {
        "profile_id": profile_id,
        "account_id": account["id"],
        "template_id": "345678",
        "data": {"customer": "Nguyễn Thị Hạnh"},
        "by": "phone",
    }
    answer = world.admin.post("/template-messages", sent)
    assert answer.status == 202, answer.body


def _oversized(world: World) -> None:
    """A message whose payload is too large for its item: it goes to the bucket."""
    noise = "".join(chr(random.Random(7).randrange(0x4E00, 0x9FFF)) for _ in range(5))
    letters = random.Random(11)
    text = "".join(letters.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(190_000))
    world.zalo("Máy xay " + noise, junk=text)


def _attached(world: World) -> None:
    """A picture, of which there is a copy in the bucket that tells whose it is."""
    name = "Nguyễn Thị Hạnh.jpg"
    with serving() as files:
        url = files.put("/anh.jpg", JPEG + name.encode())
        part = {"type": "file", "payload": {"url": url, "name": name}}
        message = {"msg_id": "anh-1", "attachments": [part]}
        world.zalo("", event_name="user_send_file", message=message)
        world.run()


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
    raw = b64encode(b"{broken 0987654321").decode()
    quarantine.keep(
        "unreadable-1",
        queue="inbound.fifo",
        body=json.dumps({"kind": "unreadable", "raw": raw, "blob": None}),
        reason="unreadable",
        detail="no JSON",
        now=now(),
    )
