"""Reviews and orders that were pulled: what becomes of them, and how a review is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.channels import flows as accounts
from chalicelib.platform import outward
from tests.contracts.cases import facebook_comment, lazada, shopee
from tests.slices.conftest import Later
from tests.slices.intake.providers import DETAILS, REPLY, Shopee
from tests.slices.intake.shops import FakeApi, api, connect, order, push, seconds
from tests.slices.intake.test_answers import TRACKED, said
from tests.slices.intake.test_answers import sent as sent  # a fixture
from tests.slices.intake.test_pulling import SN, review, state, tick
from tests.world import OA, World, milliseconds

TEMPLATE = "266986"


def live_oa(world: World, **credentials: str) -> str:
    """The organisation's OA is live, and says which template asks for stars."""
    found = world.list("/channel-accounts", channel="zalo_oa")
    (account,) = [one["id"] for one in found]
    change = {
        "mode": "live",
        "credentials": {"access_token": "AT-1", **credentials},
        "settings": {"rating_templates": [TEMPLATE]},
    }
    answer = world.admin.patch(f"/channel-accounts/{account}", change)
    assert answer.status == 200, answer.body
    accounts.forget()
    return str(account)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    return api(monkeypatch)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Shopee:
    fake = Shopee(orders={SN: {"order_sn": SN, "buyer_user_id": int(shopee.BUYER)}})
    monkeypatch.setattr(outward, "call", fake.call)
    return fake


class TestShopee:
    def test_a_bad_one_is_a_complaint_of_the_buyer(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        push(world, "shopee", shopee.message("Cảm ơn shop", "m-1"))
        provider.comments = [review(7, 1, "Áo rách, shop không trả lời")]
        tick(world)
        ticket = world.ticket()
        assert (ticket["type"], ticket["order"]) == ("complaint", SN)
        assert ticket["subject"].startswith(f"Đánh giá 1 sao, đơn {SN}")
        assert len(world.list("/conversations")) == 1  # one customer, who chats and reviews

    def test_stars_decide_where_words_do_not(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 2, "")]
        tick(world)
        assert world.ticket()["type"] == "complaint"

    @pytest.mark.parametrize("words", ["", "Cảm ơn shop ạ", "Ok"])
    def test_idle_praise_is_stored_and_asks_for_nothing(
        self, world: World, provider: Shopee, words: str
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 5, words)]
        tick(world)
        assert world.tickets() == []
        (talk,) = world.list("/conversations")
        (one,) = world.list(f"/conversations/{talk['id']}/messages")
        assert one["text"].startswith("Đánh giá 5 sao")
        assert one["courtesy"] is True

    def test_praise_that_complains_is_a_complaint(self, world: World, provider: Shopee) -> None:
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 5, "Giao thiếu một áo, nhắn shop không trả lời")]
        tick(world)
        assert world.ticket()["type"] == "complaint"

    def test_old_ones_are_left_and_the_list_is_walked_only_as_far_as_it_is_new(
        self, world: World, provider: Shopee
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.page = 2
        day = 86_400
        provider.comments = [
            review(4, 1, "Giao thiếu áo", ago=600),
            review(3, 1, "Giao thiếu quần", ago=day),
            *(review(9 - n, 1, f"Cũ {n}", ago=(3 + n) * day) for n in range(8)),
        ]
        tick(world)
        assert len([path for path in provider.asked() if path.endswith("get_comment")]) == 2
        (talk,) = world.list("/conversations")
        assert len(world.list(f"/conversations/{talk['id']}/messages")) == 2

    def test_a_list_in_no_order_is_walked_to_its_end(self, world: World, provider: Shopee) -> None:
        account = connect(world, "shopee", mode="live")
        provider.page = 2
        day = 86_400
        provider.comments = [
            review(1, 1, "Cũ", ago=9 * day),
            review(2, 1, "Mới hơn", ago=300),
            review(3, 1, "Cũ nữa", ago=8 * day),
            review(4, 1, "Mới", ago=60),
        ]
        tick(world)
        assert state(world, account, "reviews")["last_found"] == 2

    def test_seen_again_in_the_overlap_nothing_is_queued(
        self, world: World, provider: Shopee, later: Later
    ) -> None:
        account = connect(world, "shopee", mode="live")
        provider.comments = [review(7, 1, "Giao thiếu hàng")]
        tick(world)
        later(minutes=61)
        provider.comments.insert(0, review(8, 1, "Lại giao thiếu hàng", ago=-3600))
        tick(world)
        assert state(world, account, "reviews")["last_found"] == 1

    def test_a_changed_one_changes_what_was_said(
        self, world: World, provider: Shopee, later: Later
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 1, "Giao thiếu hàng")]
        tick(world)
        later(minutes=61)
        changed = review(7, 4, "Shop đã giao bù", ago=600 - 3660, editable="HAVE_EDIT_ONCE")
        provider.comments = [changed]
        tick(world)
        (talk,) = world.list("/conversations")
        (one,) = world.list(f"/conversations/{talk['id']}/messages")
        assert one["text"].endswith("Shop đã giao bù")

    def test_answered_in_the_chat_unless_it_is_quoted(self, world: World, provider: Shopee) -> None:
        """In public only by a person who says so."""
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 1, "Áo rách")]
        tick(world)
        ticket = world.ticket()["id"]
        (said,) = world.messages(ticket)
        lan = world.agent("Lan")
        provider.first = [(200, json.dumps(shopee.SENT).encode())]
        assert lan.post(f"/tickets/{ticket}/replies", {"text": "Cho shop xin số"}).status == 202
        world.run()
        assert provider.replies == []
        assert provider.calls[-1][2]["to_id"] == int(shopee.BUYER)
        public = {"text": "Shop xin lỗi ạ", "reply_to": said["provider_message_id"]}
        assert lan.post(f"/tickets/{ticket}/replies", public).status == 202
        world.run()
        assert provider.replies == [{"comment_id": 7, "comment": "Shop xin lỗi ạ"}]
        assert provider.asked()[-1] == REPLY
        assert {one["status"] for one in world.messages(ticket) if one["direction"] == "out"} == {
            "sent"
        }

    def test_a_buyer_nobody_tells_of_is_answered_in_public_only(
        self, world: World, provider: Shopee
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.orders = {}
        provider.comments = [review(7, 1, "Áo rách")]
        tick(world)
        ticket = world.ticket()["id"]
        lan = world.agent("Lan")
        assert lan.post(f"/tickets/{ticket}/replies", {"text": "Xin số"}).status == 202
        world.run()
        (ours,) = [one for one in world.messages(ticket) if one["direction"] == "out"]
        assert ours["status"] == "failed"
        assert "trích dẫn" in ours["error_reason"]
        assert DETAILS in provider.asked()

    @pytest.mark.parametrize(
        ("error", "why"),
        [
            ("product.duplicate_request", "đã được trả lời"),
            ("product.error_not_exist", "không còn"),
        ],
    )
    def test_why_a_public_answer_was_refused(
        self, world: World, provider: Shopee, error: str, why: str
    ) -> None:
        connect(world, "shopee", mode="live")
        provider.comments = [review(7, 1, "Áo rách")]
        tick(world)
        ticket = world.ticket()["id"]
        refusal = {"result_list": [{"comment_id": 7, "fail_error": error, "fail_message": "x"}]}
        provider.first = [(200, json.dumps({"error": "", "response": refusal}).encode())]
        public = {"text": "Shop xin lỗi ạ", "reply_to": "review:7"}
        assert world.agent("Lan").post(f"/tickets/{ticket}/replies", public).status == 202
        world.run()
        (ours,) = [one for one in world.messages(ticket) if one["direction"] == "out"]
        assert ours["status"] == "failed"
        assert why in ours["error_reason"]


class TestLazada:
    def listed(self, number: int, status: str = "shipped", **more: Any) -> dict[str, Any]:
        return {
            "order_id": number,
            "order_number": number,
            "created_at": "2026-11-20 09:00:00 +0700",
            "updated_at": "2026-11-21 09:00:00 +0700",
            "statuses": [status],
            "shipping_fee": "15000.00",
            "address_shipping": {},
            **more,
        }

    def test_what_changed_is_an_order_as_if_it_had_been_pushed(
        self, world: World, fake: FakeApi
    ) -> None:
        account = connect(world, "lazada", mode="live")
        orders = [self.listed(4604)]
        lines = [{"order_id": 4604, "sku": "NC-1", "name": "Nồi", "item_price": "100000.00"}]
        fake.answers["/orders/get"] = lambda _: (200, {"code": "0", "data": {"orders": orders}})
        fake.answers["/order/items/get"] = lambda _: (200, {"code": "0", "data": lines})
        tick(world)
        found = order(world)
        assert (found["status"], found["total"]) == ("shipped", 115_000)
        assert "/rest/order/get" not in fake.asked()  # it is all there already
        assert state(world, account, "orders")["last_found"] == 1

    def test_pages_go_on_by_time_and_the_overlap_is_not_queued_again(
        self, world: World, fake: FakeApi, later: Later, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chalicelib.channels.lazada.pulling.PAGE_SIZE", 2)
        account = connect(world, "lazada", mode="live")
        orders = [
            self.listed(one, updated_at=f"2026-11-22 0{one}:00:00 +0700") for one in (1, 2, 3)
        ]
        asked: list[dict[str, str]] = []

        def page(given: dict[str, str]) -> tuple[int, Any]:
            asked.append(given)
            since = given["update_after"].replace("+00:00", "")
            fits = [o for o in orders if _utc(o["updated_at"]) >= since]
            return 200, {"code": "0", "data": {"orders": fits[int(given["offset"]) :][:2]}}

        fake.answers["/orders/get"] = page
        fake.answers["/order/items/get"] = lambda _: (200, {"code": "0", "data": []})
        tick(world)
        assert {one["number"] for one in world.list("/orders")} == {"1", "2", "3"}
        assert state(world, account, "orders")["last_found"] == 3
        assert [given["offset"] for given in asked] == ["0", "0", "0"]
        later(minutes=61)
        tick(world)
        assert state(world, account, "orders")["last_found"] == 0

    def test_a_pushed_order_stays_one(self, world: World, fake: FakeApi) -> None:
        connect(world, "lazada", mode="live")
        fake.answers["/orders/get"] = lambda _: (
            200,
            {"code": "0", "data": {"orders": [self.listed(4604, "delivered")]}},
        )
        fake.answers["/order/get"] = lambda _: (200, {"code": "0", "data": self.listed(4604)})
        fake.answers["/order/items/get"] = lambda _: (200, {"code": "0", "data": []})
        told = {
            "order_status": "shipped",
            "status_update_time": seconds(90_000),
            "trade_order_id": "4604",
            "trade_order_line_id": "46041",
        }
        push(world, "lazada", lazada.push(0, told, timestamp=seconds()))
        tick(world)
        assert order(world)["number"] == "4604"


def _utc(text: str) -> str:
    from chalicelib.channels.lazada.reading import written

    return (written(text) or "")[:19]


class TestFacebook:
    def recommendation(self, story: str, kind: str, words: str | None = None) -> dict[str, Any]:
        from chalicelib.platform.clock import now

        return {
            "open_graph_story": {"id": story},
            "recommendation_type": kind,
            "created_time": now().strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "reviewer": {"id": "7001", "name": "Trần Thị Hồng"},
            **({"review_text": words} if words else {}),
        }

    def connect(self, world: World) -> str:
        case = facebook_comment.CASE.account
        credentials = {name: values[0] for name, values in case.credentials.items()}
        return world.connect("facebook_comment", case.account_id, credentials, mode="live")

    def test_a_recommendation_is_a_comment_with_stars(self, world: World, fake: FakeApi) -> None:
        self.connect(world)
        ratings = [
            self.recommendation("s-1", "negative", "Giao thiếu, không ai trả lời"),
            self.recommendation("s-2", "positive"),
        ]
        fake.answers["/ratings"] = lambda _: (200, {"data": ratings})
        tick(world)
        ticket = world.ticket()
        assert (ticket["type"], ticket["source"]) == ("complaint", "facebook")
        fake.answers["/comments"] = lambda _: (200, {"id": "s-1_77"})
        lan = world.agent("Lan")
        public = {"text": "Shop xin lỗi ạ", "reply_to": "s-1"}
        assert lan.post(f"/tickets/{ticket['id']}/replies", public).status == 202
        world.run()
        assert fake.asked()[-1].endswith("/s-1/comments")
        privately = {"text": "Cho shop xin số", "privately": True}
        assert lan.post(f"/tickets/{ticket['id']}/replies", privately).status == 202
        world.run()
        (last,) = [one for one in world.messages(ticket["id"]) if one["status"] == "failed"]
        assert "chỉ trả lời công khai" in last["error_reason"]

    def test_told_by_the_webhook_too_it_is_one(self, world: World, fake: FakeApi) -> None:
        self.connect(world)
        fake.answers["/ratings"] = lambda _: (
            200,
            {"data": [self.recommendation("s-1", "negative", "Giao thiếu")]},
        )
        value = {
            "item": "rating",
            "verb": "add",
            "open_graph_story_id": "s-1",
            "reviewer_id": "7001",
            "reviewer_name": "Trần Thị Hồng",
            "recommendation_type": "negative",
            "review_text": "Giao thiếu",
            "created_time": seconds(30),
        }
        body = facebook_comment.feed({"field": "ratings", "value": value})
        case = facebook_comment.CASE
        assert case.sign is not None
        assert world.webhook("meta", body, case.sign(body, case.secret)) == 200
        world.run()
        tick(world)
        assert len(world.messages(world.ticket()["id"])) == 1

    def test_what_meta_no_longer_offers_is_said(self, world: World, fake: FakeApi) -> None:
        account = self.connect(world)
        gone = {"error": {"message": "(#12) deprecated", "code": 12}}
        fake.answers["/ratings"] = lambda _: (400, gone)
        tick(world)
        told = state(world, account, "ratings")
        assert (told["error_code"], told["failures"]) == ("12", 1)
        assert "ratings_base" in told["error_reason"]


class TestZalo:
    def rating(self, sent: str, stars: int, note: str = "") -> dict[str, Any]:
        return {
            "feedbacks": ["Giao hàng chậm"] if stars < 3 else [],
            "msgId": sent,
            "note": note,
            "rate": stars,
            "submitDate": str(milliseconds()),
            "trackingId": "",
        }

    def test_a_lost_rating_is_the_customers_who_got_the_sending(
        self, world: World, fake: FakeApi, sent: str
    ) -> None:
        fake.answers["/rating/get"] = lambda _: (
            200,
            {"error": 0, "data": {"total": 1, "data": [self.rating(sent, 1, "Thiếu áo")]}},
        )
        live_oa(world)
        tick(world)
        (stars,) = said(world)
        assert (stars["postback"], stars["reply_to"]) == ("rating:1", sent)
        ((method, _, given, _),) = fake.calls
        assert (method, given["template_id"], given["access_token"]) == ("POST", TEMPLATE, "AT-1")

    def test_pushed_and_pulled_it_is_one(self, world: World, fake: FakeApi, sent: str) -> None:
        from tests.slices.intake.test_answers import answer

        fake.answers["/rating/get"] = lambda _: (
            200,
            {"error": 0, "data": {"total": 1, "data": [self.rating(sent, 2)]}},
        )
        live_oa(world)
        answer(world, sent, rate="2", note="", feedbacks=["Giao hàng chậm"])
        tick(world)
        assert len(said(world)) == 1

    def test_by_esms_for_an_oa_that_sends_through_it(
        self, world: World, fake: FakeApi, sent: str
    ) -> None:
        found = {"CodeResult": "100", "Data": [self.rating(sent, 5)], "Total": 1}
        fake.answers["/ZNS/GetRating/"] = lambda _: (200, found)
        account = live_oa(world, esms_api_key="EK", esms_secret_key="ES")
        assert [
            one["name"] for one in world.admin.get(f"/channel-accounts/{account}").body["pulls"]
        ] == ["esms_ratings"]
        tick(world)
        (stars,) = said(world)
        assert stars["postback"] == "rating:5"
        ((_, _, _, body),) = fake.calls
        assert (body["OAID"], body["TemplateID"], body["ApiKey"]) == (OA, TEMPLATE, "EK")

    def test_refused_by_esms_it_says_why(self, world: World, fake: FakeApi) -> None:
        fake.answers["/ZNS/GetRating/"] = lambda _: (200, {"CodeResult": "101"})
        account = live_oa(world, esms_api_key="EK", esms_secret_key="ES")
        tick(world)
        assert state(world, account, "esms_ratings")["error_code"] == "esms_101"

    def test_without_templates_nothing_is_asked(self, world: World, fake: FakeApi) -> None:
        account = live_oa(world)
        world.admin.patch(f"/channel-accounts/{account}", {"settings": {}})
        accounts.forget()
        tick(world)
        assert fake.calls == []


def test_one_that_was_tracked_is_found_by_it() -> None:
    """The two ids of a sending stand where a push has them."""
    from chalicelib.channels.zalo_oa import pulling
    from tests.contracts.cases import zalo_oa

    item = {"msgId": "m-1", "trackingId": TRACKED, "rate": 3, "submitDate": "1795255229000"}
    made = pulling.pushed(item, zalo_oa.CASE.account)
    assert made is not None
    assert made.event_key == "user_feedback:m-1"
    event = zalo_oa.CASE.parse(made)
    assert (event.about_ids, event.postback) == (("m-1", TRACKED), "rating:3")
