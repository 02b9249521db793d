"""A user of a Zalo Mini App: proved by Zalo, one with the OA's customer, shown only their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.platform import outward
from tests.client import Answer
from tests.slices.intake.mini_apps import OTHER, PHONE, SECRET, USER, App, Said, Zalo, said
from tests.world import APP_ID, OA, World


@pytest.fixture
def zalo(monkeypatch: pytest.MonkeyPatch) -> Zalo:
    fake = Zalo(
        users={"AT-1": {"id": USER, "name": "Hoàng Anh"}, "AT-2": {"id": OTHER, "name": "Lan"}},
        codes={("AT-1", "C-1"): PHONE, ("AT-2", "C-2"): PHONE},
    )
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


@pytest.fixture
def mini(world: World, zalo: Zalo) -> App:
    world.connect("zalo_mini_app", APP_ID, {"app_secret": SECRET}, mode="live")
    return App()


def codes(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


def settle(world: World) -> None:
    """Everything a merge or an undo sets off, to its end."""
    world.run()
    world.pump.schedule("customer_settle_merges")
    world.run()


def profiles(world: World) -> list[dict[str, Any]]:
    return world.list("/profiles")


# ------------------------------------------------------------------- requests


def test_a_request_of_the_app_becomes_a_ticket_and_its_answer_comes_back(
    world: World, mini: App
) -> None:
    lan = world.agent("Lan")
    assert mini.signs_in().body["name"] == "Hoàng Anh"
    text = "Đơn của mình giao trễ quá, kiểm tra giúp mình ạ"
    for _ in range(2):  # the page sends what it is not sure of again
        assert mini.asks(world, text, order="DH10293") == 200
    world.run()
    ticket = world.ticket()
    assert (ticket["source"], ticket["channel"]) == ("zalo_mini_app", "zalo_mini_app")
    assert ticket["order"] == "DH10293"
    (profile,) = profiles(world)
    assert profile["name"] == "Hoàng Anh"
    assert lan.post(f"/tickets/{ticket['id']}/replies", {"text": "Dạ em kiểm tra"}).status == 202
    world.run()
    told = mini.own("messages").body["messages"]
    assert [(one["ours"], one["text"]) for one in told] == [(False, text), (True, "Dạ em kiểm tra")]
    (own,) = mini.own("tickets").body["items"]
    assert (own["id"], own["number"]) == (ticket["id"], ticket["number"])
    assert not {"agent_id", "department_id", "profile_id", "tags"} & own.keys()


def test_the_same_session_twice_is_one_customer(world: World, mini: App) -> None:
    for _ in range(3):
        assert mini.signs_in().status == 200
        world.run()
    assert len(profiles(world)) == 1
    assert world.pump.failures == {}


# ------------------------------------------------------------- what Zalo answers


@pytest.mark.parametrize(
    ("fails", "wanted"),
    [
        ((0, b"ReadTimeoutError"), (503, "zalo_did_not_answer")),
        ((502, b"<html>bad gateway"), (503, "zalo_did_not_answer")),
        ((429, b""), (503, "zalo_did_not_answer")),
        ((200, b"no json"), (503, "zalo_did_not_answer")),
        (said({"error": 0, "name": "Hoàng Anh"}), (503, "zalo_did_not_answer")),
        (said({"error": 0, "id": {"no": "id"}}), (503, "zalo_did_not_answer")),
        (said({"error": 0, "id": "1#profile"}), (503, "zalo_did_not_answer")),
        (said({"error": -242, "message": "Invalid appsecret_proof"}), (409, "app_secret_refused")),
        (said({"error": 452, "message": "expired"}), (401, "zalo_token_refused")),
        (said({"error": "x"}, status=400), (401, "zalo_token_refused")),
    ],
)
def test_without_zalo_s_word_there_is_no_session(
    world: World, mini: App, zalo: Zalo, fails: Said, wanted: tuple[int, str]
) -> None:
    zalo.fails = fails
    assert codes(mini.signs_in()) == wanted
    world.run()
    assert profiles(world) == []


def test_an_access_token_that_would_forge_headers_is_not_sent(mini: App, zalo: Zalo) -> None:
    assert mini.signs_in("AT-1\r\nsecret_key: x").status == 422
    assert zalo.calls == []


def test_the_app_s_former_secret_still_counts_where_the_new_one_does_not(
    world: World, mini: App
) -> None:
    (account,) = [
        one for one in world.list("/channel-accounts") if one["channel"] == "zalo_mini_app"
    ]
    path = f"/channel-accounts/{account['id']}"
    assert world.admin.patch(path, {"credentials": {"app_secret": "not-yet"}}).status == 200
    assert mini.signs_in().status == 200


def test_a_sandbox_account_asks_nobody(world: World, zalo: Zalo) -> None:
    world.connect("zalo_mini_app", "99", {"app_secret": SECRET})
    assert codes(App(site="99").signs_in()) == (409, "sandbox_asks_nobody")
    assert zalo.calls == []


def test_an_app_nobody_has_connected_takes_nothing(world: World, zalo: Zalo) -> None:
    assert App(site="98").signs_in().status == 403
    assert App(site="98", token="x.y").own("tickets").status == 403
    assert zalo.calls == []


# ----------------------------------------------------------------- who it is


def oa_says(world: World, user: str = USER, oa_user: str = "7812345678901234567") -> None:
    world.zalo("Cho mình hỏi giá áo khoác", user=oa_user, user_id_by_app=user)
    world.run()


def test_who_wrote_to_the_oa_first_is_the_same_customer_in_the_app(world: World, mini: App) -> None:
    oa_says(world)
    mini.signs_in()
    world.run()
    (profile,) = profiles(world)
    (own,) = mini.own("tickets").body["items"]
    assert own["id"] == world.ticket()["id"]
    assert world.ticket()["profile_id"] == profile["id"]


def test_who_was_in_the_app_first_is_the_same_customer_at_the_oa(world: World, mini: App) -> None:
    mini.signs_in()
    world.run()
    oa_says(world)
    assert len(profiles(world)) == 1
    assert len(mini.own("tickets").body["items"]) == 1


def test_zalo_s_word_for_who_it_is_at_the_oa_joins_them(
    world: World, mini: App, zalo: Zalo
) -> None:
    world.zalo("Cho mình hỏi giá áo khoác", user="7812345678901234567")
    world.run()
    zalo.users["AT-1"] |= {"user_id_by_oa": "7812345678901234567", "oa_id": OA}
    mini.signs_in()
    world.run()
    assert len(profiles(world)) == 1
    assert len(mini.own("tickets").body["items"]) == 1


def test_two_customers_there_were_become_one_when_zalo_says_so(
    world: World, mini: App, zalo: Zalo
) -> None:
    world.zalo("Cho mình hỏi giá áo khoác", user="7812345678901234567")
    mini.signs_in()
    world.run()
    assert len(profiles(world)) == 2
    zalo.users["AT-1"] |= {"user_id_by_oa": "7812345678901234567", "oa_id": OA}
    mini.signs_in()
    world.run()
    assert len(profiles(world)) == 1
    assert len(mini.own("tickets").body["items"]) == 1


def test_what_the_page_says_of_its_user_joins_nobody(world: World, mini: App) -> None:
    world.zalo("Cho mình hỏi giá áo khoác", user="7812345678901234567")
    mini.signs_in()
    said_so = {"idByOA": "7812345678901234567", "user_id": "7812345678901234567"}
    assert mini.post("session", access_token="AT-1", **said_so).status == 422
    assert mini.asks(world, "Mình cần đổi size áo", **said_so, phone="0912345678") == 200
    world.run()
    assert len(profiles(world)) == 2
    (own,) = mini.own("tickets").body["items"]
    assert own["subject"] == "Mình cần đổi size áo"


# --------------------------------------------------------------------- phones


def test_a_proved_phone_makes_one_of_app_user_and_caller(world: World, mini: App) -> None:
    placed = {
        "source": "pos",
        "external_id": "1",
        "number": "DH1",
        "status": "delivered",
        "placed_at": "2026-10-01T03:00:00Z",
        "delivered_at": "2026-10-03T03:00:00Z",
        "lines": [{"sku": "MLN-200", "name": "Máy lọc nước", "unit_price": 5_000_000}],
        "total": 5_000_000,
        "customer": {"phone": "0912345678", "phone_verified": True},
        "recipient": {"name": "Mẹ", "phone": "0987654321"},
    }
    sku = {"sku": "MLN-200", "name": "Máy lọc nước", "warranty_months": 12}
    assert world.admin.post("/products", sku).status == 200
    assert world.admin.post("/orders", placed).status == 200
    mini.signs_in()
    world.run()
    assert mini.own("orders").body["items"] == []
    assert mini.proves_phone().body == {"phone": "+84912345678"}
    world.run()
    (profile,) = profiles(world)
    assert profile["phones"] == ["+84912345678"]
    (order,) = mini.own("orders").body["items"]
    assert (order["number"], order["total"]) == ("DH1", 5_000_000)
    assert "recipient" not in order
    (item,) = mini.own("items").body["items"]
    assert (item["sku"], item["warranty_ends"]) == ("MLN-200", "2027-10-03")


def test_a_phone_code_is_good_once_and_a_used_one_changes_nothing(world: World, mini: App) -> None:
    mini.signs_in()
    world.run()
    assert codes(mini.proves_phone(code="C-9")) == (422, "phone_code_refused")
    world.run()
    assert profiles(world)[0]["phones"] == []
    assert mini.proves_phone().status == 200
    assert codes(mini.proves_phone()) == (422, "phone_code_refused")
    world.run()
    assert profiles(world)[0]["phones"] == ["+84912345678"]


def test_another_user_s_phone_is_not_taken_for_one_s_own(world: World, mini: App) -> None:
    mini.signs_in()
    assert codes(mini.proves_phone("C-2", "AT-2")) == (401, "zalo_token_of_another")
    world.run()
    assert profiles(world)[0]["phones"] == []


def test_zalo_s_silence_about_a_phone_leaves_nothing(world: World, mini: App, zalo: Zalo) -> None:
    mini.signs_in()
    zalo.fails = (0, b"ReadTimeoutError")
    assert codes(mini.proves_phone()) == (503, "zalo_did_not_answer")
    world.run()
    assert profiles(world)[0]["phones"] == []
    zalo.fails = None
    assert mini.proves_phone().status == 200


# ------------------------------------------------------------------- one's own

OWN: list[tuple[str, dict[str, Any]]] = [
    ("messages", {}),
    ("tickets", {}),
    ("orders", {}),
    ("items", {}),
    ("behaviours", {"items": [{"kind": "page_view", "occurred_at": "2026-11-20T03:00:00Z"}]}),
    ("consents", {"purpose": "tracking", "granted": True}),
    ("phone", {"access_token": "AT-1", "code": "C-1"}),
]


@pytest.mark.parametrize(("what", "body"), OWN, ids=[what for what, _ in OWN])
def test_only_a_session_of_this_app_opens_anything(
    world: World, mini: App, what: str, body: dict[str, Any]
) -> None:
    world.connect("zalo_mini_app", "97", {"app_secret": SECRET}, mode="live")
    mini.signs_in()
    head, signature = mini.token.split(".")
    forged = [f"{head}.{'0' * 64}", f"{head}.{signature[:-1]}", head, "x"]
    for token in forged:
        answer = mini.post(what, token=token, **body)
        assert codes(answer) == (401, "visit_over"), token
    elsewhere = App(site="97", token=mini.token)
    assert codes(elsewhere.own(what, **body)) == (401, "visit_over")


def test_one_user_never_sees_another_s(world: World, mini: App) -> None:
    mini.signs_in()
    assert mini.asks(world, "Mình cần đổi size áo") == 200
    lan = App()
    lan.signs_in("AT-2")
    assert lan.asks(world, "Máy hỏng rồi shop ơi", key="k2") == 200
    assert lan.asks(world, "Bao giờ có hàng lại ạ?", key="k3") == 200
    world.run()
    (own,) = mini.own("tickets").body["items"]
    assert own["subject"] == "Mình cần đổi size áo"
    assert own["id"] not in {one["id"] for one in lan.own("tickets").body["items"]}
    whose = {"profile_id": world.tickets()[0]["profile_id"]}
    assert lan.own("tickets", **whose).status == 422
    assert len(mini.own("messages").body["messages"]) == 1


def test_what_a_merge_brings_is_seen_until_it_is_undone(world: World, mini: App) -> None:
    mini.signs_in()
    world.facebook("Mình cần đổi size áo với ạ")
    world.run()
    assert mini.own("tickets").body["items"] == []
    one, other = (profile["id"] for profile in profiles(world))
    made = world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
    assert made.status == 201, made.body
    settle(world)
    assert len(mini.own("tickets").body["items"]) == 1
    assert world.admin.post(f"/merges/{made.body['id']}/undo").status == 200
    settle(world)
    assert mini.own("tickets").body["items"] == []


def test_a_cursor_is_good_for_its_user_alone(world: World, mini: App) -> None:
    mini.signs_in()
    world.run()
    whose = {"profile_id": profiles(world)[0]["id"]}
    for number in ("1", "2"):
        placed = {"placed_at": f"2026-10-0{number}T03:00:00Z", "customer": whose}
        told = {"source": "pos", "external_id": number, "lines": [{"sku": "AO-1"}], **placed}
        assert world.admin.post("/orders", told).status == 200
    lan = App()
    lan.signs_in("AT-2")
    world.run()
    first = mini.own("orders", limit=1).body
    second = mini.own("orders", limit=1, cursor=first["next_cursor"]).body
    assert [one["id"] for one in first["items"]] != [one["id"] for one in second["items"]]
    assert len(second["items"]) == 1
    assert codes(lan.own("orders", limit=1, cursor=first["next_cursor"])) == (422, "bad_cursor")
    assert codes(mini.own("tickets", limit=1, cursor=first["next_cursor"])) == (422, "bad_cursor")


def test_before_the_user_is_stored_they_are_asked_to_wait(world: World, mini: App) -> None:
    mini.signs_in()
    assert codes(mini.own("tickets")) == (503, "not_known_yet")
    world.run()
    assert mini.own("tickets").body == {"items": [], "next_cursor": None}


def test_a_session_ends_after_an_hour(world: World, mini: App, later: Callable[..., None]) -> None:
    mini.signs_in()
    world.run()
    later(hours=1)
    assert codes(mini.own("tickets")) == (401, "visit_over")
    assert mini.asks(world, "Xin chào") == 401


# ------------------------------------------------------------------ behaviours


def test_behaviours_are_kept_once_the_user_has_agreed(world: World, mini: App) -> None:
    mini.signs_in()
    world.run()
    seen = {"kind": "page_view", "occurred_at": "2026-11-20T03:00:00Z", "source": "website"}
    refused = mini.own("behaviours", items=[seen]).body
    assert (refused["accepted"], refused["results"][0]["code"]) == (0, "no_tracking_consent")
    agreed = {"purpose": "tracking", "wording": "app.v1"}
    assert mini.own("consents", granted=True, **agreed).body["granted"] is True
    for _ in range(2):
        assert mini.own("behaviours", items=[seen]).body["accepted"] == 1
    (profile,) = profiles(world)
    (kept,) = world.list(f"/profiles/{profile['id']}/behaviours")
    assert kept["source"] == "zalo_mini_app"
    assert mini.own("consents", granted=False, **agreed).status == 200
    assert mini.own("behaviours", items=[seen]).body["accepted"] == 0
    assert mini.own("consents", granted=True, purpose="sharing").status == 422
