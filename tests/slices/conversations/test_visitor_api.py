"""A visitor of a site's chat, from the first page to the answer, over what their browser calls."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from chalice.test import Client

from app import app
from tests.client import Answer, Caller
from tests.faults import Calls, watched
from tests.world import World

SITE = "https://cuahang.example.vn"
SECRET = "test-identity-secret"


class Visitor:
    """A browser on a page of the site."""

    def __init__(self, world: World, site: str = "shop", origin: str = SITE) -> None:
        self.world, self.site, self.origin = world, site, origin
        self.caller = Caller(app=app).with_headers(Origin=origin)
        self.token, self.seen = "", ""

    def visits(self, **named: str) -> Answer:
        answer = self.caller.post(f"/live-chat/{self.site}/visits", named)
        if answer.status == 200:
            self.token = answer.body["token"]
        return answer

    def says(self, text: str, key: str = "k1", **more: Any) -> int:
        return self.posts({"id": key, "text": text, **more})

    def posts(self, body: Any) -> int:
        headers = {"Origin": self.origin, "X-Visitor-Token": self.token}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.world.webhook(f"live_chat/{self.site}", raw, headers)

    def looks(self) -> dict[str, Any]:
        asked = {"token": self.token, **({"seen": self.seen} if self.seen else {})}
        answer = self.caller.post(f"/live-chat/{self.site}/messages", asked)
        assert answer.status == 200, answer.body
        self.seen = answer.body["seen"]
        return dict(answer.body)


@pytest.fixture
def visitor(world: World) -> Visitor:
    world.connect("live_chat", "shop", {"secret": SECRET}, settings={"origins": [SITE]})
    found = Visitor(world)
    assert found.visits().status == 200
    return found


def hashed(identifier: str, key: str = SECRET) -> str:
    return hmac.new(key.encode(), identifier.encode(), hashlib.sha256).hexdigest()


def test_what_a_visitor_asks_is_answered_where_they_asked(world: World, visitor: Visitor) -> None:
    lan = world.agent("Lan")
    assert visitor.says("Áo này còn size M không ạ?") == 200
    world.run()
    ticket = world.ticket()
    assert (ticket["source"], ticket["channel"]) == ("website", "live_chat")
    (own,) = visitor.looks()["messages"]
    assert (own["client_id"], own["ours"]) == ("k1", False)
    assert lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ còn ạ"}).status == 202
    assert [one["ours"] for one in visitor.looks()["messages"]] == [False]  # stored, not yet sent
    world.run()
    told = visitor.looks()
    assert [one["text"] for one in told["messages"]] == ["Áo này còn size M không ạ?", "Dạ còn ạ"]
    assert visitor.looks()["changed"] is False
    assert world.messages(ticket["id"])[-1]["status"] == "sent"
    assert visitor.posts({"type": "read", "until": told["now"]}) == 200
    world.run()
    assert world.messages(ticket["id"])[-1]["status"] == "read"


def test_the_same_message_again_is_one(world: World, visitor: Visitor) -> None:
    for text, key in (("Cho hỏi giá", "k1"), ("Cho hỏi giá", "k1"), ("Còn ai không ạ", "k2")):
        assert visitor.says(text, key) == 200
    world.run()
    assert len(world.messages(world.ticket()["id"])) == 2


def test_a_look_in_which_nothing_is_new_is_one_query(world: World, visitor: Visitor) -> None:
    visitor.says("Cho mình hỏi giá ạ")
    world.run()
    visitor.looks()
    with watched(Calls()) as calls:
        assert visitor.looks()["changed"] is False
    assert calls.made == ["Query"]


def test_two_visitors_do_not_see_each_other(world: World, visitor: Visitor) -> None:
    other = Visitor(world)
    other.visits()
    visitor.says("Mình là Lan, sđt 0912 345 678")
    world.run()
    assert other.looks()["messages"] == []
    assert len(visitor.looks()["messages"]) == 1


def test_a_renewed_visit_goes_on(world: World, visitor: Visitor) -> None:
    visitor.says("Cho mình hỏi giá ạ")
    world.run()
    assert visitor.visits(token=visitor.token).status == 200
    assert len(visitor.looks()["messages"]) == 1


def test_whom_the_site_vouches_for_is_the_same_on_every_device(
    world: World, visitor: Visitor
) -> None:
    other = Visitor(world)
    for one in (visitor, other):
        answer = one.visits(identifier="kh-1029", identifier_hash=hashed("kh-1029"))
        assert answer.body["vouched"] is True
    visitor.says("Đơn của mình đâu rồi ạ")
    world.run()
    assert len(other.looks()["messages"]) == 1
    # who logs out is a stranger again, and sees nothing of it
    other.visits(token=other.token)
    other.seen = ""
    assert other.looks()["messages"] == []


@pytest.mark.parametrize(
    "given",
    [
        "",
        hashed(SECRET, "kh-1029"),  # key and message swapped
        hashed("kh-1030"),
        hashed("kh-1029")[:-1],
        hashed("kh-1029", "another"),
    ],
)
def test_a_wrong_hash_is_refused(visitor: Visitor, given: str) -> None:
    answer = visitor.visits(identifier="kh-1029", identifier_hash=given)
    assert (answer.status, answer.body["field"]) == (422, "identifier_hash")


def test_a_token_of_another_site_opens_nothing(world: World, visitor: Visitor) -> None:
    world.connect("live_chat", "shop-2", {})
    thief = Visitor(world, "shop-2")
    thief.token = visitor.token
    assert thief.says("Chào") == 401
    answer = thief.caller.post("/live-chat/shop-2/messages", {"token": visitor.token})
    assert (answer.status, answer.body["code"]) == (401, "visit_over")


def test_a_page_of_another_origin_gets_nothing(world: World, visitor: Visitor) -> None:
    thief = Visitor(world, origin="https://evil.example")
    thief.token = visitor.token
    answer = thief.visits()
    assert (answer.status, answer.body["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in answer.headers
    assert thief.says("Chào") == 401
    asked = {"token": visitor.token}
    assert thief.caller.post("/live-chat/shop/messages", asked).status == 403


@pytest.mark.parametrize(("origin", "status"), [(SITE, 204), ("https://evil.example", 403)])
@pytest.mark.parametrize("path", ["/v1/live-chat/shop/messages", "/webhooks/live_chat/shop"])
def test_a_preflight_names_the_exact_origin(
    visitor: Visitor, path: str, origin: str, status: int
) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    with Client(app) as client:
        answer = client.http.request("OPTIONS", path, headers=headers)
    told = {name.lower(): value for name, value in answer.headers.items()}
    assert (answer.status_code, told["vary"]) == (status, "Origin")
    assert told.get("access-control-allow-origin") == (origin if status == 204 else None)


def test_how_the_chat_looks_is_told_and_nothing_else(world: World) -> None:
    settings = {"color": "url(x)", "title": "Chào", "hours": ["1-7 00:00-00:01"], "inner": "x"}
    world.connect("live_chat", "dem", {"secret": SECRET}, settings=settings)
    answer = Caller(app=app).with_headers(Origin=SITE).get("/live-chat/dem")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert {"color": None, "title": "Chào", "vouches": True}.items() <= answer.body.items()
    assert "inner" not in str(answer.body)
    assert SECRET not in str(answer.body)
    assert Caller(app=app).get("/live-chat/nobody").status == 404


def test_a_flood_of_one_visitor_is_stopped(world: World, visitor: Visitor) -> None:
    answers = [visitor.says("Chào", f"k{number}") for number in range(61)]
    assert answers[0] == 200
    assert answers[-1] == 429


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{", b"[" * 60_000, b'{"id":1}'])
def test_hostile_bodies_are_refused(visitor: Visitor, body: bytes) -> None:
    assert 400 <= visitor.posts(body) < 500


def test_what_is_left_after_hours_comes_with_its_contact(world: World, visitor: Visitor) -> None:
    visitor.says("Gọi lại giúp mình", name="Lê Thị Cúc", phone="0987 000 111")
    world.run()
    profile = world.admin.get(f"/profiles/{world.ticket()['profile_id']}").body
    assert "Lê Thị Cúc" in json.dumps(profile, ensure_ascii=False)


def test_the_secret_of_visits_is_made_by_us_and_never_shown(world: World) -> None:
    account = world.connect("live_chat", "shop-3", {}, mode="live")
    shown = world.admin.get(f"/channel-accounts/{account}").body
    assert shown["state"] == "connected"
    assert shown["credential_names"] == ["visitor_secret"]


@pytest.mark.parametrize("route", ["visits", "messages"])
@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"[]", b"{", b'{"token":' + b"[" * 60_000, b'"' + b"x" * 6_000_000 + b'"']
)
def test_hostile_bodies_of_the_routes_are_refused(
    visitor: Visitor, route: str, body: bytes
) -> None:
    headers = {"Origin": SITE, "Content-Type": "application/json"}
    with Client(app) as client:
        answer = client.http.post(f"/v1/live-chat/shop/{route}", headers=headers, body=body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
