"""Messages, proofs, merges, undos in any order, with faults: what holds of customers.

Hypothesis makes up the stories. Whatever happens, when all work is done every
identity has one owner, everything is listed under who stands for whom it came
with, nothing that was said is lost or doubled, and who is one customer is
exactly what the merges that stand say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.customer import moving
from chalicelib.platform.errors import AppError
from chalicelib.profiles import family
from tests.cloud import Cloud
from tests.faults import Calls, Killed, timed_out, watched
from tests.slices.speech import zalo
from tests.world import OA, PAGE, World

CUSTOMERS = ("1", "2", "3")
PHONES = ("0901234567", "0987654321")
TEXTS = (
    "Cho hỏi phí giao hàng ạ",
    "Đơn DH12345 giao trễ quá",
    "Số mình 0901 234 567 nhé",
    "Cảm ơn shop",
)
#: What of a table follows a merge; the rest stays with its original.
KINDS = {"profiles": ("identity#",), "commerce": ("order#", "item#")}
STATUSES = ("placed", "shipped", "delivered", "cancelled")
_running: dict[str, Cloud] = {}


@contextmanager
def settled_at_once() -> Iterator[None]:
    kept, moving.SETTLES_AFTER = moving.SETTLES_AFTER, timedelta(0)
    try:
        yield
    finally:
        moving.SETTLES_AFTER = kept


class Story(RuleBasedStateMachine):
    """What may happen to a handful of customers on two channels."""

    def __init__(self) -> None:
        super().__init__()
        cloud = _running["cloud"]
        self.world = World.ready(cloud)
        self.world.agent("Lan", capacity=100)
        self.world.run()
        self.said: Counter[str] = Counter()
        self.merges: list[str] = []
        self.ordered: set[str] = set()
        self.numbers = count(1)

    # ------------------------------------------------------------ what happens

    @rule(who=st.sampled_from(CUSTOMERS), text=st.sampled_from(TEXTS))
    def writes_on_zalo(self, who: str, text: str) -> None:
        self.world.zalo(text, user=f"z{who}", msg_id=f"z-{next(self.numbers)}")
        self.said["zalo_oa"] += 1

    @rule(who=st.sampled_from(CUSTOMERS), text=st.sampled_from(TEXTS))
    def writes_on_the_page(self, who: str, text: str) -> None:
        self.world.facebook(text, user=f"f{who}", mid=f"m-{next(self.numbers)}")
        self.said["facebook_message"] += 1

    @rule(who=st.sampled_from(CUSTOMERS), phone=st.sampled_from(PHONES))
    def hands_over_a_phone(self, who: str, phone: str) -> None:
        zalo(self.world, "user_submit_info", user=f"z{who}", info={"phone": phone})

    @rule(number=st.integers(1, 3), phone=st.sampled_from(PHONES), status=st.sampled_from(STATUSES))
    def buys(self, number: int, phone: str, status: str) -> None:
        told = {
            "source": "shop",
            "external_id": f"order-{number}",
            "number": "DH12345",
            "status": status,
            "lines": [{"sku": "AO-1", "unit_price": 100_000}],
            "customer": {"phone": phone, "phone_verified": True},
        }
        answer = self.world.admin.post("/orders", told)
        assert answer.status in (200, 409), answer.body
        self.ordered |= {f"order-{number}"}

    @rule()
    def work_goes_on(self) -> None:
        self.world.run()

    @rule(call=st.integers(1, 60), after=st.booleans(), killed=st.booleans())
    def work_is_broken_off(self, call: int, after: bool, killed: bool) -> None:
        calls = Calls(broken=call, after=after, error=Killed if killed else timed_out)
        # What was at hand is delivered again, as queues and streams do.
        with watched(calls), suppress(Killed, AssertionError, AppError):
            self.world.run()

    @precondition(lambda self: len(self._profiles()) > 1)
    @rule(data=st.data())
    def a_person_merges(self, data: st.DataObject) -> None:
        some = self._profiles()
        one, other = data.draw(st.sampled_from(some)), data.draw(st.sampled_from(some))
        answer = self.world.admin.post(f"/profiles/{one}/merge", {"profile_id": other})
        assert answer.status in (201, 409, 422), answer.body
        if answer.status == 201:
            self.merges.append(answer.body["id"])

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def a_person_parts(self, data: st.DataObject) -> None:
        merge_id = data.draw(st.sampled_from(self.merges))
        answer = self.world.admin.post(f"/merges/{merge_id}/undo")
        assert answer.status in (200, 409), answer.body

    # ------------------------------------------------------------- what holds

    @invariant()
    def nobody_is_merged_in_a_circle(self) -> None:
        for profile_id in self._profiles():
            family.root_of(profile_id)

    def teardown(self) -> None:
        with settled_at_once():
            for _ in range(4):
                self.world.pump.retry()
                self.world.pump.schedule("customer_settle_merges")
            self.world.pump.retry()
        self._everything_is_where_it_belongs()
        self._nothing_is_lost()
        self._customers_are_what_the_merges_say()

    def _everything_is_where_it_belongs(self) -> None:
        for table in ("profiles", "conversations", "tickets", "commerce"):
            for item in self._owned(table):
                origin = item.get("origin_id", item["profile_id"])
                assert item["profile_id"] == family.root_of(origin).pk, item["pk"]

    def _nothing_is_lost(self) -> None:
        messages = [i for i in self._items("conversations") if i["sk"].startswith("message#")]
        assert Counter(one["channel"] for one in messages) == self.said
        events = Counter(i["name"] for i in self._items("events"))
        assert events["message.received"] == self.said.total()
        tickets = {i["pk"] for i in self._items("tickets") if i["sk"] == "ticket"}
        assert events["ticket.opened"] == len(tickets)
        orders = [i for i in self._items("commerce") if i["pk"].startswith("order#")]
        assert {one["external_id"] for one in orders} == self.ordered
        assert {one.get("ticket_id", next(iter(tickets), "")) for one in messages} <= tickets | {""}

    def _customers_are_what_the_merges_say(self) -> None:
        standing = [
            (i["profile_id"], i["into"])
            for i in self._items("profiles")
            if i["pk"].startswith("merge#") and "into" in i and "undone_at" not in i
        ]
        pointers = {
            (i["pk"], i["merged_into"]) for i in self._items("profiles") if "merged_into" in i
        }
        assert set(standing) == pointers
        assert len(standing) == len(pointers)
        identities = [i for i in self._items("profiles") if i["pk"].startswith("identity#")]
        known = {(i["kind"], i["account"], i["value"]) for i in identities}
        assert len(known) == len(identities)
        assert {account for _, account, _ in known} <= {OA, PAGE, "-"}

    # -------------------------------------------------------------- the tables

    def _items(self, table: str) -> list[dict[str, Any]]:
        return [
            {name: next(iter(value.values())) for name, value in item.items()}
            for item in self.world.cloud.items(table)
        ]

    def _owned(self, table: str) -> list[dict[str, Any]]:
        kinds = KINDS.get(table, ("",))
        return [
            item
            for item in self._items(table)
            if "profile_id" in item and item["pk"].startswith(kinds)
        ]

    def _profiles(self) -> list[str]:
        return sorted(i["pk"] for i in self._items("profiles") if i["sk"] == "profile")


def test_any_order(aws: Cloud) -> None:
    _running["cloud"] = aws
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=15,
            phases=(Phase.generate,),
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
