"""What customers are shown by segment: kept by staff, fetched by a mini app and a site's chat."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import app
from chalicelib.platform import context, outward, store
from chalicelib.platform.clock import iso, now
from chalicelib.segments import contents, flows, offered
from chalicelib.segments.content_model import SHOWING
from tests.client import Answer, Caller
from tests.faults import Calls, watched
from tests.slices.intake.mini_apps import SECRET, USER, App, Zalo
from tests.slices.segments.conftest import Shop
from tests.world import APP_ID, World

SITE, SITE_SECRET = "https://cuahang.example.vn", "identity-secret"
TITLE = {"vi": "Ưu đãi tháng 11", "en": "November offers"}


@pytest.fixture
def mini(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr(outward, "call", Zalo(users={"AT-1": {"id": USER, "name": "Lan"}}).call)
    world.connect("zalo_mini_app", APP_ID, {"app_secret": SECRET}, mode="live")
    user = App()
    user.signs_in()
    shop.run()
    return user


def added(world: World, **fields: Any) -> dict[str, Any]:
    answer = world.admin.post("/contents", {"title": TITLE, **fields})
    assert answer.status == 201, answer.body
    view: dict[str, Any] = answer.body
    return view


def shown(mini: App, **asked: Any) -> list[dict[str, Any]]:
    answer = mini.own("contents", **asked)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def ids(mini: App) -> list[str]:
    return [one["id"] for one in shown(mini)]


def of_everybody(shop: Shop) -> str:
    """A segment that every customer is in."""
    condition = {"fact": "tier", "op": "in", "value": ["new", "regular", "loyal", "vip"]}
    return shop.segment("Tất cả", {"any": [condition, {"none": [condition]}]})


# ---------------------------------------------------------------------- staff


def test_a_content_is_made_read_changed_and_removed(world: World) -> None:
    made = added(world, kind="offer", code="GIAM10", text={"vi": "Giảm 10%"}, priority=5)
    assert (made["state"], made["revision"], made["segment_id"]) == ("showing", 1, None)
    assert made["text"] == {"vi": "Giảm 10%"}
    path, admin = f"/contents/{made['id']}", world.admin
    assert admin.get(path).etag == '"1"'
    end = iso(now() + timedelta(days=3))
    changed = admin.with_headers(If_Match='"1"').patch(path, {"ends_at": end, "text": None})
    assert (changed.status, changed.etag, changed.body["ends_at"]) == (200, '"2"', end)
    assert changed.body["text"] is None
    assert admin.with_headers(If_Match='"1"').patch(path, {"priority": 1}).status == 412
    assert admin.patch(path, {"ends_at": end}).etag == '"2"', "nothing changed"
    assert admin.with_headers(If_Match='"1"').delete(path).status == 412
    assert admin.delete(path).status == 200
    for gone in (admin.get(path), admin.delete(path), admin.patch(path, {"priority": 1})):
        assert (gone.status, gone.body["code"]) == (404, "content_not_found")
    left = [one for one in world.cloud.items("segments") if one["pk"]["S"] in ("contents", SHOWING)]
    assert left == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": {"en": "Hello"}}, "title.vi"),
        ({"title": {"vi": " "}}, "title.vi"),
        ({"code": "GIAM10"}, "code"),
        ({"kind": "voucher"}, "kind"),
        ({"segment_id": "nobody"}, "segment_id"),
        ({"image": "http://images.example.vn/a.jpg"}, "image"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "//evil.example"}, "link"),
        ({"link": "/\\evil.example"}, "link"),
        ({"priority": 101}, "priority"),
        ({"starts_at": "2026-11-20T00:00:00Z", "ends_at": "2026-11-20T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2026-11-20"}, "ends_at"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_field(
    world: World, fields: dict[str, Any], field: str
) -> None:
    answer = world.admin.post("/contents", {"title": TITLE, **fields})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert world.list("/contents") == []


def test_only_managers_change_what_customers_see(world: World) -> None:
    made = added(world)
    lan = world.agent("Lan")
    assert lan.get("/contents").body["items"][0]["id"] == made["id"]
    assert lan.post("/contents", {"title": TITLE}).status == 403
    assert lan.delete(f"/contents/{made['id']}").status == 403


def test_two_who_change_it_at_once_do_not_lose_a_word(world: World) -> None:
    made = contents.load(added(world)["id"])
    again = contents.load(made.id)
    store.commit(contents.change(made, {"priority": 2}, context.begin()).writes)
    with pytest.raises(store.ConditionFailed):
        store.commit(contents.change(again, {"ends_at": iso(now())}, context.begin()).writes)


def test_so_many_are_shown_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST_SHOWING", 2)
    over = added(world, ends_at=iso(now() - timedelta(days=1)))
    assert over["state"] == "ended"
    for _ in range(2):
        added(world)
    refused = world.admin.post("/contents", {"title": TITLE})
    assert (refused.status, refused.body["code"]) == (409, "too_many_contents")
    again = world.admin.patch(f"/contents/{over['id']}", {"ends_at": None})
    assert (again.status, again.body["code"]) == (409, "too_many_contents")


# ------------------------------------------------------------------ customers


def test_a_user_is_shown_what_is_for_all_and_for_their_segments(shop: Shop, mini: App) -> None:
    theirs, vip = of_everybody(shop), flows.default_ids()["vip"]
    first = added(shop.world, segment_id=theirs, kind="offer", code="BAN10", priority=9)
    last = added(shop.world, image="https://images.example.vn/a.jpg", link="/uu-dai")
    added(shop.world, segment_id=vip, priority=50)
    added(shop.world, starts_at=iso(now() + timedelta(hours=1)))
    added(shop.world, ends_at=iso(now() - timedelta(hours=1)))
    offer, article = shown(mini)
    assert (offer["id"], offer["code"], offer["title"]) == (first["id"], "BAN10", TITLE["vi"])
    assert (article["id"], article["link"]) == (last["id"], "/uu-dai")
    assert shown(mini, language="en")[0]["title"] == TITLE["en"]
    assert "segment_id" not in offer
    shop.world.admin.delete(f"/contents/{first['id']}")
    assert ids(mini) == [last["id"]]


def test_what_is_shown_begins_and_ends_in_time(
    shop: Shop, mini: App, later: Callable[..., None]
) -> None:
    begins, ends = now() + timedelta(minutes=10), now() + timedelta(minutes=20)
    made = added(shop.world, starts_at=iso(begins), ends_at=iso(ends))
    assert ids(mini) == []
    later(minutes=11)
    assert ids(mini) == [made["id"]]
    later(minutes=10)
    assert ids(mini) == []


def test_who_refused_advertising_is_not_chosen_for_it(shop: Shop, mini: App) -> None:
    added(shop.world, segment_id=of_everybody(shop))
    general = added(shop.world)
    assert len(ids(mini)) == 2
    mini.own("consents", purpose="marketing", granted=False)
    assert ids(mini) == [general["id"]]
    mini.own("consents", purpose="marketing", granted=True)
    shop.run()
    assert len(ids(mini)) == 2


def test_before_the_user_is_stored_they_see_what_is_for_all(shop: Shop, mini: App) -> None:
    segment = of_everybody(shop)
    added(shop.world, segment_id=segment)
    general = added(shop.world)
    for key, item in list(shop.world.cloud._tables().items()):
        if key.endswith("-conversations"):
            item.items.clear()
    assert ids(mini) == [general["id"]]


def test_a_site_s_visitor_is_shown_by_who_the_site_says_they_are(world: World, shop: Shop) -> None:
    world.connect("live_chat", "shop", {"secret": SITE_SECRET}, settings={"origins": [SITE]})
    page = Caller(app=app).with_headers(Origin=SITE)

    def visit(**named: str) -> str:
        return str(page.post("/live-chat/shop/visits", named).body["token"])

    def sees(token: str) -> Answer:
        return page.post("/live-chat/shop/contents", {"token": token})

    signed = hmac.new(SITE_SECRET.encode(), b"khach-7", hashlib.sha256).hexdigest()
    known, stranger = visit(identifier="khach-7", identifier_hash=signed), visit()
    for number, token in enumerate((known, stranger)):
        said = f'{{"id": "k{number}", "text": "Còn hàng không ạ?"}}'.encode()
        headers = {"Origin": SITE, "X-Visitor-Token": token}
        assert world.webhook("live_chat/shop", said, headers) == 200
    shop.run()
    theirs = added(world, segment_id=of_everybody(shop), priority=2)
    general = added(world)
    assert [one["id"] for one in sees(known).body["items"]] == [theirs["id"], general["id"]]
    assert [one["id"] for one in sees(stranger).body["items"]] == [general["id"]]
    assert sees("x").status == 401


def test_what_is_over_costs_no_read_and_what_is_shown_is_remembered(shop: Shop, mini: App) -> None:
    general = added(shop.world)
    for _ in range(30):
        added(shop.world, ends_at=iso(now() - timedelta(days=1)))
    ids(mini)  # definitions of segments are read
    offered.forget()
    with watched(Calls()) as first:
        assert ids(mini) == [general["id"]]
    with watched(Calls()) as second:
        assert ids(mini) == [general["id"]]
    assert len(first.made) - len(second.made) == 2, "one query, one read"
    assert "Scan" not in first.made
    assert len(second.made) <= 8
