"""The running product, as `infra/up` starts it: nothing lost, nothing twice, state kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import eventually
from .product import Product, running

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as started:
        yield started


def test_a_message_becomes_a_ticket_with_an_owner(product: Product) -> None:
    assert product.say(1, "Cho hỏi đơn giao tới đâu rồi ạ SMOKE", message="smoke").status == 200
    eventually(lambda: any(one["agent_id"] for one in product.tickets("SMOKE")))


def test_a_tampered_message_is_refused(product: Product) -> None:
    assert product.say(2, "Cho hỏi TAMPERED", message="t", tampered=True).status == 401
    assert product.tickets("TAMPERED") == []


def test_one_delivery_a_hundred_times_is_one_message(product: Product) -> None:
    statuses = product.say_all([(3, "Cho hỏi giá sản phẩm HUNDRED", "hundred")] * 100)
    assert set(statuses) == {200}
    eventually(lambda: product.tickets("HUNDRED"))
    (ticket,) = product.tickets("HUNDRED")
    assert len(product.messages(ticket["id"])) == 1


def test_ten_first_messages_at_once_are_one_ticket(product: Product) -> None:
    product.say_all([(4, f"Cho hỏi giá TEN {number}", f"ten-{number}") for number in range(10)])
    eventually(lambda: product.tickets("TEN"))
    (ticket,) = product.tickets("TEN")
    eventually(lambda: len(product.messages(ticket["id"])) == 10)


def test_two_new_customers_at_once_are_two_tickets(product: Product) -> None:
    product.say_all([(5, "Cho hỏi giá PAIR", "pair-1"), (6, "Cho hỏi giá PAIR", "pair-2")])
    eventually(lambda: len(product.tickets("PAIR")) == 2)
    first, second = product.tickets("PAIR")
    assert first["profile_id"] != second["profile_id"]


def test_fifty_claims_have_one_owner(product: Product) -> None:
    """Each names another agent and the revision it saw: only one can have seen the last."""
    product.say(7, "Cho hỏi giá CLAIM", message="claim")
    eventually(lambda: any(one["agent_id"] for one in product.tickets("CLAIM")))
    (ticket,) = product.tickets("CLAIM")
    agents = [one["id"] for one in product.api.items("/agents") if one["id"] != ticket["agent_id"]]
    path, seen = f"/tickets/{ticket['id']}/assignment", {"If-Match": f'"{ticket["revision"]}"'}

    def claim(number: int) -> tuple[int, str]:
        agent = agents[number % len(agents)]
        return product.api.call("POST", path, {"agent_id": agent}, headers=seen).status, agent

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(claim, range(50)))
    winners = {agent for status, agent in answers if status == 200}
    assert {status for status, _ in answers} <= {200, 412}
    assert winners == {product.api.get(f"/tickets/{ticket['id']}")["agent_id"]}


def test_a_restart_keeps_everything(product: Product) -> None:
    before = list(product.api.items("/tickets"))
    tokens = {name: value for name, value in product.env.items() if name.endswith("_TOKEN")}
    product.down()
    product.up()
    assert tokens.items() <= product.env.items()
    assert list(product.api.items("/tickets")) == before
    assert product.say(1, "Cho hỏi thêm một chút ạ", message="later").status == 200
    (ticket,) = product.tickets("SMOKE")
    eventually(lambda: len(product.messages(ticket["id"])) == 2)
