"""Orders that marketplaces push: the order, its customer, what is asked of it, in any order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contracts.cases import lazada, shopee, tiktok_shop
from tests.slices.customer.test_erasure import ask
from tests.slices.intake.shops import PHONE, FakeApi, api, connect, order, push, seconds
from tests.world import World

SN = "261121QSK8S7XX"
TRADE = "460422900198001"
TIKTOK = "576486316948490009"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    return api(monkeypatch)


def shopee_says(world: World, status: str, *, ago: int = 0, sn: str = SN) -> None:
    told = {"items": [], "ordersn": sn, "status": status, "update_time": seconds(ago)}
    push(world, "shopee", shopee.push(3, told))


def shopee_order(status: str = "READY_TO_SHIP", **more: Any) -> dict[str, Any]:
    return {
        "order_sn": SN,
        "region": "VN",
        "currency": "VND",
        "total_amount": 330000.0,
        "actual_shipping_fee": 30000,
        "order_status": status,
        "create_time": seconds(7200),
        "update_time": seconds(60),
        "buyer_user_id": int(shopee.BUYER),
        "buyer_username": "lan.nguyen",
        "message_to_seller": "Gói kỹ giúp em",
        "recipient_address": {
            "name": "Nguyễn Thị Lan",
            "phone": "84912345678",
            "full_address": "12 Lê Lợi, Quận 1, TP. Hồ Chí Minh",
        },
        "item_list": [
            {
                "item_id": 1,
                "item_name": "Áo khoác",
                "model_name": "Đỏ, L",
                "model_sku": "AK-DO-L",
                "model_quantity_purchased": 2,
                "model_discounted_price": 150000.0,
            }
        ],
        **more,
    }


def details(fake: FakeApi, *orders: dict[str, Any]) -> None:
    fake.answers["get_order_detail"] = lambda _: (
        200,
        {"error": "", "message": "", "response": {"order_list": list(orders)}},
    )


class TestTheOrder:
    def test_a_sandbox_shop_knows_what_the_push_says(self, world: World) -> None:
        connect(world, "shopee")
        shopee_says(world, "PROCESSED", ago=50)
        found = order(world)
        assert (found["number"], found["status"], found["channel"]) == (SN, "packed", "shopee")
        assert world.tickets() == []

    def test_newest_word_wins_in_any_order_and_twice(self, world: World) -> None:
        connect(world, "shopee")
        for status, ago in (("SHIPPED", 20), ("UNPAID", 90), ("SHIPPED", 20), ("PROCESSED", 40)):
            shopee_says(world, status, ago=ago)
        found = order(world)
        assert found["status"] == "shipped"
        assert [step["status"] for step in found["history"]] == ["placed", "packed", "shipped"]

    def test_a_live_shop_is_asked_for_the_details(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        details(fake, shopee_order())
        shopee_says(world, "READY_TO_SHIP", ago=60)
        found = order(world)
        assert (found["status"], found["total"], found["shipping_fee"]) == (
            "confirmed",
            330_000,
            30_000,
        )
        (line,) = found["lines"]
        assert line == {
            "sku": "AK-DO-L",
            "name": "Áo khoác - Đỏ, L",
            "quantity": 2,
            "unit_price": 150_000,
        }
        assert found["recipient"]["phone"] == "+84912345678"
        assert found["note"] == "Gói kỹ giúp em"
        ((method, path, given, _),) = fake.calls
        assert (method, path) == ("GET", "/api/v2/order/get_order_detail")
        assert given["order_sn_list"] == SN
        assert given["access_token"] == "AT-1"

    def test_the_buyer_of_an_order_is_who_chats(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        details(fake, shopee_order())
        push(world, "shopee", shopee.message("Shop ơi còn màu đen không", "m-1"))
        shopee_says(world, "READY_TO_SHIP")
        (profile,) = world.list("/profiles")
        assert order(world)["profile_id"] == profile["id"]
        known = world.admin.get(f"/profiles/{profile['id']}").body
        assert "+84912345678" in known["phones"]

    def test_the_recipient_s_phone_is_a_hint_and_proves_nobody(
        self, world: World, fake: FakeApi
    ) -> None:
        """Who buys for somebody else is not who opens the door: a person decides."""
        connect(world, "shopee", mode="live")
        details(fake, shopee_order())
        body = {
            "source": "pos",
            "external_id": "P1",
            "customer": {"name": "Nguyễn Thị Lan", "phone": PHONE, "phone_verified": True},
        }
        first = world.admin.post("/orders", body).body
        world.run()
        shopee_says(world, "READY_TO_SHIP")
        (bought,) = (one for one in world.list("/orders") if one["source"] == "shopee")
        assert bought["profile_id"] not in (None, first["profile_id"])
        known = world.admin.get(f"/profiles/{bought['profile_id']}").body
        assert {one["kind"] for one in known["identities"]} == {"shopee"}
        (suggested,) = world.list("/merge-suggestions")
        both = {suggested["profile_id"], suggested["other_id"]}
        assert both == {bought["profile_id"], first["profile_id"]}

    def test_a_masked_phone_is_nobody_s(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        masked = {"name": "N***n", "phone": "******78", "full_address": "******"}
        details(fake, shopee_order(recipient_address=masked))
        shopee_says(world, "READY_TO_SHIP")
        (profile,) = world.list("/profiles")
        known = world.admin.get(f"/profiles/{profile['id']}").body
        assert known["phones"] == []
        assert order(world)["recipient"] is None

    def test_a_failing_api_is_asked_again_later(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        answers = iter([(0, {}), (500, {}), (200, {"error": "error_server"})])
        good = {"error": "", "response": {"order_list": [shopee_order()]}}
        fake.answers["get_order_detail"] = lambda _: next(answers, (200, good))
        shopee_says(world, "READY_TO_SHIP")
        assert world.list("/orders") == []
        for _ in range(3):
            world.pump.retry()
        assert order(world)["total"] == 330_000
        assert len(fake.calls) == 4

    def test_a_lasting_refusal_leaves_what_the_push_says(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        fake.answers["get_order_detail"] = lambda _: (403, {"error": "error_permission"})
        shopee_says(world, "SHIPPED")
        assert (order(world)["status"], order(world)["lines"]) == ("shipped", [])

    def test_a_token_that_ran_out_is_renewed_on_the_way(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        old = (403, {"error": "error_auth", "message": "Invalid access_token."})
        good = (200, {"error": "", "response": {"order_list": [shopee_order()]}})
        fake.answers["get_order_detail"] = lambda given: (
            good if given["access_token"] == "AT-2" else old
        )
        fake.answers["access_token/get"] = lambda _: (200, shopee.REFRESHED)
        shopee_says(world, "READY_TO_SHIP")
        assert order(world)["total"] == 330_000
        assert [path.rsplit("/", 2)[1] for path in fake.asked()] == [
            "order",
            "access_token",
            "order",
        ]

    def test_what_cannot_be_is_kept_for_people(self, world: World) -> None:
        connect(world, "shopee")
        shopee_says(world, "SHIPPED", ago=-200_000)
        assert world.list("/orders") == []
        (kept,) = world.list("/quarantine", status="waiting")
        assert kept["reason"] == "invalid"

    def test_an_order_of_an_erased_customer_is_not_taken(self, world: World, fake: FakeApi) -> None:
        connect(world, "shopee", mode="live")
        details(fake, shopee_order())
        shopee_says(world, "READY_TO_SHIP", ago=60)
        whose = order(world)["profile_id"]
        ask(world, whose, "erase")
        world.run()
        shopee_says(world, "SHIPPED")
        assert all(one["number"] is None for one in world.list("/orders"))
        assert world.list("/quarantine", status="waiting") == []


class TestTwoShopsOfOneNumber:
    """Each seller of a marketplace may count their orders from one."""

    OTHER = "200100002"
    NUMBER = "1001"

    @pytest.fixture
    def shops(self, world: World) -> World:
        connect(world, "lazada")
        case = lazada.CASE
        credentials = {name: values[0] for name, values in case.account.credentials.items()}
        world.connect("lazada", self.OTHER, credentials)
        return world

    def tell(self, world: World, status: str, *, buyer: str, seller: str | None = None) -> None:
        data = {
            "order_status": status,
            "status_update_time": seconds(30),
            "trade_order_id": self.NUMBER,
            "trade_order_line_id": "1",
            "buyer_id": buyer,
        }
        more = {} if seller is None else {"seller_id": seller}
        push(world, "lazada", lazada.push(0, data, timestamp=seconds(), **more))

    def test_are_two_orders_found_by_the_number(self, shops: World) -> None:
        for _ in range(2):
            self.tell(shops, "pending", buyer="31")
            self.tell(shops, "shipped", buyer="32", seller=self.OTHER)
        found = shops.list("/orders", number=self.NUMBER)
        assert {one["seller"] for one in found} == {lazada.CASE.account.account_id, self.OTHER}
        assert len({one["profile_id"] for one in found}) == 2
        told = {one["seller"]: one["status"] for one in found}
        assert told[self.OTHER] == "shipped" != told[lazada.CASE.account.account_id]

    def test_an_order_of_before_sellers_were_kept_goes_on(self, shops: World) -> None:
        placed = {"placed_at": "2026-11-01T02:00:00Z", "updated_at": "2026-11-01T02:00:00Z"}
        body = {"source": "lazada", "external_id": self.NUMBER, **placed}
        before = shops.admin.post("/orders", body).body
        assert before["seller"] is None
        self.tell(shops, "shipped", buyer="31")
        found = order(shops)
        assert (found["id"], found["status"]) == (before["id"], "shipped")
        assert found["seller"] == lazada.CASE.account.account_id
        self.tell(shops, "pending", buyer="32", seller=self.OTHER)
        assert len(shops.list("/orders")) == 2

    def test_a_file_may_name_the_seller(self, shops: World) -> None:
        self.tell(shops, "shipped", buyer="31")
        self.tell(shops, "shipped", buyer="32", seller=self.OTHER)
        body = {"source": "lazada", "external_id": self.NUMBER, "seller": self.OTHER}
        changed = shops.admin.post("/orders", {**body, "note": "Gọi trước khi giao"})
        assert changed.status in (200, 201), changed.body
        found = {one["seller"]: one["note"] for one in shops.list("/orders")}
        assert found == {lazada.CASE.account.account_id: None, self.OTHER: "Gọi trước khi giao"}

    def test_a_review_before_its_order_names_nobody_elses_customer(self, shops: World) -> None:
        """Who asks of an order is known by it, as long as the shop does not say who it is."""
        for seller in (None, self.OTHER):
            more = {} if seller is None else {"seller_id": seller}
            data = {"item_id": 2306372001, "id": 1, "order_id": int(self.NUMBER)}
            push(shops, "lazada", lazada.push(21, data, timestamp=seconds(), **more))
        assert len({one["profile_id"] for one in shops.list("/orders")}) == 2
        assert len(shops.tickets()) == 2


class TestLazada:
    def test_an_order_takes_two_requests(self, world: World, fake: FakeApi) -> None:
        connect(world, "lazada", mode="live")
        fake.answers["/order/get"] = lambda _: (200, {"code": "0", "data": LAZADA_ORDER})
        fake.answers["/order/items/get"] = lambda _: (200, {"code": "0", "data": LAZADA_LINES})
        told = {
            "order_status": "delivered",
            "status_update_time": seconds(30),
            "trade_order_id": TRADE,
            "trade_order_line_id": "460422900298001",
        }
        push(world, "lazada", lazada.push(0, told, timestamp=seconds()))
        found = order(world)
        assert (found["status"], found["total"]) == ("shipped", 215_000)
        assert [(line["sku"], line["quantity"]) for line in found["lines"]] == [("NC-1", 2)]
        assert [path.removeprefix("/rest") for path in fake.asked()] == [
            "/order/get",
            "/order/items/get",
        ]

    def test_a_review_is_a_ticket_with_its_stars_and_words(
        self, world: World, fake: FakeApi
    ) -> None:
        connect(world, "lazada", mode="live")
        review = {
            "id": 122598400472001,
            "ratings": {"overall_rating": 1},
            "review_content": "Hàng giao thiếu, shop không trả lời",
        }
        fake.answers["/review/seller/list/v2"] = lambda _: (
            200,
            {"success": True, "code": "0", "data": {"review_list": [review]}},
        )
        fake.answers["/order/get"] = lambda _: (200, {"code": "0", "data": LAZADA_ORDER})
        fake.answers["/order/items/get"] = lambda _: (200, {"code": "0", "data": LAZADA_LINES})
        data = {"item_id": 2306372001, "id": 122598400472001, "order_id": int(TRADE)}
        for _ in range(2):
            push(world, "lazada", lazada.push(21, data, timestamp=seconds()))
        ticket = world.ticket()
        assert ticket["type"] == "complaint"
        assert ticket["subject"].startswith(f"Đánh giá 1 sao, đơn {TRADE}: Hàng giao thiếu")
        assert (ticket["order"], ticket["source"]) == (TRADE, "marketplace")
        (note,) = world.list(f"/tickets/{ticket['id']}/notes")
        assert "shop không trả lời" in note["text"]
        assert ticket["profile_id"] == order(world)["profile_id"]

    def test_a_failed_delivery_is_cared_for(self, world: World) -> None:
        connect(world, "lazada")
        data = {
            "trade_order_id": TRADE,
            "buyer_id": "100112800001",
            "fulfillment_package_id": "FP018711048490001",
            "status": "INFO_ST_DOMESTIC_1ST_ATTEMPT_FAILED",
            "status_update_time": seconds(10),
        }
        push(world, "lazada", lazada.push(14, data, timestamp=seconds()))
        assert order(world)["status"] == "delivery_failed"
        ticket = world.ticket()
        assert (ticket["sub_type"], ticket["order"]) == ("delivery_late", TRADE)

    def test_what_the_buyer_wrote_of_the_order_is_not_opened_again(self, world: World) -> None:
        connect(world, "lazada")
        data = {
            "trade_order_id": TRADE,
            "buyer_id": "100112800001",
            "fulfillment_package_id": "FP018711048490001",
            "status": "INFO_ST_DOMESTIC_1ST_ATTEMPT_FAILED",
            "status_update_time": seconds(10),
        }
        again = {**data, "status": "INFO_ST_DOMESTIC_DELIVERY_FAILED"}
        push(world, "lazada", lazada.push(14, data, timestamp=seconds()))
        push(world, "lazada", lazada.push(14, again, timestamp=seconds()))
        ticket = world.ticket()
        found = world.admin.get(f"/tickets/{ticket['id']}").body
        assert "order_request" in [one["what"] for one in found["tasks"]]
        assert len(world.list(f"/tickets/{ticket['id']}/notes")) == 2


LAZADA_ORDER = {
    "order_id": int(TRADE),
    "order_number": int(TRADE),
    "created_at": "2026-11-20 09:00:00 +0700",
    "updated_at": "2026-11-21 09:00:00 +0700",
    "price": "200000.00",
    "shipping_fee": "15000.00",
    "voucher": "0.00",
    "statuses": ["shipped", "delivered"],
    "address_shipping": {"first_name": "N***g", "phone": "84*****78", "address1": "1****"},
}
LAZADA_LINES = [
    {
        "order_id": TRADE,
        "sku": "NC-1",
        "name": "Nồi chiên",
        "item_price": "100000.00",
        "currency": "VND",
        "buyer_id": "1001",
    }
] * 2


class TestTikTok:
    def asked(self, world: World, kind: int = 12, **more: Any) -> None:
        data = {
            "order_id": TIKTOK,
            "return_role": "BUYER",
            "return_type": "REFUND",
            "return_status": "RETURN_OR_REFUND_REQUEST_PENDING",
            "return_id": "576486316948490010",
            "create_time": seconds(10),
            "update_time": seconds(9),
            **more,
        }
        push(world, "tiktok", tiktok_shop.push(kind, data, notification=None))

    def test_a_return_is_a_ticket_once(self, world: World) -> None:
        connect(world, "tiktok")
        self.asked(world)
        self.asked(world)
        ticket = world.ticket()
        assert (ticket["type"], ticket["sub_type"]) == ("service_request", "refund")
        assert (ticket["order"], ticket["department_id"]) == (TIKTOK, "accounting")
        assert ticket["profile_id"] == order(world)["profile_id"]

    def test_what_the_shop_begins_asks_nothing(self, world: World) -> None:
        connect(world, "tiktok")
        self.asked(world, return_role="SELLER")
        assert world.tickets() == []
        assert order(world)["number"] == TIKTOK

    def test_a_return_that_is_done_returns_the_order(self, world: World) -> None:
        connect(world, "tiktok")
        told = {"order_id": TIKTOK, "order_status": "DELIVERED", "update_time": seconds(50)}
        push(world, "tiktok", tiktok_shop.push(1, told, notification=None))
        self.asked(world, return_status="RETURN_OR_REFUND_REQUEST_COMPLETE")
        assert order(world)["status"] == "returned"

    def test_a_push_without_news_leaves_a_later_told_state_its_place(self, world: World) -> None:
        connect(world, "tiktok")
        told = {"order_id": TIKTOK, "order_status": "IN_TRANSIT", "update_time": seconds(50)}
        push(world, "tiktok", tiktok_shop.push(1, told, notification=None))
        package = {"order_id": TIKTOK, "package_list": [], "update_time": seconds(5)}
        push(world, "tiktok", tiktok_shop.push(4, package, notification=None))
        late = {"order_id": TIKTOK, "order_status": "DELIVERED", "update_time": seconds(20)}
        push(world, "tiktok", tiktok_shop.push(1, late, notification=None))
        assert order(world)["status"] == "delivered"

    def test_details_are_asked_for_with_a_signature(self, world: World, fake: FakeApi) -> None:
        connect(world, "tiktok", mode="live")
        found = {
            "id": TIKTOK,
            "status": "AWAITING_COLLECTION",
            "create_time": seconds(900),
            "update_time": seconds(20),
            "user_id": "7021436810468230477",
            "payment": {"currency": "VND", "total_amount": "125000", "shipping_fee": "5000"},
            "recipient_address": {"name": "L***n", "phone_number": "(+84)912***678"},
            "line_items": [
                {
                    "seller_sku": "S-1",
                    "product_name": "Son",
                    "sku_name": "Đỏ",
                    "sale_price": "60000",
                }
            ]
            * 2,
        }
        fake.answers["/order/202309/orders"] = lambda _: (
            200,
            {"code": 0, "data": {"orders": [found]}},
        )
        told = {"order_id": TIKTOK, "order_status": "AWAITING_SHIPMENT", "update_time": seconds(50)}
        push(world, "tiktok", tiktok_shop.push(1, told, notification=None))
        got = order(world)
        assert (got["status"], got["total"], got["lines"][0]["quantity"]) == ("packed", 125_000, 2)
        ((_, _, given, _),) = fake.calls
        assert given["x-tts-access-token"] == "AT-1"
        assert len(given["sign"]) == 64
        assert json.dumps(given).count("AT-1") == 1
