"""Orders as shops tell of them: once each, newest word wins, sums exact."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chalicelib.commerce import orders, sums
from chalicelib.commerce.model import Order, OwnedItem
from chalicelib.platform import store
from chalicelib.platform.roles import Role
from tests.slices.commerce.shop import E164, PHONE, ago, bought, happened, order, product
from tests.world import World


def test_an_order_is_one_however_often_it_is_told(world: World) -> None:
    first = bought(world)
    again = bought(world, placed_at=first["placed_at"])
    assert (first["created"], again["created"]) == (True, False)
    assert again | {"created": True} == first
    assert first["total"] == 300_000
    assert [one["id"] for one in world.list("/orders")] == [first["id"]]
    assert happened(world, first["profile_id"]).count("order.placed") == 1


def test_what_a_push_leaves_out_stays_as_it_is(world: World) -> None:
    first = bought(world, note="Gọi trước khi giao")
    after = order(world, status="shipped", branch="hcm-1")
    assert after["note"] == "Gọi trước khi giao"
    assert (after["status"], after["branch"], after["total"]) == ("shipped", "hcm-1", 300_000)
    assert after["profile_id"] == first["profile_id"]


def test_a_proved_phone_finds_its_customer_again(world: World) -> None:
    first = bought(world)
    other = order(
        world,
        "SPX-1",
        customer={"external_customer_id": "buyer-7", "phone": E164, "phone_verified": True},
    )
    assert other["profile_id"] == first["profile_id"]
    third = order(world, "SPX-2", customer={"external_customer_id": "buyer-7"})
    assert third["profile_id"] == first["profile_id"]


def test_a_typed_phone_proves_nobody_but_is_one_customer_of_its_shop(world: World) -> None:
    proved = bought(world)
    typed = [order(world, f"W-{n}", customer={"phone": PHONE}) for n in range(2)]
    assert typed[0]["profile_id"] == typed[1]["profile_id"] != proved["profile_id"]


def test_a_made_up_phone_is_nobody_s(world: World) -> None:
    assert order(world, customer={"phone": "0900000000"})["profile_id"] is None
    assert order(world, "DH2")["profile_id"] is None


def test_an_order_learns_its_customer_later_and_keeps_them(world: World) -> None:
    order(world, status="delivered", placed_at=ago(days=3), total=90_000, refunded=10_000)
    known = bought(world, "DH2")
    joined = order(world, customer={"profile_id": known["profile_id"]})
    assert joined["profile_id"] == known["profile_id"]
    found = sums.sums([known["profile_id"]])
    assert (found.delivered_count, found.delivered_amount, found.refunded_amount) == (
        1,
        90_000,
        10_000,
    )
    assert (found.placed_count, found.open_count) == (2, 1)
    other = order(world, "DH3", customer={"phone": "0987 654 321", "phone_verified": True})
    refused = world.admin.post(
        "/orders",
        {
            "source": "shop",
            "external_id": "DH2",
            "customer": {"profile_id": other["profile_id"]},
        },
    )
    assert refused.status == 409
    assert refused.body["field"] == "customer.profile_id"


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))))
def test_pushes_in_any_order_end_the_same(world: World, turn: tuple[int, ...]) -> None:
    course = [("confirmed", 40), ("shipped", 30), ("delivered", 20)]
    placed = ago(days=2)
    for index in turn:
        status, hours = course[index]
        bought(world, status=status, updated_at=ago(hours=hours), placed_at=placed)
    shown = world.list("/orders")[0]
    assert shown["status"] == "delivered"
    assert [one["status"] for one in shown["history"]] == [
        "placed",
        "confirmed",
        "shipped",
        "delivered",
    ]
    found = sums.sums([shown["profile_id"]])
    assert (found.delivered_count, found.delivered_amount, found.open_count) == (1, 300_000, 0)


def test_sums_follow_every_turn_of_an_order(world: World) -> None:
    profile_id = bought(world)["profile_id"]
    assert sums.sums([profile_id]).open_count == 1
    order(world, status="delivered", delivered_at=ago(days=1))
    found = sums.sums([profile_id])
    assert (found.delivered_count, found.delivered_amount) == (1, 300_000)
    order(world, total=250_000)
    assert sums.sums([profile_id]).delivered_amount == 250_000
    order(world, status="returned")
    found = sums.sums([profile_id])
    assert (found.delivered_count, found.delivered_amount, found.returned_count) == (0, 0, 1)
    assert found.last_delivered_at is None
    names = [name for name in happened(world, profile_id) if name.startswith("order.")]
    assert names == ["order.placed", "order.delivered", "order.changed", "order.returned"]


def test_sums_of_a_family_add_and_know_the_cycle(world: World) -> None:
    lan = [
        bought(world, f"A{n}", status="delivered", placed_at=ago(days=90), delivered_at=ago(days=d))
        for n, d in enumerate((60, 40))
    ]
    other = order(
        world,
        "B1",
        status="delivered",
        total=1_000,
        currency="USD",
        placed_at=ago(days=90),
        delivered_at=ago(days=30),
        customer={"phone": "0987 654 321", "phone_verified": True},
    )
    found = sums.sums([lan[0]["profile_id"], other["profile_id"]])
    assert (found.delivered_count, found.delivered_amount) == (3, 600_000)
    assert found.other_amounts == {"USD": 1_000}
    assert found.cycle_days == 15
    assert sums.sums(["nobody"]).delivered_count == 0


def test_a_delivered_line_is_owned_and_a_returned_one_no_more(world: World) -> None:
    product(world, warranty_months=6, usual_days=45)
    moment = "2026-01-31T18:30:00Z"
    shown = bought(world, status="delivered", placed_at=moment, delivered_at=moment)
    assert shown["delivered_at"] == "2026-01-31T18:30:00.000Z"
    profile_id = shown["profile_id"]
    (item,) = world.list(f"/profiles/{profile_id}/items")
    assert (item["sku"], item["quantity"]) == ("AO-1", 2)
    assert item["warranty_ends"] == "2026-08-01"  # delivered on the 1st of February, local time
    assert item["next_purchase"] == "2026-05-02"
    order(world, status="returned")
    (item,) = world.list(f"/profiles/{profile_id}/items")
    assert item["ended_at"] is not None


def test_a_number_finds_its_orders_as_customers_write_it(world: World) -> None:
    shown = bought(world, number="DH-1001")
    assert [one.id for one in orders.find_by_number("#dh 1001")] == [shown["id"]]
    assert world.list("/orders", number="dh1001")[0]["id"] == shown["id"]
    assert orders.find_by_number("##") == []
    order(world, number="DH-2002")
    assert orders.find_by_number("dh1001") == []


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"currency": "VNX"}, "currency"),
        ({"currency": "vnd"}, "currency"),
        ({"placed_at": "2091-01-01T00:00:00Z"}, "placed_at"),
        ({"placed_at": "2026-01-01"}, "placed_at"),
        ({"total": 150_000.5}, "total"),
        ({"total": -1}, "total"),
        ({"lines": [{"name": "Áo", "quantity": 0}]}, "lines.0.quantity"),
        ({"customer": {"phone": "không có"}}, "customer.phone"),
        ({"customer": {"profile_id": "nobody"}}, "customer.profile_id"),
        ({"status": "on the moon"}, "status"),
    ],
)
def test_a_wrong_order_is_refused_by_field_and_leaves_nothing(
    world: World, told: dict[str, Any], field: str
) -> None:
    answer = world.admin.post("/orders", {"source": "shop", "external_id": "X", **told})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert world.list("/orders") == []
    assert world.list("/profiles") == []


def test_a_batch_takes_what_is_right_and_says_what_is_not(world: World) -> None:
    rows = [
        {"source": "pos", "external_id": "1", "total": 5},
        {"source": "pos", "external_id": "2", "currency": "ABC"},
        {"source": "pos", "external_id": "1", "status": "confirmed"},
        {"external_id": "4"},
    ]
    answer = world.admin.post("/orders/batch", {"items": rows})
    assert answer.status == 200, answer.body
    assert (answer.body["accepted"], answer.body["refused"]) == (2, 2)
    results = [(one["index"], one["result"], one["field"]) for one in answer.body["results"]]
    assert results == [
        (0, "created", None),
        (1, "refused", "currency"),
        (2, "updated", None),
        (3, "refused", "source"),
    ]
    assert world.list("/orders")[0]["status"] == "confirmed"
    assert world.admin.post("/orders/batch", {"items": rows * 26}).status == 422


def test_the_same_key_gives_the_first_answer_again(world: World) -> None:
    caller = world.admin.with_headers(Idempotency_Key="k1")
    body = {"source": "pos", "external_id": "1", "total": 5}
    first, second = caller.post("/orders", body), caller.post("/orders", body)
    assert second.body == first.body
    assert second.headers["idempotent-replay"] == "true"


def test_shops_tell_of_orders_and_agents_only_read_them(world: World) -> None:
    shown = bought(world)
    agent = world.agent("Lan")
    assert agent.get(f"/orders/{shown['id']}").body["number"] == "DH1001"
    assert agent.post("/orders", {"source": "shop", "external_id": "1"}).status == 403
    shop = world.admin.token(Role.INTEGRATION)
    assert shop.post("/orders", {"source": "shop", "external_id": "1"}).status == 200
    assert agent.get("/orders/nothing").status == 404


def test_lists_are_of_a_customer_or_of_all(world: World) -> None:
    mine = [bought(world, f"D{n}", placed_at=ago(days=n + 1))["id"] for n in range(3)]
    order(world, "else", placed_at=ago(days=9))
    profile_id = world.list("/orders")[0]["profile_id"]
    assert [one["id"] for one in world.list("/orders", profile_id=profile_id)] == mine
    page = world.admin.get("/orders", limit=2).body
    rest = world.admin.get("/orders", limit=2, cursor=page["next_cursor"]).body
    assert len({one["id"] for one in page["items"] + rest["items"]}) == 4
    assert world.list("/orders", profile_id="nobody") == []


def test_forty_lines_are_one_transaction(world: World) -> None:
    lines = [{"sku": f"S{n}", "quantity": 1, "unit_price": 1} for n in range(40)]
    shown = bought(world, lines=lines, status="delivered")
    assert shown["total"] == 40
    assert OwnedItem.by_profile.count(shown["profile_id"]) == 41  # the order is listed there too
    assert Order.by_profile.count(shown["profile_id"]) == 41


def told(world: World, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of rows of a batch."""
    found: list[dict[str, Any]] = world.admin.post("/orders/batch", {"items": list(rows)}).body[
        "results"
    ]
    return found


OLD: dict[str, Any] = {
    "source": "shop",
    "external_id": "OLD-1",
    "status": "delivered",
    "placed_at": "2025-03-01T02:00:00.000Z",
    "lines": [{"sku": "AO-1", "name": "Áo thun", "quantity": 1, "unit_price": 150_000}],
    "customer": {"name": "Lan", "phone": PHONE, "phone_verified": True},
}


def test_the_same_order_again_is_unchanged(world: World) -> None:
    stamped = {**OLD, "external_id": "OLD-2", "updated_at": "2025-03-05T02:00:00.000Z"}
    outcomes = [[row["result"] for row in told(world, OLD, stamped)] for _ in range(3)]
    assert outcomes == [["created"] * 2, ["unchanged"] * 2, ["unchanged"] * 2]
    assert told(world, {**OLD, "note": "Gấp"})[0]["result"] == "updated"


def test_an_old_order_s_delivery_stays_unknown_but_counts(world: World) -> None:
    product(world, warranty_months=12, usual_days=30)
    for row in (OLD, {**OLD, "note": "Gấp"}, {**OLD, "note": "Rất gấp"}):
        (taken,) = told(world, row)
    shown = world.admin.get(f"/orders/{taken['id']}").body
    assert shown["delivered_at"] is None
    (item,) = world.list(f"/profiles/{shown['profile_id']}/items")
    assert (item["delivered_at"], item["warranty_ends"], item["next_purchase"]) == (None,) * 3
    found = sums.sums([shown["profile_id"]])
    assert (found.delivered_amount, found.delivered_count) == (150_000, 1)
    assert [at.date().isoformat() for at in found.deliveries] == ["2025-03-01"]
    said = {**OLD, "delivered_at": "2025-03-04T02:00:00.000Z"}
    assert told(world, said)[0]["result"] == "updated"
    (item,) = world.list(f"/profiles/{shown['profile_id']}/items")
    assert (item["warranty_ends"], item["next_purchase"]) == ("2026-03-04", "2025-04-03")


@pytest.mark.parametrize(("placed", "known"), [(2, True), (40, False)])
def test_a_live_push_says_that_it_was_delivered_now(world: World, placed: int, known: bool) -> None:
    shown = bought(world, status="delivered", placed_at=ago(days=placed))
    assert (shown["delivered_at"] is not None) is known


def test_an_order_on_its_way_until_lately_was_delivered_now(world: World) -> None:
    bought(world, status="shipped", placed_at=ago(days=40), updated_at=ago(days=1))
    assert order(world, status="delivered")["delivered_at"] is not None


def test_an_erased_customer_s_order_is_not_taken_again(world: World) -> None:
    shown = bought(world)
    store.commit(
        [
            store.update(
                "order",
                store.ref(Order, f"order#{shown['id']}", "-"),
                Order.erased.set(True),
                condition=Order.pk.exists(),
            )
        ]
    )
    again = {"source": "shop", "external_id": "DH1001", "status": "shipped"}
    answer = world.admin.post("/orders", again)
    assert (answer.status, answer.body["code"]) == (410, "order_erased")
    taken, refused = told(world, OLD, again)
    assert (taken["result"], refused["result"], refused["code"]) == (
        "created",
        "refused",
        "order_erased",
    )


def test_the_document_says_what_a_row_is(world: World) -> None:
    document = world.admin.get("/openapi.json").body
    schemas = document["components"]["schemas"]
    rows = {
        "ProfileBatch": "ProfileRow",
        "TicketBatch": "TicketRow",
        "OrderNewBatch": "OrderNew",
        "DealNewBatch": "DealNew",
        "ProductNewBatch": "ProductNew",
        "BehaviourNewBatch": "BehaviourNew",
        "MetricNewBatch": "MetricNew",
    }
    for batch, row in rows.items():
        shape = schemas[batch]["properties"]["items"]["items"]["anyOf"][0]
        assert shape["title"] == row
        assert shape["properties"]


def test_amounts_that_cannot_be_are_refused_by_name(world: World) -> None:
    dear = {"name": "x", "quantity": 100_000, "unit_price": 10**13}
    told = {"source": "shop", "external_id": "DH1", "customer": {"external_customer_id": "1"}}
    for wrong, field in (
        ({"lines": [dear] * 40}, "lines"),
        ({"lines": [{**dear, "quantity": 1}], "shipping_fee": 1}, "lines"),
        ({"total": 5, "refunded": 10}, "refunded"),
        ({"refunded": 1}, "refunded"),
    ):
        answer = world.admin.post("/orders", told | wrong)
        assert (answer.status, answer.body["field"]) == (422, field)
    order(world, "DH1", total=10, refunded=10)
    answer = world.admin.post("/orders", told | {"total": 9})
    assert (answer.status, answer.body["field"]) == (422, "refunded")
    assert order(world, "DH1", status="shipped")["refunded"] == 10
